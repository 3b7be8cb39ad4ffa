# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The rows of scripts/bench about second factors and messages to people (P9, P17). Read by bench_rows.sh, whose variables and
# functions it uses.
# shellcheck disable=SC2154
: "${place:?}" "${bench:?}" "${dev:?}" "${root:?}"

# Of tests/bench/codes/one_time_codes.cpp, as each peer wants it.
readonly seed_hex=3132333435363738393031323334353637383930 seed_base32=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ
readonly counted_codes=1100
readonly queued_messages=5000 # that a daemon sends away

# host_command NAME: what runs a plugin's process, in `host`.
host_command() {
    host=(setpriv "${privileges[@]}" "$place/bin/loquet-plugin" --listen "$place/run/plugins/$1.sock"
        --plugin-dir "$place/plugins" --config-dir "$place/etc/plugins" "$1")
}

# start_host NAME: leaves host_pid.
start_host() {
    host_command "$1"
    rm -f "$place/run/plugins/$1.sock"
    in_background "$1" "${host[@]}"
    host_pid=$!
    wait_until "the plugin $1" test -S "$place/run/plugins/$1.sock"
}

# end_pids PID...
end_pids() {
    local pid
    for pid in "$@"; do
        kill "$pid"
        wait "$pid" || true
        forget_pid "$pid"
    done
}

# The peers' services and what they keep, and the accounts of fill_accounts for programs that ask NSS.
need_code_peers() {
    local number
    need_peers
    cp "$bench/codes/one_time_codes" "$place/bin/"
    mkdir -p "$place/codes"
    printf 'HOTP %s - %s\n' "$peer" "$seed_hex" >"$place/codes/oath"
    printf '%s\n" HOTP_COUNTER 1\n' "$seed_base32" >"$place/codes/google"
    chmod 0600 "$place/codes"/{oath,google}
    "$place/bin/one_time_codes" hotp "$peer" 0 "$counted_codes" >"$place/codes/oath.lines"
    "$place/bin/one_time_codes" hotp "$peer" 1 "$counted_codes" >"$place/codes/google.lines"
    printf 'auth required %s\naccount required pam_permit.so\n' "$module" >"$place/pam/totp"
    printf 'auth required pam_oath.so usersfile=%s digits=6\naccount required pam_permit.so\n' "$place/codes/oath" >"$place/pam/oath"
    printf 'auth required pam_google_authenticator.so secret=%s user=root\naccount required pam_permit.so\n' \
        "$place/codes/google" >"$place/pam/google"
    {
        grep -v '^person' "$root/etc/passwd"
        for ((number = 0; number < 100; number++)); do
            printf 'person%d:x:%d:100::/:/bin/sh\n' "$number" $((100000 + number))
        done
    } >"$place/codes/passwd"
    mount --bind "$place/codes/passwd" "$root/etc/passwd"
}

# with_codes ACCOUNTS STORE: sets totp up for the first accounts of the store that has so many, starts its loquetd, and leaves
# codes for them in codes/ours.
with_codes() {
    (unprivileged "$place/bin/one_time_codes" totp "$place/accounts-$2" "$place/master-key" "$1") >"$place/codes/ours"
    {
        cat "$place/etc/loquet-$2.toml"
        printf '[plugins.totp]\nkind = "step"\nproves = "possession"\n[flow.login.service.totp]\nsteps = ["totp"]\n'
    } >"$place/etc/codes.toml"
    start_loquetd "$place/etc/codes.toml"
}

row_P9() {
    local logins=() count took=() rounds=5 times=90 used common
    common=(--row P9 --what "one-time code with durable replay protection" --rounds "$rounds" --times "$times")
    used=$((rounds * (times + 1)))
    need_code_peers
    start_host totp
    stop_loquetd
    need_accounts 10 100 1000000
    with_codes 100 100
    head --lines="$used" "$place/codes/ours" >"$place/codes/first"
    tail --lines=+$((used + 1)) "$place/codes/ours" >"$place/codes/second" # a code is good after the one before it
    login totp @ "$place/codes/first"
    login oath @ "$place/codes/oath.lines"
    login totp @ "$place/codes/second"
    login google @ "$place/codes/google.lines"
    application "${common[@]}" --against "pam_oath, one user" --most 1.0 compare "${logins[@]:0:8}"
    application "${common[@]}" --against "pam_google_authenticator" compare "${logins[@]:8:8}"
    stop_loquetd
    logins=()
    login totp @ "$place/codes/ours"
    for _ in 1 2 3; do
        for count in 10 1000000; do
            with_codes 10 "$count"
            took[count]+="$(application --times 100 figure "${logins[@]}") "
            stop_loquetd
        done
    done
    row_line P9 "the same, 1 000 000 accounts" ms "${took[1000000]}" "with 10 accounts" "${took[10]}" "<= 1.1"
    end_pids "$host_pid"
    umount "$root/etc/passwd"
    start_loquetd "$place/etc/loquet.toml"
}

