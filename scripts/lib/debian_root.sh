# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Makes a Debian root of this machine's own release, from where this machine's apt gets its packages. Needs common.sh, root.
: "${repository:?}"

# debian_suite: the release's name, "bookworm".
debian_suite() {
    sed -n 's/^VERSION_CODENAME=//p' /etc/os-release
}

# make_debian_root FOLDER PACKAGE...: Debian's essential packages and these, in a folder that is empty or not there yet.
make_debian_root() {
    local folder=$1 suite option options=() packages
    shift
    packages=$(IFS=, && printf '%s' "$*")
    if ! command -v mmdebstrap >/dev/null; then
        DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends mmdebstrap >/dev/null
    fi
    suite=$(debian_suite)
    while IFS= read -r option; do
        options+=("--aptopt=$option")
    done < <(apt-config dump | grep -E '^Acquire::(https?::Proxy|Retries)\b.*"[^"]+";')
    # shellcheck disable=SC2016  # apt's own fields, not the shell's
    apt-get indextargets --format 'deb $(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' |
        awk -v suite="$suite" '$3 == suite || index($3, suite "-") == 1' | sort -u |
        mmdebstrap --quiet --mode=root --variant=minbase --dpkgopt=force-unsafe-io --include="$packages" \
            "${options[@]}" "$suite" "$folder"
}
