# SPDX-License-Identifier: LGPL-2.1-or-later
enable_testing()
find_package(GTest REQUIRED)
include(GoogleTest)

configure_file(${CMAKE_SOURCE_DIR}/tests/support/paths.h.in ${CMAKE_BINARY_DIR}/tests_paths/paths.h @ONLY)

option(LOQUET_PLAIN_TESTS "Build only the tests that a sanitizer cannot run; AddressSanitizer's build has the others" OFF)
if(LOQUET_PLAIN_TESTS)
    file(WRITE ${CMAKE_BINARY_DIR}/tests_elsewhere.txt "../asan\n") # for scripts/traceability
endif()

# What has more than one thread: ThreadSanitizer builds and runs these alone, because it says nothing of the rest.
add_custom_target(threaded_tests)

# loquet_test(NAME [THREADS] SOURCES a_test.cpp ... [USES lib/base ...] [LIBRARIES ...] [LABELS unit] [TIMEOUT 60])
# Labels: no_sanitizer, a sanitizer cannot run it; also_plain, a part of it skips itself under a sanitizer, so it runs in both
# builds. Every TEST becomes a ctest entry of its own, so that a requirement or attack id in a test's name is in the summary.
# What a test leaves for inspection goes below $LOQUET_TEST_ARTIFACTS; lint.canaries searches it after the last test.
function(loquet_test name)
    cmake_parse_arguments(ARG "THREADS" "TIMEOUT" "SOURCES;USES;LIBRARIES;LABELS;DEPENDS;ENVIRONMENT" ${ARGN})
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 120)
    endif()
    if(LOQUET_SANITIZE)
        math(EXPR ARG_TIMEOUT "${ARG_TIMEOUT} * 3")
    endif()
    if(NOT ARG_LABELS)
        set(ARG_LABELS unit)
    endif()
    if(ARG_THREADS)
        list(APPEND ARG_LABELS threads)
        add_dependencies(threaded_tests ${name})
    endif()
    set(elsewhere OFF)
    set(from_all "")
    if(LOQUET_PLAIN_TESTS AND NOT "no_sanitizer" IN_LIST ARG_LABELS AND NOT "also_plain" IN_LIST ARG_LABELS)
        set(elsewhere ON)
        set(from_all EXCLUDE_FROM_ALL)
    endif()
    add_executable(${name} ${from_all} ${ARG_SOURCES})
    target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR} ${CMAKE_BINARY_DIR}/tests_paths)
    loquet_link_floors(${name} ${ARG_USES})
    target_link_libraries(${name} PRIVATE ${ARG_LIBRARIES} GTest::gmock GTest::gtest_main)
    target_compile_options(${name} PRIVATE ${loquet_test_options})
    loquet_precompile(${name} test)
    if(ARG_DEPENDS)
        add_dependencies(${name} ${ARG_DEPENDS})
    endif()
    if(elsewhere)
        return()
    endif()
    # On its way through gtest_discover_tests() a list is taken apart three times, and an empty value is lost.
    set(inner_semicolon [[\\\\\\\;]])
    list(JOIN ARG_LABELS "${inner_semicolon}" labels)
    set(environment LOQUET_TEST_ARTIFACTS=${CMAKE_BINARY_DIR}/artifacts ${ARG_ENVIRONMENT})
    list(JOIN environment "${inner_semicolon}" environment)
    gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
        # What may take long begins first, so that nothing is left to wait for alone at the end.
        PROPERTIES TIMEOUT ${ARG_TIMEOUT} COST ${ARG_TIMEOUT} LABELS "${labels}" ENVIRONMENT "${environment}" FIXTURES_REQUIRED artifacts)
endfunction()
