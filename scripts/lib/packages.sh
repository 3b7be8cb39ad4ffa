# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Installs what scripts/packages lists and this machine lacks. Needs common.sh.
: "${repository:?}"

# packages_in GROUP...: their packages, one a line.
packages_in() {
    local wanted=" $* " group='' line
    while IFS= read -r line; do
        line=${line%%#*}
        line=${line//[[:space:]]/}
        case $line in
            '') ;;
            '['*']') group=${line:1:-1} ;;
            *) if [[ $wanted == *" $group "* ]]; then printf '%s\n' "$line"; fi ;;
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
