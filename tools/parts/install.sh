#!/usr/bin/env bash
# Installs what the tests need beside Rust, by the system's own package manager: only what is missing. `--check` installs nothing, and
# exits with 1 where something is missing.
set -euo pipefail

# A program, or a file of which one place is enough, and the package that has it: with apt, dnf, pacman and brew.
parts() {
  cat <<'PARTS'
git git git git git
node nodejs nodejs nodejs node
npm npm npm npm node
nvim neovim neovim neovim neovim
groff groff-base groff-base groff groff
emacs emacs-nox emacs-nox emacs-nox emacs
eglot elpa-eglot emacs-nox emacs-nox emacs
clang clang clang clang llvm
wasm-ld lld lld lld lld
python3 python3-pip python3-pip python-pip python
*/wasm32-wasi/stdio.h wasi-libc wasi-libc-devel wasi-libc wasi-libc
*/libclang_rt.builtins*wasm32* libclang-rt-dev-wasm32 compiler-rt wasi-compiler-rt wasi-runtimes
PARTS
  # It counts instructions, and knows no other system well enough.
  case $OSTYPE in linux*) echo 'valgrind valgrind valgrind valgrind valgrind' ;; esac
}

manager() {
  for one in apt-get dnf pacman brew; do
    if command -v "$one" >/dev/null; then echo "$one" && return; fi
  done
  echo "install these by hand: there is none of apt-get, dnf, pacman and brew" >&2
  return 1
}

# Whether a program can be found; or a file, below the folders where compilers look for theirs. Emacs has eglot since 29; before, some
# systems have a package of it.
has() {
  case $1 in
    \*/*) [ -n "$(find /usr/include /usr/lib /usr/share /opt/homebrew -path "$1" -print -quit 2>/dev/null)" ] ;;
    eglot) emacs --batch -q --eval '(progn (package-initialize) (kill-emacs (if (locate-library "eglot") 0 1)))' 2>/dev/null ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

missing() {
  local column=$1 program rest
  while read -r program rest; do
    has "$program" || cut -d' ' -f"$column" <<<"$rest"
  done < <(parts)
}

# Of some packages, those that this system's package manager knows.
known() {
  while read -r package; do
    if apt-cache show "$package" >/dev/null 2>&1; then echo "$package"; fi
  done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Programs are told by their own names, packages by those of the manager.
lacking=$(while read -r program _; do has "$program" || echo "$program"; done < <(parts))
if [ -z "$lacking" ]; then exit 0; fi
echo "missing: $(tr '\n' ' ' <<<"$lacking")"
if [ "${1:-}" = --check ]; then exit 1; fi

case $(manager) in
  apt-get)
    export DEBIAN_FRONTEND=noninteractive
    as_root apt-get update -qq
    missing 1 | sort -u | known | as_root xargs apt-get install -y -qq --no-install-recommends
    ;;
  dnf) missing 2 | sort -u | as_root xargs dnf install -y -q ;;
  pacman) missing 3 | sort -u | as_root xargs pacman -S --needed --noconfirm ;;
  brew) missing 4 | sort -u | xargs brew install --quiet ;;
  *) exit 1 ;;
esac
