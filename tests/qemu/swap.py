"""Programs larger than the memory (R13), in every size of it, with a swap disk and without, with
one that is full, of no use, fails or lies. Whatever happens, nobody else notices, and the books
balance."""
import boot_options
import swap_file
from emulator_shell import Shell
from emulator_tests import BOCHS, QEMU, Boot, Script

BALANCE = "the memory manager's books balance"
# The programs, and how many checks each reports.
LARGER = {"swap_fill.exe": 3, "swap_random.exe": 3, "swap_sort.exe": 1}
ALL = LARGER | {"swap_clean.exe": 6, "swap_kill.exe": 2}
WITH = " ".join(f"--with {program}" for program in ALL)


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
    return Boot(f"R13_{name}", f"-c '{text}'", f"{WITH} --memory {memory}M", checks=checks,
                verify=balances(len(commands)), emulators=emulators, **more)


def out_of_memory(name, options, prepare=None, *log_has):
    """The program ends alone, by a report; the next command finds all it needs."""
    return Boot(f"D3_{name}", "-c 'swap_fill.exe\nhello.exe; check; free'",
                f"--with swap_fill.exe --memory 16M {options}", prepare=prepare,
                stdout_has=(r"^shell: swap_fill\.exe \(2\): ended: out of memory$",
                            "^Hello from Mobius!$", BALANCE),
                log_has=(r"^fault: process 2 swap_fill\.exe, thread \d+: out of memory$", *log_has))


def disk(contents, size=1 << 20):
    def prepare(folder):
        (folder / "disk.img").write_bytes(contents.ljust(size, b"\0"))
        return ["--swap", str(folder / "disk.img")]
    return prepare


def writes_fail(folder):
    """Every page that is written to the disk is lost, from the beginning."""
    (folder / "rules").write_text(
        '[inject-error]\nevent = "write_aio"\niotype = "write"\nerrno = "5"\n')
    return ["--swap-errors", str(folder / "rules")]


def failing(name, kind, slots, *stdout_has, commands="swap_fill.exe 2", **more):
    """Reading or writing these pages of the disk, or all, always fails."""
    def prepare(folder):
        sectors = [f'sector = "{slot * 8 + 3}"\n' for slot in slots] or [""]
        (folder / "rules").write_text("".join(
            f'[inject-error]\nevent = "{kind}_aio"\niotype = "{kind}"\nerrno = "5"\n{sector}'
            for sector in sectors))
        return ["--swap-errors", str(folder / "rules")]
    return Boot(name, f"-c '{commands}\nhello.exe; check; vmstat'",
                "--with swap_fill.exe --memory 16M", prepare=prepare,
                stdout_has=(*stdout_has, "^Hello from Mobius!$", BALANCE), **more)


def lies(damage):
    """What is on the disk changes behind the machine's back: a program that reads it ends, nobody
    gets wrong data, the shell goes on."""
    def test(context):
        path = context.folder / "swap.img"
        swap_file.make(path, 64 << 20)
        with Shell(context, "--with", "swap_fill.exe", "--memory", "16M", "--swap", str(path),
                   "--timeout", "60") as shell:
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
    return test


def overload(context):
    """Three programs that each want more memory than there is: load control suspends one of them,
    ps shows it, the shell answers, kill works, and nothing is missing afterwards."""
    with Shell(context, "--with", "swap_random.exe", "--memory", "16M", "--timeout",
               "150") as shell:
        for _ in range(3):
            shell.send("swap_random.exe 1.3 &")
        who = ""
        while not who.startswith("suspended"):
            shell.send("ps")
            who = shell.expect(r"^ *\d+ .*(suspended +swap_random|running +ps)\.exe$", 120)[1]
        pids = shell.pids_of("swap_random.exe")
        assert pids, "all have ended"
        shell.send("kill " + " ".join(pids))
        shell.send("wait")
        shell.send("vmstat")
        shell.expect(r"^stalled ms +[1-9]\d{2}")
        shell.send("hello.exe")
        shell.expect("^Hello from Mobius!$")
        shell.send("check")
        shell.expect(BALANCE)


KEPT = 1 << 20  # of the disk: the shell's own pages are there, which went out first


def garble(path):
    """Half of each page."""
    with open(path, "r+b") as file:
        for page in range(KEPT // swap_file.PAGE, (64 << 20) // swap_file.PAGE):
            file.seek(page * swap_file.PAGE + 2048)
            file.write(bytes(2048))


def shrink(path):
    with open(path, "r+b") as file:
        file.truncate(KEPT)


TESTS = [
    programs("programs_of_4_times_16_MiB", 16, ALL, timeout=300),
    programs("programs_of_4_times_64_MiB", 64, LARGER, timeout=300),
    programs("programs_at_8_MiB", 8, ALL, timeout=90),
    programs("programs_of_4_times_16_MiB_in_Bochs", 16, LARGER, BOCHS, bochs_timeout=400),
    programs("programs_of_4_times_64_MiB_in_Bochs", 64, LARGER, BOCHS, bochs_timeout=7200,
             long=True),
    *[Boot(f"R13_swapoff_and_swapon_at_{memory}_MiB", "swap_off.exe",
           f"--allow swap,check --memory {memory}M", checks=6) for memory in (8, 16)],
    *[Boot(f"D3_{name}_while_swap_is_toggled", f"swap_toggle.exe {command}",
           f"--allow swap,check --memory 16M {WITH}", checks=3, timeout=120)
      for name, command in (("growth", "swap_fill.exe 2"), ("paging", "swap_random.exe 1.3"))],
    Boot("D3_without_swap_the_verdict", "swap_fill.exe", "--memory 16M --swap 0",
         verdict="out of memory"),
    out_of_memory("without_swap", "--swap 0", None, "^swap: none$"),
    out_of_memory("swap_full", "--swap 4M", None, r"^swap: disk 0 channel 0: 1023 pages$"),
    out_of_memory("swap_with_a_wrong_header", "", disk(b"somebody else's"), "wrong signature, not"),
    out_of_memory("swap_too_small", "", disk(swap_file.header(64), 64 * 4096), "too small, not"),
    failing("R13_a_page_that_cannot_be_read_ends_its_process", "read", [200],
            r"^shell: swap_fill\.exe \(2\): ended by a fault$", "^checksum errors +0$",
            log_has=(r"^fault: process 2 swap_fill\.exe, thread \d+: read error$",)),
    failing("R13_pages_that_cannot_be_written_stay", "write", [100, 101, 500],
            "^slots retired +3$", r"^queue length +\d$", r"^queue longest +[1-9]\d?$", checks=3),
    failing("D3_nothing_can_be_written", "write", [], "^slots retired +[1-9]",
            r"^shell: swap_fill\.exe \(2\): ended: out of memory$"),
    # Bochs has no errors to inject: QEMU only.
    Boot("D3_who_had_code_goes_on_while_no_page_can_be_written", "idle_code.exe", "--memory 16M",
         prepare=writes_fail, checks=6, timeout=90,
         log_has=(r"^fault: process 7 idle_code\.exe, thread \d+: out of memory$",)),
    *[Boot(f"R13_policy_{name}", "-c 'swap_random.exe 3\ncheck'",
           f"--with swap_random.exe --memory 8M --append policy={name}", checks=3, timeout=90,
           verify=balances(1), log_has=(rf"^paging: policy {name}, ",))
      for name in boot_options.policies()],
    Script("R13_overload_suspends_somebody", overload),
    Script("R13_what_is_garbled_on_the_disk_is_never_data", lies(garble)),
    Script("R13_a_disk_that_shrinks", lies(shrink)),
]
