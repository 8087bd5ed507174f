"""record-trace: runs a Linux program in QEMU's user-mode emulation and records its pages.

The recording is a reference string for scripts/policy-lab: little-endian 64-bit records, page
number << 32 | references since the last record << 1 | write. trace_plugin.c beside this file, which
is built at need, says what is seen and what is not.

    scripts/record-trace PROGRAM ARGS... -o FILE
"""
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from kept import kept
from options import Parser
from project import BUILD, SetupError, main_guard, say, setup

SOURCE = Path(__file__).with_name("trace_plugin.c")


def plugin():
    """The plugin, compiled when there is none of this source."""
    command = ["gcc", "-O2", "-Wall", "-Wextra", "-shared", "-fPIC", str(SOURCE), "-lpthread"]

    def compile_to(path):
        if subprocess.run([*command, "-o", str(path)], stdout=sys.stderr.fileno()).returncode != 0:
            raise SetupError("building trace_plugin failed")
    return kept(BUILD / "trace_plugin.so", [SOURCE], command, compile_to)


def emulator_for(program):
    """The user-mode emulator for an ELF file, by its class and machine."""
    with open(program, "rb") as file:
        header = file.read(20)
    machine = int.from_bytes(header[18:20], "little")
    if header[:4] == b"\x7fELF" and machine == 62:
        return "qemu-x86_64"
    if header[:4] == b"\x7fELF" and machine == 3:
        return "qemu-i386"
    raise SetupError(f"{program} is not a Linux program for i386 or x86-64")


def main(argv):
    parser = Parser("record-trace", __doc__)
    parser.usage = "scripts/record-trace PROGRAM ARGS... -o FILE   (-o last but one)"
    if argv in (["-h"], ["--help"]):
        parser.print_help()
        return 0
    if len(argv) < 3 or argv[-2] != "-o":
        parser.error("PROGRAM ARGS... -o FILE")
    *command, _, output = argv
    program = shutil.which(command[0])
    if program is None:
        raise SetupError(f"no program {command[0]}")
    output = str(Path(output).absolute())
    if "," in output:
        raise SetupError("a comma in the name of the recording would end it there, for QEMU")
    if platform.machine() != "x86_64":
        raise SetupError("traces are recorded on x86-64")
    setup("trace")
    status = subprocess.run([emulator_for(program), "-plugin", f"{plugin()},out={output}", program,
                             *command[1:]]).returncode
    records = Path(output).stat().st_size // 8 if Path(output).exists() else 0
    say(f"{records} records in {output}; the program ended with {status}")
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    main_guard(main)
