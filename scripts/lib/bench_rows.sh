#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# scripts/lib/bench_rows.sh PLACE BUILD ROW...: measures the rows with what was built in BUILD; PLACE is an empty folder,
# and what was measured is in PLACE/rows afterwards. Called by scripts/bench, in a mount namespace of its own.
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=scripts/lib/packages.sh
. "$repository/scripts/lib/packages.sh"

place=$1
dev=$2
kept_root=$(dirname "$2")/peers
shift 2
bench=$dev/tests/bench
# shellcheck source=scripts/lib/demo_site.sh
. "$repository/scripts/lib/demo_site.sh"
# shellcheck source=scripts/lib/bench_site.sh
. "$repository/scripts/lib/bench_site.sh"
# shellcheck source=scripts/lib/bench_peers.sh
. "$repository/scripts/lib/bench_peers.sh"
# shellcheck source=scripts/lib/bench_names.sh
. "$repository/scripts/lib/bench_names.sh"
# shellcheck source=scripts/lib/bench_messages.sh
. "$repository/scripts/lib/bench_messages.sh"

row_line() {
    "$repository/scripts/lib/bench_table.py" --row "$@"
}

started_site=
need_site() {
    if [[ ! $started_site ]]; then
        write_bench_site
        start_site
        add_account camille
        know_uid "$first_uid" # after: an account does not get a number that somebody has
        started_site=1
    fi
}

made_peers=
need_peers() {
    need_site
    if [[ ! $made_peers ]]; then
        make_peers
        add_unix_account worker "$first_uid" "$password" "$setting"
        sed -i '/^camille:/d' "$root/etc/passwd"
        grep '^camille:' "$place/passwd" >>"$root/etc/passwd" # after the other of that number, which pam_unix looks for
        made_peers=1
    fi
}

started_directory=
# An LDAP server of one account, and the two that ask it.
need_directory() {
    need_peers
    if [[ $started_directory != one ]]; then
        stop_directory
        start_directory </dev/null
        start_nslcd
        start_sssd
        started_directory=one
    fi
}

# application OPTION... MODE WORD...: pam_bench where all the modules are.
application() {
    chroot "$root" "$pam_bench" "$@"
}

# login SERVICE USER PASSWORD: what pam_bench takes for one login; several of them in `logins`.
login() {
    logins+=("$place/pam" "$1" "$2" "$3")
}

row_P7() {
    need_peers
    local logins=()
    login loquet camille "$password"
    login unix worker "$password"
    application --row P7 --what "password login" --against "pam_unix, same hash" --most 0.5 --times 20 compare "${logins[@]}"
    application --row P7 --what "password login less one hash" --against "one hash, crypt()" --most 0.8 --times 30 \
        --setting "$setting" surplus "${logins[@]:0:4}"
}

row_P8() {
    need_peers
    local logins=()
    login loquet camille "$password"
    login unix worker "$password"
    application --row P8 --what "password login asked by its user" --against "pam_unix, unix_chkpwd" --most 0.4 --times 20 \
        --uid "$first_uid" compare "${logins[@]}"
}

row_P10() {
    need_directory
    local logins=()
    login loquet camille ''
    login ldap "$peer" "$peer_password"
    login loquet camille ''
    login sss "$peer" "$peer_password"
    local common=(--row P10 --expect 7 --times 100)
    application "${common[@]}" --what "no hash, no write; libsystemd in the process" --against "pam_ldap, nslcd" \
        --most 0.4 --preload "$libsystemd" compare "${logins[@]:0:8}"
    application "${common[@]}" --what "no hash, no write; bare process" --against "pam_ldap, nslcd" --most 0.75 \
        compare "${logins[@]:0:8}"
    application "${common[@]}" --what "no hash, no write; libsystemd in the process" --against "pam_sss, sssd" \
        --most 0.12 --preload "$libsystemd" compare "${logins[@]:8:8}"
    application "${common[@]}" --what "no hash, no write; bare process" --against "pam_sss, sssd" --most 0.12 \
        compare "${logins[@]:8:8}"
}

