# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program that logs people in: libpam itself, with a conversation that knows one password. Blocks its thread; many at once
are many processes, as on a real machine."""
import ctypes
import pathlib

SUCCESS, AUTH_ERR, AUTHINFO_UNAVAIL, NEW_AUTHTOK_REQD = 0, 7, 9, 12  # <security/_pam_types.h>
_RHOST = 4
_ECHO_OFF = 1


class _Message(ctypes.Structure):
    _fields_ = [("style", ctypes.c_int), ("text", ctypes.c_char_p)]


class _Response(ctypes.Structure):
    _fields_ = [("text", ctypes.c_void_p), ("unused", ctypes.c_int)]


_Converse = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.POINTER(ctypes.POINTER(_Message)),
                             ctypes.POINTER(ctypes.POINTER(_Response)), ctypes.c_void_p)


class _Conversation(ctypes.Structure):
    _fields_ = [("converse", _Converse), ("data", ctypes.c_void_p)]


def add_service(name, *lines):
    pathlib.Path("/etc/pam.d", name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def log_in(service, name, password, rhost):
    """The numbers that pam_authenticate() and, where that is a success, pam_acct_mgmt() return."""
    pam, libc = ctypes.CDLL("libpam.so.0"), ctypes.CDLL("libc.so.6")
    libc.calloc.restype = libc.strdup.restype = ctypes.c_void_p

    @_Converse
    def converse(count, messages, responses, _):
        given = ctypes.cast(libc.calloc(count, ctypes.sizeof(_Response)), ctypes.POINTER(_Response))  # libpam frees them
        for number in range(count):
            if messages[number].contents.style == _ECHO_OFF:
                given[number].text = libc.strdup(password.encode())
        responses[0] = given
        return SUCCESS

    handle = ctypes.c_void_p()
    conversation = _Conversation(converse, None)
    begun = pam.pam_start(service.encode(), name.encode(), ctypes.byref(conversation), ctypes.byref(handle))
    if begun != SUCCESS:
        raise AssertionError(f"pam_start() returned {begun}")
    pam.pam_set_item(handle, _RHOST, rhost.encode())
    results = [pam.pam_authenticate(handle, 0)]
    if results[0] == SUCCESS:
        results.append(pam.pam_acct_mgmt(handle, 0))
    pam.pam_end(handle, results[-1])
    return tuple(results)
