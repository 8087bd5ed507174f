"""emulator_terminal: somebody at a terminal of 80 columns and 24 rows who talks to the shell."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

from project import SCRIPTS

WIDTH, HEIGHT = 80, 24
UP, DOWN, RIGHT, LEFT, HOME, END, BACK = "\033[A", "\033[B", "\033[C", "\033[D", "\1", "\5", "\x7f"
PROMPT = "mobius>"


class Screen:
    """What the terminal shows, as a VT100 does: at the right border it wraps before the next
    character, not after the last."""

    def __init__(self):
        self.rows = [[" "] * WIDTH for _ in range(HEIGHT)]
        self.row = self.column = 0
        self._waits, self._escape = False, None

    def text(self):
        """The rows, without the blanks at their ends and the empty ones at the end."""
        rows = ["".join(row).rstrip() for row in self.rows]
        while rows and not rows[-1]:
            rows.pop()
        return rows

    def feed(self, text):
        for character in text:
            if self._escape is not None:
                self._take_in_escape(character)
            elif character == "\033":
                self._escape = ""
            elif character in "\r\n":
                self._waits = False
                if character == "\r":
                    self.column = 0
                else:
                    self._new_line()
            elif character == "\b":
                self.column, self._waits = max(0, self.column - 1), False
            elif character >= " ":
                self._put(character)

    def _take_in_escape(self, character):
        self._escape += character
        if self._escape == "[" or re.fullmatch(r"\[[0-9;]*", self._escape):
            return
        match, self._escape = re.fullmatch(r"\[([0-9]*)[0-9;]*([A-Z])", self._escape), None
        if not match:
            return
        count, self._waits = int(match[1] or 1), False
        if match[2] == "A":
            self.row = max(0, self.row - count)
        elif match[2] == "B":
            self.row = min(HEIGHT - 1, self.row + count)
        elif match[2] == "C":
            self.column = min(WIDTH - 1, self.column + count)
        elif match[2] == "D":
            self.column = max(0, self.column - count)
        elif match[2] == "H":
            self.row = self.column = 0
        elif match[2] in "JK":
            self._erase(match[2], match[1] or "0")

    def _erase(self, letter, what):
        if what == "2":
            self.rows = [[" "] * WIDTH for _ in range(HEIGHT)]
            return
        self.rows[self.row][self.column:] = [" "] * (WIDTH - self.column)
        if letter == "J":
            for row in range(self.row + 1, HEIGHT):
                self.rows[row] = [" "] * WIDTH

    def _put(self, character):
        if self._waits:
            self.column, self._waits = 0, False
            self._new_line()
        self.rows[self.row][self.column] = character
        self._waits = self.column == WIDTH - 1
        self.column = min(self.column + 1, WIDTH - 1)

    def _new_line(self):
        if self.row < HEIGHT - 1:
            self.row += 1
        else:
            self.rows = self.rows[1:] + [[" "] * WIDTH]


class Terminal:
    """A shell at a terminal. What is typed is sent at once; one waits for what shall be seen."""

    def __init__(self, context, *options):
        command = [str(SCRIPTS / "run"), "--no-install", "--no-build", "--emulator",
                   context.emulator, *options]
        self.screen, self.seen, self._rest = Screen(), "", b""
        self.pid, self._descriptor = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
            os.execv(command[0], command)

    def __enter__(self):
        self.shows(lambda rows: rows and rows[-1] == PROMPT, 200)
        return self

    def __exit__(self, *_):
        os.kill(self.pid, signal.SIGTERM)
        os.close(self._descriptor)
        os.waitpid(self.pid, 0)

    def type(self, text):
        data = text.encode()
        while data:
            readable, writable, _ = select.select([self._descriptor], [self._descriptor], [], 60)
            assert readable or writable, f"nothing goes on at:\n{self.show()}"
            if readable:
                self._read()
            if writable:
                data = data[os.write(self._descriptor, data[:256]):]

    def clear(self):
        """A prompt at the top of an empty screen."""
        self.shows(lambda rows: rows and rows[-1].startswith(PROMPT))
        self.type("\5\x15\x0c")
        self.shows(lambda rows: rows == [PROMPT])
        self.seen = ""

    def show(self):
        return "\n".join(f"|{row}|" for row in self.screen.text())

    def shows(self, right, seconds=60):
        """Waits until right(rows) of the screen; or until the rows are those given."""
        wanted = right if callable(right) else lambda rows: rows == right
        limit = time.monotonic() + seconds
        while not wanted(self.screen.text()):
            self._wait(limit, right)

    def says(self, pattern, seconds=60):
        """Waits for the pattern in all that has come since the screen was cleared."""
        limit = time.monotonic() + seconds
        while not (match := re.search(pattern, self.seen, re.MULTILINE)):
            self._wait(limit, pattern)
        return match

    def _wait(self, limit, what):
        left = limit - time.monotonic()
        ready = left > 0 and select.select([self._descriptor], [], [], left)[0]
        assert ready, f"not seen: {what}\n{self.show()}"
        self._read()

    def _read(self):
        try:
            data = os.read(self._descriptor, 65536)
        except OSError:
            data = b""
        assert data, f"the machine has ended:\n{self.show()}"
        text, self._rest = self._rest + data, b""
        while text and (text[-1] & 0xC0 == 0x80 or text[-1] >= 0xC0) and len(self._rest) < 4:
            try:
                text.decode()
                break
            except UnicodeDecodeError:
                text, self._rest = text[:-1], text[-1:] + self._rest
        shown = text.decode(errors="replace")
        self.screen.feed(shown)
        self.seen += shown.replace("\r", "")