row_P11() {
    need_directory
    local logins=() common=(--row P11 --what "logins a second, 4 clients, no hash" --expect 7 --times 100 --clients 4)
    add_account client0 client1 client2 client3
    login loquet 'client#' ''
    login ldap "$peer" "$peer_password"
    login loquet 'client#' ''
    login sss "$peer" "$peer_password"
    application "${common[@]}" --against "pam_ldap, nslcd" --least 3 --preload "$libsystemd" rate "${logins[@]:0:8}"
    application "${common[@]}" --against "pam_sss, sssd" --least 10 --preload "$libsystemd" rate "${logins[@]:8:8}"
}

row_P12() {
    need_peers
    local logins=() common=(--row P12 --against "unknown name" --equal-within 0.05 --expect 7 --expect-of-peer 7
        --authenticate-only --rounds 9 --times 20)
    login loquet camille "a guess"
    login loquet 'nobody#' "a guess"
    application "${common[@]}" --what "wrong password" --right "$password" compare "${logins[@]}"
    add_account shut
    "$dev/cli/loquetctl" --no-pager account lock shut --reason benchmark >/dev/null
    logins=()
    login loquet shut "$password"
    login loquet 'nobody#' "a guess"
    application "${common[@]}" --what "right password of a locked account" compare "${logins[@]}"
}

row_P13() {
    need_peers
    local round logins=() ours=() theirs=()
    application --row P13 --times 200 load "$module" "$libsystemd"
    login loquet camille "$password"
    login permit camille "$password"
    for round in 1 2 3; do
        ours[round]=$(application --preload "$libsystemd" memory "${logins[@]:0:4}")
        theirs[round]=$(application --preload "$libsystemd" memory "${logins[@]:4:4}")
    done
    row_line P13 "private memory after a login" kB "${ours[*]}" "pam_permit beside libsystemd" "${theirs[*]}" "<= 1.1"
}

row_P14() {
    need_site
    local pid pids=("$bus_pid" "$loquetd_pid")
    for pid in "${pids[@]}"; do
        taskset --all-tasks --cpu-list --pid 0 "$pid" >/dev/null
    done
    taskset --cpu-list 0 "$bench/bus/bus_bench" "$DBUS_SYSTEM_BUS_ADDRESS" methods camille
    for pid in "${pids[@]}"; do
        taskset --all-tasks --cpu-list --pid "0-$(($(nproc --all) - 1))" "$pid" >/dev/null
    done
}

row_P15() {
    "$bench/store/store_bench" "$place"
}

# memory_of PID FIELD: in kB, of /proc/PID/status.
memory_of() {
    awk -v field="$2:" '$1 == field { print $2 }' "/proc/$1/status"
}

row_P16() {
    "$bench/hash/hash_bench"
    need_site
    local number pids=() idle peak
    idle=$(memory_of "$loquetd_pid" VmRSS)
    echo 5 >"/proc/$loquetd_pid/clear_refs" # the peak begins anew
    for ((number = 0; number < 2 * $(nproc); number++)); do
        add_account "load$number"
        "$pam_bench" keep "$place/pam" loquet "load$number" "$password" 2>"$place/load$number.log" &
        pids+=($!)
        remember_pid $!
    done
    "$bench/bus/bus_bench" "$DBUS_SYSTEM_BUS_ADDRESS" ping "${pids[@]}"
    for number in "${pids[@]}"; do
        kill "$number"
        wait "$number" || true
        forget_pid "$number"
    done
    peak=$(memory_of "$loquetd_pid" VmHWM)
    row_line P16 "memory of the daemon while all workers hash, above idle" MB "$(((peak - idle) / 1024))" \
        "workers x 16 MiB" "$(($(nproc) * 16))" "<= 1.1"
}

# proportional PID...: the PSS of all, in MB.
proportional() {
    local pid
    for pid in "$@"; do
        cat "/proc/$pid/smaps_rollup"
    done | awk '$1 == "Pss:" { sum += $2 } END { printf "%.2f\n", sum / 1024 }'
}

megabytes() {
    awk -v kilobytes="$1" 'BEGIN { printf "%.2f\n", kilobytes / 1024 }'
}

