"""pc: a running QEMU as a PC: its text screen, its keyboard, and what its monitor says."""
import re
import socket
import subprocess
import time

SECONDS = 120
_KEYS = {" ": "spc", "\n": "ret", "-": "minus", ".": "dot", "/": "slash", "=": "equal",
         ";": "semicolon"}


class Pc:
    """Starts from a CD. Nothing of the runner's is in it. Requires: a folder for its files."""

    def __init__(self, iso, folder):
        self.saved, monitor = folder / "screen", folder / "monitor"
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

    def wait_for_screen(self, pattern):
        """Until that is on it; then the whole screen."""
        while not re.search(pattern, screen := self.screen(), re.MULTILINE):
            self._go_on(f"/{pattern}/ on the screen:\n{screen}")
        return screen

    def wait_until(self, command, answer):
        while answer not in (said := self.ask(command)):
            self._go_on(f"'{answer}': {said}")

    def type(self, text):
        """On its keyboard, which is that of the United States."""
        for key in text:
            name = f"shift-{key.lower()}" if key.isupper() else _KEYS.get(key, key)
            self.ask(f"sendkey {name} 20")
            time.sleep(0.05)  # the keyboard of the machine holds 16 keys that nobody has read

    def photograph(self, file):
        """Its screen as a picture, a PNG file."""
        self.ask(f'screendump "{file}" -f png')
