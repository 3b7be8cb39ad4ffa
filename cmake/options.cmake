# SPDX-License-Identifier: LGPL-2.1-or-later
# Language level, warnings, hardening and sanitizers: the same for every target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 99)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(LOQUET_WERROR "Treat warnings as errors" ON)
option(LOQUET_FUZZ "Build the libFuzzer targets (needs clang)" OFF)
option(LOQUET_BENCH "Build the benchmarks" OFF)
set(LOQUET_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them")

set(LOQUET_DIRECTORY_FOLDER /var/lib/loquet/directory CACHE STRING "Where the NSS module looks for the directory of names")

include(GNUInstallDirs)
find_package(PkgConfig REQUIRED)

find_program(CCACHE ccache)
if(CCACHE)
    set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -fstack-protector-strong)
if(CMAKE_UNITY_BUILD)
    # Of files that are compiled as one, what stands in one is seen by the next, and is said to be shadowed there.
    add_compile_options(-Wno-shadow "$<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-subobject-linkage>")
endif()
if(LOQUET_WERROR)
    add_compile_options(-Werror)
endif()
if(LOQUET_SANITIZE)
    add_compile_options(-fsanitize=${LOQUET_SANITIZE} -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${LOQUET_SANITIZE})
    # GCC bug 105562: <regex> under sanitizers is taken for uninitialised. The other builds keep the warning.
    add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
    # UBSan makes compiling GoogleTest's templates half as dear again, and looks for what our own code does wrong.
    set(loquet_test_options $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-sanitize=undefined>)
else()
    add_compile_options("$<$<CONFIG:Release,RelWithDebInfo>:-D_FORTIFY_SOURCE=2>")
    # What nobody calls is not shipped: every process that loads our module or our library pays for its pages.
    add_compile_options("$<$<CONFIG:Release,RelWithDebInfo>:-ffunction-sections;-fdata-sections>")
    add_link_options("$<$<CONFIG:Release,RelWithDebInfo>:-Wl,--gc-sections>")
    add_link_options(-Wl,-z,relro,-z,now,--as-needed)
endif()
if(LOQUET_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
