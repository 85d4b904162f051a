#!/usr/bin/env bash
# The demonstration: simulated accounts of iContact, of Constant Contact and of NICE inContact, every
# report of them in one SQLite file, contacts written back, and a killed run that is gone on with.
#
# `make demo` builds what this needs and sets TOLLGATE, SIMULATOR and COMPONENTS. All that is written
# goes to target/demo. The simulators listen on free ports of this machine only, and are always
# stopped, also by Ctrl-C.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

TOLLGATE="${TOLLGATE:-target/debug/tollgate}"
SIMULATOR="${SIMULATOR:-target/debug/tollgate-simulator}"
COMPONENTS="${COMPONENTS:-target/components}"
CONTACTS="${CONTACTS:-2000}"
readonly DEMO=target/demo
# What the simulators are started with, and what tollgate.toml refers to: two names for one login.
readonly USERNAME=demo@example.com API_KEY=simulated-key
export ICONTACT_PASSWORD=simulated-password ICONTACT_APP_ID=simulated-application
export CC_API_KEY=$API_KEY CC_ACCESS_TOKEN=simulated-token
export NICE_CLIENT_SECRET=simulated-client-secret NICE_KEY_SECRET=simulated-key-secret
export NICE_PASSWORD=simulated-nice-password
simulators=()
origin=""

main() {
    need "$TOLLGATE" "$SIMULATOR" "$COMPONENTS"/{icontact,constant-contact,incontact}.wasm
    rm -rf "$DEMO"
    mkdir -p "$DEMO"
    trap stop_simulators EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    step "three providers, simulated"
    start_simulator icontact --contacts "$CONTACTS" --username "$USERNAME" \
        --password "$ICONTACT_PASSWORD" --app-id "$ICONTACT_APP_ID"
    icontact="$origin"
    # Constant Contact lets an application ask four times a second, so there is less of it.
    start_simulator constant-contact --contacts 24 --campaigns 2 --client-id "$API_KEY" \
        --token "$CC_ACCESS_TOKEN"
    constant_contact="$origin"
    start_simulator incontact --contacts 300 --days 30 --job-polls 1 --password "$NICE_PASSWORD" \
        --client-secret "$NICE_CLIENT_SECRET" --access-key-secret "$NICE_KEY_SECRET"
    incontact="$origin"
    write_config

    step "the permission screens, and the grants"
    tollgate add "$COMPONENTS/icontact.wasm" --grant
    tollgate add "$COMPONENTS/constant-contact.wasm" --grant
    tollgate add "$COMPONENTS/incontact.wasm" --grant
    step "do the credentials work?"
    tollgate check
    step "every report, into one SQLite file"
    tollgate sync
    step "a first look"
    tollgate preview --account icontact --stream contacts --limit 3 \
        --columns contact_id,email,first_name,last_name,status,create_date
    tollgate preview --account cc --stream contacts --limit 3 \
        --columns email_address,permission_to_send,first_name,updated_at
    tollgate preview --account nice --stream custom_report --limit 3 \
        --option custom_report=600001 --columns Day,Handled,Rate,Note,job_start
    step "the other way: contacts from a file, one of whom is there already"
    printf '%s\n' email_address,first_name new@example.com,Zoë contact1@example.com,Ben \
        >"$DEMO/new.csv"
    tollgate write cc contacts --operation create --from "$DEMO/new.csv" \
        --rejects "$DEMO/rejects.jsonl" || [[ $? == 11 ]]
    step "the next sync brings what is new since"
    tollgate sync cc_contacts
    step "a run is killed, and the next one goes on"
    write_slow_sync
    kill_a_run slow
    tollgate runs list --limit 1
    tollgate sync slow
    next_steps
}

tollgate() {
    echo "\$ tollgate $*"
    "$TOLLGATE" "$@" --project "$DEMO"
}

write_slow_sync() {
    cat >>"$DEMO/tollgate.toml" <<CONFIG

# The same login, held to a slow pace: time enough to kill a run of it.
[accounts.icontact_slow]
connector = "icontact"
username = "$USERNAME"
password = { env = "ICONTACT_PASSWORD" }
app_id = { env = "ICONTACT_APP_ID" }
requests_per_second = 5

[syncs.slow]
account = "icontact_slow"
stream = "contacts"
options = { page_size = 50 }
to = "sqlite:slow.db"
CONFIG
}

