"""sim: whole simulated lives of the memory manager, any number of seeds.

    scripts/sim --seeds N [--first S] [--faults CLASS] [--shard K/N]

A life is a machine short of memory with three programs of two threads, its page daemon, and a swap
device that fails in the seed's way; at every access the whole page is compared with a flat oracle.
A seed that fails is shrunk and told as a short story. The last line is the count. Classes of
faults: none, read-errors, write-errors, torn, misdirected, lost, full-swap, both-full, no-swap,
shrinking, no-latency, long-latency, file-errors, mixed; without --faults each seed has its own.
"""
import os
import re
import subprocess

import progress
from build import build
from options import Parser, no_install, number, part_of, shard
from progress import Progress
from project import BUILD, main_guard, setup

PROGRAM = BUILD / "host-fast" / "tests" / "host" / "test_simulation"
FAULTS = ("none", "read-errors", "write-errors", "torn", "misdirected", "lost", "full-swap",
          "both-full", "no-swap", "shrinking", "no-latency", "long-latency", "file-errors", "mixed")
NICE = 10
SEEDS_A_LINE = 500  # where there is no terminal to rewrite a line on
_DONE = re.compile(r"(\d+) seeds")


def _run(command, seeds):
    """Runs it; its lines go on, but those that tell how many seeds are done."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          text=True) as lives, Progress("seeds", seeds) as line_of:
        for line in lives.stdout:
            if done := _DONE.fullmatch(line.strip()):
                line_of.at(int(done[1]))
                if progress.on_terminal() or int(done[1]) % SEEDS_A_LINE:
                    continue
            progress.clear()
            print(line, end="", flush=True)
        return lives.wait()


def main(argv):
    parser = Parser("sim", __doc__)
    some = number(1, 10**9)
    parser.add_argument("--seeds", type=some, default=1000, metavar="N", help="how many")
    parser.add_argument("--first", type=some, default=1, metavar="S", help="the first one")
    parser.add_argument("--faults", metavar="CLASS", choices=FAULTS,
                        help="the same for all seeds")
    shard(parser, "the seeds")
    no_install(parser)
    options = parser.parse_args(argv)
    setup("test", install=not options.no_install)
    build(["host-fast"], targets=["test_simulation"])
    seeds = part_of(options.seeds, options.shard)
    command = [PROGRAM, "--seeds", str(len(seeds)), "--first", str(options.first + seeds.start)]
    if options.faults:
        command += ["--faults", options.faults]
    os.nice(NICE)
    return _run(command, len(seeds))


if __name__ == "__main__":
    main_guard(main)
