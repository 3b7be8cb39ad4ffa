# SPDX-License-Identifier: LGPL-2.1-or-later
# cmake -DREADELF=readelf -DFILE=x.so.2 -P check_linking.cmake: fails unless x.so.2 is called so, needs the C library alone,
# is bound and made read-only when it is loaded, and takes nothing of the little room for static thread storage that a
# process has left for what it loads later.
execute_process(COMMAND ${READELF} --dynamic --program-headers --wide ${FILE}
    OUTPUT_VARIABLE listing RESULT_VARIABLE result)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "${READELF} could not read ${FILE}")
endif()
get_filename_component(name ${FILE} NAME)

# `what` is found as often as `times` says.
function(expect_times what times pattern)
    string(REGEX MATCHALL "${pattern}" found "${listing}")
    list(LENGTH found count)
    if(NOT count EQUAL times)
        message(SEND_ERROR "${name}: ${what}: ${count} times in place of ${times}:\n${listing}")
    endif()
endfunction()

expect_times("a library that it needs" 1 "\\(NEEDED\\)")
expect_times("the C library" 1 "\\(NEEDED\\)[^\n]*\\[libc\\.so\\.6\\]")
expect_times("its own name" 1 "\\(SONAME\\)[^\n]*\\[${name}\\]")
expect_times("binding at once" 1 "\\(FLAGS\\)[^\n]*BIND_NOW")
expect_times("read-only relocations" 1 "GNU_RELRO")
expect_times("static thread storage" 0 "STATIC_TLS")
expect_times("relocations in code" 0 "TEXTREL")
expect_times("a stack that runs code" 0 "GNU_STACK[^\n]*RWE")
