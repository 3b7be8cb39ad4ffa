# SPDX-License-Identifier: LGPL-2.1-or-later
# loquet_fuzz(NAME SOURCES a_fuzz.cpp [USES lib/base ...]): a libFuzzer target fuzz_NAME, built only by the fuzz preset.
# Its seeds lie in corpus/ beside the source.
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
endfunction()
