"""verdict: the last line of a run, `mobius: TEXT`, and the exit status it stands for.

The kernel writes it as its last line on COM2; where it cannot (timeout, no verdict) the
runner does.
"""
import re

REASONS = ("null pointer read", "null pointer write", "null pointer jump", "kernel address",
           "write to read-only code", "write to read-only data", "no access", "stack overflow",
           "freed block", "unmapped")

TIMEOUT = "timeout"
NO_VERDICT = "no verdict"
KILLED = "killed"
SETUP = 126

_FIXED = {"out of memory": 137, KILLED: 143, TIMEOUT: 124, NO_VERDICT: 125}
_FAULT = re.compile(r"fault: [^:]+ at 0x[0-9a-fA-F]+ eip 0x[0-9a-fA-F]+$")
_EXIT = re.compile(r"exit (-?[0-9]+)$")
_LINE = re.compile(r"^mobius: (.*)$")


def status_of(text):
    """The exit status of the verdict `text` (without `mobius: `), or None where it is none."""
    if text in _FIXED:
        return _FIXED[text]
    if match := _EXIT.match(text):
        return int(match[1]) & 255
    if _FAULT.match(text):
        return 139
    if text.startswith("panic: "):
        return 134
    if text.startswith("setup: "):
        return SETUP
    return None


def verdict_of_line(line):
    """The verdict that a line of COM2 is, or None."""
    match = _LINE.match(line.rstrip("\r\n"))
    return match[1] if match and status_of(match[1]) is not None else None
