"""The machine's own screen: what a person sees who has nothing else, and the end: switched off
by ACPI, or told that it may be switched off. QEMU as a PC: nothing of the runner's is in it."""
import re
import socket
import subprocess
import time

import image
from emulator_tests import BOTH, Boot, Script
from project import TEST_PROGRAMS

SAFE = "It is now safe to switch off the computer."
SECONDS = 120


class Pc:
    """A running QEMU, its text screen, and its monitor."""

    def __init__(self, context, init, options=""):
        iso, self.saved = context.folder / "cd.iso", context.folder / "screen"
        files = {"/run/fault.exe": TEST_PROGRAMS / "fault.exe"}
        image.make(iso, image.Contents(init=init, options=f"stdin=pipe {options}", files=files))
        monitor = context.folder / "monitor"
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "qemu-system-i386", "-accel", "tcg", "-m", "64",
             "-cdrom", iso, "-boot", "d", "-no-reboot", "-no-shutdown", "-nic", "none", "-display",
             "none", "-serial", "null", "-serial", "null", "-monitor",
             f"unix:{monitor},server=on,wait=on"], stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        self.limit = time.monotonic() + SECONDS
        self.socket = socket.socket(socket.AF_UNIX)
        while self.socket.connect_ex(str(monitor)) != 0:
            self._go_on("the monitor")
        self.socket.settimeout(SECONDS)
        self._answer()

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.process.kill()
        self.process.wait()
        self.socket.close()

    def _go_on(self, waits_for):
        assert self.process.poll() is None, "QEMU has ended"
        assert time.monotonic() < self.limit, f"no {waits_for}"
        time.sleep(0.05)

    def _answer(self):
        text = b""
        while not text.endswith(b"(qemu) "):
            part = self.socket.recv(1 << 16)
            assert part, "QEMU has ended"
            text += part
        return text.decode(errors="replace")

    def ask(self, command):
        self.socket.sendall(command.encode() + b"\n")
        return self._answer()

    def screen(self):
        """Its 25 rows as lines."""
        self.ask(f'pmemsave 0xb8000 4000 "{self.saved}"')
        cells = self.saved.read_bytes()[::2].decode("latin-1")
        return "\n".join(cells[at:at + 80].rstrip("\0 ") for at in range(0, 2000, 80))

    def wait_for_end(self, *rows):
        """Until it says that it may be switched off; then all these are on the screen."""
        while SAFE not in (screen := self.screen()):
            self._go_on(f"'{SAFE}' on the screen:\n{screen}")
        for row in rows:
            assert re.search(row, screen, re.MULTILINE), f"no /{row}/ on the screen:\n{screen}"

    def wait_until(self, command, answer):
        while answer not in (said := self.ask(command)):
            self._go_on(f"'{answer}': {said}")


def shows_boot_and_end(context):
    with Pc(context, "program\n/bin/hello.exe\n") as pc:
        pc.wait_for_end("^Mobius$", "^memory: ", "^power: ACPI switches it off$",
                        "^Hello from Mobius!$", "^mobius: exit 0$")
        pc.wait_until("info status", "shutdown")


def shows_faults(context):
    with Pc(context, "commands\n/run/fault.exe null-write\n") as pc:
        pc.wait_for_end(r"^fault: process 2 fault\.exe, thread \d+: null pointer write$",
                        r"^  eax=\w{8} ebx=", r"^shell: /run/fault\.exe \(2\): ended by a fault$",
                        "^mobius: exit 139$")
        pc.wait_until("info status", "shutdown")


def stays_on(context, init, options, *rows):
    """What a person has to read stays on the screen."""
    with Pc(context, init, options) as pc:
        pc.wait_for_end(*rows)
        pc.wait_until("info registers", "HLT=1")
        assert "running" in pc.ask("info status")
        pc.wait_for_end(*rows)


def shows_refusals(context):
    stays_on(context, "program\n/bin/nothing.exe\n", "", r"^init: there is no /bin/nothing\.exe$",
             "^mobius: exit 127$")


def shows_panics(context):
    stays_on(context, "shell\n", "force-panic=null-read",
             r"^Mobius has stopped: kernel read of 0x0 ", "^backtrace:$", r"force_panic\+",
             "^mobius: panic: kernel read of 0x0 ")


TESTS = [
    Script("Screen_shows_boot_log_and_end_and_the_machine_is_switched_off", shows_boot_and_end),
    Script("Screen_shows_fault_reports", shows_faults),
    Script("Screen_shows_what_cannot_be_started", shows_refusals),
    Script("Screen_shows_panics", shows_panics),
    Boot("Log_has_boot_and_fault_reports", "-c '/run/fault.exe null-write\nlog'",
         "--with fault.exe", emulators=BOTH,
         stdout_has=(r"^Mobius\nprocessor: ", "^memory: ", "^power: ",
                     r"^fault: process 2 fault\.exe, thread \d+: null pointer write\n  write to 0x0",
                     "^  called from: ")),
    Boot("Log_knows_its_arguments", "-c 'log --help; log nonsense; echo $?'",
         stdout_has=(r"^usage: log \[-f\]$", r"^2$"), emulators=BOTH),
]
