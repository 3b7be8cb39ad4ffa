# SPDX-License-Identifier: LGPL-2.1-or-later
"""A screen that nobody has to look at (Xvfb), what is typed at it (xdotool), and pictures of it."""
import os
import pathlib
import struct
import subprocess
import tempfile
import zlib

from machine import ENGLISH, PATIENCE, output_of

_WIDTH, _HEIGHT = 720, 440


def server(folder):
    """The command of a server that keeps its picture in this folder."""
    return ["Xvfb", "-screen", "0", f"{_WIDTH}x{_HEIGHT}x24", "-fbdir", str(folder), "-nolisten", "tcp"]


def server_script(folder):
    """The same as a program that LightDM starts, with options of a real server."""
    return ("#!/bin/sh\ndisplay=$1\nwhile [ $# -gt 0 ]; do\n    if [ \"$1\" = -auth ]; then authority=$2; fi\n    shift\ndone\n"
            f"exec {' '.join([server(folder)[0], '$display', '-auth', '$authority', *server(folder)[1:]])}\n")


def type_at(display, text, environment=ENGLISH):
    if text:
        output_of("xdotool", "type", "--file", "-", typed=text, environment=environment | {"DISPLAY": display})
    output_of("xdotool", "key", "Return", environment=environment | {"DISPLAY": display})


class Screen:
    """`with Screen() as screen:`; everybody on this machine may draw on it."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory()
        read, write = os.pipe()
        self._server = subprocess.Popen([*server(self._folder.name), "-ac", "-displayfd", str(write)], pass_fds=[write],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        with open(read, encoding="ascii") as told:
            self.display = f":{told.readline().strip()}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.terminate()
        self._server.wait(PATIENCE)
        self._folder.cleanup()

    def type(self, text):
        """A line; "" is the key alone."""
        type_at(self.display, text)

    def press(self, key):
        output_of("xdotool", "key", key, environment=ENGLISH | {"DISPLAY": self.display})

    def picture(self):
        return read_picture(self._folder.name)


def read_picture(folder):
    """What the server of this folder shows: its rows, of three bytes a pixel."""
    data = pathlib.Path(folder, "Xvfb_screen0").read_bytes()
    head = struct.unpack(">25I", data[:100])  # <X11/XWDFile.h>, 24 bits of 32
    start, width, height, line, colours = head[0], head[4], head[5], head[12], head[19]
    pixels = memoryview(data)[start + 12 * colours:]
    rows = []
    for y in range(height):
        row = pixels[y * line:y * line + 4 * width]
        rgb = bytearray(3 * width)
        rgb[0::3], rgb[1::3], rgb[2::3] = row[2::4], row[1::4], row[0::4]
        rows.append(bytes(rgb))
    return rows


def write_png(path, rows):
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    head = struct.pack(">IIBBBBB", len(rows[0]) // 3, len(rows), 8, 2, 0, 0, 0)
    content = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    pathlib.Path(path).write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", content) + chunk(b"IEND", b""))
