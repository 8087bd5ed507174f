"""malloc-bench: our malloc beside glibc's, jemalloc and mimalloc, on this machine.

    scripts/malloc-bench [--runs N] [--percent P] [LOOP]...

Every loop of tests/host/malloc/bench runs with each allocator preloaded, in turn, N times over; the
table has the best time of the processor, and the peak of resident memory in that run. All are
64-bit: ours, too, is the library built for this machine. `x`: our time over mimalloc's.
"""
import os
import subprocess
from pathlib import Path

from build import build
from options import Parser, no_install, number
from project import BUILD, SetupError, main_guard, setup

FOLDER = BUILD / "host-fast" / "tests" / "host"
LOOPS = ("small", "mixed", "doubling", "appending", "larson", "producer")
NICE = 5
SECONDS = 300


def libraries():
    """{name: what to preload}."""
    found = {"ours": FOLDER / "libmobius_malloc_preload.so", "glibc": ""}
    for name, file in (("jemalloc", "libjemalloc.so.2"), ("mimalloc", "libmimalloc.so.2")):
        paths = sorted(Path("/usr/lib").glob(f"*/{file}"))
        if not paths:
            raise SetupError(f"{file} is missing")
        found[name] = paths[0]
    return found


def run(loop, library, percent):
    """One run: milliseconds of the processor, KiB at the peak."""
    result = subprocess.run([FOLDER / "malloc_loops", loop, str(percent)], capture_output=True,
                            text=True, timeout=SECONDS,
                            env=os.environ | {"LD_PRELOAD": str(library)})
    words = result.stdout.split()
    if result.returncode != 0 or len(words) != 4:
        raise SetupError(f"{loop} with {library or 'glibc'}: {result.returncode} {result.stderr}")
    return float(words[1]), int(words[3])


def measure(loops, runs, percent):
    """{loop: {allocator: (milliseconds, KiB)}}, alternating."""
    names = libraries()
    best = {loop: {} for loop in loops}
    for _ in range(runs):
        for loop in loops:
            for name, library in names.items():
                figure = run(loop, library, percent)
                best[loop][name] = min(best[loop].get(name, figure), figure)
    return best


def table(best):
    names = list(libraries())
    print(f"{'loop':10}" + "".join(f"{name + ' ms':>12}{'MiB':>7}" for name in names) + f"{'x':>7}")
    for loop, row in best.items():
        cells = "".join(f"{row[name][0]:12.0f}{row[name][1] / 1024:7.1f}" for name in names)
        print(f"{loop:10}{cells}{row['ours'][0] / row['mimalloc'][0]:7.2f}")


def main(argv):
    parser = Parser("malloc-bench", __doc__)
    parser.add_argument("loop", nargs="*", help=", ".join(LOOPS))
    parser.add_argument("--runs", type=number(1, 1000), default=5, metavar="N",
                        help="the best of N counts")
    parser.add_argument("--percent", type=number(1, 10_000), default=50, metavar="P",
                        help="length of a loop")
    no_install(parser)
    options = parser.parse_args(argv)
    for loop in options.loop:
        if loop not in LOOPS:
            parser.error(f"no loop '{loop}' (there are: {', '.join(LOOPS)})")
    setup("malloc", install=not options.no_install)
    build(["host-fast"], targets=["mobius_malloc_preload", "malloc_loops"])
    os.nice(NICE)
    table(measure(options.loop or LOOPS, options.runs, options.percent))
    return 0


if __name__ == "__main__":
    main_guard(main)
