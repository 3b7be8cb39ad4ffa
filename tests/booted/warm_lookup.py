# SPDX-License-Identifier: LGPL-2.1-or-later
"""Looks names up by the NSS module's own function, as glibc would once it has the module loaded: for each round of a
thousand lookups a line on standard error, before it and after it. warm_lookup.py NAME..."""
import ctypes
import itertools
import os
import sys

LOOKUPS = 1000
ROUNDS = 20
FOUND = 1  # NSS_STATUS_SUCCESS


def main(names):
    lookup = ctypes.CDLL("libnss_loquet.so.2")._nss_loquet_getpwnam_r
    entry, buffer, error = ctypes.create_string_buffer(64), ctypes.create_string_buffer(1024), ctypes.c_int()
    asked = [name.encode() for name in itertools.islice(itertools.cycle(names), LOOKUPS)]

    def look_all_up():
        for name in asked:
            if lookup(name, entry, buffer, 1024, ctypes.byref(error)) != FOUND:
                sys.exit(f"{name} was not found")

    look_all_up()
    for _ in range(ROUNDS):
        os.write(2, b"begin\n")
        look_all_up()
        os.write(2, b"end\n")


main(sys.argv[1:])
