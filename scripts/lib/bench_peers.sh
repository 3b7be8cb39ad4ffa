# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The peers of scripts/bench, in a root of their own: an overlay over this machine, so that its PAM, its accounts and its
# services stay as they are. What apt installed there is kept in the build folder for the next time. Needs common.sh,
# packages.sh and demo_site.sh, a mount namespace, and `kept_root` (a folder).
: "${repository:?}" "${place:?}" "${kept_root:?}"

root=$place/root
readonly peer=peer peer_password=throw-away

# The overlay is only worth something over the packages that it was made over.
packages_now() {
    cat /var/lib/dpkg/status "$repository/scripts/packages" | sha256sum
}

make_peers() {
    local device
    if [[ ! -e $kept_root/complete || $(<"$kept_root/complete") != "$(packages_now)" ]]; then
        rm -rf --one-file-system "$kept_root"
    fi
    mkdir -p "$kept_root/upper" "$kept_root/work" "$root"
    mount --types overlay -o "lowerdir=/,upperdir=$kept_root/upper,workdir=$kept_root/work" overlay "$root"
    mount --types proc proc "$root/proc"
    mount --types tmpfs -o mode=0755 tmpfs "$root/run"
    for device in null zero full random urandom; do
        touch "$root/dev/$device"
        mount --bind "/dev/$device" "$root/dev/$device"
    done
    mount --types tmpfs -o mode=1777 tmpfs "$root/dev/shm" 2>/dev/null || true
    if [[ ! -e $kept_root/complete ]]; then
        install_peers
        packages_now >"$kept_root/complete"
    fi
    # What an earlier run's sssd left would be asked for every name.
    find "$root/var/lib/sss/mc" "$root/var/lib/sss/pipes" ! -type d -delete 2>/dev/null || true
    mkdir -p "$root$place"
    mount --bind "$place" "$root$place"
}

install_peers() {
    local packages
    mapfile -t packages < <(packages_in peers)
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" # no service starts by itself
    chmod +x "$root/usr/sbin/policy-rc.d"
    DEBIAN_FRONTEND=noninteractive chroot "$root" sh -c \
        'apt-get -qq update && apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends "$@"' sh "${packages[@]}" >"$place/apt.log" 2>&1 ||
        { cat "$place/apt.log" >&2 && return 1; }
}

# in_root COMMAND...: not a function of its own process, so that a background process is the command itself.
in_root() {
    exec chroot "$root" "$@"
}

# add_unix_account NAME UID PASSWORD SETTING: for pam_unix, as passwd(5) and shadow(5) have it.
add_unix_account() {
    local hash
    # shellcheck disable=SC2016  # perl's own variables
    hash=$(PASSWORD=$3 perl -e 'print crypt($ENV{PASSWORD}, $ARGV[0])' "$4")
    sed -i "/^$1:/d" "$root/etc/passwd" "$root/etc/shadow"
    printf '%s:x:%s:100::/:/bin/sh\n' "$1" "$2" >>"$root/etc/passwd"
    printf '%s:%s:19000:0:99999:7:::\n' "$1" "$hash" >>"$root/etc/shadow"
}

# Further entries are read from standard input.
start_directory() {
    rm -rf "$place/slapd"
    mkdir -p "$root/run/slapd" "$place/slapd"
    cat >"$place/slapd.conf" <<END
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
modulepath /usr/lib/ldap
moduleload back_mdb
database mdb
suffix dc=bench
directory $place/slapd
maxsize 1073741824
index objectClass,uid,uidNumber,cn,gidNumber,memberUid eq
END
    { directory_entries && cat; } | chroot "$root" slapadd -q -f "$place/slapd.conf"
    in_background slapd in_root slapd -d 0 -f "$place/slapd.conf" -h "ldapi://%2Frun%2Fslapd%2Fldapi ldap://127.0.0.1:$directory_port"
    slapd_pid=$!
    wait_until slapd test -S "$root/run/slapd/ldapi"
    chmod 0777 "$root/run/slapd/ldapi"
}

directory_entries() {
    cat <<END
dn: dc=bench
objectClass: dcObject
objectClass: organization
o: bench
dc: bench

dn: uid=$peer,dc=bench
objectClass: account
objectClass: posixAccount
uid: $peer
cn: $peer
uidNumber: 70001
gidNumber: 100
homeDirectory: /
userPassword: $peer_password
END
}

slapd_pid='' nslcd_pid='' sssd_pid=''
# Ends what asks the LDAP server, and the server.
stop_directory() {
    local pid
    for pid in $sssd_pid $nslcd_pid $slapd_pid; do
        kill "$pid"
        wait "$pid" || true
        forget_pid "$pid"
    done
    slapd_pid='' nslcd_pid='' sssd_pid=''
    rm -f "$root/run/slapd/ldapi" "$root/run/nslcd/socket"
    find "$root/var/lib/sss/pipes" "$root/var/lib/sss/mc" ! -type d -delete
}

# 127.0.0.1 alone, because sssd does not log anybody in by a socket file.
directory_port=3389

start_nslcd() {
    printf 'uid nslcd\ngid nslcd\nuri ldapi://%%2Frun%%2Fslapd%%2Fldapi\nbase dc=bench\n' >"$root/etc/nslcd.conf"
    chroot "$root" sh -c 'chgrp nslcd /etc/nslcd.conf && chmod 0640 /etc/nslcd.conf && install -d -o nslcd -g nslcd /run/nslcd'
    in_background nslcd in_root nslcd -n
    nslcd_pid=$!
    wait_until nslcd test -S "$root/run/nslcd/socket"
}

start_sssd() {
    rm -rf "$root"/var/lib/sss/{db,mc}/* "$root/run/sssd.pid"
    mkdir -p "$root/var/log/sssd"
    cat >"$root/etc/sssd/sssd.conf" <<END
[sssd]
services = nss, pam
domains = bench
[pam]
pam_verbosity = 0
[domain/bench]
id_provider = ldap
auth_provider = ldap
access_provider = permit
ldap_uri = ldap://127.0.0.1:$directory_port
ldap_search_base = dc=bench
ldap_auth_disable_tls_never_use_in_production = true
END
    chmod 0600 "$root/etc/sssd/sssd.conf"
    in_background sssd in_root sssd -i --logger=stderr
    sssd_pid=$!
    wait_until sssd test -S "$root/var/lib/sss/pipes/pam"
}

# start_nscd COUNT: of the names of that many accounts.
start_nscd() {
    mkdir -p "$root/run/nscd" "$root/var/cache/nscd"
    rm -f "$root"/var/cache/nscd/*
    sed -E 's/^(\s*suggested-size\s+(passwd|group)\s).*/\120011/' "$root/etc/nscd.conf" >"$place/nscd.conf"
    in_background nscd named "$1" nscd --foreground --config-file "$place/nscd.conf"
    nscd_pid=$!
    wait_until nscd test -S "$root/run/nscd/socket"
}

stop_nscd() {
    kill "$nscd_pid"
    wait "$nscd_pid" || true
    forget_pid "$nscd_pid"
    rm -f "$root/run/nscd/socket"
}
