"""emulator_shell: a shell in an emulator that a test talks to."""
import re
import select
import subprocess
import time

from project import SCRIPTS


SIZE_CLASSES = 22  # of the kernel's heap: each may keep one slab that is partly filled


def assert_nothing_missing(before, after):
    """`before`, `after`: what frames() returned. The heap may lie in other slabs, no more."""
    assert sum(after) >= sum(before), f"heap and free frames: {before}, later {after}"
    assert after[0] <= before[0] + SIZE_CLASSES, f"heap and free frames: {before}, later {after}"


class Shell:
    """A shell on pipes: each command is sent when what it needs has been seen. At the end of a
    `with` it is told to exit; whatever has happened, the machine is gone afterwards."""

    def __init__(self, context, *options):
        self.run = subprocess.Popen(
            [SCRIPTS / "run", "--no-install", "--no-build", "--emulator", context.emulator,
             *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            bufsize=0)
        self.seen = ""

    def __enter__(self):
        return self

    def __exit__(self, failed, *_):
        try:
            if failed is None:
                self.send("exit 5")
                assert self.run.wait(60) == 5
        finally:
            self.run.kill()
            self.run.wait()

    def send(self, line):
        self.run.stdin.write(line.encode() + b"\n")

    def expect(self, pattern, seconds=60):
        """Waits for the pattern in whole lines after the last match; returns the match."""
        limit = time.monotonic() + seconds
        while not (match := re.search(pattern, self.seen[:self.seen.rfind("\n") + 1],
                                      re.MULTILINE)):
            left = limit - time.monotonic()
            ready = left > 0 and select.select([self.run.stdout], [], [], left)[0]
            data = self.run.stdout.read(65536) if ready else b""
            assert data, f"no /{pattern}/ in:\n{self.seen[-3000:]}"
            self.seen += data.decode(errors="replace")
        self.seen = self.seen[match.end():]
        return match

    def frames(self):
        """Those of the kernel's heap, and the free ones."""
        self.send("free")
        return [int(self.expect(rf"^ *{row} +(\d+) pages")[1]) for row in ("kernel heap", "free")]

    def pids_of(self, program):
        """Of its processes that ps shows."""
        self.send("ps")
        self.expect(r"^ +PID")
        found = []
        while (line := self.expect(r"^ *(\d+) .*(?:running|suspended) +(\S+)$"))[2] != "ps.exe":
            if line[2] == program:
                found.append(line[1])
        return found
