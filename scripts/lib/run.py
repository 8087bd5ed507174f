"""run: boots Mobius in an emulator: the shell on this terminal, one program, or shell commands.

    scripts/run                           the shell
    scripts/run [options] hello.exe a b   that program, a file or one of ours
    scripts/run [options] -c 'ls; free'   shell commands in one boot
    scripts/run [options] lua script.lua  a program of others, and its file
Stdout is exactly the program's bytes; everything else, the verdict line last, goes to stderr; the
exit status is the verdict's.
"""
import argparse
import os
import re
import shutil
import signal
import socket
import sys
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

import boot_files
import boot_options
import brought
import image
import programs
import sizes
import swap_file
import terminal
import verdict as verdicts
from build import build
from console import Console, Stopped
from machine import MOST_DISKS, START, Hardware
from names import Names
from options import Parser, kernel_options, seconds
from project import KERNEL, PROGRAMS, ROOT, SetupError, main_guard, say, setup


LEAST_MIB, MOST_MIB = 3, 8192  # with less, GRUB does not get as far as the kernel


def memory_mib(text):
    """64M, 64 (MiB), 1G or 65536K as MiB."""
    size = sizes.parse(text)
    if size is None:
        raise argparse.ArgumentTypeError(f"'{text}' is no memory size (such as 64M)")
    if not LEAST_MIB <= size >> 20 <= MOST_MIB:
        raise argparse.ArgumentTypeError(f"'{text}' is not between {LEAST_MIB}M and 8G")
    return size >> 20


# What a program may do to the machine as a whole; proc/programs/privileges.cpp has the same names.
PRIVILEGES = ("swap", "bench", "shutdown", "check", "kill")


def privileges(text):
    """Names with commas between them, as a list."""
    names = [name for name in text.split(",") if name]
    for name in names:
        if name not in PRIVILEGES:
            raise argparse.ArgumentTypeError(
                f"'{name}' is no privilege; there are {', '.join(PRIVILEGES)}")
    return names


def parser():
    p = Parser("run", __doc__)
    p.add_argument("--emulator", choices=sorted(START), default="qemu")
    p.add_argument("--memory", type=memory_mib, default=64, metavar="64M")
    p.add_argument("--timeout", type=seconds, metavar="SECONDS", help="from the emulator's start")
    p.add_argument("--icount", action="store_true", help="count instructions: repeatable timing")
    p.add_argument("--env", action="append", default=[], metavar="NAME=VALUE",
                   help="a variable of the program, or of the shell's programs; again: another")
    kernel_options(p)
    p.add_argument("--with", dest="files", action="append", default=[], metavar="FILE",
                   help="put a file (or folder) on the CD as /run/NAME; FILE=/PATH names its "
                        f"place; or a program of others: {', '.join(programs.KNOWN)}")
    p.add_argument("-c", dest="commands", action="append", metavar="COMMANDS",
                   help="shell commands to run; again: more of them")
    p.add_argument("--allow", type=privileges, metavar="NAME,...",
                   help="what the program, started directly, may do to the machine: "
                        f"{', '.join(PRIVILEGES)} (default: check; '' is nothing)")
    p.add_argument("--gdb", action="store_true", help="wait for gdb, print the line to type")
    p.add_argument("--graphic", action="store_true", help="a window, or VNC, with screen and keys")
    p.add_argument("--cpu", default="", metavar="MODEL", help="the emulator's processor model")
    p.add_argument("--iso", type=boot_files.iso, metavar="FILE", help="boot this CD as it is")
    p.add_argument("--kernel", type=boot_files.kernel, metavar="FILE", help="another kernel")
    p.add_argument("--cd-errors", type=boot_files.existing, metavar="FILE",
                   help="QEMU blkdebug rules for the CD")
    p.add_argument("--swap", action="append", metavar="256M|FILE",
                   help="the swap disk: a size, an image, 0 for none (default: 4 x memory, to 4G; "
                        "with --icount none); again: a second disk")
    p.add_argument("--swap-errors", type=boot_files.existing, metavar="FILE",
                   help="the same for the first swap disk")
    p.add_argument("--verbose", action="store_true", help="show the build and the emulator's call")
    p.add_argument("--no-install", action="store_true", help="install no packages")
    p.add_argument("--no-build", action="store_true", help="run what was built before")
    p.add_argument("program", nargs=argparse.REMAINDER, help="program.exe and its arguments")
    return p


def on_terminal():
    """Whether somebody types."""
    return sys.stdin is not None and os.isatty(0)


