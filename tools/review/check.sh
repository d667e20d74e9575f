#!/usr/bin/env bash
# Lints the folder. Fails where there are errors.
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
linted
