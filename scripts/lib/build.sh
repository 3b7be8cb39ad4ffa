# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Configures, builds and tests one preset. Needs common.sh, and `build_root`: the folder that holds one for each preset.
: "${repository:?}" "${build_root:?}"

# Two clones of the same sources share what ccache has compiled.
export CCACHE_BASEDIR=$repository CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros

# build_preset PRESET [TARGET...]
build_preset() {
    local preset=$1
    shift
    cmake -S "$repository" --preset "$preset" -B "$build_root/$preset" >"$build_root/$preset-configure.log" 2>&1 || {
        cat "$build_root/$preset-configure.log"
        return 1
    }
    ninja -C "$build_root/$preset" -j"$(job_count)" --quiet "$@"
}

# test_preset PRESET [CTEST OPTION...]: what passes is counted, and only the rest is shown.
test_preset() {
    local preset=$1 prefix=()
    shift
    # ThreadSanitizer finds the addresses that it needs taken where the kernel spreads them widely.
    if [[ $preset == tsan ]] && setarch --addr-no-randomize true 2>/dev/null; then
        prefix=(setarch --addr-no-randomize)
    fi
    "${prefix[@]}" ctest --test-dir "$build_root/$preset" --output-on-failure --no-tests=error --no-label-summary -j"$(waiting_job_count)" "$@" |
        sed --unbuffered --regexp-extended '/^ +Start +[0-9]+: /d; /^ *[0-9]+\/[0-9]+ Test +#.* Passed +[0-9.]+ sec$/d'
}
