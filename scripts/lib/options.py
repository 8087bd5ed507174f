"""options: how every command here reads its options, and what it says of a wrong one.

--help tells what the command is for (the first lines of its module) and what it takes. A wrong
option is a setup verdict with status 126, as for everything else that keeps a command from starting.
"""
import argparse
import itertools
import math
import re
import shutil
import textwrap

from project import SetupError


def _filled(text):
    """The module's text, as wide as the terminal: prose is filled, what is indented stays a line."""
    width = shutil.get_terminal_size().columns - 2
    kinds = itertools.groupby(text.strip().splitlines(), lambda line: bool(re.match(" |$", line)))
    return "\n".join("\n".join(lines) if kept else textwrap.fill(" ".join(lines), width, break_on_hyphens=False)
                     for kept, lines in kinds)


class Parser(argparse.ArgumentParser):
    def __init__(self, name, text, **more):
        super().__init__(prog=f"scripts/{name}", description=_filled(text), allow_abbrev=False,
                         formatter_class=argparse.RawDescriptionHelpFormatter, **more)

    def error(self, message):
        raise SetupError(f"{message} ({self.prog} --help tells)")


def _shard(text):
    """(K, N) of "K/N"."""
    numbers = re.fullmatch(r"(\d+)/(\d+)", text)
    if not numbers or not 1 <= int(numbers[1]) <= int(numbers[2]):
        raise argparse.ArgumentTypeError(f"'{text}' is not K/N with K from 1 to N")
    return int(numbers[1]), int(numbers[2])


def shard(parser, of_what):
    parser.add_argument("--shard", type=_shard, default=(1, 1), metavar="K/N",
                        help=f"only the K-th of N parts of {of_what}, as for N machines")


def part_of(count, part):
    """The range of [0, count) that is the K-th of N parts, as equal as they can be."""
    k, n = part
    return range(count * (k - 1) // n, count * k // n)


def no_install(parser):
    parser.add_argument("--no-install", action="store_true", help="install no packages")


def number(least, most):
    """A whole number between these, as an argument's type."""
    def parse(text):
        if not re.fullmatch(r"-?[0-9]{1,18}", text) or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"'{text}' is no number from {least:,} to {most:,}")
        return int(text)
    return parse


MOST_SECONDS = 10_000_000


def seconds(text):
    """A time limit."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value <= MOST_SECONDS:
        raise argparse.ArgumentTypeError(
            f"'{text}' is no number of seconds above 0, up to {MOST_SECONDS:,}")
    return value


def pattern(text):
    """A regular expression, compiled."""
    try:
        return re.compile(text)
    except re.error as error:
        raise argparse.ArgumentTypeError(f"'{text}' is no regular expression: {error}") from error


def kernel_options(parser):
    """--append, which may come again; read it with ' '.join(options.append)."""
    parser.add_argument("--append", action="append", default=[], metavar="OPTIONS",
                        help="kernel options; again: more of them")
