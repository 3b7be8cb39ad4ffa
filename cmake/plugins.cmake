# SPDX-License-Identifier: LGPL-2.1-or-later
# loquet_plugin(NAME KIND lockout SOURCES lockout.cpp ... [USES lib/factor|lib/delivery|lib/sms] [LIBRARIES ...])
#
# Makes two things of plugins/NAME: a plain static library (plugins_NAME) that tests link, and NAME.so of the same
# objects, which exports the one C symbol among them (LOQUET_DEFINE_...). All .so files lie together in <build>/plugins, as they do when installed. Each gets two
# ctest entries: the exam of sdk/conformance, and a check that it exports its one symbol and nothing else.
#
# libstdc++ stays shared: the host process has it mapped anyway, Debian keeps its ABI, and the version script already
# keeps a plugin's own symbols to itself.
function(loquet_plugin name)
    cmake_parse_arguments(ARG "" "KIND" "SOURCES;USES;LIBRARIES" ${ARGN})
    loquet_floor(SOURCES ${ARG_SOURCES} USES sdk ${ARG_USES} LIBRARIES ${ARG_LIBRARIES})
    loquet_module(plugin_${name} ${name} $<TARGET_OBJECTS:plugins_${name}>)
    target_link_libraries(plugin_${name} PRIVATE plugins_${name})
    set_target_properties(plugin_${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/plugins)
    install(TARGETS plugin_${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/loquet/plugins)
    loquet_check_exports(${name} plugin_${name} loquet_${ARG_KIND}_v1)
    loquet_sit_exam(${name} plugin_${name} ${ARG_KIND})
endfunction()

# A shared object FILE.so that exports loquet_<kind>_v<number> only; plugins, and the test fixtures that act as such.
function(loquet_module target file)
    add_library(${target} MODULE ${ARGN})
    set_target_properties(${target} PROPERTIES PREFIX "" OUTPUT_NAME ${file}
        LINK_DEPENDS ${CMAKE_SOURCE_DIR}/sdk/plugin.map)
    target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR})
    target_link_libraries(${target} PRIVATE loquet_sdk)
    target_link_options(${target} PRIVATE -Wl,--version-script=${CMAKE_SOURCE_DIR}/sdk/plugin.map)
    if(NOT LOQUET_SANITIZE)
        target_link_options(${target} PRIVATE -Wl,-z,defs) # a sanitizer's runtime is in the program, not in the plugin
    endif()
endfunction()

function(loquet_check_exports name target symbol)
    add_test(NAME plugin_exports.${name} COMMAND ${CMAKE_COMMAND} -DNM=${CMAKE_NM} -DFILE=$<TARGET_FILE:${target}>
        -DSYMBOL=${symbol} -P ${CMAKE_SOURCE_DIR}/cmake/check_exports.cmake)
    set_tests_properties(plugin_exports.${name} PROPERTIES LABELS unit TIMEOUT 30)
endfunction()

function(loquet_sit_exam name target kind)
    add_test(NAME plugin_exam.${name} COMMAND loquet-plugin-exam ${kind} $<TARGET_FILE:${target}>)
    set_tests_properties(plugin_exam.${name} PROPERTIES LABELS unit TIMEOUT 120)
endfunction()
