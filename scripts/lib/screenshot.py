"""screenshot: boots the shell in QEMU, types commands, and takes a picture of the screen.

The picture in README is docs/screen.png, which this writes when nothing else is asked for.
"""
import tempfile
from pathlib import Path

import image
from build import build
from options import Parser, no_install
from pc import Pc
from project import ROOT, SetupError, main_guard, say, setup

PICTURE = ROOT / "docs" / "screen.png"
COMMANDS = ("clear", "ps", "free -h", "vmmap 1")
_PROMPT = "^mobius>"


def take(picture, commands):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        iso = folder / "cd.iso"
        image.make(iso, image.Contents())
        with Pc(iso, folder) as pc:
            pc.wait_for_screen(_PROMPT + "$")
            for command in commands:
                pc.type(command + "\n")
                pc.wait_for_screen(rf"{_PROMPT}\n*\Z")
            pc.photograph(picture)


def main(argv):
    parser = Parser("screenshot", __doc__)
    parser.add_argument("-o", dest="output", type=Path, default=PICTURE, metavar="FILE",
                        help="a PNG file; default: docs/screen.png")
    parser.add_argument("-c", dest="commands", action="append", metavar="COMMAND",
                        help="what is typed, one for each -c")
    no_install(parser)
    options = parser.parse_args(argv)
    setup("run", install=not options.no_install)
    build(["kernel", "user"], False)
    try:
        take(options.output.resolve(), options.commands or COMMANDS)
    except AssertionError as error:
        raise SetupError(str(error)) from error
    say(f"wrote {options.output}")
    return 0


if __name__ == "__main__":
    main_guard(main)
