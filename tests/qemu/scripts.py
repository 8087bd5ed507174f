"""What the commands in scripts/ say: of files that are no programs, of wrong options, of themselves;
and how they tell on a terminal how far they are."""
import os
import pty
import re
import struct
import subprocess

import exe
import progress
import swap_file
from emulator_tests import Boot, Script
from project import PROGRAMS, SCRIPTS, SetupError

PLAIN = ("bench", "build", "iso", "malloc-bench", "mkswap", "mutants", "policy-lab",
         "record-trace", "run", "screenshot", "sim", "test")


def call(name, *arguments):
    return subprocess.run([SCRIPTS / name, *arguments], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60,
                          env=os.environ | {"COLUMNS": "80"})


def each_says_what_it_is_for(_context):
    assert {path.name for path in SCRIPTS.iterdir() if path.is_file()} == {
        *PLAIN, "cc", "c++", "setup", "entry.sh"}
    for name in PLAIN:
        result = call(name, "--help")
        assert result.returncode == 0, (name, result)
        assert result.stdout.startswith(f"usage: scripts/{name} "), result.stdout
        assert re.search(rf"^{name}: \w", result.stdout, re.MULTILINE), result.stdout
    for name in (*PLAIN, "cc", "c++", "setup"):
        result = call(name, "--help")
        wide = [line for line in result.stdout.splitlines() if len(line) > 80]
        assert result.returncode == 0 and result.stdout and not wide, (name, wide)
    for name in ("cc", "c++"):
        assert "scripts/cc" in call(name, "--help").stdout
        assert call(name, "--version").stdout.startswith("Mobius ")


def a_wrong_option_is_one_status_everywhere(_context):
    for name in (*PLAIN, "setup"):
        result = call(name, "--frobnicate")
        assert result.returncode == 126, (name, result)
        assert result.stderr.splitlines()[-1].startswith("mobius: setup: "), result.stderr
        assert "Traceback" not in result.stderr, result.stderr


def patched(data, offset, kind, value):
    data = bytearray(data)
    struct.pack_into(kind, data, offset, value)
    return bytes(data)