# Starts a sync, and ends its process without a word once it has kept its first rows.
kill_a_run() {
    local run tries
    echo "\$ tollgate sync $1 --quiet &"
    "$TOLLGATE" sync "$1" --quiet --project "$DEMO" &
    run=$!
    for ((tries = 0; tries < 300; tries++)); do
        "$TOLLGATE" state show "$1" --json --project "$DEMO" | grep -q '"rows": [1-9]' && break
        sleep 0.2
    done
    echo "\$ kill -KILL $run"
    kill -KILL "$run"
    { wait "$run" || true; } 2>/dev/null
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

# Starts a simulator with these arguments, and sets `origin` to where it is.
start_simulator() {
    local line="" log="$DEMO/$1-simulator.log"
    # Standard output goes to a pipe so that its first line, which names the port, can be awaited.
    exec 3< <(exec "$SIMULATOR" "$@" --port 0 2>"$log")
    simulators+=("$!")
    read -r -t 10 line <&3 || true
    origin="${line#listening on }"
    [[ "$origin" == http://127.0.0.1:* ]] || {
        echo "the simulator did not start:" >&2
        cat "$log" >&2
        exit 1
    }
    echo "$1: $line"
}

stop_simulators() {
    if [[ ${#simulators[@]} -gt 0 ]]; then kill "${simulators[@]}" 2>/dev/null || true; fi
}

write_config() {
    cat >"$DEMO/tollgate.toml" <<CONFIG
[accounts.icontact]
connector = "icontact"
username = "$USERNAME"
password = { env = "ICONTACT_PASSWORD" }
app_id = { env = "ICONTACT_APP_ID" }

# A token that was pasted. Without it, \`tollgate account connect cc\` has you sign in.
[accounts.cc]
connector = "constant_contact"
auth = "oauth"
client_id = "$API_KEY"
access_token = { env = "CC_ACCESS_TOKEN" }

[accounts.cc_v2]
connector = "constant_contact"
auth = "legacy"
api_key = { env = "CC_API_KEY" }
access_token = { env = "CC_ACCESS_TOKEN" }

# One business unit, three ways to sign in. The token and the place of the API come of signing in.
[accounts.nice]
connector = "incontact"
auth = "cxone"
client_id = "client 0001"
client_secret = { env = "NICE_CLIENT_SECRET" }
access_key_id = "KEY0001=="
access_key_secret = { env = "NICE_KEY_SECRET" }
time_zone = "America/New_York"

[accounts.nice_key]
connector = "incontact"
auth = "access_key"
cluster = "c30"
access_key_id = "KEY0001=="
access_key_secret = { env = "NICE_KEY_SECRET" }

[accounts.nice_legacy]
connector = "incontact"
auth = "password"
application_name = "Reports"
vendor_name = "Example"
business_unit = "4500001"
username = "reports@example.com"
password = { env = "NICE_PASSWORD" }

[syncs.icontact]
account = "icontact"
streams = "all"
to = "sqlite:demo.db"
table = "icontact_"

# Contacts are merged by key, and from the second run on only what is new is read.
[syncs.cc_contacts]
account = "cc"
stream = "contacts"
to = "sqlite:demo.db"
table = "cc_contacts"
expand = true

[syncs.cc_reports]
account = "cc"
streams = [
    "account", "account_emails", "campaign_activities", "campaign_activity_details",
    "contact_counts", "contact_lists", "custom_fields", "email_activity_stats", "email_bounces",
    "email_campaign_stats", "email_campaign_summaries", "email_clicks", "email_did_not_opens",
    "email_forwards", "email_links", "email_opens", "email_optouts", "email_sends",
    "email_unique_opens", "emails", "events", "segments", "tags", "user_privileges",
]
to = "sqlite:demo.db"
table = "cc_"

# A request or more for each contact: here for a few of them, over five years.
[syncs.cc_people]
account = "cc"
streams = ["contact_action_summary", "contact_open_and_click_rates"]
options = { contact_status = "pending_confirmation", start_date = "specific", specific_start_date = "2019-01-01", end_date = "specific", specific_end_date = "2023-12-31" }
to = "sqlite:demo.db"
table = "cc_"

[syncs.cc_details]
account = "cc"
stream = "contact_activity_details"
options = { contact_status = "pending_confirmation", tracking_activity_types = "em_sends,em_opens" }
to = "sqlite:demo.db"
table = "cc_contact_activity_details"

[syncs.cc_v2]
account = "cc_v2"
streams = [
    "v2_account_info", "v2_contact_lists", "v2_contact_tracking", "v2_contacts",
    "v2_email_campaign_summary", "v2_email_campaigns", "v2_events", "v2_my_library_files",
    "v2_trash_files",
]
to = "sqlite:demo.db"
table = "cc_"

# Agents, skills and teams are merged by key, as the contacts above.
[syncs.nice_lists]
account = "nice"
streams = ["agents", "campaigns", "skills", "teams"]
to = "sqlite:demo.db"
table = "nice_"

# Days of New York, those of the last two weeks, in a request for each week.
[syncs.nice_days]
account = "nice"
streams = [
    "agent_performance", "contacts", "contacts_completed", "skill_summaries",
    "team_performance_totals",
]
options = { date = "offset", date_offset = 14, slice_days = 7 }
to = "sqlite:demo.db"
table = "nice_"

# A report that somebody made on the provider's website: its columns are found out.
[syncs.nice_report]
account = "nice"
stream = "custom_report"
options = { custom_report = "Weekly agents" }
to = "sqlite:demo.db"
table = "nice_weekly_agents"

[syncs.nice_download]
account = "nice"
stream = "data_download"
options = { data_download_report = "Call Detail" }
to = "sqlite:demo.db"
table = "nice_call_detail"

# The simulators stand in for the providers. Without these lines the same file syncs real accounts.
[origins]
"https://app.icontact.com" = "$icontact"
"https://api.cc.email" = "$constant_contact"
"https://authz.constantcontact.com" = "$constant_contact"
"https://api.constantcontact.com" = "$constant_contact"
"https://*.incontact.com" = "$incontact"
"https://*.nice-incontact.com" = "$incontact"
"https://*.niceincontact.com" = "$incontact"
CONFIG
}

step() {
    if [[ -t 1 && -z "${NO_COLOR:-}" ]]; then printf '\n\033[1m==> %s\033[0m\n' "$*"
    else printf '\n==> %s\n' "$*"; fi
}

next_steps() {
    step "done"
    cat <<NEXT
The data is in $DEMO/demo.db, one table for each report. What to try next:

  sqlite3 $DEMO/demo.db "select status, count(*) from icontact_contacts group by status"
  sqlite3 $DEMO/demo.db "select link_url, count(*) from cc_email_clicks group by link_url"
  sqlite3 $DEMO/demo.db "select \\"Day\\", sum(\\"Handled\\") from nice_weekly_agents group by 1"
  $TOLLGATE describe icontact --project $DEMO
  $TOLLGATE describe constant_contact --stream contacts --project $DEMO
  $TOLLGATE help config

The simulators stop now; with credentials of your own and without [origins] in
$DEMO/tollgate.toml, the same commands read your accounts.
NEXT
}

main
