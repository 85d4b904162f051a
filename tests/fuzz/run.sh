#!/usr/bin/env bash
# Runs fuzz targets with libFuzzer, each for a while over its corpus.
#
#     tests/fuzz/run.sh                    every target
#     tests/fuzz/run.sh urls csv           these
#
# TIME is the seconds of each, 20 where it is not set. What libFuzzer finds to reach more lies in
# target/fuzz/TARGET/found and is gone on with the next time. An input that fails is told, and ends
# the run of its target; the others are run all the same, and then this fails.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly FUZZ=tests/fuzz WORK=target/fuzz
readonly BUILT="${CARGO_TARGET_DIR:-target}/debug"
# An input that takes longer is a failure, and so is one that needs more memory.
readonly INPUT_SECONDS=10 MEMORY_MIB=2048 INPUT_BYTES=4096

main() {
    local all name failed=()
    all="$(basename -s .rs $FUZZ/fuzz_targets/*.rs)"
    for name in "$@"; do
        grep -qx -- "$name" <<<"$all" || fail "no target $name; there are: $(tr '\n' ' ' <<<"$all")"
    done
    if [[ $# -eq 0 ]]; then
        # shellcheck disable=SC2086 # Names of targets have no spaces.
        set -- $all
    fi
    build "$@"
    for name in "$@"; do
        run "$name" || failed+=("$name")
    done
    [[ ${#failed[@]} -eq 0 ]] || fail "failed: ${failed[*]}"
}

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

# A test is built with the programs: it has Cargo choose the features of all crates as for the tests,
# so that only those of the workspace are built for this.
build() {
    local name programs=()
    for name in "$@"; do
        programs+=(--bin "$name")
    done
    RUSTC_WORKSPACE_WRAPPER="$PWD/$FUZZ/rustc.sh" \
        cargo build --features tollgate-fuzz/libfuzzer --test layout "${programs[@]}"
}

run() {
    local name="$1" folder="$WORK/$1"
    mkdir -p "$folder/found"
    rm -f "$folder"/{crash,oom,timeout,leak}-*
    if "$BUILT/$name" -max_total_time="${TIME:-20}" -timeout=$INPUT_SECONDS \
        -rss_limit_mb=$MEMORY_MIB -max_len=$INPUT_BYTES -artifact_prefix="$folder/" \
        "$folder/found" "$FUZZ/corpus/$name" >"$folder/log" 2>&1; then
        # The first figure of coverage is that of the corpus, the last that of all that was found.
        printf '%-12s %s\n' "$name" "$(grep -E 'INITED|DONE' "$folder/log" |
            sed -E 's/.*(INITED|DONE) +cov: ([0-9]+).*/\2/' | paste -sd ' ' |
            sed -E 's/^([0-9]+) ([0-9]+)$/coverage \1, then \2/'), $(
            sed -nE 's/^Done ([0-9]+) runs.*/\1 runs/p' "$folder/log")"
        return
    fi
    grep -vE '^#|^INFO|NEW_FUNC|^MS:' "$folder/log" | tail -n 30 >&2
    local input
    for input in "$folder"/{crash,oom,timeout}-*; do
        [[ -e $input ]] || continue
        printf '\n%s fails with %s. Again: %s %s\nPut the input into %s, under a name that says what is odd.\n' \
            "$name" "$input" "$BUILT/$name" "$input" "$FUZZ/corpus/$name" >&2
    done
    return 1
}

main "$@"