def files_that_are_no_programs():
    """(content, what must be said of it)."""
    good = (PROGRAMS / "hello.exe").read_bytes()
    pe, = struct.unpack_from("<I", good, 60)
    elf = b"\x7fELF\1\1\1" + bytes(9) + struct.pack("<HH", 2, 3) + bytes(32)
    imports = pe + 24 + 96 + 8
    names = struct.pack("<5I", 0, 0, 0, 0x1000 + 40, 0) + bytes(20) + b"KERNEL32.dll\0"
    with_dll = bytearray(patched(patched(good, imports, "<I", 0x1000), imports + 4, "<I", 40))
    with_dll[0x1000:0x1000 + len(names)] = names
    yield b"", "does not begin with MZ"
    yield b"int main(void) { return 0; }\n", "does not begin with MZ"
    yield b"#!/bin/sh\n", "a script"
    yield elf, "an ELF file for i386"
    yield good[:200], "cut off in its headers"
    yield good[:len(good) // 2], "it is cut off"
    yield patched(good, pe, "<I", 0x454E), "not of the PE kind"
    yield patched(good, pe + 4, "<H", 0x8664), "a program for x86-64"
    yield patched(good, pe + 22, "<H", 0x2102), "a DLL"
    yield patched(good, pe + 24 + 56, "<I", 0x7FFFF000), "it cannot fit"
    yield bytes(with_dll), "it imports from KERNEL32.dll"


def what_is_no_exe_is_refused_by_what_it_is(context):
    path = context.folder / "tried.exe"
    for content, words in files_that_are_no_programs():
        path.write_bytes(content)
        try:
            exe.refuse_what_is_none(path)
            assert False, f"taken: {words}"
        except SetupError as error:
            assert words in str(error), f"'{error}', not '{words}'"
    result = context.run(str(path))
    assert result.status == 126 and "KERNEL32.dll" in result.verdict, result.show()
    for program in PROGRAMS.glob("*.exe"):
        exe.refuse_what_is_none(program)


def a_swap_file_is_made_once(context):
    path = context.folder / "swap.img"
    assert call("mkswap", str(path), "1M").returncode == 0
    assert path.read_bytes()[:4096] == swap_file.header(256)
    path.write_bytes(b"mine")
    assert call("mkswap", str(path), "1M").returncode == 126 and path.read_bytes() == b"mine"
    assert call("mkswap", "--force", str(path), "1M").returncode == 0
    assert path.read_bytes()[:4096] == swap_file.header(256)
    for wrong in (["1Q"], ["9G"], [], ["1M", "more"]):
        result = call("mkswap", "--force", str(context.folder / "no.img"), *wrong)
        assert result.returncode == 126 and "Traceback" not in result.stderr, result
    assert not (context.folder / "no.img").exists()


def progress_is_one_line(_context):
    line = progress.Progress("things", 40)
    assert line.line(10, "this one", elapsed=30) == "things: 10 of 40, 0:30, about 1:30 left  this one"
    assert line.line(0, elapsed=1) == "things: 0 of 40, 0:01"
    assert progress.Progress("more").line(7, elapsed=61) == "more: 7, 1:01"


def said_on_a_terminal(code, **environment):
    """What Python code with scripts/lib at hand writes on a terminal."""
    ours, theirs = pty.openpty()
    subprocess.run(["python3", "-c", code], stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs,
                   cwd=SCRIPTS / "lib", env=os.environ | environment, check=True, timeout=60)
    os.close(theirs)
    said = b""
    try:
        while data := os.read(ours, 65536):
            said += data
    except OSError:  # a pseudo-terminal's way to say the end
        pass
    os.close(ours)
    return said.decode()


REPORT = """
import report, progress
r = report.Report()
r.section("part"); r.expect(2); r.running("one"); r.add("one"); r.add("two", "wrong"); r.close()
"""


def colour_and_progress_only_on_a_terminal(_context):
    plain = subprocess.run(["python3", "-c", REPORT], capture_output=True, text=True, timeout=60,
                           cwd=SCRIPTS / "lib")
    assert "\x1b" not in plain.stdout + plain.stderr and "\r" not in plain.stderr, plain
    said = said_on_a_terminal(REPORT, NO_COLOR="")
    assert "part: 1 of 2" in said and "\x1b[31mFAIL two: wrong\x1b[0m" in said, said
    said = said_on_a_terminal(REPORT, NO_COLOR="1")
    assert "part: 1 of 2" in said and "\x1b[31m" not in said, said


def silence_is_remarked(_context):
    """A machine that writes nothing: the hint comes once, and before the timeout's verdict."""
    code = """
import os, time, console
console._SILENCE_SECONDS = 0.2
class Machine:
    def __init__(self):
        self.started = time.monotonic()
        self.ends = [os.pipe() for _ in "12"]
        self.com1, self.com2 = (ends[0] for ends in self.ends)
    def kill(self): [os.close(ends[1]) for ends in self.ends]
print(console.Console(Machine(), None, 1, 2, timeout=1).run())
"""
    result = subprocess.run(["python3", "-c", code], capture_output=True, text=True, timeout=60,
                            cwd=SCRIPTS / "lib")
    assert result.stdout == "timeout\n", result
    assert result.stderr.count("no byte from the machine") == 1, result.stderr
    assert result.stderr.endswith("mobius: timeout\n"), result.stderr


TESTS = [
    Script("Scripts_each_says_what_it_is_for", each_says_what_it_is_for),
    Script("Scripts_a_wrong_option_is_one_status_everywhere",
           a_wrong_option_is_one_status_everywhere),
    Script("Scripts_what_is_no_exe_is_refused_by_what_it_is",
           what_is_no_exe_is_refused_by_what_it_is),
    Script("Scripts_a_swap_file_is_made_once", a_swap_file_is_made_once),
    Script("Scripts_progress_is_one_line", progress_is_one_line),
    Script("Scripts_colour_and_progress_only_on_a_terminal", colour_and_progress_only_on_a_terminal),
    Script("Scripts_silence_is_remarked", silence_is_remarked),
    Boot("Scripts_a_program_of_ours_without_its_ending", "cat /boot/init.cmd",
         stdout="program check\n/bin/cat.exe\n/boot/init.cmd\n"),
    Boot("Scripts_too_little_memory_is_refused_at_once", "cat", "--memory 2M",
         verdict=r"setup: .*'2M' is not between 3M and 8G.*"),
    Boot("Scripts_rules_that_are_not_there", "cat", "--cd-errors nofile",
         verdict="setup: .*nofile: no such file.*"),
]
