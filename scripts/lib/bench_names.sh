# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The rows of scripts/bench that ask name services (P1 to P6, P20, P21): each has the same made-up accounts, in a form of its
# own, inside the peers' root. Read by bench_rows.sh, whose variables and functions it uses.
# shellcheck disable=SC2154
: "${place:?}" "${bench:?}" "${dev:?}" "${root:?}"

readonly hot=1000 hot_groups=200 # what is asked for again and again
readonly nss_modules=/lib/x86_64-linux-gnu
nss_loquet=$place/bin/libnss_loquet.so.2
cdb_floor=$place/bin/libnss_cdb_floor.so.2

# need_names COUNT...: the accounts, for every service: COUNT/{directory,cdb,passwd,group,misc}, the last for libnss-db.
need_names() {
    local count folder
    need_peers
    cp "$dev/nss_module/libnss_loquet.so.2" "$bench/names/"{libnss_cdb_floor.so.2,names_bench,fresh_bench,first_lookup,snapshot_bench,visible_bench} "$place/bin/"
    sync --file-system "$place/bin" # as in write_bench_site
    for count in "$@"; do
        folder=$place/names/$count
        if [[ ! -d $folder ]]; then
            mkdir -p "$folder"/{directory,misc}
            "$bench/names/fill_names" directory "$count" "$folder/directory"
            "$bench/names/fill_names" cdb "$count" "$folder/cdb"
            { cat "$root/etc/passwd" && "$bench/names/fill_names" passwd "$count"; } >"$folder/passwd"
            { cat "$root/etc/group" && "$bench/names/fill_names" group "$count"; } >"$folder/group"
            printf 'passwd: files\ngroup: files\n' >"$folder/nsswitch.conf"
            cp "$root/var/lib/misc/Makefile" "$folder/misc/"
        fi
    done
}

# named COUNT COMMAND...: in the peers' root, where those accounts are in /etc and in the directory. As in_root, the
# command takes the process's place.
named() {
    # shellcheck disable=SC2016  # the inner shell's own
    LOQUET_BENCH_CDB=$place/names/$1/cdb exec unshare --mount --propagation private bash -euc '
        names=$1 root=$2
        shift 2
        for file in passwd group nsswitch.conf; do
            mount --bind "$names/$file" "$root/etc/$file"
        done
        mount --bind "$names/misc" "$root/var/lib/misc"
        mkdir -p "$root/var/lib/loquet/directory"
        mount --bind "$names/directory" "$root/var/lib/loquet/directory"
        exec chroot "$root" "$@"' bash "$place/names/$1" "$root" "${@:2}"
}

# on_one_cpu COUNT COMMAND...
on_one_cpu() {
    (named "$1" taskset --cpu-list 0 "${@:2}")
}

# sssd, over an LDAP server that has the accounts, too.
need_names_directory() {
    need_names 10000
    if [[ $started_directory != names ]]; then
        stop_directory
        start_directory < <("$bench/names/fill_names" ldif 10000)
        start_sssd
        started_directory=names
    fi
}

# A library and what the table calls it.
readonly against_nscd=(glibc "nscd, its shared map") against_sssd=("$nss_modules/libnss_sss.so.2" "sssd, its memory cache")
readonly against_floor=("$cdb_floor" "CDB floor")

row_P1() {
    need_names_directory
    start_nscd 10000
    local operation about
    for operation in getpwnam getpwuid getgrnam initgroups; do
        about=$hot
        [[ $operation != getgrnam ]] || about=$hot_groups
        on_one_cpu 10000 "$place/bin/names_bench" ask P1 "$operation, hot" 10000 "$about" "$operation" "$nss_loquet" \
            "${against_nscd[@]}" 0.9 "${against_sssd[@]}" 0.08 "${against_floor[@]}" 1.25
    done
    stop_nscd
}

row_P2() {
    need_names 10000
    on_one_cpu 10000 "$place/bin/names_bench" ask P2 "a name that nobody has" 10000 "$hot" miss "$nss_loquet" "${against_floor[@]}" 1.25
}

row_P3() {
    need_names 10 1000000
    local operation count figures=()
    for operation in getpwnam initgroups miss; do
        on_one_cpu 1000000 "$place/bin/names_bench" ask P3 "$operation, 1 000 000 accounts" 1000000 0 "$operation" "$nss_loquet" \
            "${against_floor[@]}" 1.25
    done
    make_db 1000000
    on_one_cpu 1000000 "$place/bin/names_bench" ask P3 "getpwnam, 1 000 000 accounts" 1000000 0 getpwnam "$nss_loquet" \
        "$nss_modules/libnss_db.so.2" "nss_db" 0.02
    for _ in 1 2 3; do
        for count in 10 1000000; do
            figures[count]+="$(on_one_cpu "$count" "$place/bin/names_bench" figure "$count" getpwnam "$nss_loquet") "
        done
    done
    row_line P3 "getpwnam, 1 000 000 accounts" ns "${figures[1000000]}" "with 10 accounts" "${figures[10]}" "<= 12"
}

