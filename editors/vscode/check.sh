#!/usr/bin/env bash
# Builds, tests and packs the extension, against the tool that PLUGIN_CHECK names, or the one in PATH.
set -euo pipefail
cd "$(dirname "$0")"
npm ci --silent --no-audit --no-fund --ignore-scripts
npm run --silent check
npm test --silent
npm run --silent pack
