"""What the programs swapoff, swapon, free, vmmap and ps say and do while memory is short (R13)."""
import re

from emulator_shell import Shell
from emulator_tests import BOTH, Boot, Script

NONE_IN_USE = "swapoff: there is no swap disk in use"
BALANCE = "the memory manager's books balance"
DISK = 20 << 8  # pages of the disk, of which one is the header
SLOTS = (DISK - 1) - (DISK - 1) // 64  # one of 64 is kept for bad ones


def said(name, options, *dialogue):
    """Commands, each with what it must say, exactly, and its exit status."""
    commands = "".join(f"{command}; echo $?\n" for command, *_ in dialogue)
    answers = "".join(f"{answer}\n{status}\n" for _, answer, status in dialogue)
    return Boot(f"R13_{name}", f"-c '{commands}'", options, stdout=answers, emulators=BOTH,
                verdict="exit 0")


def shell(context, *options):
    return Shell(context, "--with", "swap_fill.exe", "--memory", "16M", "--swap", "20M",
                 "--timeout", "150", *options)


def numbers(sh, command, *rows):
    """Those behind the names of the rows of what it says."""
    sh.send(command)
    return [int(sh.expect(rf"^{row} +(\d+)\b")[1]) for row in rows]


def swap_space(sh):
    """[pages of swap space, of them in use, of them free], by free."""
    found = numbers(sh, "free", "swap", "swap used", "swap free")
    assert found[1] + found[2] == found[0], found
    return found


def all_right(sh):
    """The program in the background says that all bytes are what they were."""
    for check in ("read", "read_and_rewrite", "read_backwards"):
        sh.expect(rf"^PASS R13_sequential_{check}$", 120)
    sh.send("wait")
    sh.send("check")
    sh.expect(BALANCE)


def refused(context):
    """More is out than fits into memory."""
    with shell(context) as sh:
        memory, = numbers(sh, "free", "memory")
        sh.send("swap_fill.exe 2 2 &")
        while swap_space(sh)[1] < memory:
            pass
        sh.send("swapoff")
        sh.expect("^swapoff: what is on it does not fit into memory; it stays on$")
        assert swap_space(sh)[0] == SLOTS
        all_right(sh)
        sh.send("swapoff")
        sh.expect("^swap is off$")


def under_load(context):
    """Again and again, while a program reads and writes pages most of which are out."""
    with shell(context) as sh:
        sh.send("swap_fill.exe 0.4 3 slow &")
        pid, = sh.pids_of("swap_fill.exe")
        for _ in range(3):
            sh.send("swap_fill.exe 1.3")
            sh.expect("^PASS R13_sequential_read_backwards$", 120)
            sh.send(f"vmmap {pid}")
            out = int(sh.expect(r" \d{4} pages  rw  block\n .*, out (\d+)$")[1])
            sh.send("swapoff")
            sh.expect("^swap is off$")
            assert out > 100, f"{out} pages were out"
            assert swap_space(sh) == [0, 0, 0]
            sh.send("swapon")
            sh.expect(rf"^swap is on, {SLOTS} pages$")
        assert sh.pids_of("swap_fill.exe") == [pid], "it was over before"
        all_right(sh)


def letters(shown, base, count):
    """What vmmap shows of so many pages, a letter each; pages it leaves out are untouched."""
    seen = {}
    for line in re.finditer(r"^  ([0-9a-f]{8}) ([.cDsfz-]+)$", shown, re.MULTILINE):
        for i, letter in enumerate(line[2]):
            seen[int(line[1], 16) + (i << 12)] = letter
    return "".join(seen.get(base + (i << 12), ".") for i in range(count))


def shows_states(result):
    """vmmap, called twice: pages in swap, zeros discarded, pages in the EXE; and what came back."""
    wanted = (("clean 0, dirty 0, out 64", 40 * "s" + 24 * "z" + 8 * ".", 64 * "f"),
              ("clean 48, dirty 4, out 12", 48 * "c" + 4 * "D" + 12 * "z" + 8 * ".", 64 * "c"))
    parts = re.split(r"^block ([0-9a-f]{8}), table ([0-9a-f]{8})$", result.text(),
                     flags=re.MULTILINE)[1:]
    assert len(parts) == 3 * len(wanted), result.text()
    for i, (counts, of_block, of_table) in enumerate(wanted):
        block, table, shown = parts[3 * i:3 * i + 3]
        line = rf"^{block}-[0-9a-f]{{8}} +72 pages  rw  block\n  untouched 8, {counts}$"
        assert re.search(line, shown, re.MULTILINE), f"no /{line}/"
        for base, right in ((block, of_block), (table, of_table)):
            seen = letters(shown, int(base, 16), len(right))
            assert seen == right, f"at {base}: {seen}, not {right}"


def free_agrees(context):
    """free, vmstat, ps and vmmap tell of the same memory while a program of twice its size rests."""
    with shell(context) as sh:
        sh.send("swap_fill.exe 2 step &")
        sh.expect("^written$")
        pid, = sh.pids_of("swap_fill.exe")
        for _ in range(20):
            before = numbers(sh, "vmstat", "frames", "slots", "slots free")
            frames, = numbers(sh, "free", "memory")
            total, used, free = swap_space(sh)
            if numbers(sh, "vmstat", "frames", "slots", "slots free") == before:
                break
        else:
            raise AssertionError("it does not come to rest")
        assert [frames, total, free] == before, f"{frames}, {total}, {free}, vmstat: {before}"
        sh.send(f"vmmap {pid}")
        block = sh.expect(r" (\d{4}) pages  rw  block\n  untouched 0, clean (\d+), dirty (\d+), "
                          r"out (\d+)$")
        pages, clean, dirty, out = map(int, block.groups())
        assert pages == 2 * frames == clean + dirty + out, block[0]
        # The rest of what is out, or in: of the shell, and of what else the program has.
        assert out <= used <= out + 300, f"{used} in use, {out} of the block"
        sh.send("ps")
        resident = int(sh.expect(rf"^ *{pid} +1 +1 +\d+ +(\d+) .* running +swap_fill.exe$")[1])
        assert 0 < clean + dirty <= resident <= clean + dirty + 64, f"ps: {resident}; {block[0]}"
        sh.send(f"kill {pid}")
        sh.send("wait")
        while swap_space(sh)[1] > 300:
            pass


TESTS = [
    said("swapoff_and_swapon", "--memory 16M --swap 20M", ("swapoff", "swap is off", 0),
         ("swapoff", NONE_IN_USE, 1), ("swapon", f"swap is on, {SLOTS} pages", 0),
         ("swapon", "swapon: it is in use already", 1), ("swapoff", "swap is off", 0)),
    said("swapoff_and_swapon_without_a_disk", "--swap 0", ("swapoff", NONE_IN_USE, 1),
         ("swapon", "swapon: this machine has no swap disk", 1)),
    Boot("R10_vmmap_shows_what_is_out", "swap_clean.exe states", "--memory 16M", checks=2,
         verify=shows_states, emulators=BOTH),
    Script("R13_free_vmstat_ps_and_vmmap_agree", free_agrees),
    Script("R13_swapoff_is_refused_where_it_does_not_fit", refused),
    Script("R13_swapoff_while_a_program_pages", under_load),
]
