"""sim: whole simulated lives of the memory manager, any number of seeds.

    scripts/sim --seeds N [--first S] [--faults CLASS]

A life is a machine short of memory with three programs of two threads, its page daemon, and a swap
device that fails in the seed's way; at every access the whole page is compared with a flat oracle.
A seed that fails is shrunk and told as a short story. The last line is the count. Classes of
faults: none, read-errors, write-errors, torn, misdirected, lost, full-swap, both-full, no-swap,
shrinking, no-latency, long-latency, file-errors, mixed; without --faults each seed has its own.
"""
import argparse
import os
import subprocess

from build import build
from project import BUILD, main_guard, setup

PROGRAM = BUILD / "host-fast" / "tests" / "host" / "test_simulation"
NICE = 10


def main(argv):
    parser = argparse.ArgumentParser(prog="scripts/sim", allow_abbrev=False, description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=1000, metavar="N", help="how many")
    parser.add_argument("--first", type=int, default=1, metavar="S", help="the first one")
    parser.add_argument("--faults", metavar="CLASS", help="the same for all seeds")
    parser.add_argument("--no-install", action="store_true", help="install no packages")
    options = parser.parse_args(argv)
    setup("test", install=not options.no_install)
    build(["host-fast"], targets=["test_simulation"])
    command = [PROGRAM, "--seeds", str(options.seeds), "--first", str(options.first)]
    if options.faults:
        command += ["--faults", options.faults]
    os.nice(NICE)
    return subprocess.run(command, stdin=subprocess.DEVNULL).returncode


if __name__ == "__main__":
    main_guard(main)
