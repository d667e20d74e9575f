//! The language server in Emacs, set up as its README says, with eglot: what is wrong is shown when a file is opened and while it is
//! edited.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::stage::Stage;

/// What a user does. In batch mode nobody is waited for: commands end, and changes are sent, when they are told to.
const DRIVE: &str = r#"
(setq root default-directory seen nil)
(defun told (text)
  (seq-find (lambda (one) (string-match-p text (flymake-diagnostic-text one))) (flymake-diagnostics)))
(defun await (what is)
  (let ((end (+ (float-time) 60)))
    (while (not (funcall is))
      (when (> (float-time) end)
        (message "in vain: %s %S" what (mapcar #'flymake-diagnostic-text (flymake-diagnostics)))
        (kill-emacs 3))
      (accept-process-output nil 0.05)
      (flymake-start))))
(defun shown (one)
  (push (format "%d %s" (line-number-at-pos (flymake-diagnostic-beg one)) (flymake-diagnostic-text one)) seen))

(find-file "plugins/demo/plugin.kdl")
(run-hooks 'post-command-hook)
(await "the server" (lambda () (and (fboundp 'eglot-managed-p) (eglot-managed-p))))
(await "the mistake of the file" (lambda () (told "is not a version")))
(shown (told "is not a version"))
(goto-char (point-max))
(insert "licence \"MIT\"\n")
(eglot--signal-textDocument/didChange)
(await "another mistake, typed" (lambda () (told "licence")))
(shown (told "licence"))
(push (symbol-name major-mode) seen)
(with-temp-file (expand-file-name "seen.txt" root) (insert (mapconcat #'identity (reverse seen) "\n---\n")))
(set-buffer-modified-p nil)
(kill-emacs 0)
"#;

/// Whether there is an Emacs with eglot: since 29 every one, before with the package of that name.
fn is_there() -> bool {
    let asked =
        ["--batch", "-q", "--eval", "(progn (package-initialize) (kill-emacs (if (locate-library \"eglot\") 0 1)))"];
    let emacs = Command::new("emacs").args(asked).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let is_there = emacs.is_ok_and(|ended| ended.success());
    let advice = "there is no Emacs with eglot: tools/parts/install.sh installs it";
    assert!(is_there || std::env::var_os("AMBIT_REQUIRE_PARTS").is_none(), "{advice}");
    is_there
}

#[test]
fn what_is_wrong_is_shown_in_emacs_before_it_is_saved() {
    if !is_there() {
        eprintln!("skipped: there is no Emacs with eglot; tools/parts/install.sh installs it");
        return;
    }
    let manifest = "id \"demo\"\nversion \"1\"\n";
    let stage = Stage::new(&[("plugins/demo/plugin.kdl", manifest)]);
    let ours = fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../editors/emacs")).unwrap();
    let tool = env!("CARGO_BIN_EXE_plugin-check");
    let init = format!(
        "(package-initialize)\n(add-to-list 'load-path {:?})\n(require 'ambit)\n(setq ambit-command '({tool:?} \"lsp\"))\n\
         (add-hook 'ambit-kdl-mode-hook #'eglot-ensure)\n",
        ours.display().to_string()
    );
    stage.write("init.el", &init);
    stage.write("drive.el", DRIVE);
    let mut emacs = Command::new("emacs");
    // What a user has configured is not what is tested.
    emacs.args(["--batch", "-q", "-l", "init.el", "-l", "drive.el"]).env("HOME", stage.path("home"));
    let run = emacs.current_dir(stage.path("")).stdin(Stdio::null()).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let seen = fs::read_to_string(stage.path("seen.txt")).unwrap();
    let [opened, typed, mode] = seen.split("\n---\n").collect::<Vec<_>>().try_into().unwrap();
    assert!(opened.starts_with("2 ") && opened.contains("M005") && opened.contains("`1` is not a version"), "{seen}");
    assert!(typed.starts_with("3 ") && typed.contains("M001"), "{seen}");
    assert_eq!(mode, "ambit-kdl-mode");
    assert_eq!(fs::read_to_string(stage.path("plugins/demo/plugin.kdl")).unwrap(), manifest, "nothing was saved");
}
