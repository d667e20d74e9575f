#!/bin/sh
# Rebuilds plugins/text-tool/text-tool.wasm from guest/.
#   rebuild.sh                  compile and write it
#   rebuild.sh --check          compile and compare
#   rebuild.sh --check-sources  compare the hashes of the sources with those recorded beside it; needs no compiler
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
"$here/../../fixtures/guests/build-guest.sh" command "$here/guest" "$here/plugins/text-tool/text-tool.wasm" "$@"
