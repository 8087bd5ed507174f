"""children: what a command has started ends with it, and before it: compilers, tests, emulators.

SIGINT, SIGTERM and SIGHUP end all that descends from this process, in whatever process group it is,
wait for that, and raise Ended in the main thread. So a lock that the command holds is held until
nobody works under it any more. Nothing is started from then on, by no thread.
"""
import contextlib
import ctypes
import os
import signal
import sys
import time
from pathlib import Path

import streams

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PATIENCE_SECONDS = 3  # from the polite signal to the other one
_CHILD_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER: who loses its parent becomes our child


class Ended(BaseException):
    """Somebody ended the command."""


def _parents():
    """{process: its parent} of all that run."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = stat.read_text(errors="replace").rpartition(")")[2].split()[:2]
            if state not in "ZX":
                parents[int(stat.parent.name)] = int(parent)
    return parents


def _descendants():
    parents, found = _parents(), {os.getpid()}
    grown = True
    while grown:
        more = {child for child, parent in parents.items() if parent in found} - found
        grown, found = bool(more), found | more
    return found - {os.getpid()}


def _refuse_more(event, _arguments):
    if event == "subprocess.Popen":
        raise RuntimeError("the command is being ended")


def end_all():
    """Ends all descendants and waits until they are gone."""
    ctypes.CDLL(None).prctl(_CHILD_SUBREAPER, 1, 0, 0, 0)
    patience = time.monotonic() + _PATIENCE_SECONDS
    asked = set()
    while found := _descendants():
        late = time.monotonic() >= patience
        for child in found if late else found - asked:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(child, signal.SIGKILL if late else signal.SIGTERM)
        if late and time.monotonic() >= patience + _PATIENCE_SECONDS:
            return  # such as one that is another user's
        asked |= found
        time.sleep(0.02)


def _end(_signal, _frame):
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    sys.addaudithook(_refuse_more)
    streams.drop_output()  # that children were ended is no news of the tests they were in
    end_all()
    raise Ended


def end_with_us():
    """From now on. A signal that the caller had ignored stays ignored."""
    for number in _SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _end)