def _variables(options):
    """The lines of init.cmd for --env; on a terminal its size, for the shell's line editor."""
    variables = {}
    if on_terminal() and not options.graphic:
        with suppress(OSError):
            size = os.get_terminal_size(0)
            variables = {"COLUMNS": size.columns, "LINES": size.lines} if min(size) > 0 else {}
    for text in options.env:
        if not re.match(r"[A-Za-z_][A-Za-z0-9_]*=", text) or "\n" in text:
            raise SetupError(f"--env {text}: not NAME=VALUE")
        name, _, value = text.partition("=")
        variables[name] = value
    return "".join(f"env {name}={value}\n" for name, value in variables.items())


def contents(options):
    """What goes onto the CD for these options."""
    files = brought.with_files(options)
    init = "shell\n"
    if options.commands is not None and options.program:
        raise SetupError("either -c or a program, not both")
    if options.allow is not None and not options.program:
        raise SetupError("--allow is for a program that is started directly")
    if options.commands is not None:
        init = "\n".join(["commands", *options.commands, ""])
    elif options.program:
        words = brought.command(options, files)
        if any("\n" in word for word in words):
            raise SetupError("an argument has a line break")
        allowed = ["check"] if options.allow is None else options.allow
        init = " ".join(["program", *allowed]) + "\n" + "".join(f"{word}\n" for word in words)
    at_boot = " ".join(options.append)
    if not options.kernel:  # another one has options of its own
        boot_options.check(at_boot)
    for stream, number, option in ((sys.stdin, 0, "stdin=pipe"), (sys.stdout, 1, "stdout=pipe")):
        if (not stream or not os.isatty(number)) and option not in at_boot.split():
            at_boot += " " + option
    return image.Contents(options.kernel or KERNEL, at_boot, _variables(options) + init,
                          PROGRAMS, files)


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _prepare(options, folder):
    """Packages, build, CD. Returns the CD's path and {path on it: file} as far as known."""
    setup("run" if options.emulator == "qemu" else "bochs", install=not options.no_install)
    if options.iso:
        made = (options.append or options.kernel or options.files or options.program
                or options.commands is not None)
        if made:
            raise SetupError("--iso boots a CD as it is: without --append, --kernel, --with, -c "
                             "or a program")
        return options.iso, {}
    if not options.kernel and not options.no_build:
        build(["kernel", "user"], options.verbose)
    iso, wanted = folder / "made.iso", contents(options)
    return iso, image.make(iso, wanted)


def _stop(_signal, _frame):
    raise Stopped


def _standard_input():
    """Descriptor 0, or an empty file where it is closed."""
    try:
        os.fstat(0)
        return 0
    except OSError:
        return os.open(os.devnull, os.O_RDONLY)


def _swap_disks(options, stack):
    """The images of all that --swap asks for, as long as the stack lives."""
    texts = options.swap or ["0" if options.icount else ""]
    if len(texts) > MOST_DISKS:
        raise SetupError(f"at most {MOST_DISKS} swap disks")
    disks = [stack.enter_context(swap_file.attached(text, options.memory)) for text in texts]
    return [disk for disk in disks if disk]


def _boot(options, iso, files, swap, folder):
    """Runs the machine to its end; returns the verdict. `files`: what is on the CD, and from where."""
    hardware = Hardware(iso, options.memory, options.cpu, options.icount,
                        _free_port() if options.gdb else 0, options.graphic, options.cd_errors,
                        swap, options.swap_errors)
    machine, screen = START[options.emulator](hardware, folder)
    with ExitStack() as stack:
        stack.callback(machine.kill)
        if options.verbose:
            say(" ".join(machine.command))
        if screen:
            say(f"the screen is {screen}")
        if options.gdb:
            say(f"now type: gdb -x '{ROOT}/scripts/gdb/mobius.py' '{options.kernel or KERNEL}' "
                f"-ex 'target remote 127.0.0.1:{hardware.gdb_port}'")
        if on_terminal():
            if not options.program and options.commands is None:
                say("Ctrl-] ends the machine")
            stack.enter_context(terminal.taken(0))
        console = Console(machine, _standard_input(), 1, 2, options.timeout, on_terminal(),
                          Names(files))
        return console.run()


def main(argv):
    options = parser().parse_args(argv)
    folder = Path(tempfile.mkdtemp(prefix="mobius-"))
    try:
        iso, files = _prepare(options, folder)
        # The machine is ended by its own means, so that the terminal is given back.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            signal.signal(number, _stop)
        with ExitStack() as stack:
            swap = _swap_disks(options, stack)
            return verdicts.status_of(_boot(options, iso, files, swap, folder))
    except Stopped:
        print(f"mobius: {verdicts.KILLED}", file=sys.stderr, flush=True)
        return verdicts.status_of(verdicts.KILLED)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main_guard(main)
