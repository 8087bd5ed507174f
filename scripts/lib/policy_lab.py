"""policy-lab: the kernel's replacement policies on reference strings, beside exact LRU and OPT.

Builds and runs tests/host/lab, which holds the policies' own objects, and makes a table (Markdown)
of what it counts and, with --plot, a picture (SVG). A TRACE is a file of scripts/record-trace, or
the name of a string that is made here; without any, all of those. swap-workloads@1, @2
and so on are other draws of swap-workloads.

    scripts/policy-lab [--policy NAME]... [--frames N]... [TRACE]...

Status 1: a policy has beaten OPT, so the lab is wrong.
"""
import csv
import math
import struct
import subprocess
from collections import defaultdict
from pathlib import Path

import boot_options
from build import build
from options import Parser, number
from progress import Progress
from project import BUILD, SetupError, main_guard, say, setup

PROGRAM = BUILD / "host-fast" / "tests" / "host" / "policy_lab"
COLOURS = ["#888888", "#000000", "#d62728", "#1f77b4", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf",
           "#8c564b", "#e377c2"]
WIDTH, HEIGHT, MARGIN, COLUMNS = 230, 170, 34, 4


class Results:
    """The lab's figures: `rows[string, part, frames][policy]`."""

    def __init__(self, lines):
        self.rows, self.policies = defaultdict(dict), []
        for row in csv.DictReader(lines, delimiter="\t"):
            for figure in ("pages", "frames", "faults", "swap_ins", "dirty_evictions", "bit_tests"):
                row[figure] = int(row[figure])
            self.rows[row["string"], row["part"], row["frames"]][row["policy"]] = row
            if row["policy"] not in self.policies:
                self.policies.append(row["policy"])

    def whole(self):
        return {key: row for key, row in self.rows.items() if key[1] == "all"}

    def ratio(self, row, policy):
        return row[policy]["faults"] / row["LRU"]["faults"]

    def ratios(self, policy):
        return [self.ratio(row, policy) for row in self.whole().values()]


def mean(ratios):
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def print_table(results):
    policies = results.policies
    print("| string | part | pages | frames |", " | ".join(policies), "|")
    print("|---" * 4 + "|--:" * len(policies) + "|")
    for (string, part, frames), row in results.rows.items():
        cells = [f"{row[p]['swap_ins']:,}" for p in policies]
        print(f"| {string} | {part} | {row['LRU']['pages']:,} | {frames:,} |", " | ".join(cells), "|")
    print("\nSwap-ins (faults on pages that had been in memory before). All strings together:\n")
    print("| |", " | ".join(policies), "|")
    print("|---" + "|--:" * len(policies) + "|")
    for name, of_ratios in (("faults to LRU's, geometric mean", mean), ("worst", max)):
        print(f"| {name} |", " | ".join(f"{of_ratios(results.ratios(p)):.3f}" for p in policies), "|")
    whole = results.whole().values()
    for name, over in (("bit_tests", "faults"), ("dirty_evictions", "faults")):
        figures = [mean([max(row[p][name], 1) / row[p][over] for row in whole]) for p in policies]
        print(f"| {name.replace('_', ' ')} a fault |", " | ".join(f"{f:.2f}" for f in figures), "|")


def curve(points, colour):
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2" fill="{colour}"/>' for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>{dots}'


def panel(results, string, left, top):
    """Faults to LRU's over memory as a part of the footprint, for one string."""
    rows = {key[2]: row for key, row in results.whole().items() if key[0] == string}
    highest = max(1.2, *(results.ratio(row, p) for row in rows.values() for p in results.policies))
    inner, tall = WIDTH - MARGIN - 8, HEIGHT - 2 * MARGIN + 8
    def place(frames, row, policy):
        return (left + MARGIN + inner * frames / row["LRU"]["pages"],
                top + 20 + tall * (1 - results.ratio(row, policy) / highest))
    lines = [f'<text x="{left + MARGIN}" y="{top + 14}" font-weight="bold">{string}</text>',
             f'<rect x="{left + MARGIN}" y="{top + 20}" width="{inner}" height="{tall}" '
             'fill="none" stroke="#ccc"/>']
    for mark in (0, 0.5, 1, 1.5, 2):
        if mark <= highest:
            y = top + 20 + tall * (1 - mark / highest)
            lines.append(f'<text x="{left + MARGIN - 4}" y="{y + 4:.1f}" text-anchor="end">{mark}'
                         f'</text><line x1="{left + MARGIN}" x2="{left + MARGIN + inner}" '
                         f'y1="{y:.1f}" y2="{y:.1f}" stroke="#eee"/>')
    for part in (0, 50, 100):
        lines.append(f'<text x="{left + MARGIN + inner * part / 100}" y="{top + 34 + tall}" '
                     f'text-anchor="middle">{part} %</text>')
    for policy, colour in zip(results.policies, COLOURS):
        lines.append(curve([place(f, row, policy) for f, row in sorted(rows.items())], colour))
    return lines