# need_accounts COUNT...: stores with as many accounts and the directory of each, and configurations of loquetd for them.
# No loquetd is running.
need_accounts() {
    local count store directory
    for count in "$@"; do
        store=$place/accounts-$count
        directory=$place/directory-$count
        if [[ ! -d $store ]]; then
            install --directory --owner="$daemon_uid" --group="$daemon_gid" --mode=0700 "$store"
            install --directory --owner="$daemon_uid" --group="$daemon_gid" --mode=0755 "$directory"
            (unprivileged "$place/bin/fill_accounts" "$store" "$place/master-key" "$count")
            sed "s,^folder = \"$place/store\",folder = \"$store\",; s,^folder = \"$place/directory\",folder = \"$directory\"," \
                "$place/etc/loquet.toml" >"$place/etc/loquet-$count.toml"
            start_loquetd "$place/etc/loquet-$count.toml"
            wait_until "the directory of $count accounts" test -e "$directory/current"
            stop_loquetd
        fi
    done
}

row_P18() {
    need_directory
    local logins=() count round resident=() whole=() private=() family
    login ldap "$peer" "$peer_password"
    login sss "$peer" "$peer_password"
    application --row P18 --times 20 compare "${logins[@]}" >/dev/null # the peers have worked too
    mapfile -t family < <(pgrep --parent "$sssd_pid")
    stop_loquetd
    need_accounts 10 10000 1000000
    for round in 1 2 3; do
        for count in 10 10000 1000000; do
            start_loquetd "$place/etc/loquet-$count.toml"
            "$bench/bus/bus_bench" "$DBUS_SYSTEM_BUS_ADDRESS" find "$((count < 10000 ? count : 10000))"
            private[count]+="$(megabytes "$(memory_of "$loquetd_pid" RssAnon)") "
            if ((count == 10000)); then
                resident[round]=$(megabytes "$(memory_of "$loquetd_pid" VmRSS)")
                whole[round]=$(proportional "$loquetd_pid" "${plugin_pids[@]}")
            fi
            stop_loquetd
        done
    done
    local nslcd sssd
    nslcd=$(megabytes "$(memory_of "$nslcd_pid" VmRSS)")
    sssd=$(proportional "$sssd_pid" "${family[@]}")
    row_line P18 "daemon with 10 000 accounts, RSS" MB "${resident[*]}" "" "" "<= 9"
    row_line P18 "the same" MB "${resident[*]}" "nslcd, one account" "$nslcd $nslcd $nslcd" ""
    row_line P18 "daemon and three plugins, PSS" MB "${whole[*]}" "sssd, one account" "$sssd $sssd $sssd" "<= 0.5"
    row_line P18 "private memory at 1 000 000 accounts" MB "${private[1000000]}" "at 10 accounts" "${private[10]}" "<= 2"
    start_loquetd "$place/etc/loquet.toml"
}

row_P19() {
    need_site
    local count took=()
    stop_loquetd
    need_accounts 10 1000000
    for _ in 1 2 3 4 5; do
        for count in 10 1000000; do
            took[count]+="$("$bench/bus/bus_bench" "$DBUS_SYSTEM_BUS_ADDRESS" start person9 setpriv "${privileges[@]}" \
                "${loquetd_command[@]}" --config "$place/etc/loquet-$count.toml" 2>>"$place/loquetd.log") "
        done
    done
    row_line P19 "start until the first answer, 1 000 000 accounts" ms "${took[1000000]}" "" "" "<= 50"
    row_line P19 "the same" ms "${took[1000000]}" "with 10 accounts" "${took[10]}" ""
    start_loquetd "$place/etc/loquet.toml"
}

row_P23() {
    "$bench/store/identifiers_bench" "$place"
}

row_P24() {
    "$bench/recovery/recovery_bench" recovery "$repository/etc/messages" "$place" 2>"$place/recovery.log"
}

# What breaks ends the script; then what everybody wrote helps.
set -o errtrace
trap 'tail --lines=20 "$place"/*.log >&2' ERR

for row in "$@"; do
    printf '\n==== %s\n' "$row" >&2
    began=$SECONDS
    "row_$row" >>"$place/rows"
    printf '==== %s: done in %d s\n' "$row" $((SECONDS - began)) >&2
done
