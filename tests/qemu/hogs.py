"""S1: programs that take one resource whole; the shell still starts ps and kill, ends each, and
nothing is missing afterwards."""
from emulator_shell import Shell, assert_nothing_missing
from emulator_tests import BOTH, QEMU, Boot, Script

RESOURCES = ("brink", "promises", "regions", "tables", "threads", "children", "handles")


def one_round(shell, resource):
    """The hog takes all, the shell ends it. Returns Shell.frames() afterwards."""
    shell.send(f"/run/hog.exe {resource} stay &")
    shell.expect(rf"^{resource}: got [1-9]\d*, errno", 120)
    shell.send("ps")
    pid = shell.expect(r"^ *(\d+) +1 .*running +hog\.exe")[1]
    pids = shell.pids_of("hog.exe") if resource == "children" else [pid]
    for first in range(0, len(pids), 20):
        shell.send("kill " + " ".join(pids[first:first + 20]))
    shell.send("wait")
    shell.send("ps")
    shell.expect(r"^ *\d+ +1 .*running +ps\.exe")
    shell.send("check")
    shell.expect("balance")
    return shell.frames()


def shell_ends(resource):
    def test(context):
        # What goes to the brink of memory ends there of itself where its own code is paged out.
        swap = ("--swap", "0") if resource == "brink" else ()
        with Shell(context, "--with", "hog.exe", "--memory", "32M", "--timeout", "150",
                   *swap) as shell:
            first = one_round(shell, resource)  # after it the kernel's heap has what it needs
            second = one_round(shell, resource)
            assert_nothing_missing(first, second)
    return test


def two_hogs_of_regions(context):
    """Two programs hold as many regions as they get, which cannot be paged out: one that ran before
    goes on, programs start, and both are ended."""
    with Shell(context, "--with", "hog.exe", "--with", "swap_fill.exe", "--memory", "32M",
               "--timeout", "150") as shell:
        shell.send("swap_fill.exe 1 step &")
        for _ in range(2):
            shell.send("/run/hog.exe regions stay &")
            shell.expect(r"^regions: got [1-9]\d*, errno", 120)
        shell.send("ps")
        pids = [shell.expect(rf"^ *(\d+) +1 .*running +{name}\.exe")[1]
                for name in ("swap_fill", "hog", "hog")]
        shell.send("/run/swap_fill.exe 2")
        shell.expect("^PASS R13_sequential_read_backwards", 120)
        shell.send("hello.exe")
        shell.expect("^Hello from Mobius!$")
        shell.send("kill " + " ".join(pids))
        shell.send("wait")
        shell.send("check")
        shell.expect("balance")


TESTS = [
    Script("S1_two_hogs_of_regions_leave_the_others_going", two_hogs_of_regions, BOTH),
    Boot("D3_promises_are_kept_with_more_memory_than_the_direct_map", "direct_map.exe",
         "--memory 2048M --swap 0", checks=4, timeout=300),
    Boot("S1_memory_hog_ends_alone", "-c 'hog.exe memory\nhello.exe; check'",
         "--with hog.exe --memory 32M --swap 0", emulators=BOTH, timeout=90,
         stdout_has=("^memory: taking all$", "^Hello from Mobius!$", "balance"),
         log_has=("^fault: process 2 hog.exe, thread \\d+: out of memory|out of memory",)),
    Boot("S1_memory_hog_verdict", "hog.exe memory", "--memory 16M", verdict="out of memory"),
    *[Boot(f"S1_limit_of_{resource}", f"-c '/run/hog.exe {resource}\ncheck; hello.exe'",
           "--with hog.exe --memory 32M", timeout=90,
           stdout_has=(rf"^{resource}: got [1-9]", "balance", "^Hello from Mobius!$"))
      for resource in RESOURCES],
    *[Script(f"S1_shell_ends_a_hog_of_{resource}", shell_ends(resource), QEMU)
      for resource in RESOURCES],
]
