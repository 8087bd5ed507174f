"""The runner's own contract, tried with a kernel that is made for it (probe/probe.c): bytes pass
exactly both ways, every way to end gives its verdict and status, the terminal comes back."""
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import termios
import threading
import time
from pathlib import Path

import image
import verdict as verdicts
from emulator_tests import BOTH, QEMU, Boot, Script
from kept import kept
from project import BUILD, KERNEL, SCRIPTS

HERE = Path(__file__).parent
BUILDING = threading.Lock()  # the probe: two tests may want it at once


def probe():
    """The probe kernel, compiled when there is none of this source."""
    folder = HERE / "probe"
    with BUILDING:
        return str(kept(BUILD / "probe.elf", sorted(folder.iterdir()), [],
                        lambda path: subprocess.run([folder / "build.sh", path], check=True)))


def with_probe(_folder):
    return ["--kernel", probe()]


def boot(name, mode, verdict, **more):
    more.setdefault("emulators", BOTH)
    more.setdefault("timeout", 20)
    return Boot(f"Runner_{name}", options=f"--append '{mode}'", verdict=verdict,
                prepare=with_probe, **more)


def pattern(count):
    return bytes((i ^ (i >> 8)) & 255 for i in range(count))


EVERY_BYTE = bytes(range(256)) * 40
FAULT = "fault: null pointer write at 0x00000000 eip 0x00401000"


def status_of_every_verdict(_context):
    expected = {"exit 0": 0, "exit 300": 44, "exit -1": 255, FAULT: 139, "out of memory": 137,
                "killed": 143, "panic: no frame: here": 134, "timeout": 124, "no verdict": 125,
                "setup: no nasm": 126, "exit": None, "exit 1 2": None, "booting": None}
    for text, status in expected.items():
        assert verdicts.status_of(text) == status, text
    for reason in verdicts.REASONS:
        assert verdicts.status_of(f"fault: {reason} at 0x80000000 eip 0x1") == 139, reason
    assert verdicts.verdict_of_line("mobius: exit 3\r\n") == "exit 3"
    assert verdicts.verdict_of_line(" mobius: exit 3") is None


def setup_failures(context):
    for arguments in (["--foo"], ["-c", "ls", "a.exe"], ["no-such.exe"], ["--memory", "3T"],
                      ["--with", "/no/such/file"], ["--iso", "/no/such.iso"]):
        result = context.run(*arguments)
        assert result.status == 126, f"{arguments}: {result.show()}"
        assert result.verdict.startswith("setup: "), result.show()
        assert not result.stdout


