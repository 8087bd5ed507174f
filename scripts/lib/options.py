"""options: how every command here reads its options, and what it says of a wrong one.

--help tells what the command is for (the first lines of its module) and what it takes. A wrong
option is a setup verdict with status 126, as for everything else that keeps a command from starting.
"""
import argparse
import re

from project import SetupError


class Parser(argparse.ArgumentParser):
    def __init__(self, name, text, **more):
        super().__init__(prog=f"scripts/{name}", description=text, allow_abbrev=False,
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
