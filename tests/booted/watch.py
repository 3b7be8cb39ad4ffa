# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whether a code can be seen where nobody should see it: on the bus, in the journal, among the arguments and environments
of processes, in what Loquet keeps. A code is random, so it is remembered when a test reads it, and looked for afterwards."""
import pathlib
import re
import subprocess
import tempfile

from machine import PATIENCE, eventually, output_of

_KEPT = ("/var/lib/loquet", "/var/lib/loquet-channel", "/run/loquet", "/etc/loquet", "/var/log")


class Watch:
    """Records the whole system bus from its start on."""

    def __init__(self):
        self.codes = []
        self._seen = []
        self._folder = tempfile.TemporaryDirectory()
        self._capture = pathlib.Path(self._folder.name, "capture")
        told = pathlib.Path(self._folder.name, "told")
        with open(self._capture, "wb") as capture, open(told, "wb") as errors:
            self._busctl = subprocess.Popen(["busctl", "--system", "--size=65536", "capture"], stdin=subprocess.DEVNULL,
                                            stdout=capture, stderr=errors)
        eventually(lambda: "Monitoring" in told.read_text(encoding="utf-8"), "busctl records the bus")

    def stop(self):
        self._busctl.terminate()
        self._busctl.wait(PATIENCE)
        self._folder.cleanup()

    def remember(self, code):
        """One that was just sent; the processes that have something to do with it are looked at now."""
        if code not in self.codes:
            self.codes.append(code)
            self._seen += (f"{code} in {place}" for place in places_of(code, _processes()))
        return code

    def finds(self):
        """Where which code was seen, as sentences."""
        everything = [*_processes(), *self._records()]
        return self._seen + [f"{code} in {place}" for code in self.codes for place in places_of(code, everything)]

    def places_now(self, number):
        """Where this number can be seen now, be it a code or not."""
        return set(places_of(number, [*_processes(), *self._records()]))

    def _records(self):
        output_of("journalctl", "--sync")
        journal = subprocess.run(["journalctl", "--all", "--output=export"], check=True, capture_output=True)
        yield "the journal", journal.stdout
        yield "the bus", self._capture.read_bytes()
        for folder in _KEPT:
            for path in pathlib.Path(folder).rglob("*"):
                if path.is_file() and "journal" not in path.parts:  # which was read as text
                    yield str(path), path.read_bytes()


def places_of(number, contents):
    """The names of those that hold the number, and not as a part of a longer one."""
    wanted = re.compile(rb"(?<!\d)" + number.encode() + rb"(?!\d)")
    return [name for name, content in contents if wanted.search(content)]


def _processes():
    for kind in ("cmdline", "environ"):
        for path in pathlib.Path("/proc").glob(f"[0-9]*/{kind}"):
            try:
                yield f"a process's {kind}", path.read_bytes()
            except (FileNotFoundError, ProcessLookupError):  # it has ended
                pass
