"""The kernel with junk fill (kernel/mm/words/junk.h): nothing of it reaches a program, and all else goes
as with the usual kernel."""
from build import build
from emulator_tests import BOTH, Boot
from project import BUILD

KERNEL = BUILD / "kernel-debug" / "kernel.elf"


def with_junk(_folder):
    build(["kernel-debug"])
    return ["--kernel", str(KERNEL)]


def boot(name, command, checks, **more):
    return Boot(f"Junk_{name}", command, checks=checks, prepare=with_junk, timeout=120,
                bochs_timeout=400, **more)


TESTS = [
    boot("reaches_no_program", "received.exe", 7, emulators=BOTH),
    boot("in_no_arguments", "spawn_arguments.exe", 11),
    boot("with_processes", "spawn.exe", 15),
    boot("with_blocks", "block_calls.exe", 21),
    boot("with_threads", "threads.exe", 13),
    Boot("Junk_while_paging", "-c '/run/swap_fill.exe 2\ncheck'",
         "--with swap_fill.exe --memory 16M", prepare=with_junk, timeout=120,
         stdout_has=("balance",)),
]