row_P4() {
    need_names 10000 1000000
    local count
    for count in 10000 1000000; do
        on_one_cpu "$count" "$place/bin/names_bench" enumerate P4 "enumeration, an account of $count" "$count" "$nss_loquet" \
            files "nss_files" 1
    done
}

row_P5() {
    need_names_directory
    local directory=/var/lib/loquet/directory
    on_one_cpu 10000 "$place/bin/fresh_bench" first P5 "first lookup of a process, dlopen included" 200 "$place/bin/first_lookup" \
        "$nss_loquet" "${against_sssd[@]}" 1.1 "${against_floor[@]}" -
    need_names 1000000
    LOQUET_BENCH_CDB_PLAIN=1 on_one_cpu 1000000 "$place/bin/fresh_bench" cold P5 "the same, nothing in memory, 1 000 000 accounts" \
        1000000 "$place/bin/first_lookup" "$nss_loquet" "$directory" "$cdb_floor" "$place/names/1000000/cdb" "CDB floor, plain mmap" 0.05
}

row_P6() {
    need_names 10000
    on_one_cpu 10000 "$place/bin/fresh_bench" calls P6 10000 "$nss_loquet"
    on_one_cpu 10000 "$place/bin/fresh_bench" memory P6 10000 "$place/bin/first_lookup" "$nss_loquet"
}

# What libnss-db's Makefile does: passwd.db and group.db anew.
readonly make_db_command=(/bin/sh -c 'rm -f /var/lib/misc/*.db && make --silent --directory /var/lib/misc DBS="passwd group" >/dev/null')
make_db() {
    (named "$1" "${make_db_command[@]}")
}

# need_daemon_names COUNT: what `named daemon-COUNT` shows: the directory that the daemon with so many accounts keeps.
need_daemon_names() {
    local folder=$place/names/daemon-$1
    mkdir -p "$folder/misc"
    install --directory --owner="$daemon_uid" --group="$daemon_gid" --mode=0755 "$folder/directory"
    cp "$root/etc/passwd" "$root/etc/group" "$folder/"
    printf 'passwd: files\ngroup: files\n' >"$folder/nsswitch.conf"
    sed "s,^folder = \"$place/directory-$1\",folder = \"/var/lib/loquet/directory\"," "$place/etc/loquet-$1.toml" >"$place/etc/names-$1.toml"
}

row_P20() {
    need_names 1000000
    mkdir -p "$place/snapshot"
    (named 1000000 "$place/bin/snapshot_bench" P20 1000000 "$place/snapshot" "${make_db_command[@]}")
    rm -r "$place/snapshot"
    stop_loquetd
    need_accounts 10000 1000000
    local count took=()
    for count in 10000 1000000; do
        need_daemon_names "$count"
        for _ in 1 2 3; do
            find "$place/names/daemon-$count/directory" -type f -delete
            took[count]+="$(named "daemon-$count" "$place/bin/visible_bench" all "$nss_loquet" "person$((count - 1))" setpriv \
                "${privileges[@]}" "${loquetd_command[@]}" --config "$place/etc/names-$count.toml" 2>>"$place/loquetd.log") "
        done
        row_line P20 "loquetd started without a snapshot until NSS knows all, $count accounts" ms "${took[count]}" "" "" ""
        start_loquetd "$place/etc/names-$count.toml" named "daemon-$count"
        (named "daemon-$count" "$place/bin/visible_bench" change P20 "$count" "$nss_loquet" "$DBUS_SYSTEM_BUS_ADDRESS")
        stop_loquetd
    done
    start_loquetd "$place/etc/loquet.toml"
}

row_P21() {
    need_site
    local count=100000 ours=() floor=() folder began
    "$bench/names/fill_names" json "$count" >"$place/accounts.json"
    mkdir -p "$place/batches"
    stop_loquetd
    for _ in 1 2 3; do
        folder=$place/import-${#ours[@]}
        install --directory --owner="$daemon_uid" --group="$daemon_gid" --mode=0700 "$folder"
        sed "s,^folder = \"$place/store\",folder = \"$folder\"," "$place/etc/loquet.toml" >"$place/etc/import.toml"
        # The usual range has numbers for thirty thousand.
        printf '[accounts]\nuid_first = 700000000\nuid_last = 700999999\nallow_overlapping_uids = true\n' >>"$place/etc/import.toml"
        start_loquetd "$place/etc/import.toml"
        began=$EPOCHREALTIME
        "$dev/cli/loquetctl" --no-pager account import "$place/accounts.json" >/dev/null
        ours+=("$(awk -v began="$began" -v ended="$EPOCHREALTIME" -v count="$count" 'BEGIN { print count / (ended - began) }')")
        floor+=("$("$bench/store/batch_floor" "$place/batches" "$count")")
        stop_loquetd
        rm -r "$folder"
    done
    row_line P21 "accounts imported, $count with hashes" "/s" "${ours[*]}" "LMDB puts, 1000 in a commit" "${floor[*]}" ">= 0.25"
    start_loquetd "$place/etc/loquet.toml"
}
