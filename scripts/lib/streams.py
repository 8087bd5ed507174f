"""streams: what a command writes on when its standard output or error cannot take it.

An error of standard output names it, as an error of a file does; what standard error cannot take is
lost: chatter is no reason to stop, and the exit status still tells. Closed ones never get here:
scripts/entry.sh has opened something in their place.
"""
import io
import os
import sys


class _Output(io.FileIO):
    def write(self, data):
        try:
            return super().write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OSError(error.errno, error.strerror, "standard output") from None


class _Chatter(io.FileIO):
    def write(self, data):
        try:
            return super().write(data)
        except OSError:
            return len(data)


def _text(raw, like, line_buffering):
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding=like.encoding, errors=like.errors,
                            line_buffering=line_buffering)


def guard():
    """From now on sys.stdout and sys.stderr are such."""
    sys.stdout = _text(_Output(1, "w", closefd=False), sys.stdout, os.isatty(1))
    sys.stderr = _text(_Chatter(2, "w", closefd=False), sys.stderr, True)


def drop_output():
    """What is written on standard output from now on, and what still waits, goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
