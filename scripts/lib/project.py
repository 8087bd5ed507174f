"""project: what every command here shares: where things are, the verdicts, how to say and to fail.

A command's chatter goes to stderr as `NAME: text`; stdout belongs to the program that is run.
"""
import contextlib
import errno
import os
import subprocess
import sys
from pathlib import Path

import children
import progress
import streams
import verdict as verdicts

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
SCRIPTS = ROOT / "scripts"
KERNEL = BUILD / "kernel" / "kernel.elf"
PROGRAMS = BUILD / "user" / "bin"
TEST_PROGRAMS = BUILD / "user" / "tests"
JOBS = len(os.sched_getaffinity(0))  # at a time: one on each processor that we may use

NAME = Path(sys.argv[0]).stem.replace("_", "-")


class SetupError(Exception):
    """What must be there before the emulator starts is not: `mobius: setup: TEXT`, status 126."""


def version():
    return (ROOT / "VERSION").read_text().strip()


def say(text):
    progress.clear()
    print(f"{NAME}: {text}", file=sys.stderr, flush=True)


def setup(*parts, install=True):
    """Sees that the packages for `parts` (words of scripts/setup) are there."""
    command = [str(SCRIPTS / "setup"), *parts] + ([] if install else ["--no-install"])
    if subprocess.run(command, stdout=sys.stderr.fileno()).returncode != 0:
        raise SystemExit(126)  # scripts/setup said why, as a verdict line


def _why(error):
    """What an OSError says, with the file's name."""
    name, reason = error.filename, error.strerror or str(error)
    if name is None:
        return reason
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS) and isinstance(name, (str, Path)):
        places = [place for place in (Path(name), Path(name).absolute().parent) if place.exists()]
        if not all(os.access(place, os.W_OK) for place in places) and \
                all(os.access(place, os.R_OK) for place in places):
            reason = "not writable"
    return f"{os.fsdecode(name)}: {reason}"


def _end_with(verdict):
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    streams.drop_output()
    progress.clear()
    print(progress.coloured(f"mobius: {verdict}", good=False), file=sys.stderr, flush=True)
    sys.exit(verdicts.status_of(verdict))


def main_guard(main):
    """Runs main(argv). Whatever keeps it from its work becomes a verdict line and its status, and
    so does a signal that ends it, with all that it has started."""
    streams.guard()
    children.end_with_us()
    try:
        try:
            sys.exit(main(sys.argv[1:]))
        finally:
            sys.stdout.flush()
    except SetupError as error:
        _end_with(f"setup: {error}")
    except BrokenPipeError:
        streams.drop_output()
        sys.exit(141)
    except OSError as error:
        _end_with(f"setup: {_why(error)}")
    except (KeyboardInterrupt, children.Ended):
        _end_with(verdicts.KILLED)
