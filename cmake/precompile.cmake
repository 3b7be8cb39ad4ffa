# SPDX-License-Identifier: LGPL-2.1-or-later
# Precompiled headers: reading the standard library and GoogleTest is half of what compiling a file costs. Every file still
# names each header that it needs, as clang-tidy (scripts/lib/tidy.py) and the release build prove, which go without.
option(LOQUET_PRECOMPILE "Precompile the headers that most files read" OFF)

set(precompiled_standard
    <algorithm> <array> <cerrno> <chrono> <cstddef> <cstdint> <cstdlib> <cstring> <deque> <exception> <filesystem>
    <functional> <map> <memory> <optional> <span> <string> <string_view> <unordered_map> <utility> <variant> <vector>)

# loquet_precompile(TARGET library|test): the target's C++ files begin with what the owner of that kind precompiled.
function(loquet_precompile target kind)
    if(LOQUET_PRECOMPILE)
        target_precompile_headers(${target} REUSE_FROM precompiled_${kind})
    endif()
endfunction()

# The owners differ as libraries and programs do: in the code model, and in what GoogleTest defines.
if(LOQUET_PRECOMPILE)
    file(WRITE ${CMAKE_BINARY_DIR}/precompiled.cpp "")
    # ccache can only look into a precompiled header that GCC prepared for it.
    add_compile_options($<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fpch-preprocess>)
    # GCC forgets that what it inlines from there came from a system header, and warns of the library's own strings.
    # The release build keeps these warnings.
    add_compile_options("$<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-array-bounds;-Wno-stringop-overflow;-Wno-restrict>")

    add_library(precompiled_library STATIC ${CMAKE_BINARY_DIR}/precompiled.cpp)
    target_precompile_headers(precompiled_library PRIVATE ${precompiled_standard})

    add_library(precompiled_test STATIC ${CMAKE_BINARY_DIR}/precompiled.cpp)
    set_target_properties(precompiled_test PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(precompiled_test PRIVATE -fPIE ${loquet_test_options})
    target_link_libraries(precompiled_test PRIVATE GTest::gmock)
    target_precompile_headers(precompiled_test PRIVATE ${precompiled_standard} <gmock/gmock.h> <gtest/gtest.h>)
endif()
