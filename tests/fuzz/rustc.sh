#!/usr/bin/env bash
# Stands before rustc for the crates of the workspace (RUSTC_WORKSPACE_WRAPPER) while the fuzz
# targets are built: their code counts which of its edges are taken, and tells what it compares, so
# that libFuzzer sees what an input reaches. The crates of others are built as for the tests.
set -euo pipefail

case " $* " in
# What runs in the compiler, and tests, have no libFuzzer to count for.
*" --crate-type proc-macro "* | *" --crate-name build_script_"* | *" --test "*) exec "$@" ;;
*)
    exec "$@" --cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
        -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
        -Cllvm-args=-sanitizer-coverage-pc-table \
        -Cllvm-args=-sanitizer-coverage-trace-compares
    ;;
esac