# need_people: a store of 1000 people with passwords of a cheap hash, so that everything else is looked at, and in
# etc/people.toml a daemon that sends mail to them.
need_people() {
    local hash folder=$place/people
    cp "$bench/messages/"{message_bench,fill_outbox} "$place/bin/"
    # shellcheck disable=SC2016  # perl's own variables, and crypt(5)'s dollars
    hash=$(PASSWORD=$password perl -e 'print crypt($ENV{PASSWORD}, q($6$rounds=1000$benchbenchbenchb))')
    install --directory --owner="$daemon_uid" --group="$daemon_gid" --mode=0700 "$folder"
    install --directory --owner="$daemon_uid" --group="$daemon_gid" --mode=0755 "$folder-names"
    (unprivileged "$place/bin/fill_accounts" "$folder" "$place/master-key" 1000 "$hash")
    {
        sed "s,^folder = \"$place/store\",folder = \"$folder\",; s,^folder = \"$place/directory\",folder = \"$folder-names\"," \
            "$place/etc/loquet.toml"
        cat <<'END'
[hashing]
method = "sha512crypt"
cost = 1000
[outbox]
mail = ["smtp"]
sms = ["sms_http"]
[outbox.mail_budget]
account = 1000000
destination = 1000000
place = 1000000
site = 1000000
[plugins.smtp]
kind = "channel"
[plugins.sms_http]
kind = "channel"
[plugins.one_time_code]
kind = "step"
proves = "possession"
[flow.login.service.quick]
steps = ["password"]
[flow.login.service.code]
steps = ["password", "one_time_code"]
[flow.login.service.sum]
steps = ["password", "arithmetic"]
END
    } >"$place/etc/people.toml"
    printf 'person0:x:100000:100::/:/bin/sh\n' >>"$place/passwd"
    printf 'auth required %s\n' "$module" >"$place/pam/quick"
}

# with_messages MEDIUM COUNT: a copy of the people's store with so many messages in it, for etc/messages.toml.
with_messages() {
    rm -rf "$place/messages"
    cp --archive "$place/people" "$place/messages"
    (unprivileged "$place/bin/fill_outbox" "$place/messages" "$place/master-key" "$1" "$2")
    sed "s,^folder = \"$place/people\",folder = \"$place/messages\"," "$place/etc/people.toml" >"$place/etc/messages.toml"
}

# A gateway that takes connections and says nothing, and smtp's process, which waits for it: host_pid and dead_pid.
start_dead_gateway() {
    in_background dead "$place/bin/message_bench" dead "$place/dead-port"
    dead_pid=$!
    wait_until "the dead gateway" test -s "$place/dead-port"
    printf 'server = "127.0.0.1"\nport = %s\nsecurity = "none"\n' "$(<"$place/dead-port")" >"$place/etc/plugins/smtp.toml"
    start_host smtp
}

rows_of_channels() {
    local channel medium took
    local -A alone=([smtp]=2000 [sms_http]=6000) # so that a round takes some tenths of a second
    for channel in smtp sms_http; do
        medium=$([[ $channel == smtp ]] && echo mail || echo sms)
        host_command "$channel"
        "$place/bin/message_bench" channel "$channel" "${alone[$channel]}" "$place/run/plugins/$channel.sock" "$place/etc/plugins/$channel.toml" "${host[@]}"
        took=''
        for _ in 1 2 3; do
            with_messages "$medium" "$queued_messages"
            rm -f "$place/run/plugins/$channel.sock"
            took+="$("$place/bin/message_bench" whole "$channel" "$queued_messages" "$place/run/plugins/$channel.sock" \
                "$place/etc/plugins/$channel.toml" "${host[@]}" -- setpriv "${privileges[@]}" "${loquetd_command[@]}" \
                --config "$place/etc/messages.toml" 2>>"$place/loquetd.log") "
        done
        row_line P17 "messages from the outbox, by $channel" "/s" "$took" "" "" ""
    done
}

# a_login CONFIGURATION: of a loquetd on it: what a login takes (`login_ms`), and the daemon's own memory after some (`own_kb`).
a_login() {
    local logins=()
    login quick person0 "$password"
    start_loquetd "$1"
    login_ms=$("$pam_bench" --preload "$libsystemd" --authenticate-only --times 300 figure "${logins[@]}")
    own_kb=$(memory_of "$loquetd_pid" RssAnon)
    stop_loquetd
}

row_P17() {
    local waiting=10000 sent idle='' loaded='' more='' before login_ms own_kb gateway_pids
    need_site
    stop_loquetd
    need_people
    rows_of_channels

    start_dead_gateway
    gateway_pids=("$host_pid" "$dead_pid")
    start_host one_time_code
    with_messages mail 0
    start_loquetd "$place/etc/messages.toml"
    "$place/bin/message_bench" reply "$DBUS_SYSTEM_BUS_ADDRESS" 351 code sum <<<"$password"
    sent=$("$dev/cli/loquetctl" --json message list | grep -c '"state":"\(queued\|sending\|deferred\)"')
    ((sent == 351)) || fail "of 351 codes $sent wait for the dead gateway"
    stop_loquetd
    end_pids "$host_pid"

    for _ in 1 2 3; do
        a_login "$place/etc/people.toml"
        idle+="$login_ms " before=$own_kb
        with_messages mail "$waiting"
        a_login "$place/etc/messages.toml"
        loaded+="$login_ms " more+="$((own_kb - before)) "
    done
    row_line P17 "login while $waiting messages wait and the gateway is dead" ms "$loaded" "idle daemon" "$idle" "<= 1.2"
    row_line P17 "private memory for $waiting messages that wait" kB "$more" "" "" ""
    end_pids "${gateway_pids[@]}"
    start_loquetd "$place/etc/loquet.toml"
}
