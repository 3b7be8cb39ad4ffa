# SPDX-License-Identifier: LGPL-2.1-or-later
# loquet_records(TARGET file.proto): the messages of file.proto as a library of their own. Its header is found from the
# repository's root, as every other, and counts as a system header.
pkg_check_modules(PROTOBUF_LITE REQUIRED IMPORTED_TARGET protobuf-lite)
find_program(PROTOC protoc REQUIRED)

# All that is generated, for who reads the sources without building them (clang-tidy).
if(NOT TARGET generated_sources)
    add_custom_target(generated_sources)
endif()

function(loquet_records target proto)
    file(RELATIVE_PATH path ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/${proto})
    string(REGEX REPLACE "\\.proto$" "" stem ${path})
    set(out ${CMAKE_BINARY_DIR}/records)
    file(MAKE_DIRECTORY ${out})
    add_custom_command(
        OUTPUT ${out}/${stem}.pb.cc ${out}/${stem}.pb.h
        COMMAND ${PROTOC} --proto_path=${CMAKE_SOURCE_DIR} --cpp_out=${out} ${CMAKE_SOURCE_DIR}/${path}
        DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${proto}
        VERBATIM)
    add_custom_target(generate_${target} DEPENDS ${out}/${stem}.pb.h)
    add_dependencies(generated_sources generate_${target})
    add_library(${target} STATIC ${out}/${stem}.pb.cc ${out}/${stem}.pb.h)
    target_include_directories(${target} SYSTEM PUBLIC ${out})
    target_compile_options(${target} PRIVATE -w)
    target_link_libraries(${target} PUBLIC PkgConfig::PROTOBUF_LITE)
endfunction()
