"""mkswap: makes a file that `scripts/run --swap FILE` takes for a swap disk, kept between runs.

    scripts/mkswap swap.img 256M

A file that is there already is left alone, unless --force is given. The first page of the disk has
the header that docs/swap-disk.md describes; the rest is a hole until pages are written.
"""
import shlex
from pathlib import Path

import sizes
import swap_file
from options import Parser
from project import SetupError, main_guard, say


def main(argv):
    parser = Parser("mkswap", __doc__)
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("size", metavar="SIZE", help="such as 256M or 1G")
    parser.add_argument("--force", action="store_true", help="write over a file that is there")
    options = parser.parse_args(argv)
    size = sizes.parse(options.size)
    if size is None:
        parser.error(f"'{options.size}' is no size (such as 256M)")
    if options.file.exists() and not options.force:
        raise SetupError(f"{options.file} is there already (--force writes over it)")
    try:
        swap_file.make(options.file, size)
    except OSError as error:
        raise SetupError(f"{options.file}: {error.strerror}") from error
    say(f"{options.file}: swap space of {sizes.shown(size)}; scripts/run --swap "
        f"{shlex.quote(str(options.file))} uses it")
    return 0


if __name__ == "__main__":
    main_guard(main)
