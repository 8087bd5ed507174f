"""Programs larger than the memory (R13), in every size of it, with a swap disk and without, with one
that is full, of no use, fails or lies. Whatever happens, nobody else notices, and the books
balance."""
import re

import swap_file
from emulator_tests import BOCHS, BOTH, QEMU, Boot, Script
from hogs import Shell

BALANCE = "the memory manager's books balance"
ALL = {"swap_fill.exe": 3, "swap_random.exe": 3, "swap_sort.exe": 1, "swap_clean.exe": 6,
       "swap_kill.exe": 2}
WITH = "--with swap_fill.exe --with swap_random.exe --with swap_sort.exe --with swap_clean.exe " \
       "--with swap_kill.exe"


def balances(times):
    """`check` said so after each of the programs."""
    def verify(result):
        found = result.text().count(BALANCE)
        assert found == times, f"{found} of {times} times the books were seen to balance"
    return verify


def programs(name, memory, commands, emulators=QEMU, **more):
    """Each command of its own, its checks counted, and the books after it."""
    text = "\n".join(f"{command}\ncheck" for command in commands)
    checks = sum(ALL[command.split()[0]] for command in commands)
    return Boot(f"R13_{name}", f"-c '{text}'", f"{WITH} --memory {memory}M {more.pop('options', '')}",
                checks=checks, verify=balances(len(commands)), emulators=emulators, **more)


def out_of_memory(name, options, prepare=None, *log_has):
    """The program ends alone, by a report; the next command finds all it needs."""
    return Boot(f"D3_{name}", "-c 'swap_fill.exe\nhello.exe; check; free'",
                f"--with swap_fill.exe --memory 16M {options}", prepare=prepare,
                stdout_has=("^Hello from Mobius!$", BALANCE, r"swap_fill\.exe \(2\): ended: out of memory"),
                log_has=(r"^fault: process 2 swap_fill\.exe, thread \d+: out of memory$", *log_has))


def disk(contents, size=1 << 20):
    def prepare(folder):
        (folder / "disk.img").write_bytes(contents.ljust(size, b"\0"))
        return ["--swap", str(folder / "disk.img")]
    return prepare


def rules(event, *sectors):
    """blkdebug: these sectors fail at every `event`."""
    def prepare(folder):
        text = "".join(f'[inject-error]\nevent = "{event}"\nerrno = "5"\nsector = "{sector}"\n'
                       for sector in sectors)
        (folder / "rules").write_text(text)
        return ["--swap-errors", str(folder / "rules")]
    return prepare


def sector_of(slot):
    """Of the disk: its first page is the header, slot 1 the next."""
    return slot * 8 + 3


def lies(damage):
    """What is on the disk changes behind the machine's back: a program that reads it ends, nobody
    gets wrong data, the shell goes on."""
    def test(context):
        path = context.folder / "swap.img"
        swap_file.make(path, 64 << 20)
        shell = Shell(context, "--with", "swap_fill.exe", "--memory", "16M", "--swap", str(path),
                      "--timeout", "60")
        try:
            shell.send("swap_fill.exe 2 step")
            shell.expect("^written$")
            damage(path)
            shell.send("")
            shell.expect(r"^fault: process \d+ swap_fill\.exe, thread \d+: ")
            shell.expect("swap_fill.exe .*ended by a fault")
            shell.send("hello.exe")
            shell.expect("^Hello from Mobius!$")
            shell.send("vmstat")
            shell.expect(r"^checksum errors +[1-9]")
            shell.send("check")
            shell.expect(BALANCE)
            assert "is not what was written" not in shell.seen
            shell.send("exit 5")
            assert shell.run.wait(60) == 5
        finally:
            shell.run.kill()
            shell.run.wait()
    return test


def garble(path):
    """Half of each page, but for the header."""
    with open(path, "r+b") as file:
        for page in range(1, (64 << 20) // swap_file.PAGE):
            file.seek(page * swap_file.PAGE + 2048)
            file.write(bytes(2048))


def shrink(path):
    with open(path, "r+b") as file:
        file.truncate(1 << 20)


TESTS = [
    programs("programs_of_4_times_16_MiB", 16, ALL, timeout=90),
    programs("programs_of_4_times_64_MiB", 64, [p for p in ALL if p != "swap_kill.exe"],
             timeout=150),
    programs("programs_of_4_times_8_MiB", 8, ALL, timeout=90),
    programs("programs_of_4_times_16_MiB", 16, ["swap_fill.exe", "swap_random.exe", "swap_sort.exe"],
             emulators=BOCHS, bochs_timeout=400),
    programs("programs_of_4_times_64_MiB_in_Bochs", 64,
             ["swap_fill.exe", "swap_random.exe", "swap_sort.exe"], emulators=BOCHS, long=True,
             bochs_timeout=3000),
    Boot("D3_without_swap_the_verdict", "swap_fill.exe", "--memory 16M --swap 0",
         verdict="out of memory"),
    out_of_memory("without_swap", "--swap 0", None, "^swap: none$"),
    out_of_memory("swap_full", "--swap 4M", None, r"^swap: disk 0 channel 0: 1023 pages$"),
    out_of_memory("swap_with_a_wrong_header", "", disk(b"somebody else's"), "wrong signature, not"),
    out_of_memory("swap_too_small", "", disk(swap_file.header(64), 64 * 4096), "too small, not used"),
    Script("R13_what_is_garbled_on_the_disk_is_never_data", lies(garble)),
    Script("R13_a_disk_that_shrinks", lies(shrink)),
]
