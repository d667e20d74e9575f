#!/bin/sh
# Builds the plugins that are not written in Rust: plugins/LANGUAGE/LANGUAGE.wasm, which are too large to be kept here.
#   build.sh [c] [javascript] [python]   all three, where none is named; what is newer than its sources is left as it is
#
# Takes clang with its parts for wasm32 and wasi-libc, npm, and Python 3 with pip: tools/parts/install.sh installs them.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}/guests
contract=$root/schema/wit/plugin.wit
mkdir -p "$target"
target=$(CDPATH='' cd -- "$target" && pwd)

# The contract's exports are called by their names; the adapter makes WASI p2 of what the C library calls.
c() {
    clang --target=wasm32-wasi -mexec-model=reactor -O2 -Wall -Wextra -Wl,--strip-all -o "$target/c.wasm" "$1/plugin.c"
    cargo run --quiet --locked --release --manifest-path "$root/fixtures/guests/componentize/Cargo.toml" \
        --target-dir "$target/componentize" -- "$target/c.wasm" "$2" --reactor "$contract"
}

# The engine for JavaScript is a part of the component.
javascript() {
    work=$target/javascript
    if [ ! -d "$work" ]; then
        mkdir -p "$work.new"
        cp "$1/package.json" "$work.new/"
        (cd "$work.new" && npm install --silent --no-package-lock --no-audit --no-fund --ignore-scripts)
        mv "$work.new" "$work"
    fi
    rm -rf "$work/wit"
    mkdir -p "$work/wit/deps/plugin"
    cp "$1/plugin.js" "$1/build.mjs" "$work/"
    cp -R "$1/world.wit" "$1/deps" "$work/wit/"
    cp "$contract" "$work/wit/deps/plugin/"
    (cd "$work" && node build.mjs "$2")
}

# So are the one for Python and its standard library.
python() {
    if [ ! -d "$target/python" ]; then
        PIP_ROOT_USER_ACTION=ignore python3 -m pip install --quiet --target "$target/python.new" -r "$1/requirements.txt"
        mv "$target/python.new" "$target/python"
    fi
    (cd "$1" && PYTHONPATH=$target/python PYTHONDONTWRITEBYTECODE=1 "$target/python/bin/componentize-py" \
        --wit-path "$contract" --world plugin componentize --output "$2" plugin >/dev/null)
}

[ $# -gt 0 ] || set -- c javascript python
for language; do
    case $language in c | javascript | python) ;; *) echo "build.sh: there is no plugin in \`$language\`" >&2; exit 2 ;; esac
    component=$here/plugins/$language/$language.wasm
    newer=$(find "$here/plugins/$language" "$contract" "$here/build.sh" -type f ! -name '*.wasm' -newer "$component" 2>/dev/null || echo yes)
    [ -n "$newer" ] || continue
    "$language" "$here/plugins/$language" "$component"
    echo "$language: $(wc -c <"$component" | tr -d ' ') bytes"
done
