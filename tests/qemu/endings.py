"""How processes and threads end (endings.cpp), and who is at the console's ends (isatty)."""
import os
import re
import subprocess

from emulator_tests import BOTH, QEMU, Boot, Script
from project import SCRIPTS

PROGRAM = "endings.exe"

# What each ending says, its last words without a line's end.
SAID = {
    "last_thread": "main;thread;handler;static;",
    "alone": "main;handler;static;",
    "joined": "static;",
    "locals": "thread;second;first;main;second;first;handler;static;",
    "handlers": "handler;" * 71 + "static;",
    "range": r"vector::_M_range_check: __n \(which is 5\) >= this->size\(\) \(which is 3\)\n",
}

# A thread is asleep in getchar() while the process does this.
BESIDE_A_READER = {
    "reading_return": "returns without a line's end", "reading_exit": "exits without a line's end",
    "reading_flush": "flushed", "reading_file": "read a file: 1",
}


def each_ending(result, _emulator):
    said = {part.split(": ", 1)[0]: part.split(": ", 1)[1].split("\nPASS")[0]
            for part in result.text().split("now ")[1:]}
    for name, words in SAID.items():
        right = re.fullmatch(words, said.get(name, ""))
        yield name, None if right else f"'{said.get(name)}', not '{words}'"


def start(context, mode, **streams):
    command = [SCRIPTS / "run", "--no-install", "--no-build", "--emulator", context.emulator,
               "--timeout", "120", PROGRAM, mode]
    return subprocess.Popen(command, env=os.environ | {"TMPDIR": str(context.folder)}, **streams)


def beside_a_reader(context):
    """The input stays open and silent until the process has ended."""
    for mode, words in BESIDE_A_READER.items():
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with start(context, mode, **pipes) as run:
            said, log = run.stdout.read().decode(), run.stderr.read().decode()
        assert words in said, f"{mode}: {said!r} {log[-200:]}"
        assert log.splitlines()[-1] == "mobius: exit 0", f"{mode}: {log[-200:]}"


def read_all(terminal):
    """What a program writes there, until it has ended: the other side is closed then."""
    said = b""
    try:
        while True:
            said += os.read(terminal, 1000)
    except OSError:  # a pseudo-terminal's way to say the end
        return said


def isatty(context):
    """isatty(0), (1), (2): as it is where scripts/run was started; standard error goes where the
    standard output goes."""
    for terminals, wanted in (((0, 1), "111"), ((0,), "100"), ((1,), "011"), ((), "000")):
        master, slave = os.openpty()
        streams = {name: slave if number in terminals else subprocess.PIPE
                   for number, name in ((0, "stdin"), (1, "stdout"))}
        with start(context, "isatty", stderr=subprocess.PIPE, **streams) as run:
            os.close(slave)
            if run.stdin:
                run.stdin.close()
            said = run.stdout.read() if run.stdout else read_all(master)
            log = run.stderr.read().decode()
        os.close(master)
        assert wanted in said.decode(), f"terminals {terminals}: {said!r} {log[-200:]}"


TESTS = [
    Boot("Processes_end_in_one_way", PROGRAM, each=each_ending, checks=14, emulators=BOTH,
         timeout=90, bochs_timeout=300),
    Script("Processes_end_beside_a_thread_that_reads", beside_a_reader, emulators=QEMU),
    Script("Console_isatty_as_where_scripts_run_was_started", isatty, emulators=QEMU),
]
