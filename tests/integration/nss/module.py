# SPDX-License-Identifier: LGPL-2.1-or-later
"""libnss_loquet.so.2, asked through its functions with ctypes: no line of ours lies between a test and them."""
import ctypes
import errno

SUCCESS, NOTFOUND, UNAVAIL, TRYAGAIN = 1, 0, -1, -2
UNTOUCHED = b"\x5a"
GUARD = 64


class Passwd(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("password", ctypes.c_char_p), ("uid", ctypes.c_uint32), ("gid", ctypes.c_uint32),
                ("gecos", ctypes.c_char_p), ("home", ctypes.c_char_p), ("shell", ctypes.c_char_p)]

    def line(self):
        return ":".join([self.name.decode(), self.password.decode(), str(self.uid), str(self.gid), self.gecos.decode(),
                         self.home.decode(), self.shell.decode()])


class GroupEntry(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("password", ctypes.c_char_p), ("gid", ctypes.c_uint32),
                ("members", ctypes.POINTER(ctypes.c_char_p))]

    def line(self):
        members = []
        while self.members[len(members)] is not None:
            members.append(self.members[len(members)].decode())
        return f"{self.name.decode()}:{self.password.decode()}:{self.gid}:{','.join(members)}"


class Module:
    def __init__(self, path):
        self.functions = ctypes.CDLL(path)
        self.libc = ctypes.CDLL(None)
        self.libc.malloc.restype = ctypes.c_void_p
        self.size = 1 << 16
        self.buffer = ctypes.create_string_buffer(self.size)

    def _ask(self, function, entry, key, buffer, size):
        error = ctypes.c_int(0)
        status = getattr(self.functions, "_nss_loquet_" + function)(*key, ctypes.byref(entry), buffer, ctypes.c_size_t(size),
                                                            ctypes.byref(error))
        return status, error.value

    def ask(self, function, *key):
        """The line, or None for "not found"; anything else is an error of the module."""
        entry = GroupEntry() if "gr" in function else Passwd()
        while True:
            status, error = self._ask(function, entry, key, self.buffer, self.size)
            if status == TRYAGAIN and error == errno.ERANGE:
                self.size *= 2
                self.buffer = ctypes.create_string_buffer(self.size)
            elif status == SUCCESS:
                return entry.line()
            elif status == NOTFOUND and error == errno.ENOENT:
                return None
            else:
                raise AssertionError(f"{function}{key}: status {status}, errno {error}")

    def ask_with_every_size(self, function, *key):
        """The same with each size from 0 until it is enough, looking behind the buffer's end each time."""
        entry = GroupEntry() if "gr" in function else Passwd()
        for size in range(1 << 20):
            buffer = ctypes.create_string_buffer(UNTOUCHED * (size + GUARD), size + GUARD)
            status, error = self._ask(function, entry, key, buffer, size)
            assert buffer.raw[size:] == UNTOUCHED * GUARD, f"{function}{key}: wrote behind a buffer of {size} bytes"
            if status == SUCCESS:
                return entry.line()
            assert (status, error) == (TRYAGAIN, errno.ERANGE), f"{function}{key}, {size} bytes: status {status}, errno {error}"
        raise AssertionError(f"{function}{key}: no size is enough")

    def list(self, kind):
        """Every line of "pw" or "gr"."""
        getattr(self.functions, f"_nss_loquet_set{kind}ent")(0)
        while (line := self.ask(f"get{kind}ent_r")) is not None:
            yield line
        getattr(self.functions, f"_nss_loquet_end{kind}ent")()

    def groups_of(self, name, primary):
        """What initgroups(3) would set, or None for "not found"."""
        used, size, error = ctypes.c_long(1), ctypes.c_long(1), ctypes.c_int(0)
        place = ctypes.cast(ctypes.c_void_p(self.libc.malloc(4)), ctypes.POINTER(ctypes.c_uint32))
        place[0] = primary
        status = self.functions._nss_loquet_initgroups_dyn(name.encode(), primary, ctypes.byref(used), ctypes.byref(size),
                                                       ctypes.byref(place), ctypes.c_long(-1), ctypes.byref(error))
        gids = [place[index] for index in range(used.value)]
        self.libc.free(place)
        assert status in (SUCCESS, NOTFOUND), f"initgroups_dyn({name}): status {status}, errno {error.value}"
        return gids if status == SUCCESS else None
