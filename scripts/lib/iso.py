"""iso: writes mobius-VERSION.iso, a CD that boots to the shell by hand, in QEMU, Bochs or a PC."""
import shlex
from pathlib import Path

import boot_options
import image
from build import build
from options import Parser, no_install
from project import ROOT, main_guard, say, setup, version


def main(argv):
    name = f"mobius-{version()}.iso"
    parser = Parser("iso", __doc__)
    parser.add_argument("-o", dest="output", default=str(ROOT / name), help=f"default: {name}")
    parser.add_argument("--append", default="", metavar="OPTIONS", help="kernel options")
    parser.add_argument("--verbose", action="store_true", help="show the build")
    no_install(parser)
    options = parser.parse_args(argv)
    boot_options.check(options.append)
    setup("image", install=not options.no_install)
    build(["kernel", "user"], options.verbose)
    image.make(Path(options.output), image.Contents(options=options.append))
    say(f"wrote {options.output}")
    say(f"try: qemu-system-i386 -m 64 -cdrom {shlex.quote(options.output)} -serial stdio")
    return 0


if __name__ == "__main__":
    main_guard(main)
