"""The machine's own screen: what a person sees who has nothing else, and the end: switched off
by ACPI, or told that it may be switched off. QEMU as a PC: nothing of the runner's is in it."""
import re

import image
import screenshot
from emulator_tests import BOTH, Boot, Script
from pc import Pc
from project import TEST_PROGRAMS

SAFE = "It is now safe to switch off the computer."


def start(context, init, options=""):
    iso = context.folder / "cd.iso"
    files = {"/run/fault.exe": TEST_PROGRAMS / "fault.exe"}
    image.make(iso, image.Contents(init=init, options=f"stdin=pipe {options}", files=files))
    return Pc(iso, context.folder)


def wait_for_end(pc, *rows):
    """Until it says that it may be switched off; then all these are on the screen."""
    screen = pc.wait_for_screen(re.escape(SAFE))
    for row in rows:
        assert re.search(row, screen, re.MULTILINE), f"no /{row}/ on the screen:\n{screen}"


def shows_boot_and_end(context):
    with start(context, "program\n/bin/hello.exe\n") as pc:
        wait_for_end(pc, "^Mobius$", "^memory: ", "^power: ACPI switches it off$",
                        "^Hello from Mobius!$", "^mobius: exit 0$")
        pc.wait_until("info status", "shutdown")


def shows_faults(context):
    with start(context, "commands\n/run/fault.exe null-write\n") as pc:
        wait_for_end(pc, r"^fault: process 2 fault\.exe, thread \d+: null pointer write$",
                        r"^  eax=\w{8} ebx=", r"^shell: /run/fault\.exe \(2\): ended by a fault$",
                        "^mobius: exit 139$")
        pc.wait_until("info status", "shutdown")


def stays_on(context, init, options, *rows):
    """What a person has to read stays on the screen."""
    with start(context, init, options) as pc:
        wait_for_end(pc, *rows)
        pc.wait_until("info registers", "HLT=1")
        assert "running" in pc.ask("info status")
        wait_for_end(pc, *rows)


def shows_refusals(context):
    stays_on(context, "program\n/bin/nothing.exe\n", "", r"^init: there is no /bin/nothing\.exe$",
             "^mobius: exit 127$")


def shows_panics(context):
    stays_on(context, "shell\n", "force-panic=null-read",
             r"^Mobius has stopped: kernel read of 0x0 ", "^backtrace:$", r"force_panic\+",
             "^mobius: panic: kernel read of 0x0 ")


def can_be_photographed(context):
    pictures = [context.folder / name for name in ("hello.png", "hallo.png")]
    for picture, command in zip(pictures, ("echo hello", "echo hallo")):
        screenshot.take(picture, [command])
        assert picture.read_bytes().startswith(b"\x89PNG")
    assert pictures[0].read_bytes() != pictures[1].read_bytes()


TESTS = [
    Script("Screen_can_be_photographed", can_be_photographed),
    Script("Screen_shows_boot_log_and_end_and_the_machine_is_switched_off", shows_boot_and_end),
    Script("Screen_shows_fault_reports", shows_faults),
    Script("Screen_shows_what_cannot_be_started", shows_refusals),
    Script("Screen_shows_panics", shows_panics),
    Boot("Log_has_boot_and_fault_reports", "-c '/run/fault.exe null-write\nlog'",
         "--with fault.exe", emulators=BOTH,
         stdout_has=(r"^Mobius\nprocessor: ", "^memory: ", "^power: ",
                     r"^fault: process 2 fault\.exe, thread \d+: null pointer write\n  write to 0x0",
                     "^  called from: ")),
    Boot("Log_follows_until_it_is_killed",
         "-c 'log -f &\n/run/fault.exe null-write\nsleep 0.5\nkill 2\nwait'", "--with fault.exe",
         emulators=BOTH,
         stdout_has=(r"^Mobius\nprocessor: ", "^fault: process 3 fault.exe, .*: null pointer write",
                     r"^shell: job \(2\): killed$")),
    Boot("Log_knows_its_arguments", "-c 'log --help; log nonsense; echo $?'",
         stdout_has=(r"^usage: log \[-f\]$", r"^2$"), emulators=BOTH),
]
