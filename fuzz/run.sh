#!/usr/bin/env bash
# Fuzzes every target, one after the other. Usage: fuzz/run.sh [SECONDS a target, 60 if not said] [TARGET…]
# Needs a nightly compiler and cargo-fuzz. What it finds lies in fuzz/artifacts; what it learns, in fuzz/corpus.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
[ $# -eq 0 ] || shift
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(cargo +nightly fuzz list)

# Plans are what the linter prints of the seed hosts.
mkdir -p fuzz/corpus/plan
for host in fixtures/seeds/*/; do
  cargo run --quiet -p plugin-check -- plan "$host" -o "fuzz/corpus/plan/$(basename "$host").json" || true
done

for target in "${targets[@]}"; do
  mkdir -p "fuzz/corpus/$target"
  printf '\n== %s, %s s\n' "$target" "$seconds"
  cargo +nightly fuzz run "$target" "fuzz/corpus/$target" fixtures -- -max_total_time="$seconds" -max_len=8192 -print_final_stats=1
done
