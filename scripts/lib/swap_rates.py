"""swap_rates: how fast a block of twice the memory goes out to the swap disk and comes back.

Mobius and Linux are booted in turn, without instruction counting, the same disk before them. A rate
is what a pass has moved, in both directions, by the seconds it took: "out" is the first pass, which
writes every page, "back" the second, which reads every page. Seconds are ticks of the time stamp
counter, which is the host's for both; how many there are in a second, the guests' clocks tell.
"""
import re
import statistics
import subprocess

import linux
from project import SCRIPTS, SetupError, say

MEMORY_MIB = (64, 128)
ROUNDS = 5
SECONDS = 300
PAGES_PER_MIB = 256
CLOCKS_DIFFER = 0.05
_LINE = re.compile(r"^SWAP (\w+) pages (\d+) in (\d+) out (\d+) ticks (\d+) ns (\d+)$")


def _passes(lines):
    """[(name, pages moved, pages of the block, ticks, nanoseconds)] of one boot."""
    passes = []
    for match in filter(None, map(_LINE.match, lines)):
        pages, pages_in, pages_out, ticks, ns = map(int, match.groups()[1:])
        passes.append((match[1], pages_in + pages_out, pages, ticks, ns))
    if [name for name, *_ in passes] != ["out", "back"]:
        raise SetupError("a boot did not tell how long its two passes took")
    return passes


def _boot_mobius(memory_mib, pages, verbose):
    command = [SCRIPTS / "run", "--no-install", "--no-build", "--allow", "bench", "--timeout",
               str(SECONDS), "--memory", f"{memory_mib}M", "bench.exe", "rates", str(pages)]
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                            stderr=None if verbose else subprocess.PIPE)
    if result.returncode != 0:
        raise SetupError(f"bench.exe ended with status {result.returncode}: {result.stderr or ''}")
    return result.stdout.splitlines()


def _measure(prepared, memory_mib, verbose):
    """{(system, pass): what _passes() says of each boot}, from boots in turn."""
    pages = 2 * memory_mib * PAGES_PER_MIB
    passes = {}
    for _ in range(ROUNDS):
        boots = {"ours": _boot_mobius(memory_mib, pages, verbose),
                 "Linux": linux.boot_swapping(prepared, memory_mib, [], "swap=rates",
                                              f"pages={pages}")}
        for system, lines in boots.items():
            for name, *figures in _passes(lines):
                passes.setdefault((system, name), []).append(figures)
    return passes


def _ticks_per_second(memory_mib, passes):
    """What most guests found. On a busy host some measure the counter wrongly when they start."""
    rates = [ticks * 1e9 / ns for boots in passes.values() for *_, ticks, ns in boots]
    middle = statistics.median(rates)
    wrong = sum(abs(rate / middle - 1) > CLOCKS_DIFFER for rate in rates)
    if wrong:
        print(f"{memory_mib:>4} MiB  {wrong} of {len(rates)} passes ran with a clock that is off: "
              "the host is busy")
    return middle


def _print_rows(memory_mib, passes):
    per_second = _ticks_per_second(memory_mib, passes)
    for column, what in enumerate(("swapped", "of the block")):
        for name in ("out", "back"):
            ours, theirs = ([figures[column] / PAGES_PER_MIB * per_second / figures[2]
                             for figures in passes[system, name]] for system in ("ours", "Linux"))
            print(f"{memory_mib:>4} MiB  {name:5}{what:13}"
                  f"{max(ours):9.1f} /{statistics.median(ours):7.1f}"
                  f"{max(theirs):9.1f} /{statistics.median(theirs):7.1f}"
                  f"{max(ours) / max(theirs):8.2f}", flush=True)


def compare(prepared, verbose):
    """Boots both systems and prints the table."""
    say(f"booting Mobius and Linux in turn, {ROUNDS} times each with "
        f"{' and '.join(map(str, MEMORY_MIB))} MiB (some minutes)")
    print(f"\nswapping, MiB/s, best / median of {ROUNDS} boots in turn, no instruction counting:\n"
          f"{'memory    pass':27}{'ours':>18}{'Linux':>18}{'ratio':>8}")
    for memory_mib in MEMORY_MIB:
        _print_rows(memory_mib, _measure(prepared, memory_mib, verbose))
