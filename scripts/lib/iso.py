"""iso: writes mobius-VERSION.iso, a CD that boots to the shell by hand, in QEMU, Bochs or a PC."""
import shlex
from pathlib import Path

import boot_options
import image
from build import build
from options import Parser, kernel_options, no_install
from project import ROOT, SetupError, main_guard, say, setup, version


def main(argv):
    name = f"mobius-{version()}.iso"
    parser = Parser("iso", __doc__)
    parser.add_argument("-o", dest="output", default=str(ROOT / name), help=f"default: {name}")
    kernel_options(parser)
    parser.add_argument("--verbose", action="store_true", help="show the build")
    no_install(parser)
    options = parser.parse_args(argv)
    at_boot = boot_options.check(" ".join(options.append))
    output = Path(options.output)
    if output.is_dir():
        raise SetupError(f"{output}: a folder, not a file")
    if not output.absolute().parent.is_dir():
        raise SetupError(f"{output.parent}: no such folder")
    setup("image", install=not options.no_install)
    build(["kernel", "user"], options.verbose)
    image.make(output, image.Contents(options=at_boot))
    say(f"wrote {options.output}")
    say(f"try: qemu-system-i386 -m 64 -cdrom {shlex.quote(options.output)} -serial stdio")
    return 0


if __name__ == "__main__":
    main_guard(main)
