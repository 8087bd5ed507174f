"""progress: one line at the terminal's end, rewritten, that tells how far long work has come; and
colour. Both only where stderr is a terminal; NO_COLOR in the environment switches colour off.

Text that others print goes above the line: they call clear() first (project.say and report do).
"""
import os
import shutil
import sys
import threading
import time

_RED, _GREEN, _PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[0m"
_SECONDS_BETWEEN = 0.1

_lock = threading.RLock()
_shown = False


def on_terminal(stream=None):
    return (stream or sys.stderr).isatty()


def coloured(text, good, stream=None):
    """`text` in green or red, where `stream` (stderr) is a terminal that may have colours."""
    if not on_terminal(stream) or os.environ.get("NO_COLOR"):
        return text
    return f"{_GREEN if good else _RED}{text}{_PLAIN}"


def clear():
    """Takes the line away; the next at() brings it back."""
    global _shown
    with _lock:
        if _shown:
            _shown = False
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _duration(seconds):
    minutes, seconds = divmod(int(seconds), 60)
    return f"{minutes}:{seconds:02d}"


class Progress:
    """`what` is being done; `total`: how many steps there are, None where nobody knows."""

    def __init__(self, what, total=None):
        self.what, self.total = what, total
        self._began, self._next = time.monotonic(), 0.0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        clear()

    def line(self, count, detail="", elapsed=None):
        """The line after `count` steps."""
        elapsed = time.monotonic() - self._began if elapsed is None else elapsed
        of = f" {count:,} of {self.total:,}" if self.total else (f" {count:,}" if count else "")
        left = ""
        if self.total and 0 < count < self.total and elapsed >= 3:
            left = f", about {_duration(elapsed * (self.total - count) / count)} left"
        return f"{self.what}:{of}, {_duration(elapsed)}{left}{'  ' + detail if detail else ''}"

    def at(self, count, detail=""):
        """Shows how far it is; cheap enough to be called for each step."""
        global _shown
        now = time.monotonic()
        if not on_terminal() or now < self._next:
            return
        self._next = now + _SECONDS_BETWEEN
        width = shutil.get_terminal_size().columns - 1
        with _lock:
            _shown = True
            text = self.line(count, detail)[:width]
            print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
