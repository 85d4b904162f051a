#!/usr/bin/env bash
# Runs the tests that SECURITY.md names, all of them and no others, and fails where one did not run.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Read by word: names of tests have no spaces.
names="$(grep -oE '\[`[a-z0-9_:]+`\]' SECURITY.md | tr -d '[]`' | sort -u)"
said="$(mktemp)"
trap 'rm -f "$said"' EXIT

# The same choice of crates as `make test`, so that nothing is built twice.
# shellcheck disable=SC2086 # One word a name.
cargo test --tests --no-fail-fast -- --exact $names 2>&1 | tee "$said"

missing=0
for name in $names; do
    if ! grep -qF "test $name ... ok" "$said"; then
        printf '%s did not run\n' "$name" >&2
        missing=1
    fi
done
if [[ $missing -ne 0 ]]; then exit 1; fi
printf 'All %d tests that SECURITY.md names passed.\n' "$(wc -w <<<"$names")"
