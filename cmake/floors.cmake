# SPDX-License-Identifier: LGPL-2.1-or-later
# The table of floors. One call makes a folder's library, links exactly what the folder may use, and notes the line
# that the lint test (tests/lint/floors.py) compares every #include with. The folder's path is its address:
# lib/base becomes the target lib_base.

set_property(GLOBAL PROPERTY LOQUET_FLOORS "")

# loquet_floor(SOURCES a.cpp ... [USES lib/base ...] [LIBRARIES PkgConfig::X ...] [PRIVATE_LIBRARIES ...])
function(loquet_floor)
    cmake_parse_arguments(ARG "" "" "SOURCES;USES;LIBRARIES;PRIVATE_LIBRARIES" ${ARGN})
    file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
    string(REPLACE "/" "_" target ${folder})
    add_library(${target} STATIC ${ARG_SOURCES})
    target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})
    loquet_link_floors(${target} ${ARG_USES})
    target_link_libraries(${target} PUBLIC ${ARG_LIBRARIES} PRIVATE ${ARG_PRIVATE_LIBRARIES})
    loquet_precompile(${target} library)
    loquet_note_floor(${folder} ${ARG_USES})
endfunction()

# For a folder that makes a program or a module instead of a library.
function(loquet_note_floor folder)
    string(REPLACE ";" " " uses "${ARGN}")
    set_property(GLOBAL APPEND PROPERTY LOQUET_FLOORS "${folder}: ${uses}")
endfunction()

function(loquet_link_floors target)
    foreach(floor IN LISTS ARGN)
        if(floor STREQUAL "sdk")
            target_link_libraries(${target} PUBLIC loquet_sdk)
        else()
            string(REPLACE "/" "_" floor_target ${floor})
            target_link_libraries(${target} PUBLIC ${floor_target})
        endif()
    endforeach()
endfunction()

function(loquet_write_floors)
    get_property(floors GLOBAL PROPERTY LOQUET_FLOORS)
    string(REPLACE ";" "\n" text "${floors}")
    file(WRITE ${CMAKE_BINARY_DIR}/floors.txt "${text}\n")
endfunction()
