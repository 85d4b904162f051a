#!/usr/bin/env bash
# Makes sure that Rust can build for wasm32-wasip2, the target of every guest, and prints on
# standard output the one compiler flag that cargo needs for it (an empty line when it needs none):
#
#     CARGO_TARGET_WASM32_WASIP2_RUSTFLAGS="$(guests/target.sh)" cargo build --target wasm32-wasip2
#
# What a machine may lack is the target's standard library. Three ways are tried, in this order:
#
#   present   the toolchain already has it;
#   rustup    `rustup target add wasm32-wasip2`, the way of every machine with internet access;
#   debian    built here from Debian's packages rust-src and wasi-libc, for machines that reach
#             package registries only. It needs no root and installs nothing outside of target/.
#
# TOLLGATE_WASM_TARGET=present|rustup|debian forces one way, which is how each of them is tested.
# TOLLGATE_WASM_SYSROOTS moves the folder of the built ones, by default target/wasm-sysroot.
#
# Calls may overlap: one builds and the others wait. A build that was cut short leaves nothing that
# a later call would take for whole, because the finished folder appears by one rename.
set -euo pipefail

readonly TARGET=wasm32-wasip2
# Releases of Debian that may carry the exact version of rust-src, the likeliest first.
readonly SUITES="trixie-backports testing unstable"
# Older versions of wasi-libc have no wasm32-wasip2 at all.
readonly WASI_LIBC_MIN="0.0~git20260101"
# rustup retries a server that it cannot reach; what an ordinary download takes is far below this.
readonly RUSTUP_SECONDS_MAX=120

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# The folder decides which toolchain rustup picks, so that all questions are asked from the root.
cd "$here/.."
root="$PWD"
work=""

main() {
    command -v rustc >/dev/null || fail "no rustc found: install Rust first (rustup.rs says how)"
    read_toolchain
    case "${TOLLGATE_WASM_TARGET:-auto}" in
    present) is_present && use_toolchain "the toolchain has it" ;;
    rustup) add_by_rustup && use_toolchain "added by rustup" ;;
    debian) have_private_sysroot && use_private_sysroot ;;
    auto) any_way ;;
    *) fail "TOLLGATE_WASM_TARGET is '$TOLLGATE_WASM_TARGET'; known: present, rustup, debian" ;;
    esac || fail "the way forced by TOLLGATE_WASM_TARGET=$TOLLGATE_WASM_TARGET does not work here"
}

any_way() {
    if is_present; then
        use_toolchain "the toolchain has it"
    elif private_sysroot_is_whole; then
        use_private_sysroot
    elif add_by_rustup; then
        use_toolchain "added by rustup"
    elif have_private_sysroot; then
        use_private_sysroot
    else
        fail "its standard library could not be had. One of these three ways must work:
  1. a Rust $release toolchain that has it;
  2. rustup target add $TARGET                 (needs the Rust release servers);
  3. apt-get download rust-src=$release wasi-libc   (needs a mirror of Debian that has them)."
    fi
}

say() { printf '%s: %s\n' "$TARGET" "$*" >&2; }

fail() {
    say "$*"
    exit 1
}

# --- What the toolchain says -------------------------------------------------------------------

read_toolchain() {
    # Variables that cargo sets for build scripts would make rustc or cargo answer for another
    # toolchain or another folder than the one used below.
    unset CARGO RUSTC RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER RUSTDOC RUSTFLAGS \
        CARGO_ENCODED_RUSTFLAGS CARGO_TARGET_DIR CARGO_BUILD_TARGET CARGO_MAKEFLAGS MAKEFLAGS
    local about
    about="$(rustc -vV)"
    release="$(sed -n 's/^release: //p' <<<"$about")"
    commit="$(sed -n 's/^commit-hash: //p' <<<"$about")"
    host="$(sed -n 's/^host: //p' <<<"$about")"
    toolchain="$(rustc --print sysroot)"
    # A library is read only by the very compiler that made it, hence the commit in the name.
    sysroots="${TOLLGATE_WASM_SYSROOTS:-$root/target/wasm-sysroot}"
    sysroot="$sysroots/$release-${commit:0:9}"
}

is_present() { has_std "$toolchain"; }

has_std() { compgen -G "$1/lib/rustlib/$TARGET/lib/libstd-*.rlib" >/dev/null; }

use_toolchain() {
    say "$1 (Rust $release)"
    echo
}

# --- Way 2: rustup -----------------------------------------------------------------------------

add_by_rustup() {
    command -v rustup >/dev/null || {
        say "no rustup on this machine"
        return 1
    }
    say "asking rustup for it"
    local limit="" said
    if command -v timeout >/dev/null; then limit="timeout $RUSTUP_SECONDS_MAX"; fi
    # shellcheck disable=SC2086 # $limit is two words or none.
    if said="$($limit rustup target add "$TARGET" 2>&1)" && is_present; then
        return 0
    fi
    say "rustup cannot add it here: $(grep -m1 '^error' <<<"$said" || echo "no answer in time")"
    return 1
}

