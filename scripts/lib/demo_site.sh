# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A whole site in one folder, for scripts/demo and scripts/bench: a private bus, the plugins' processes, the daemon on a new
# store, and PAM services that use our module. Needs common.sh, and `place` (an empty folder) and `dev` (a built tree).
# Leaves bus_pid, plugin_pids and loquetd_pid.
: "${repository:?}" "${place:?}" "${dev:?}"

# Whom the daemon runs as: nobody in particular, as it needs no privilege. The bus and this script are root's.
readonly daemon_uid=65534 daemon_gid=65534

site_plugins=(lockout password_rules arithmetic)

write_site() {
    mkdir -p "$place"/{bin,plugins,etc,pam,run/plugins,store,directory}
    # Copies, because the built tree may be where only its owner may look.
    cp "$dev/daemon/loquetd" "$dev/plugin_host/loquet-plugin" "$place/bin/"
    cp "$dev"/plugins/*.so "$place/plugins/"
    head -c 32 /dev/urandom >"$place/master-key"
    chmod 0400 "$place/master-key"
    chmod 0700 "$place/store"
    chown -R "$daemon_uid:$daemon_gid" "$place"/{run,store,directory,master-key}
    cat >"$place/etc/loquet.toml" <<EOF
disclose = ["locked"]
[store]
folder = "$place/store"
master_key = "$place/master-key"
[directory]
folder = "$place/directory"
[runtime]
folder = "$place/run"
[plugins.arithmetic]
kind = "step"
[flow.login.service.kiosk]
steps = ["arithmetic", "password", "expiry", "authorisation"]
EOF
    cp -r "$repository"/etc/{plugins,profiles,messages} "$place/etc/"
    cat >"$place/bus.conf" <<EOF
<busconfig>
  <type>system</type>
  <listen>unix:path=$place/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/> <allow own="*"/> <allow send_destination="*"/> <allow receive_sender="*"/>
  </policy>
</busconfig>
EOF
    local service kind
    for service in login kiosk; do
        for kind in auth account password; do
            printf '%s required %s/pam_module/pam_loquet.so\n' "$kind" "$dev"
        done >"$place/pam/$service"
    done
    printf '%s required pam_deny.so\n' auth account password session >"$place/pam/other"
}

# in_background LOG COMMAND...
in_background() {
    local log=$place/$1.log
    shift
    "$@" >"$log" 2>&1 </dev/null &
    remember_pid $!
}

# wait_until WHAT COMMAND...: for a minute at most.
wait_until() {
    local what=$1 tries
    shift
    for ((tries = 0; tries < 1200; tries++)); do
        if "$@" >/dev/null 2>&1; then
            return 0
        fi
        sleep 0.05
    done
    cat "$place"/*.log >&2
    fail "$what did not come up in a minute"
}

privileges=(--reuid="$daemon_uid" --regid="$daemon_gid" --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all)
unprivileged() {
    exec setpriv "${privileges[@]}" "$@"
}

# shellcheck disable=SC2034  # the pids are for the scripts that read this file
start_site() {
    local plugin
    plugin_pids=()
    in_background bus dbus-daemon --config-file="$place/bus.conf" --nofork --nopidfile --nosyslog
    bus_pid=$!
    wait_until "the bus" test -S "$place/bus"
    export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$place/bus
    for plugin in "${site_plugins[@]}"; do
        in_background "$plugin" unprivileged "$place/bin/loquet-plugin" --listen "$place/run/plugins/$plugin.sock" \
            --plugin-dir "$place/plugins" --config-dir "$place/etc/plugins" "$plugin"
        plugin_pids+=($!)
        wait_until "the plugin $plugin" test -S "$place/run/plugins/$plugin.sock"
    done
    start_loquetd "$place/etc/loquet.toml"
}

# start_loquetd CONFIGURATION [PREFIX...]: the prefix, if any, is a command that takes another one's words.
loquetd_command=("$place/bin/loquetd" --profiles "$place/etc/profiles" --messages "$place/etc/messages")
start_loquetd() {
    in_background loquetd "${@:2}" setpriv "${privileges[@]}" "${loquetd_command[@]}" --config "$1"
    loquetd_pid=$!
    wait_until loquetd dbus-send --system --print-reply --dest=org.loquet.Auth1 /org/loquet/Auth1 \
        org.freedesktop.DBus.Peer.Ping
}

stop_loquetd() {
    kill "$loquetd_pid"
    wait "$loquetd_pid" || true
    forget_pid "$loquetd_pid"
}

# talk SERVICE OPERATIONS ANSWER...: somebody at a terminal, through libpam. Shows what is asked, and gives the answers in
# turn to whatever is secret; a sum is worked out. The answers stay within this shell: pamtester gets them from a pipe.
talk() {
    local service=$1 operations=$2 line='' left sign right sum character person to_pam from_pam result=0
    shift 2
    rm -f "$place"/{to,from}-pam
    mkfifo "$place"/{to,from}-pam
    # shellcheck disable=SC2086  # the operations are words
    LD_PRELOAD=libpam_wrapper.so PAM_WRAPPER=1 PAM_WRAPPER_SERVICE_DIR="$place/pam" \
        pamtester -I tty=tty1 "$service" camille $operations <"$place/to-pam" >"$place/from-pam" 2>&1 &
    person=$!
    exec {to_pam}>"$place/to-pam" {from_pam}<"$place/from-pam"
    while IFS= read -r -N 1 character <&"$from_pam"; do
        printf '%s' "$character"
        line+=$character
        if [[ $line =~ ^(Password|Current\ password|New\ password|Repeat\ the\ new\ password):\ $ ]]; then
            printf '********\n'
            printf '%s\n' "${1-}" >&"$to_pam"
            shift || true
            line=
        elif [[ $line =~ ^What\ is\ ([0-9]+)\ ([-+])\ ([0-9]+)\?\ $ ]]; then
            left=${BASH_REMATCH[1]} sign=${BASH_REMATCH[2]}1 right=${BASH_REMATCH[3]}
            sum=$((left + sign * right))
            printf '%d\n' "$sum"
            printf '%d\n' "$sum" >&"$to_pam"
            line=
        elif [[ $character == $'\n' ]]; then
            line=
        fi
    done
    exec {to_pam}>&- {from_pam}<&-
    wait "$person" || result=$?
    return "$result"
}
