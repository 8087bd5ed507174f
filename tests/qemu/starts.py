"""S1: a program takes the processor, all kernel stacks or all places for children: the shell still
starts ps and kill, the machine recovers, and nothing is missing afterwards."""
from emulator_shell import Shell, assert_nothing_missing
from emulator_tests import BOCHS, BOTH, Boot, Script

CHILDREN = 256  # that one process may have


def kill_all(shell, program):
    """Kills the processes of the program that ps shows, and waits for their end."""
    pids = shell.pids_of(program)
    assert pids, f"ps shows no {program}"
    for first in range(0, len(pids), 20):
        shell.send("kill " + " ".join(pids[first:first + 20]))
    shell.send("wait")
    while shell.pids_of(program):  # orphans end by themselves
        pass
    shell.send("hello.exe")
    shell.expect("^Hello from Mobius!$", 120)
    shell.send("check")
    shell.expect("balance")
    return shell.frames()


def without_stacks(shell):
    shell.send("/run/slots.exe &")
    shell.expect(r"^slots: \d+ children, errno [1-9]", 240)
    shell.send("hello.exe")
    shell.expect(r"^shell: hello.exe: (?!not found)", 120)
    return kill_all(shell, "slots.exe")


def without_children(shell):
    for _ in range(CHILDREN):
        shell.send("/run/hog.exe sleep &")
    shell.send("hello.exe")
    shell.expect(r"^shell: hello.exe: (?!not found)", 240)
    return kill_all(shell, "hog.exe")


def beside_spinners(shell):
    for attack in "levels", "ticks", "crowd":
        shell.send(f"/run/spin.exe {attack} &")
    return kill_all(shell, "spin.exe")


def recovers(program, attack, memory):
    def test(context):
        with Shell(context, "--with", program, "--memory", memory, "--timeout", "600") as shell:
            first = attack(shell)  # after it the kernel's heap has what it needs
            second = attack(shell)
            assert_nothing_missing(first, second)
    return test


TESTS = [
    # Where time is counted by instructions: the emulator itself may have to wait.
    Boot("Program_spin", "spin.exe", "--icount", checks=6, timeout=300),
    Boot("Program_spin_in_bochs", "spin.exe", checks=6, emulators=BOCHS, bochs_timeout=300),
    Script("S1_shell_kills_who_has_all_kernel_stacks", recovers("slots.exe", without_stacks, "64M"),
           BOTH),
    Script("S1_shell_kills_its_many_children", recovers("hog.exe", without_children, "64M"), BOTH),
    Script("S1_shell_kills_who_spins", recovers("spin.exe", beside_spinners, "32M"), BOTH),
]
