//! Ambit in Zed. Comes in: a work tree. Goes out: how `plugin-check lsp` is started there. Deliberately absent: fetching the tool.

use zed_extension_api::{self as zed, settings::LspSettings, Command, Extension, LanguageServerId, Result, Worktree};

struct Ambit;

impl Extension for Ambit {
    fn new() -> Self {
        Ambit
    }

    fn language_server_command(&mut self, id: &LanguageServerId, worktree: &Worktree) -> Result<Command> {
        let named = LspSettings::for_worktree(id.as_ref(), worktree).ok().and_then(|settings| settings.binary?.path);
        let command = named.or_else(|| worktree.which("plugin-check")).ok_or(
            "there is no `plugin-check` in `PATH`: install it, or name it in the settings as `lsp.plugin-check.binary.path`",
        )?;
        Ok(Command { command, args: vec!["lsp".into()], env: worktree.shell_env() })
    }
}

zed::register_extension!(Ambit);
