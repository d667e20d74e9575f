# What every step of a review knows; sourced, not run. Settings come from the environment and are never pasted into a script.
#
#   AMBIT_FOLDER   the folder of one host, from the top of the repository
#   AMBIT_BASE     the revision to compare with
#   AMBIT_TOOL     the linter
#   RUNNER_TEMP    where steps leave things for one another
#
# Deliberately absent: deciding; each step has a script of its own.
set -euo pipefail
export LC_ALL=C

fail() {
  printf 'review: %s\n' "$1" >&2
  exit "${2:-2}"
}

: "${RUNNER_TEMP:?review: RUNNER_TEMP names no folder}"
folder=${AMBIT_FOLDER:-.}
case "/$folder/" in
  //* | */../* | /-* | *:* | *[[:cntrl:]]*) fail "the folder has to lie below the top of the repository" ;;
esac
folder=${folder#./}
folder=${folder%/}
[ -n "$folder" ] || folder=.
base=${AMBIT_BASE:-}
case "$base" in
  -* | *:* | *[[:space:][:cntrl:]]*) fail "the base has to be a revision" ;;
esac
tool=${AMBIT_TOOL:-plugin-check}
review=$RUNNER_TEMP/ambit-review
mkdir -p "$review"

top=$(git rev-parse --show-toplevel 2> /dev/null) || fail "this is no git repository"
cd "$top"
[ -f "$folder/host.kdl" ] || fail "there is no host.kdl in that folder"

# The commit of the base, or nothing.
base_commit() {
  [ -n "$base" ] || return 0
  git rev-parse --verify --quiet "$base^{commit}" || true
}

# Whether a commit has a file of the folder.
base_has() {
  local below=$folder/
  [ "$folder" != . ] || below=
  git cat-file -e "$1:$below$2" 2> /dev/null
}

# Runs a command and shows what it says, of which the runner takes nothing for a command of its own: users chose the words.
shown() {
  local word='' code=0
  if [ "${GITHUB_ACTIONS:-}" = true ]; then
    word=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    printf '::stop-commands::%s\n' "$word"
  fi
  "$@" 2>&1 || code=$?
  if [ -n "$word" ]; then
    printf '\n::%s::\n' "$word"
  fi
  return "$code"
}

# Lints the folder; what is wrong stands in the log and, for the runner, at its lines of the change.
linted() {
  local code=0
  shown "$tool" "$@" --format short -- "$folder" || code=$?
  if [ "$code" -ne 0 ] && [ "${GITHUB_ACTIONS:-}" = true ]; then
    "$tool" "$@" --quiet --format github -- "$folder" || true
  fi
  return "$code"
}

# Tells later steps and whoever uses the action. The values are words of these scripts, on one line each.
output() {
  if [ -n "${GITHUB_OUTPUT:-}" ]; then
    printf '%s=%s\n' "$1" "$2" >> "$GITHUB_OUTPUT"
  fi
}