def axis_titles(width, height):
    """For all panels together: along the bottom, and up the left side."""
    return [f'<text x="{width - 8}" y="{height - 20}" text-anchor="end">across: frames, as a part of '
            'the pages that are referred to</text>',
            f'<text x="9" y="{(height - 30) / 2:.0f}" text-anchor="middle" '
            f'transform="rotate(-90 9 {(height - 30) / 2:.0f})">faults, as a multiple of '
            "exact LRU's</text>"]


def plot(results, path):
    strings = list(dict.fromkeys(key[0] for key in results.rows))
    lines = 1 + (len(strings) - 1) // COLUMNS
    width, height = WIDTH * min(COLUMNS, len(strings)), HEIGHT * lines + 44
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
           'font-family="sans-serif" font-size="10"><rect width="100%" height="100%" fill="white"/>']
    for i, (policy, colour) in enumerate(zip(results.policies, COLOURS)):
        out.append(f'<text x="{MARGIN + 85 * i}" y="{height - 8}" fill="{colour}" '
                   f'font-weight="bold">{policy}</text>')
    out += axis_titles(width, height)
    for i, string in enumerate(strings):
        out += panel(results, string, WIDTH * (i % COLUMNS), HEIGHT * (i // COLUMNS))
    Path(path).write_text("\n".join([*out, "</svg>", ""]))
    say(f"plot in {path}")


# Of a recording, in the mean over its first records: far less. Of text taken for one: far more.
_MOST_REFERENCES = 1 << 24
_LOOKED_AT_BYTES = 1 << 16


def refuse_what_is_no_trace(path):
    """Raises a SetupError for a file that cannot be a recording (docs/policies.md has the form). A
    name that is no file is the lab's to know."""
    if path.is_dir():
        raise SetupError(f"{path}: a folder, not a recording")
    if not path.is_file():
        return
    with open(path, "rb") as file:
        data = file.read(_LOOKED_AT_BYTES)
    size, words = path.stat().st_size, struct.iter_unpack("<II", data[:len(data) & ~7])
    counts = [low >> 1 for low, _ in words]
    if size % 8 or not counts or sum(counts) > len(counts) * _MOST_REFERENCES:
        raise SetupError(f"{path}: no recording of scripts/record-trace")


def _run(command):
    """The lab's lines, each of which is one policy's figures at one size, and its status."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as lab, \
            Progress("figures") as line_of:
        lines = []
        for line in lab.stdout:
            lines.append(line)
            string, part, _, frames, policy = line.split("\t")[:5]
            line_of.at(len(lines) - 1, f"{string} {part}, {frames} frames, {policy}")
        return lines, lab.wait()


def main(argv):
    parser = Parser("policy-lab", __doc__)
    parser.add_argument("traces", nargs="*", metavar="TRACE")
    parser.add_argument("--policy", action="append", default=[], metavar="NAME",
                        choices=boot_options.policies(), help="default: all")
    parser.add_argument("--frames", action="append", default=[], type=number(1, 1 << 22),
                        help="default: five sizes, 1/8 to 3/4 of what the string refers to")
    parser.add_argument("--plot", metavar="FILE.svg")
    options = parser.parse_args(argv)
    for trace in options.traces:
        refuse_what_is_no_trace(Path(trace))
    setup("lab")
    build(["host-fast"], targets=["policy_lab"])
    command = [str(PROGRAM)]
    for name in ("policy", "frames"):
        for value in getattr(options, name):
            command += [f"--{name}", str(value)]
    lines, status = _run(command + options.traces)
    if status not in (0, 1):
        raise SetupError(f"the lab ended with {status}")
    results = Results(lines)
    print_table(results)
    if options.plot:
        plot(results, options.plot)
    return status


if __name__ == "__main__":
    main_guard(main)
