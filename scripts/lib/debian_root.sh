# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Makes a Debian root from where this machine's apt gets its packages. Needs common.sh, root.
: "${repository:?}"

# debian_sources SUITE: apt's lines for that release: this machine's own lines of Debian, with the release replaced.
debian_sources() {
    local wanted=$1
    # shellcheck disable=SC2016  # apt's own fields, not the shell's
    apt-get indextargets --format 'deb $(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' |
        awk -v own="$(debian_suite)" -v wanted="$wanted" '
            $3 == own || index($3, own "-") == 1 { $3 = wanted substr($3, length(own) + 1); print }' | sort -u
}

# make_debian_root SUITE FOLDER PACKAGE...: Debian's essential packages and these, in a folder that is empty or not there yet.
make_debian_root() {
    local suite=$1 folder=$2 option options=() packages sources
    shift 2
    packages=$(IFS=, && printf '%s' "$*")
    if ! command -v mmdebstrap >/dev/null; then
        DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends mmdebstrap >/dev/null
    fi
    sources=$(debian_sources "$suite")
    [[ $sources ]] || fail "apt knows no packages of Debian $(debian_suite) here: run apt-get update, and look at its sources"
    while IFS= read -r option; do
        options+=("--aptopt=$option")
    done < <(apt-config dump | grep -E '^Acquire::(https?::Proxy|Retries)\b.*"[^"]+";')
    # Packages that are being installed see the devices of this machine, and some change their modes.
    # shellcheck disable=SC2016  # for the shell inside
    unshare --mount --propagation private bash -euc '. "$0" && own_devices && exec "$@"' "$repository/scripts/lib/devices.sh" \
        mmdebstrap --quiet --mode=root --variant=minbase --dpkgopt=force-unsafe-io --include="$packages" \
        "${options[@]}" "$suite" "$folder" <<<"$sources"
}
