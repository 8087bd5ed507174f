"""bench: instructions per operation of Mobius, counted in QEMU, beside Linux's and Mach's.

Prints the `BENCH name insn value` lines of bench.exe, a table with ratios, then Google Benchmark's
figures of the pure parts on this machine. Fails when a row of lib/numbers.toml was not measured.

    scripts/bench                  Linux's figures as recorded in numbers.toml
    scripts/bench --beside linux   boots Debian's i386 Linux now, with the same
                                   measurements, and lets both swap
"""
import re
import subprocess
import sys
import tomllib

import linux
import swap_rates
from build import build
from options import Parser, no_install
from project import BUILD, SCRIPTS, SetupError, main_guard, say, setup

MEMORY_MIB = 256
# The machine of the row swap_page, as Linux's was: half the memory that bench.exe then uses.
SWAPPING_MIB = 64
SWAPPING = ["--memory", f"{SWAPPING_MIB}M", "--swap", f"{4 * SWAPPING_MIB}M"]
# The machine of the longest time without a switch: 100,000 pages of one block are in memory.
LARGE_MIB = 1024
SECONDS = 900
_LINE = re.compile(r"^BENCH (\S+) (?:insn|pct) ([0-9.]+)$")


def rows():
    return tomllib.loads((SCRIPTS / "lib" / "numbers.toml").read_text())["row"]


def _boot(verbose, *words):
    """Boots bench.exe with these options and arguments; prints its BENCH lines and returns
    {name: instructions}."""
    command = [SCRIPTS / "run", "--no-install", "--no-build", "--icount", "--allow", "bench",
               "--timeout", str(SECONDS), *words]
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                            stderr=None if verbose else subprocess.PIPE)
    figures = {}
    for line in result.stdout.splitlines():
        if match := _LINE.match(line):
            figures[match[1]] = float(match[2])
        if match or line.startswith("NOTE "):
            print(line)
    if result.returncode != 0:
        sys.stderr.write((result.stderr or "") + result.stdout)
        raise SetupError(f"bench.exe ended with status {result.returncode}")
    return figures


def measure_mobius(verbose):
    """All rows: {name: instructions}."""
    say(f"booting Mobius (icount, {MEMORY_MIB} MiB; then {SWAPPING_MIB} MiB, swapping; then "
        f"{LARGE_MIB} MiB)")
    figures = _boot(verbose, "--memory", f"{MEMORY_MIB}M", "bench.exe")
    figures |= _boot(verbose, *SWAPPING, "bench.exe", "swap")
    return figures | _boot(verbose, "--memory", f"{LARGE_MIB}M", "bench.exe", "longest")


def _cell(value):
    return "-" if value is None else f"{value:,.0f}"


def _ratio(ours, theirs):
    return "-" if theirs is None or not ours else f"{theirs / ours:.1f}x"


def table(figures, linux_figures):
    """Prints the table; returns the names of rows that are missing, and those over their aim."""
    missing, over = [], []
    print(f"\n{'name':25}{'ours':>9}{'aim':>9}{'Linux':>9}{'Mach':>9}{'floor':>8}"
          f"{'L/ours':>9}{'M/ours':>9}")
    for row in rows():
        name, aim = row["name"], row.get("at_most")
        beside = row.get("linux") if linux_figures is None else \
            linux_figures.get(name.removesuffix(".zeroed"))
        ours = figures.get(name)
        note = ""
        if beside is None and "linux" in row and "later" not in row:
            missing.append(f"{name} on Linux")
        if ours is None and "later" in row:
            note = f"  needs {row['later']}"
        elif ours is None:
            missing.append(name)
            note = "  MISSING"
        elif aim is not None and ours > aim:
            note = "  OVER"
            over.append(name)
        print(f"{name:25}{_cell(ours):>9}{_cell(aim):>9}{_cell(beside):>9}"
              f"{_cell(row.get('mach')):>9}{_cell(row.get('floor')):>8}"
              f"{_ratio(ours, beside):>9}{_ratio(ours, row.get('mach')):>9}{note}")
    for name in sorted(set(figures) - {row["name"] for row in rows()}):
        print(f"{name:25}{_cell(figures[name]):>9}")
    return missing, over


def host_benchmarks(verbose):
    """Google Benchmark on this machine. Returns whether it ran."""
    build(["host-fast"], verbose, ["bench_host"])
    program = BUILD / "host-fast" / "tests" / "host" / "bench_host"
    print("\nThe pure parts on this machine (Google Benchmark):", flush=True)
    return program.exists() and not subprocess.run([program, "--benchmark_min_time=0.2"]).returncode


def main(argv):
    parser = Parser("bench", __doc__)
    parser.add_argument("--beside", choices=["linux"], help="measure it in this call as well")
    parser.add_argument("--no-host", action="store_true", help="without Google Benchmark's part")
    parser.add_argument("--verbose", action="store_true")
    no_install(parser)
    options = parser.parse_args(argv)
    setup("bench", install=not options.no_install)
    build(["kernel", "user"], options.verbose)
    linux_figures = None
    if options.beside:
        prepared = linux.prepare()
        linux_figures = linux.measure(prepared, MEMORY_MIB, SWAPPING_MIB)
    missing, over = table(measure_mobius(options.verbose), linux_figures)
    if linux_figures is None:
        print("Linux, Mach: recorded figures. --beside linux measures Linux in this call.")
    else:
        print("ours, Linux: from boots in this call. Mach: recorded figures.")
        swap_rates.compare(prepared, options.verbose)
    if not options.no_host and not host_benchmarks(options.verbose):
        missing.append("the host benchmarks")
    if over:
        print(f"over the aim: {', '.join(over)}")
    if missing:
        print(f"missing: {', '.join(missing)}")
    return 1 if missing else 0


if __name__ == "__main__":
    main_guard(main)
