#!/bin/sh
# Runs the example plugin under its plan: it reads a granted folder, writes to a granted one, and fails to leave both.
set -eu
cd "$(dirname "$0")/../.."

ambit() {
  printf '\n$ ambit %s\n' "$*"
  cargo run --quiet --locked -p ambit -- "$@"
}

ambit run examples/text-tool text-tool count /in
ambit run examples/text-tool text-tool report /in /out/report.md
ambit run examples/text-tool text-tool escape
