"""scripts/run --gdb and scripts/gdb/mobius.py: gdb attaches by the line it was told, and our
commands read a live kernel."""
import re
import subprocess

from emulator_tests import Script
from project import PROGRAMS, SCRIPTS

COMMANDS = ("hbreak mobius::mm::resolve_fault", "ignore 1 5", "continue", "mobius frames",
            "mobius processes", "mobius regions 1", "mobius translate 1 0x7fffffff",
            "mobius translate 1 0x80100000", "print fault.address", "list *$pc",
            f"mobius program '{PROGRAMS}/hello.exe'", "info line main", "list main", "kill")


def commands_read_a_live_kernel(context):
    with subprocess.Popen([SCRIPTS / "run", "--no-install", "--no-build", "--gdb", "--timeout=120",
                           "hello.exe"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as run:
        told = run.stderr.readline()
        words = re.match(r"run: now type: gdb -x '(.*)' '(.*)' -ex '(target remote .*)'$", told)
        assert words, told
        script, kernel, target = words.groups()
        gdb = subprocess.run(["gdb", "-nx", "-q", "-batch", "-x", script, kernel, "-ex", target]
                             + [word for command in COMMANDS for word in ("-ex", command)],
                             cwd=context.folder, capture_output=True, text=True, timeout=120)
        run.communicate(timeout=60)
    out = gdb.stdout
    for trouble in ("Python Exception", "Error occurred in Python", "No such file or directory"):
        assert trouble not in out + gdb.stderr, out + gdb.stderr
    assert re.search(r"^ +\d+ free, of them \d+ zeroed; \d+ are kept", out, re.MULTILINE), out
    assert re.search(r"^0x\w+ is in .*\(.*kernel/.*:\d+\)\.\n\d+\t", out, re.MULTILINE), out
    assert re.search(r'^Line \d+ of ".*user/hello.c" starts at address 0x4', out, re.MULTILINE), out
    assert re.search(r"^\d+\s+int main\(", out, re.MULTILINE), out
    assert re.search(r"^ +\d+ frames in all$", out, re.MULTILINE), out + gdb.stderr
    assert re.search(r"^ +\d+ PageTable$", out, re.MULTILINE), out
    assert re.search(r"^ +1 hello.exe +PROC_RUNNING$", out, re.MULTILINE), out
    assert re.search(r"^ +thread \d+: Running, priority 4", out, re.MULTILINE), out
    assert re.search(r"^00400000-\w{8} +\d+ pages Image ", out, re.MULTILINE), out
    assert re.search(r"^PTE 0x\w{8} present write user accessed dirty$", out, re.MULTILINE), out
    assert re.search(r"^PDE 0x\w{8} present write", out, re.MULTILINE), out
    assert re.search(r"^\$1 = 0x[0-9a-f]+$", out, re.MULTILINE), out


TESTS = [Script("Runner_gdb_commands_read_a_live_kernel", commands_read_a_live_kernel)]
