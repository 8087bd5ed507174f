"""names: fault reports in the log get the names of functions and lines behind them.

The kernel reports addresses; the EXE is here, with its symbols, and with lines where it was compiled
with -g (or has a .debug file beside it). After a report's `called from:` come lines such as

    hello.exe 0x00401020: main, hello.c:7
"""
import re
import shutil
import subprocess
from pathlib import Path

TOOL = "i686-w64-mingw32-addr2line"

_HEAD = re.compile(r"^fault: process \d+ (\S+), thread \d+: ")
_EIP = re.compile(r"^  eip=([0-9a-f]+)")
_CALLERS = re.compile(r"^  called from:(.*)$")


class Names:
    """`files`: {path on the CD: file here}, as the kernel names processes after their EXEs."""

    def __init__(self, files):
        self._files = {Path(inside).name[:31]: Path(file) for inside, file in files.items()}
        self._exe, self._eip = None, None

    def after(self, line):
        """What is to be said after a line of the log: a list of lines, mostly empty."""
        if head := _HEAD.match(line):
            self._exe, self._eip = head[1], None
        elif eip := _EIP.match(line):
            self._eip = int(eip[1], 16)
        elif (callers := _CALLERS.match(line)) and self._exe:
            # A return address is behind its call, which may be its function's last instruction.
            calls = [int(word, 16) for word in callers[1].split()]
            first = [] if self._eip is None else [self._eip]  # of several such lines
            self._eip = None
            found = self._names(first + [max(call - 1, 0) for call in calls])
            return [f"    {self._exe} 0x{address:08x}: {name}"
                    for address, name in zip(first + calls, found) if name]
        return []

    def _names(self, addresses):
        file = self._files.get(self._exe)
        if file is None or not shutil.which(TOOL):
            return []
        debug = file.with_name(file.name + ".debug")
        result = subprocess.run([TOOL, "-f", "-C", "-s", "-e", debug if debug.is_file() else file,
                                 *map(hex, addresses)], stdin=subprocess.DEVNULL,
                                capture_output=True, text=True, errors="replace")
        lines = result.stdout.splitlines()
        return [self._words(*pair) for pair in zip(lines[::2], lines[1::2])]

    @staticmethod
    def _words(function, place):
        """'' where nothing is known."""
        function = "" if function == "??" else function.lstrip("_") or function
        place = place.split(" (discriminator")[0]
        place = "" if place.startswith("??") or place.endswith((":?", ":0")) else place
        return ", ".join(filter(None, (function, place)))