# --- Way 3: Debian's packages ------------------------------------------------------------------

private_sysroot_is_whole() { [[ -e "$sysroot/complete" ]] && has_std "$sysroot"; }

use_private_sysroot() {
    link_host_tools "$sysroot"
    say "built from Debian's packages, in ${sysroot#"$root"/}"
    printf -- '--sysroot=%s\n' "$sysroot"
}

have_private_sysroot() {
    if private_sysroot_is_whole; then return 0; fi
    local tool
    for tool in apt-get apt-config dpkg dpkg-deb flock cargo; do
        command -v "$tool" >/dev/null || {
            say "cannot build it from Debian's packages: no $tool on this machine"
            return 1
        }
    done
    mkdir -p "$sysroots"
    exec 9>"$sysroots/lock"
    flock --nonblock 9 || {
        say "another call is building it: waiting"
        flock 9
    }
    if private_sysroot_is_whole; then return 0; fi
    # Whoever holds the lock is alone, so that any such folder was left by a call that was killed.
    rm -rf "$sysroots"/work.*
    work="$(mktemp -d "$sysroots/work.XXXXXX")"
    trap 'rm -rf "$work"' EXIT
    # The lock must not be inherited: a compiler cache's server would hold it for ever. And what
    # runs as a condition runs without `set -e`, so that the steps are joined by hand.
    (fetch_packages && build_std && lay_out && prove && install_sysroot) 9>&-
}

fetch_packages() {
    local suite
    say "fetching rust-src $release and wasi-libc from this machine's mirror of Debian"
    for suite in $SUITES; do
        fetch_from "$suite" && unpack && return 0
    done
    say "no rust-src of exactly $release with a wasi-libc of 2026 in: $SUITES"
    return 1
}

# Everything that apt writes goes to a private folder: the machine's lists stay as they are.
fetch_from() {
    local suite="$1" apt="$work/apt"
    rm -rf "$apt"
    mkdir -p "$apt"/{sources,lists/partial,cache/archives/partial,debs}
    : >"$apt/status"
    copy_sources "$suite" "$apt/sources"
    [[ -n "$(ls "$apt/sources")" ]] || {
        say "this machine has no apt source of Debian's main archive"
        return 1
    }
    write_apt_config "$apt"
    # A second mirror that lacks the suite makes the update fail, though the packages are there.
    apt-get -c "$apt/apt.conf" -qq update >"$apt/log" 2>&1 || true
    (cd "$apt/debs" &&
        apt-get -c "$apt/apt.conf" -qq download "rust-src=$release+*" wasi-libc >>"$apt/log" 2>&1)
}

# Rewrites the machine's own sources for another suite. Only those of the main archive are kept:
# they name the release itself, where security and third-party ones name something else.
copy_sources() {
    local suite="$1" into="$2" codename="" list parts own file name Dir_list="" Dir_parts=""
    if [[ -r /etc/os-release ]]; then
        codename="$(sed -n 's/^VERSION_CODENAME="\{0,1\}\([a-z]*\).*/\1/p' /etc/os-release)"
    fi
    own="${codename:-stable} oldstable stable testing unstable sid trixie forky"
    eval "$(apt-config shell Dir_list Dir::Etc::sourcelist/f Dir_parts Dir::Etc::sourceparts/d)"
    list="${Dir_list:-/etc/apt/sources.list}"
    parts="${Dir_parts:-/etc/apt/sources.list.d}"
    for file in "$list" "${parts%/}"/*.list "${parts%/}"/*.sources; do
        [[ -r "$file" && -f "$file" ]] || continue
        name="$into/$(basename "$file")"
        case "$file" in
        *.sources) rewrite_deb822 "$suite" "$own" <"$file" >"$name" ;;
        *) rewrite_one_line "$suite" "$own" <"$file" >"$name" ;;
        esac
        [[ -s "$name" ]] || rm -f "$name"
    done
}

# Stanzas of `Field: value`, parted by empty lines; a line that begins with a space goes on.
rewrite_deb822() {
    sed 's/[[:space:]]*$//; /^#/d' | awk -v suite="$1" -v own="$2" '
        function has(words, word,    list, count, i) {
            count = split(words, list, /[ \t]+/)
            for (i = 1; i <= count; i++) if (list[i] == word) return 1
            return 0
        }
        function finish(    list, count, i, ours) {
            count = split(own, list, " ")
            for (i = 1; i <= count; i++) if (has(suites, list[i])) ours = 1
            if (ours && has(types, "deb") && has(components, "main") && enabled != "no")
                printf "Types: deb\nSuites: %s\nComponents: main\n%s\n", suite, kept
            kept = suites = types = components = field = ""
            enabled = "yes"
        }
        BEGIN { enabled = "yes" }
        /^$/ { finish(); next }
        /^[^ \t]/ { field = tolower($0); sub(/:.*/, "", field) }
        {
            value = $0
            if (value !~ /^[ \t]/) sub(/^[^:]*:/, "", value)
            if (field == "suites") suites = suites " " value
            else if (field == "types") types = types " " value
            else if (field == "components") components = components " " value
            else if (field == "enabled") { gsub(/[ \t]/, "", value); enabled = tolower(value) }
            else kept = kept $0 "\n"
        }
        END { finish() }'
}

