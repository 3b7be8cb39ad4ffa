#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# scripts/lib/fuzz.sh BUILD SECONDS: runs every fuzz target of a fuzz build for so long, three at a time for each
# processor. What breaks one is kept in BUILD/crashes and printed; new inputs gather in BUILD/found.
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/common.sh"

build=$(realpath "$1")
seconds=$2
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
ASAN_SYMBOLIZER_PATH=$(command -v llvm-symbolizer-19)
export ASAN_SYMBOLIZER_PATH
mkdir -p "$build/crashes" "$build/fuzz-logs"

# run_target PROGRAM CORPUS
run_target() {
    local name found
    name=$(basename "$1")
    found=$build/found/$name
    mkdir -p "$found"
    exec "$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="$build/crashes/$name-" "$found" "$2" >"$build/fuzz-logs/$name" 2>&1 </dev/null
}

# report PROGRAM RESULT
report() {
    local name log
    name=$(basename "$1")
    log=$build/fuzz-logs/$name
    if (($2 == 0)); then
        awk -v name="$name" '/stat::number_of_executed_units/ { runs = $2 } / cov: / { cov = $4 }
            END { printf "%s: %d runs, %d edges seen\n", name, runs, cov }' "$log"
        return 0
    fi
    printf '%s: FAILED\n' "$name"
    tail -n 60 "$log"
    local input
    for input in "$build/crashes/$name"-*; do
        [[ -f $input ]] || continue
        printf 'kept as %s:\n' "$input"
        base64 "$input"
    done
    return 1
}

mapfile -t targets <"$build/fuzz_targets.txt"
((${#targets[@]} > 0)) || fail "no fuzz target was built"
broken=0
declare -A program_of=()

# Waits for whichever target ends first.
collect_one() {
    local pid='' result=0
    wait -n -p pid "${!program_of[@]}" || result=$?
    report "${program_of[$pid]}" "$result" || broken=1
    unset "program_of[$pid]"
    forget_pid "$pid"
}

for target in "${targets[@]}"; do
    if ((${#program_of[@]} >= 3 * $(job_count))); then
        collect_one
    fi
    read -r program corpus <<<"$target"
    run_target "$program" "$corpus" &
    program_of[$!]=$program
    remember_pid $!
done
while ((${#program_of[@]} > 0)); do
    collect_one
done
exit "$broken"
