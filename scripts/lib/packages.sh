# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Installs what scripts/packages lists and this machine lacks. Needs common.sh.
: "${repository:?}"

# The releases of Debian that scripts/packages knows, the newest last.
readonly known_suites='bookworm trixie'

# packages_in GROUP...: their packages for this machine's release, one a line.
packages_in() {
    local wanted=" $* " suite group='' line package only
    suite=$(debian_suite)
    while IFS= read -r line; do
        read -r package only <<<"${line%%#*}" || true
        case $package in
            '') ;;
            '['*']') group=${package:1:-1} ;;
            *) if [[ $wanted == *" $group "* && ${only:-$suite} == "$suite" ]]; then printf '%s\n' "$package"; fi ;;
        esac
    done <"$repository/scripts/packages"
}

# missing_packages GROUP...: those of them that are not installed.
missing_packages() {
    local package
    while IFS= read -r package; do
        if [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) != installed ]]; then
            printf '%s\n' "$package"
        fi
    done < <(packages_in "$@")
}

# install_packages GROUP...: touches nothing, and needs no network, where nothing is missing.
install_packages() {
    local missing
    command -v dpkg-query >/dev/null || fail "this is not a Debian system; see scripts/packages for what is needed"
    [[ " $known_suites " == *" $(debian_suite) "* ]] ||
        fail "this is not Debian 12 or 13 (${known_suites/ / or }): install what scripts/packages lists, and build with CMake"
    mapfile -t missing < <(missing_packages "$@")
    if ((${#missing[@]} == 0)); then
        echo "all packages of the groups '$*' are installed"
        return 0
    fi
    if ((EUID != 0)); then
        fail "please install, as root: apt-get install --no-install-recommends ${missing[*]}"
    fi
    echo "installing: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq update
    apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends "${missing[@]}" >/dev/null
}
