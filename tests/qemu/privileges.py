"""What may be done to the machine as a whole, and by whom (S1)."""
from emulator_tests import BOTH, Boot, Script

ALLOW = "--with privileges.exe --allow"

# What programs say that the shell started, and what the shell's own tools do. 4: `check` alone.
COMMANDS = """privileges.exe try; echo may $?
/run/privileges.exe try &
wait
swapoff; echo swapoff $?
swapon; echo swapon $?
shell -c "swapoff; swapon"; echo shell $?
check
kill 1
echo not reached"""


def unknown(context):
    """A name that is none is refused with the possible ones; so is --allow without a program."""
    result = context.run("--allow", "swap,fly", "hello.exe")
    assert "'fly' is no privilege; there are swap, bench, shutdown, check, kill" in result.log, \
        result.show()
    result = context.run("--allow", "swap", "-c", "ls")
    assert "--allow is for a program that is started directly" in result.log, result.show()


TESTS = [
    Boot("S1_privileges", "privileges.exe", "--allow swap,bench,check", checks=12, emulators=BOTH,
         timeout=90),
    Boot("S1_nothing_allowed", "privileges.exe try", "--allow ''", verdict="exit 96",
         emulators=BOTH),
    Boot("S1_check_is_allowed_by_default", "privileges.exe try", verdict="exit 100"),
    Boot("S1_shut_down_by_who_may", "privileges.exe shut-down", "--allow shutdown",
         verdict="exit 7", emulators=BOTH),
    Boot("S1_not_shut_down_by_who_may_not", "privileges.exe shut-down", verdict="exit 1",
         emulators=BOTH),
    Boot("S1_process_1_ended_by_who_may", "privileges.exe kill-1", "--allow kill",
         verdict="killed", emulators=BOTH),
    Boot("S1_the_shell_gives_its_tools_what_they_need", f"-c '{COMMANDS}'",
         "--with privileges.exe", verdict="killed", emulators=BOTH,
         stdout_has=(r"^may 4$", r"^swap is off\nswapoff 0$", r"^swap is on.*\nswapon 0$",
                     r"^swap is off\nswap is on.*\nshell 0$", "balance")),
    Script("S1_unknown_privileges_are_named", unknown),
]
