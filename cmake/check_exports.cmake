# SPDX-License-Identifier: LGPL-2.1-or-later
# cmake -DNM=nm -DFILE=x.so -DSYMBOL=loquet_step_v1 -P check_exports.cmake: fails unless x.so defines exactly that.
execute_process(COMMAND ${NM} --dynamic --defined-only --format=posix ${FILE}
    OUTPUT_VARIABLE listing RESULT_VARIABLE result)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "${NM} could not read ${FILE}")
endif()
string(REGEX MATCHALL "[^\n]+" lines "${listing}")
set(names "")
foreach(line IN LISTS lines)
    string(REGEX REPLACE " .*" "" symbol "${line}")
    list(APPEND names "${symbol}")
endforeach()
if(NOT names STREQUAL SYMBOL)
    message(FATAL_ERROR "${FILE} should export ${SYMBOL} alone, but exports: ${names}")
endif()
