#!/usr/bin/env bash
# The demonstration: a simulated iContact account, every report of it in one SQLite file.
#
# `make demo` builds what this needs and sets TOLLGATE, SIMULATOR and COMPONENTS. All that is written
# goes to target/demo. The simulator listens on a free port of this machine only, and is always
# stopped, also by Ctrl-C.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

TOLLGATE="${TOLLGATE:-target/debug/tollgate}"
SIMULATOR="${SIMULATOR:-target/debug/tollgate-simulator}"
COMPONENTS="${COMPONENTS:-target/components}"
CONTACTS="${CONTACTS:-2000}"
readonly DEMO=target/demo
# What the simulator is started with, and what tollgate.toml refers to: two names for one login.
readonly USERNAME=demo@example.com
export ICONTACT_PASSWORD=simulated-password ICONTACT_APP_ID=simulated-application
simulator=""

main() {
    need "$TOLLGATE" "$SIMULATOR" "$COMPONENTS/icontact.wasm"
    rm -rf "$DEMO"
    mkdir -p "$DEMO"
    trap stop_simulator EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    start_simulator
    write_config

    step "the permission screen, and the grant"
    tollgate add "$COMPONENTS/icontact.wasm" --grant
    step "do the credentials work?"
    tollgate check
    step "every report, into one SQLite file"
    tollgate sync
    step "a first look"
    tollgate preview --stream contacts --limit 5 \
        --columns contact_id,email,first_name,last_name,status,create_date
    tollgate preview --stream messages --limit 3
    next_steps
}

tollgate() {
    echo "\$ tollgate $*"
    "$TOLLGATE" "$@" --project "$DEMO"
}

need() {
    local file
    for file in "$@"; do
        [[ -e "$file" ]] || {
            echo "there is no $file: run \`make demo\`, which builds it" >&2
            exit 1
        }
    done
}

start_simulator() {
    local line=""
    # Standard output goes to a pipe so that its first line, which names the port, can be awaited.
    exec 3< <(exec "$SIMULATOR" icontact --port 0 --contacts "$CONTACTS" --username "$USERNAME" \
        --password "$ICONTACT_PASSWORD" --app-id "$ICONTACT_APP_ID" 2>"$DEMO/simulator.log")
    simulator=$!
    read -r -t 10 line <&3 || true
    origin="${line#listening on }"
    [[ "$origin" == http://127.0.0.1:* ]] || {
        echo "the simulator did not start:" >&2
        cat "$DEMO/simulator.log" >&2
        exit 1
    }
    step "an iContact simulator with $CONTACTS contacts, $line"
}

stop_simulator() {
    if [[ -n "$simulator" ]]; then kill "$simulator" 2>/dev/null || true; fi
}

write_config() {
    cat >"$DEMO/tollgate.toml" <<CONFIG
[accounts.demo]
connector = "icontact"
username = "$USERNAME"
password = { env = "ICONTACT_PASSWORD" }
app_id = { env = "ICONTACT_APP_ID" }

[syncs.everything]
account = "demo"
streams = "all"
to = "sqlite:icontact.db"

# The simulator stands in for iContact. Without these lines the same file syncs a real account.
[origins]
"https://app.icontact.com" = "$origin"
CONFIG
}

step() { printf '\n\033[1m==> %s\033[0m\n' "$*"; }

next_steps() {
    step "done"
    cat <<NEXT
The data is in $DEMO/icontact.db, one table for each report. What to try next:

  sqlite3 $DEMO/icontact.db "select status, count(*) from contacts group by status"
  $TOLLGATE describe icontact --project $DEMO
  $TOLLGATE describe icontact --stream contacts --project $DEMO
  $TOLLGATE help config

The simulator stops now; with credentials of your own and without [origins] in
$DEMO/tollgate.toml, the same commands read your account.
NEXT
}

main
