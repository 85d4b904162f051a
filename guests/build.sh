#!/usr/bin/env bash
# Builds the guests, the connectors that ship with Tollgate, into target/components/<id>.wasm.
#
#     guests/build.sh                      every connector: each folder beside this file but sdk/
#     guests/build.sh icontact             that one (its folder's or its package's name)
#     guests/build.sh --hostile [...]      the misbehaving components of the tests as well,
#                                          into target/components/hostile/<name>.wasm
#     guests/build.sh --clippy [...]       lints the same for their target and builds nothing
#
# Cargo works in target/guests, so that it neither waits for a build of the host nor makes one
# wait. A component is replaced only when its bytes differ: what depends on it by date stays fresh.
set -euo pipefail

readonly TARGET=wasm32-wasip2
readonly COMPONENTS=target/components

cd "$(dirname "${BASH_SOURCE[0]}")/.."

main() {
    local hostile=no clippy=no word connectors
    connectors=()
    for word in "$@"; do
        case "$word" in
        --hostile) hostile=yes ;;
        --clippy) clippy=yes ;;
        -*) fail "unknown option $word; known: --hostile, --clippy" ;;
        *) connectors+=("$(known_connector "${word#tollgate-}")") ;;
        esac
    done
    command -v cargo >/dev/null || fail "no cargo found: install Rust first (rustup.rs says how)"
    prepare_environment
    if [[ ${#connectors[@]} -eq 0 ]]; then
        # shellcheck disable=SC2207 # Folder names of connectors have no spaces: they are crates.
        connectors=($(all_connectors))
        [[ $clippy == yes ]] || forget_removed "$COMPONENTS" "${connectors[@]+"${connectors[@]}"}"
    fi
    if [[ $clippy == yes ]]; then
        lint "$hostile" "${connectors[@]+"${connectors[@]}"}"
        return
    fi
    build_connectors "${connectors[@]+"${connectors[@]}"}"
    if [[ $hostile == yes ]]; then build_hostile; fi
}

say() { printf 'guests: %s\n' "$*" >&2; }

fail() {
    say "$*"
    exit 1
}

all_connectors() {
    local manifest
    for manifest in guests/*/Cargo.toml; do
        manifest="$(basename "$(dirname "$manifest")")"
        if [[ "$manifest" != sdk ]]; then echo "$manifest"; fi
    done
}

known_connector() {
    if [[ "$1" == sdk || ! -e "guests/$1/Cargo.toml" ]]; then
        fail "no connector $1 here; there are: $(all_connectors | tr '\n' ' ')"
    fi
    echo "$1"
}

# This script also runs inside of cargo, from the build script of the tests' artifacts. What the
# outer cargo tells its build scripts would steer the inner one: clippy would check where it should
# build, and other flags than those of a plain call would build everything anew at each change of
# caller.
prepare_environment() {
    unset CARGO RUSTC RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER RUSTDOC RUSTDOCFLAGS RUSTFLAGS \
        CARGO_BUILD_RUSTFLAGS CARGO_BUILD_TARGET CARGO_MAKEFLAGS CARGO_TARGET_DIR MAKEFLAGS \
        RUSTC_LINKER LD_LIBRARY_PATH
    local flag
    flag="$(guests/target.sh)" || exit 1
    # Vectors of 128 bits are part of WebAssembly 2.0 and of every host; texts are searched by them.
    # The encoded form is the one that allows for a path with a space. With --target, cargo keeps
    # it from build scripts and procedural macros.
    export CARGO_ENCODED_RUSTFLAGS="${flag:+$flag$'\x1f'}-Ctarget-feature=+simd128"
}

cargo_for_guests() {
    local command="$1"
    shift
    cargo "$command" --target "$TARGET" --target-dir target/guests "$@"
}

build_connectors() {
    if [[ $# -eq 0 ]]; then
        say "no connectors to build"
        return
    fi
    local id packages=()
    for id in "$@"; do packages+=(-p "tollgate-$id"); done
    say "building $*"
    cargo_for_guests build --profile guest --lib "${packages[@]}"
    for id in "$@"; do
        install_component "target/guests/$TARGET/guest/tollgate_${id//-/_}.wasm" \
            "$COMPONENTS/$id.wasm"
    done
}

# One example a behaviour. Optimising them at link time would take a minute and prove nothing.
build_hostile() {
    local file names=() modules=()
    for file in tests/hostile/examples/*.rs; do
        if [[ -e "$file" ]]; then names+=("$(basename "$file" .rs)"); fi
    done
    # Those made of text are built by the build script of tests/artifacts.
    for file in tests/hostile/modules/*.wat; do
        if [[ -e "$file" ]]; then modules+=("$(basename "$file" .wat)"); fi
    done
    forget_removed "$COMPONENTS/hostile" "${names[@]+"${names[@]}"}" "${modules[@]+"${modules[@]}"}"
    if [[ ${#names[@]} -eq 0 ]]; then
        say "no hostile components to build"
        return
    fi
    say "building ${#names[@]} hostile components"
    cargo_for_guests build --profile guest-dev -p tollgate-hostile --examples
    for file in "${names[@]}"; do
        install_component "target/guests/$TARGET/guest-dev/examples/$file.wasm" \
            "$COMPONENTS/hostile/$file.wasm"
    done
}

install_component() {
    local built="$1" place="$2"
    [[ -e "$built" ]] || fail "cargo made no $built (is the crate-type cdylib?)"
    if cmp -s "$built" "$place"; then return; fi
    mkdir -p "$(dirname "$place")"
    cp "$built" "$place.$$"
    mv -f "$place.$$" "$place"
    say "$place is new ($(($(wc -c <"$place") / 1024)) KiB)"
}

# A component whose source is gone would go on being tested and shipped.
forget_removed() {
    local folder="$1" file name
    shift
    for file in "$folder"/*.wasm; do
        name="$(basename "$file" .wasm)"
        if [[ -e "$file" && " $* " != *" $name "* ]]; then
            rm -f "$file"
            say "$file is gone, for its source is"
        fi
    done
}

# In the profiles of the build, so that procedural macros are not compiled a second time.
lint() {
    local hostile="$1" id packages=()
    shift
    for id in "$@"; do packages+=(-p "tollgate-$id"); done
    if [[ $# -gt 0 ]]; then
        say "clippy for $TARGET: $*"
        cargo_for_guests clippy --quiet --profile guest --lib "${packages[@]}" -- -D warnings
    fi
    if [[ $hostile == yes ]]; then
        say "clippy for $TARGET: hostile components"
        cargo_for_guests clippy --quiet --profile guest-dev -p tollgate-hostile --lib --examples \
            -- -D warnings
    fi
}

main "$@"
