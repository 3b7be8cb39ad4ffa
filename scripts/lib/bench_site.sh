# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The site that scripts/bench and scripts/growth work on. Needs common.sh and demo_site.sh, `place`, `dev` (a release tree) and
# `bench` (its benchmarks).
# shellcheck disable=SC2034  # for the scripts that read this file
: "${place:?}" "${dev:?}" "${bench:?}"

# shellcheck disable=SC2016  # the dollars are crypt(5)'s
readonly password=throw-away-password setting='$y$j9T$benchbenchbenchbenchb/'
readonly first_uid=30000 # of accounts, where nothing is configured: the first one made gets it
readonly libsystemd=libsystemd.so.0
module=$place/bin/pam_loquet.so
pam_bench=$place/bin/pam_bench

# The demonstration's site, with limits of the lockout policy that a benchmark does not meet, and with nothing disclosed.
write_bench_site() {
    local service
    write_site
    cp "$dev/pam_module/pam_loquet.so" "$bench/pam/pam_bench" "$bench/memory/fill_accounts" "$place/bin/"
    sync --file-system "$place/bin" # a page on its way to the disk counts as private to the process that has mapped it
    sed -i '/^disclose/d' "$place/etc/loquet.toml"
    cat >"$place/etc/plugins/lockout.toml" <<END
tries = 100
tries_a_day = 10000
tries_in_a_row = 100
first_delay_ms = 0
place_failures_an_hour = 65535
place_delay_ms = 0
site_alert_an_hour = 65535
END
    printf '%s required %s\n' auth "$module" account "$module" >"$place/pam/loquet"
    for service in permit ldap sss; do
        printf '%s required pam_%s.so\n' auth "$service" account "$service" >"$place/pam/$service"
    done
    printf 'auth required pam_unix.so nodelay\naccount required pam_unix.so\n' >"$place/pam/unix"
}

add_account() {
    "$bench/bus/bus_bench" "$DBUS_SYSTEM_BUS_ADDRESS" create "$@" <<<"$password"
}

# The bus knows nobody whom NSS does not know, and a name that NSS does not know is looked for everywhere by each login.
# In our mount namespace only.
know_uid() {
    cp /etc/passwd "$place/passwd"
    printf '%s:x:%s:100::/:/bin/sh\n' worker "$1" camille "$1" >>"$place/passwd"
    mount --bind "$place/passwd" /etc/passwd
}

