;;; ambit.el --- Plugin manifests, host profiles and grants -*- lexical-binding: t; -*-

;; Package-Requires: ((emacs "28.1"))

;;; Commentary:

;; A plain mode for KDL, and `plugin-check lsp' for it, by eglot or lsp-mode, whichever is used.

;;; Code:

(defgroup ambit nil "Plugin manifests, host profiles and grants." :group 'tools)

(defcustom ambit-command '("plugin-check" "lsp")
  "The server: a program and its arguments."
  :type '(repeat string))

(defvar ambit-kdl-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?/ ". 124" table)
    (modify-syntax-entry ?* ". 23bn" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?- "_" table)
    (modify-syntax-entry ?. "_" table)
    (modify-syntax-entry ?# "_" table)
    table)
  "Strings, comments and names of KDL.")

;;;###autoload
(define-derived-mode ambit-kdl-mode prog-mode "KDL"
  "A plain mode for KDL."
  (setq-local comment-start "// " comment-end "" tab-width 4 indent-tabs-mode nil)
  (setq-local font-lock-defaults
              '((("^[ \t]*\\([^][(){}\\\\/;\"#= \t\n]+\\)" 1 font-lock-function-name-face)
                 ("\\_<\\([^][(){}\\\\/;\"#= \t\n]+\\)=" 1 font-lock-variable-name-face)
                 ("#\\(?:true\\|false\\|null\\|inf\\|-inf\\|nan\\)\\_>" . font-lock-constant-face)))))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.kdl\\'" . ambit-kdl-mode))

;; Of packages that need not be there.
(defvar eglot-server-programs)
(defvar lsp-language-id-configuration)
(declare-function lsp-activate-on "lsp-mode")
(declare-function lsp-register-client "lsp-mode")
(declare-function lsp-stdio-connection "lsp-mode")
(declare-function make-lsp-client "lsp-mode")

(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs
               `((ambit-kdl-mode :language-id "kdl") . ,(lambda (&rest _) ambit-command))))

(with-eval-after-load 'lsp-mode
  (add-to-list 'lsp-language-id-configuration '(ambit-kdl-mode . "kdl"))
  (lsp-register-client
   (make-lsp-client :new-connection (lsp-stdio-connection (lambda () ambit-command))
                    :activation-fn (lsp-activate-on "kdl")
                    :server-id 'plugin-check)))

(provide 'ambit)
;;; ambit.el ends here
