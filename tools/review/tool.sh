#!/usr/bin/env bash
# Finds the linter: what AMBIT_TOOL names; or one that is built from the sources beside this script, so that what checks a change is
# no part of it. Goes out: AMBIT_TOOL, for the steps that follow.
set -euo pipefail

tool=${AMBIT_TOOL:-}
if [ -z "$tool" ]; then
  here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
  target=${RUNNER_TEMP:?review: RUNNER_TEMP names no folder}/ambit-build
  # From there, because cargo obeys the settings of the folder that it is started in.
  (cd "$here" && cargo build --quiet --release --locked -p plugin-check --target-dir "$target")
  tool=$target/release/plugin-check
fi
case "$tool" in
  *[[:cntrl:]]*) printf 'review: the path of the linter has characters that no path should have\n' >&2 && exit 2 ;;
esac
"$tool" --version
if [ -n "${GITHUB_ENV:-}" ]; then
  printf 'AMBIT_TOOL=%s\n' "$tool" >> "$GITHUB_ENV"
fi
