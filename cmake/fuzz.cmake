# SPDX-License-Identifier: LGPL-2.1-or-later
# loquet_fuzz(NAME SOURCES a_fuzz.cpp [USES lib/base ...]): a libFuzzer target fuzz_NAME, built only by the fuzz preset.
# Its seeds lie in corpus/ beside the source. The target fuzz_targets builds them all, and
# fuzz_targets.txt lists "PROGRAM CORPUS" lines for scripts/lib/fuzz.sh.
if(LOQUET_FUZZ)
    add_custom_target(fuzz_targets)
    file(WRITE ${CMAKE_BINARY_DIR}/fuzz_targets.txt "")
endif()

function(loquet_fuzz name)
    if(NOT LOQUET_FUZZ)
        return()
    endif()
    cmake_parse_arguments(ARG "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
    add_executable(fuzz_${name} ${ARG_SOURCES})
    target_include_directories(fuzz_${name} PRIVATE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})
    loquet_link_floors(fuzz_${name} ${ARG_USES})
    target_link_libraries(fuzz_${name} PRIVATE ${ARG_LIBRARIES})
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    add_dependencies(fuzz_targets fuzz_${name})
    file(APPEND ${CMAKE_BINARY_DIR}/fuzz_targets.txt
         "${CMAKE_CURRENT_BINARY_DIR}/fuzz_${name} ${CMAKE_CURRENT_SOURCE_DIR}/corpus\n")
endfunction()
