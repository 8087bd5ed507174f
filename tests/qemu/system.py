"""The system as a person meets it: programs, the shell, verdicts, standard input and output."""
import re

from emulator_tests import BOCHS, BOTH, QEMU, Boot

HELLO = b"Hello from Mobius!\n"
LINES = b"".join(b"line %d\n" % n for n in range(2000))
MANY_SCREENS = b"".join(b"%d: %s\n" % (n, b"much text " * 6) for n in range(6000))
EVERY_BYTE = bytes(range(256)) * 40


def shows_all_memory(least_mib, most_mib):
    """`free` counts nearly all the RAM the machine has below 4 GiB."""
    def verify(result):
        found = re.search(r"^memory +\d+ pages +(\d+) KiB$", result.text(), re.MULTILINE)
        assert found, "no line about memory"
        assert least_mib * 1024 <= int(found[1]) <= most_mib * 1024, f"{found[1]} KiB"
    return verify


def memory(mib, most=None, emulators=QEMU, row="R04"):
    """Boots and counts the RAM, less what the BIOS, the kernel and its records take."""
    shown = most or mib
    where = "_in_bochs" if emulators == BOCHS else ""
    return Boot(f"{row}_all_memory_of_{mib}_MiB{where}", "-c 'hello.exe; free; check'",
                f"--memory {mib}M", stdout_has=("^Hello from Mobius!$",),
                verify=shows_all_memory(shown * 0.99 - 2, shown), emulators=emulators)


TESTS = [
    Boot("Run_program_with_arguments", "hello.exe one 'two words' ''", emulators=BOTH,
         stdout=HELLO + b"argument 1: one\nargument 2: two words\nargument 3: \n"),
    Boot("Run_stdin_reaches_the_program_exactly", "cat.exe", stdin=LINES, stdout=LINES,
         emulators=BOTH),
    Boot("Run_many_screens_full_of_text", "cat.exe", stdin=MANY_SCREENS, stdout=MANY_SCREENS,
         emulators=BOTH),
    Boot("Run_every_byte_passes", "cat.exe", stdin=EVERY_BYTE, stdout=EVERY_BYTE),
    Boot("Run_empty_stdin", "cat.exe", stdout=b"", emulators=BOTH),
    Boot("Run_file_beside_the_program", "-c 'cat /run/a.txt; cat \"/run/b c.txt\"'", emulators=BOTH,
         prepare=lambda folder: with_texts(folder, {"a.txt": "first\n", "b c.txt": "second\n"}),
         stdout=b"first\nsecond\n"),
    Boot("Run_commands_status_of_the_last", "-c 'exit 3; hello.exe'", verdict="exit 3", stdout=b""),
    Boot("Run_commands_go_on_after_a_failure", "-c 'cat /nope; hello.exe'",
         stdout_has=("^Hello from Mobius!$",)),
    Boot("Run_unknown_command", "-c 'hello.exe; nosuch.exe'", verdict="exit 127",
         stdout_has=("nosuch.exe: not found",)),
    Boot("Shell_reads_commands_and_powers_off_at_the_end", stdin=b"hello.exe\nfree\n",
         stdout_has=("^Hello from Mobius!$", "^memory +"), emulators=BOTH),
    Boot("Shell_exit_status", stdin=b"exit 9\nhello.exe\n", verdict="exit 9"),
    Boot("Shell_background_programs_take_no_input", stdin=b"cat &\nwait\necho still mine\n",
         stdout_has=("^cat: standard input: Bad file", "^still mine$"), emulators=BOTH, timeout=20),
    Boot("Shell_tools", "-c 'ls /bin; ps; vmmap 1; vmstat 1 1; echo done'",
         stdout_has=(r"^ +\d+ +hello\.exe$", r"^ +1 +0 .* running +shell\.exe$", "^00400000-",
                     "^ +free .* queue .* idle +stall$", "^done$")),
    Boot("Vmstat_without_swap", "-c vmstat", "--swap 0",
         stdout_has=("^queue length +0$", "^queue longest +0$", "^slots +0$")),
    Boot("Check_machine_from_the_shell", "-c check", stdout_has=("balance",), emulators=BOTH),
    *[memory(mib) for mib in (8, 16, 64, 512, 2048, 3072, 3583)],
    memory(4096, most=3072), memory(6144, most=3072, row="R03"),
    *[memory(mib, emulators=BOCHS) for mib in (8, 64, 1024)],
]


def with_texts(folder, texts):
    """--with options for files with these names and contents."""
    options = []
    for name, text in texts.items():
        (folder / name).write_text(text)
        options += ["--with", str(folder / name)]
    return options
