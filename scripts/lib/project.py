"""project: what every command here shares: where things are, the verdicts, how to say and to fail.

A command's chatter goes to stderr as `NAME: text`; stdout belongs to the program that is run.
"""
import os
import subprocess
import sys
from pathlib import Path

import progress

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
SCRIPTS = ROOT / "scripts"
KERNEL = BUILD / "kernel" / "kernel.elf"
PROGRAMS = BUILD / "user" / "bin"
TEST_PROGRAMS = BUILD / "user" / "tests"
JOBS = len(os.sched_getaffinity(0))  # at a time: one on each processor that we may use

NAME = Path(sys.argv[0]).stem


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


def main_guard(main):
    """Runs main(argv); a SetupError becomes its verdict line and status."""
    try:
        sys.exit(main(sys.argv[1:]))
    except SetupError as error:
        progress.clear()
        print(progress.coloured(f"mobius: setup: {error}", good=False), file=sys.stderr, flush=True)
        sys.exit(126)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except KeyboardInterrupt:
        sys.exit(130)
