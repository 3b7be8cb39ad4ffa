# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What every script here shares: strict mode, the repository's root, stages with their seconds, and ending what it started.
set -euo pipefail

# shellcheck disable=SC2034  # for the scripts that read this file
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

fail() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# debian_suite: the name of this machine's release, "bookworm".
debian_suite() {
    sed -n 's/^VERSION_CODENAME=//p' /etc/os-release
}

started_pids=()

# Remembers a background process, so that it ends when the script does, however the script ends.
remember_pid() {
    started_pids+=("$1")
}

# Forgets one that has ended and was waited for: its number may be another process's by now.
forget_pid() {
    local pid kept=()
    for pid in "${started_pids[@]}"; do
        [[ $pid == "$1" ]] || kept+=("$pid")
    done
    started_pids=("${kept[@]}")
}

# In the background, in a process group of its own, which ends as a whole: for what starts others. Leaves `group_pid`.
start_group() {
    set -m
    "$@" &
    set +m
    group_pid=$!
    remember_pid "-$group_pid"
}

# Ends the remembered processes, the newest first, and waits for each.
end_started() {
    local index
    for ((index = ${#started_pids[@]} - 1; index >= 0; index--)); do
        kill -- "${started_pids[index]}" 2>/dev/null || true
        wait "${started_pids[index]#-}" 2>/dev/null || true
    done
    started_pids=()
}

trap end_started EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 141' PIPE
trap 'exit 143' TERM

failed_stages=()
stage_times=()

# stage NAME COMMAND...: runs the command, says how long it took, and remembers a failure without ending the script.
stage() {
    local name=$1 began=$SECONDS result=0
    shift
    printf '\n==== %s\n' "$name"
    "$@" </dev/null || result=$?
    stage_times+=(" $name $((SECONDS - began)) s")
    if ((result == 0)); then
        printf '==== %s: done in %d s\n' "$name" $((SECONDS - began))
    else
        failed_stages+=("$name")
        printf '==== %s: FAILED (exit code %d) after %d s\n' "$name" "$result" $((SECONDS - began)) >&2
    fi
    return "$result"
}

job_count() {
    printf '%s' "${LOQUET_JOBS:-$(nproc)}"
}

# For work that mostly waits: for a process, a disk, a clock.
waiting_job_count() {
    printf '%s' $((2 * $(job_count)))
}