def emulators_of(context):
    """Emulators that run in a folder of this test's, gone or not; others may run beside them."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            name = Path(os.readlink(process / "exe")).name
            folder = os.readlink(process / "cwd")
        except OSError:
            continue  # it has just ended, or is not ours to look at
        if re.match("qemu-system-i386|bochs", name) and folder.startswith(str(context.folder)):
            found.append(process.name)
    return found


def start(context, *arguments, **more):
    command = [SCRIPTS / "run", "--no-install", "--no-build", "--emulator", context.emulator,
               "--kernel", probe(), *arguments]
    return subprocess.Popen(command, env=os.environ | {"TMPDIR": str(context.folder)}, **more)


def signals_end_it(context):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        run = start(context, "--append", "hang", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE)
        assert b"hang" in run.stderr.readline()
        assert emulators_of(context)
        run.send_signal(number)
        out, log = run.communicate(timeout=20)
        assert run.returncode == 143 and log.endswith(b"mobius: killed\n"), (out, log)
        assert not list(context.folder.iterdir()), "a temporary folder stayed"
        assert not emulators_of(context), "an emulator stayed"


class Terminal:
    """A run with a terminal of ours on all three descriptors."""

    def __init__(self, context, *arguments):
        self.master, self.slave = pty.openpty()
        self.before = termios.tcgetattr(self.slave)
        self.seen = b""
        self.run = start(context, *arguments, stdin=self.slave, stdout=self.slave,
                         stderr=self.slave, start_new_session=True)

    def expect(self, text, seconds=30):
        limit = time.monotonic() + seconds
        while text not in self.seen:
            left = limit - time.monotonic()
            assert left > 0 and select.select([self.master], [], [], left)[0], self.seen
            self.seen += os.read(self.master, 4096)

    def settings(self):
        return termios.tcgetattr(self.slave)

    def wait_sane(self):
        """Given back also where a guardian does it a moment later."""
        limit = time.monotonic() + 10
        while self.settings() != self.before:
            assert time.monotonic() < limit, "the terminal was not given back"
            time.sleep(0.01)

    def close(self):
        self.run.kill()
        self.run.wait()
        os.close(self.master)
        os.close(self.slave)


def terminal_is_given_back(context):
    def end_by_escape(terminal):
        os.write(terminal.master, b"\x1d")
        assert terminal.run.wait(20) == 143

    def end_by_signal(terminal):
        terminal.run.terminate()
        assert terminal.run.wait(20) == 143

    def end_by_kill(terminal):
        terminal.run.kill()
        terminal.run.wait()

    for end in (end_by_escape, end_by_signal, end_by_kill):
        terminal = Terminal(context, "--append", "echo")
        try:
            terminal.expect(b"probe: echo\r\n")
            during = terminal.settings()
            assert not during[3] & (termios.ICANON | termios.ECHO | termios.ISIG)
            assert during[1] & termios.OPOST
            os.write(terminal.master, b"a\x03\x04b\r")
            terminal.expect(b"a\x03\x04b\r\n")
            end(terminal)
            terminal.wait_sane()
            limit = time.monotonic() + 10
            while emulators_of(context):
                assert time.monotonic() < limit, "an emulator stayed"
                time.sleep(0.01)
        finally:
            terminal.close()


def image_keeps_names(context):
    names = ["A Long Name With Spaces And Capitals.exe", "x=y.exe", "back\\slash.txt",
             "ümlaut.exe"]
    files = {}
    for name in names:
        path = context.folder / name
        path.write_text(name)
        files[f"/run/{name}"] = path
    iso = context.folder / "a b.iso"
    image.make(iso, image.Contents(kernel=Path(probe()), init="program\n/run/a\nb c\n", files=files,
                                   options="a=b;c $e"))
    for name in names:
        out = context.folder / "out"
        subprocess.run(["xorriso", "-osirrox", "on", "-indev", iso, "-extract", f"/run/{name}",
                        out], check=True, capture_output=True)
        assert out.read_text() == name
        out.chmod(0o600)
        out.unlink()
    result = context.run("--iso", str(iso), timeout=10)
    assert "probe: a=b;c $e" in result.log, result.show()


def kernel_on_the_cd(context, kernel):
    """The bytes of /boot/kernel.elf on a CD made with that kernel."""
    iso, out = context.folder / "made.iso", context.folder / "out"
    image.make(iso, image.Contents(kernel=kernel, programs=None))
    subprocess.run(["xorriso", "-osirrox", "on", "-indev", iso, "-extract", "/boot/kernel.elf",
                    out], check=True, capture_output=True)
    out.chmod(0o600)
    content = out.read_bytes()
    out.unlink()
    iso.unlink()
    return content


def each_kernel_is_its_own(context):
    """Two kernels of one name, in folders of one name, the second with an older time."""
    contents = []
    for number, source in enumerate((KERNEL, Path(probe()))):
        kernel = context.folder / str(number) / "kernel" / "kernel.elf"
        kernel.parent.mkdir(parents=True)
        shutil.copy(source, kernel)
        os.utime(kernel, (1e9 - number, 1e9 - number))
        contents.append(kernel_on_the_cd(context, kernel))
        shutil.copy(KERNEL, kernel)  # another content at the same path and time
        os.utime(kernel, (1e9 - number, 1e9 - number))
        assert kernel_on_the_cd(context, kernel) == contents[0]
    assert contents[0] != contents[1]


TESTS = [
    Script("Runner_each_kernel_is_its_own", each_kernel_is_its_own),
    Script("Runner_status_of_every_verdict", status_of_every_verdict),
    Script("Runner_setup_failures", setup_failures, BOTH),
    boot("exit_is_taken_modulo_256", "say=exit 300#", "exit 300"),
    boot("fault", f"say={FAULT}#", FAULT),
    boot("panic", "say=panic: it broke#", "panic: it broke"),
    boot("echo_of_every_byte", "echo", "exit 7", stdin=EVERY_BYTE, stdout=EVERY_BYTE),
    boot("echo_of_nothing", "echo", "exit 7", stdout=b""),
    boot("stdout_is_exact", "flood=20000", "exit 0", stdout=pattern(20000)),
    boot("much_stdout", "flood=1000000", "exit 0", stdout=pattern(1000000), emulators=QEMU,
         timeout=60),
    boot("unread_stdin", "flood=20000", "exit 0", stdin=bytes(300000), stdout=pattern(20000)),
    boot("triple_fault_is_no_verdict", "triple", "no verdict"),
    boot("silent_end_is_no_verdict", "silent", "no verdict"),
    boot("timeout", "hang", "timeout", timeout=3, bochs_timeout=5),
    boot("log_after_the_verdict", "late", "exit 3", log_has=("^one more line$",)),
    boot("emulator_that_stays", "stuck say=out of memory#", "out of memory", emulators=QEMU),
    boot("line_that_is_no_verdict", "say=booting#", "no verdict", emulators=QEMU),
    Script("Runner_signals_end_it", signals_end_it, BOTH),
    Script("Runner_terminal_is_given_back", terminal_is_given_back, BOTH),
    Script("Runner_image_keeps_names", image_keeps_names),
]