# One source a line: deb [options] address suite component…
rewrite_one_line() {
    local options='(\[[^]]*\][[:space:]]+)?' word='[^[:space:]]+' gap='[[:space:]]+'
    local main='(.*[[:space:]])?main([[:space:]].*)?'
    sed -nE "s/^deb$gap$options($word)$gap(${2// /|})$gap$main\$/deb \\1\\2 $1 main/p"
}

write_apt_config() {
    local apt="$1"
    # The hooks are for the machine's own package cache and need root; this is not that cache.
    cat >"$apt/apt.conf" <<CONFIG
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "$apt/sources";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State "$apt";
Dir::State::Lists "$apt/lists";
Dir::State::Status "$apt/status";
Dir::Cache "$apt/cache";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "30";
Acquire::https::Timeout "30";
CONFIG
}

unpack() {
    local deb version
    for deb in "$work"/apt/debs/*.deb; do
        dpkg-deb -x "$deb" "$work/packages" || return 1
    done
    version="$(dpkg-deb -f "$work"/apt/debs/wasi-libc_*.deb Version)"
    dpkg --compare-versions "$version" ge "$WASI_LIBC_MIN" || return 1
    # The folder's name is the exact upstream version, without Debian's own suffixes.
    [[ -d "$work/packages/usr/src/rustc-$release/library" &&
        -e "$work/packages/usr/lib/$TARGET/libc.a" ]]
}

build_std() {
    local source="$work/packages/usr/src/rustc-$release" libc="$work/packages/usr/lib/$TARGET"
    local sep=$'\x1f' official="--remap-path-prefix=$source=/rustc/$commit"
    say "building the standard library (once, about half a minute on two cores)"
    mkdir -p "$work/scratch/src"
    echo '#![no_std]' >"$work/scratch/src/lib.rs"
    # A workspace of its own, or cargo would look for this crate in ours.
    printf '[package]\nname = "scratch"\nedition = "2024"\n\n[workspace]\n' \
        >"$work/scratch/Cargo.toml"
    # Without bitcode, guests could not be optimised at link time. The paths are those that the
    # official library has in its panic messages, so that guests do not name this machine's folders.
    (
        cd "$work/scratch" || exit 1
        env RUSTC_BOOTSTRAP=1 __CARGO_TESTS_ONLY_SRC_ROOT="$source/library" \
            CARGO_TARGET_DIR="$work/built" CARGO_TERM_COLOR=never \
            CARGO_ENCODED_RUSTFLAGS="-Lnative=$libc${sep}-Cembed-bitcode=yes${sep}$official" \
            cargo build --quiet --release --target "$TARGET" -Zbuild-std=std,panic_abort
    ) >"$work/build.log" 2>&1 || {
        tail -n 20 "$work/build.log" >&2
        say "the standard library did not build"
        return 1
    }
}

lay_out() {
    local lib="$work/sysroot/lib/rustlib/$TARGET/lib"
    mkdir -p "$lib/self-contained" &&
        cp "$work"/built/"$TARGET"/release/deps/*.rlib "$lib/" &&
        rm -f "$lib"/libscratch-*.rlib &&
        cp "$work/packages/usr/lib/$TARGET"/* "$lib/self-contained/" &&
        link_host_tools "$work/sysroot"
}

# rustc looks for its linkers below the sysroot too. The toolchain may have moved since.
link_host_tools() {
    local wanted="$toolchain/lib/rustlib/$host" link="$1/lib/rustlib/$host"
    if [[ "$(readlink "$link" 2>/dev/null)" == "$wanted" ]]; then return 0; fi
    ln -s "$wanted" "$link.$$" && mv -fT "$link.$$" "$link"
}

# A sysroot is put in place only after it has linked a program, with link-time optimisation.
prove() {
    echo 'fn main() { println!("{:?}", std::time::SystemTime::now()); }' >"$work/proof.rs"
    rustc --edition 2024 --target "$TARGET" --sysroot "$work/sysroot" -Copt-level=1 -Clto=fat \
        -o "$work/proof.wasm" "$work/proof.rs" >"$work/proof.log" 2>&1 || {
        tail -n 20 "$work/proof.log" >&2
        say "the standard library was built, but a program does not link with it"
        return 1
    }
}

install_sysroot() {
    : >"$work/sysroot/complete"
    rm -rf "$sysroot"
    mv -T "$work/sysroot" "$sysroot"
}

main
