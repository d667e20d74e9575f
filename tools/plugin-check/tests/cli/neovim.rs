//! The language server in Neovim, set up as its README says: what is wrong is shown when a file is opened and while it is edited.

#![expect(clippy::unwrap_used, reason = "what cannot be started fails its test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::stage::Stage;

/// Far longer than it takes.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a user does, as a script. `DONE` is where it ends; whatever waits in vain ends with an error.
const DRIVE: &str = r#"
local seen = {}
local function wait(what, is)
  if not vim.wait(60000, is, 20) then
    vim.fn.writefile({ "in vain: " .. what .. "\n" .. vim.inspect(vim.diagnostic.get(0)) }, "failed.txt")
    vim.cmd("cquit 3")
  end
end
local function told(code)
  for _, one in ipairs(vim.diagnostic.get(0)) do
    if one.code == code then
      return one
    end
  end
end

wait("the mistake of the file", function() return told("M005") end)
seen.opened = told("M005")
seen.filetype = vim.bo.filetype

-- Nothing is saved here: what is on the screen counts.
vim.api.nvim_buf_set_lines(0, 1, 2, true, { 'version "1.0.0"', 'licence "MIT"' })
wait("another mistake, typed", function() return told("M001") and not told("M005") end)
seen.typed = told("M001")
FIX
seen.text = vim.api.nvim_buf_get_lines(0, 0, -1, true)
vim.fn.writefile({ vim.fn.json_encode(seen) }, "seen.json")
vim.cmd("qall!")
"#;

/// The fix of what was typed, chosen from what is offered under the cursor, and the file saved.
const FIX: &str = r#"
vim.ui.select = function(items, _, choose)
  seen.offered = {}
  local wanted = nil
  for _, item in ipairs(items) do
    local action = item.action or item[2]
    table.insert(seen.offered, action.title)
    if action.title == "write `license`" then
      wanted = item
    end
  end
  choose(wanted)
end
vim.api.nvim_win_set_cursor(0, { 3, 2 })
vim.lsp.buf.code_action()
wait("the fix", function() return vim.api.nvim_buf_get_lines(0, 2, 3, true)[1] == 'license "MIT"' end)
wait("no mistake any more", function() return not told("M001") end)
vim.cmd("write")
"#;

/// Neovim on a file of a folder, with the configuration of our README.
fn drive(stage: &Stage, file: &str, script: &str) -> Option<Value> {
    if Command::new("nvim").arg("--version").stdout(Stdio::null()).status().is_err() {
        assert!(
            std::env::var_os("AMBIT_REQUIRE_PARTS").is_none(),
            "there is no Neovim: tools/parts/install.sh installs it"
        );
        eprintln!("skipped: there is no Neovim; tools/parts/install.sh installs it");
        return None;
    }
    let ours = fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../editors/neovim")).unwrap();
    let tool = env!("CARGO_BIN_EXE_plugin-check");
    let init = format!(
        "vim.opt.runtimepath:append({:?})\nrequire(\"ambit\").setup({{ command = {{ {tool:?}, \"lsp\" }} }})\n",
        ours.display().to_string()
    );
    stage.write("init.lua", &init);
    stage.write("drive.lua", script);
    let mut nvim = Command::new("nvim");
    nvim.args(["--headless", "-n", "-i", "NONE", "-u", "init.lua", file, "-c", "luafile drive.lua"]);
    // What a user has configured is not what is tested.
    for home in ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"] {
        nvim.env(home, stage.path("home"));
    }
    let errors = fs::File::create(stage.path("errors.txt")).unwrap();
    let mut child =
        nvim.current_dir(stage.path("")).stdin(Stdio::null()).stdout(Stdio::null()).stderr(errors).spawn().unwrap();
    let started = Instant::now();
    let ended = loop {
        match child.try_wait().unwrap() {
            Some(ended) => break Some(ended),
            None if started.elapsed() > PATIENCE => break None,
            None => std::thread::sleep(Duration::from_millis(50)),
        }
    };
    if ended.is_none() {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let read = |name: &str| fs::read_to_string(stage.path(name)).unwrap_or_default();
    assert!(ended.is_some_and(|ended| ended.success()), "{ended:?} {} {}", read("failed.txt"), read("errors.txt"));
    Some(serde_json::from_str(&read("seen.json")).unwrap())
}

fn place(found: &Value) -> [u64; 2] {
    [found["lnum"].as_u64().unwrap(), found["col"].as_u64().unwrap()]
}

#[test]
fn what_is_wrong_is_shown_before_it_is_saved() {
    let manifest = "id \"demo\"\nversion \"1\"\n";
    let stage = Stage::new(&[("plugins/demo/plugin.kdl", manifest)]);
    let Some(seen) = drive(&stage, "plugins/demo/plugin.kdl", &DRIVE.replace("FIX\n", "")) else { return };
    assert_eq!((place(&seen["opened"]), &seen["filetype"]), ([1, 8], &"kdl".into()), "{seen:#}");
    assert!(seen["opened"]["message"].as_str().unwrap().starts_with("`1` is not a version"), "{seen:#}");
    assert_eq!(place(&seen["typed"]), [2, 0], "{seen:#}");
    assert_eq!(fs::read_to_string(stage.path("plugins/demo/plugin.kdl")).unwrap(), manifest, "nothing was saved");
}

#[test]
fn a_fix_is_one_key_away_and_saved_as_it_is_shown() {
    let stage = Stage::new(&[("plugins/demo/plugin.kdl", "id \"demo\"\nversion \"1\"\n// kept\n")]);
    let Some(seen) = drive(&stage, "plugins/demo/plugin.kdl", &DRIVE.replace("FIX\n", FIX)) else { return };
    assert!(seen["offered"].as_array().unwrap().contains(&"write `license`".into()), "{seen:#}");
    let saved = fs::read_to_string(stage.path("plugins/demo/plugin.kdl")).unwrap();
    assert_eq!(saved, "id \"demo\"\nversion \"1.0.0\"\nlicense \"MIT\"\n// kept\n");
}

/// Where a text belongs is where its host is.
#[test]
fn yaml_is_served_as_kdl_is() {
    let stage = Stage::new(&[("plugins/demo/plugin.yaml", "id: demo\nversion: 1.0\n"), ("plugins/demo/x/.keep", "")]);
    let script = DRIVE.split("-- Nothing is saved").next().unwrap().replace("M005", "M003").to_owned()
        + "vim.fn.writefile({ vim.fn.json_encode(seen) }, \"seen.json\")\nvim.cmd(\"qall!\")\n";
    let file: PathBuf = "plugins/demo/plugin.yaml".into();
    let Some(seen) = drive(&stage, file.to_str().unwrap(), &script) else { return };
    assert_eq!((place(&seen["opened"]), &seen["filetype"]), ([1, 9], &"yaml".into()), "{seen:#}");
}
