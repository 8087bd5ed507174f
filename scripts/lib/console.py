"""console: carries bytes between a machine's serial ports and the outside until the machine ends.

COM1 is the program's console: its bytes go to `out` as they are, ours go in from `source`. COM2 is
the log, to `log`; its last `mobius: ` line is the verdict; into it go lines of ours: `eof N`, once
the source has ended after N bytes, and where somebody types, `interrupt N`: byte N is a Ctrl-C,
which must not wait behind what is held up (0, at first: there may be some). Nothing is sent before
the kernel has written its first byte on COM2: until then the ports are the BIOS's and GRUB's.
Flow control all the way: a program whose output nobody takes is held up, not buffered for ever. The
log is always taken, so that the kernel never waits for a reader of it; so are keys, for one of them
ends the machine: those beyond what any text has are dropped.
"""
import os
import select
import time

import progress
import verdict as verdicts
from project import say

_OUT_LIMIT = 1 << 20     # stop reading COM1 while so much waits for `out`
_IN_LIMIT = 1 << 16
_KEYS_LIMIT = 1 << 24    # of keys that the machine has not taken
_CHUNK = 4096            # what a writable pipe takes without blocking (PIPE_BUF)
_SILENCE_SECONDS = 30    # without a first byte, until we say what might be wrong
_GRACE_SECONDS = 5       # from the verdict to the emulator's own end
ESCAPE = b"\x1d"         # Ctrl-], on a terminal: ends the machine
_INTERRUPT = b"\x03"     # Ctrl-C, on a terminal: for the machine


class Stopped(Exception):
    """The person stopped the run (Ctrl-], a signal, nobody reads the output any more)."""


class Console:
    """One run. `source`, `out`, `log` are file descriptors; source None: no input at all. `names`
    knows the functions in fault reports (names.Names)."""

    def __init__(self, machine, source, out, log, timeout=None, terminal=False, names=None):
        self.machine, self.source, self.out, self.log = machine, source, out, log
        self.terminal, self.names = terminal, names
        self.deadline = machine.started + timeout if timeout is not None else None
        self.verdict = None
        self._to_out, self._to_log, self._to_com1 = bytearray(), bytearray(), bytearray()
        self._to_com2 = b"interrupt 0\n" if terminal else b""
        self._sent, self._ready = 0, False
        self._silent_until = machine.started + _SILENCE_SECONDS  # None: something has come
        self._com1_open = self._com2_open = True
        self._line = b""
        self._incomplete = b""  # of the log's last line, not yet shown
        self._verdict_is_last = self._out_failed = False
        for port in (machine.com1, machine.com2):
            os.set_blocking(port, False)

    def run(self):
        """Until the machine ends, the verdict's grace or the time is over, or Stopped. Returns the
        verdict, and has written it as the last line of the log."""
        why = None
        try:
            while self._com1_open or self._com2_open:
                if self._over():
                    break
                self._step(self._wait_seconds())
                self._say_if_silent()
            if self.verdict is None and self._timed_out():
                why = verdicts.TIMEOUT
        except Stopped:
            why = verdicts.KILLED
        self.machine.kill()
        self._drain()
        return self._close(why)

    def _timed_out(self):
        return self.deadline is not None and time.monotonic() >= self.deadline

    def _say_if_silent(self):
        """A machine that has not written a byte may wait for something that nobody knows of."""
        if self._silent_until is not None and time.monotonic() >= self._silent_until:
            self._silent_until = None
            say(f"no byte from the machine in {_SILENCE_SECONDS} s: --graphic shows its screen, "
                "--verbose the emulator's call, --memory 64M gives it more room; "
                + ("Ctrl-] ends it" if self.terminal else "Ctrl-C ends it"))

    def _over(self):
        if self.verdict is not None and self._verdict_is_last:
            return time.monotonic() >= self._grace_end
        return self._timed_out()

    def _wait_seconds(self):
        now, ends = time.monotonic(), [self.deadline, self._silent_until]
        if self.verdict is not None:
            ends = [self._grace_end]
        known = [end - now for end in ends if end is not None]
        return max(0.0, min(known)) if known else None

    def _step(self, timeout):
        reads, writes = [], []
        com1, com2 = self.machine.com1, self.machine.com2
        if self._com1_open and len(self._to_out) < _OUT_LIMIT:
            reads.append(com1)
        if self._com2_open:
            reads.append(com2)
        if self.source is not None and (self.terminal or len(self._to_com1) < _IN_LIMIT):
            reads.append(self.source)
        if self._to_out:
            writes.append(self.out)
        if self._to_log:
            writes.append(self.log)
        if self._ready and self._com1_open and self._to_com1:
            writes.append(com1)
        if self._ready and self._com2_open and self._to_com2:
            writes.append(com2)
        readable, writable, _ = select.select(reads, writes, [], timeout)
        if com1 in reads:  # before COM2: what the program wrote before a line of the log
            self._read_com1()
        if com2 in readable:
            self._read_com2()
        if self.source in readable:
            self._read_source()
        if self.out in writable:
            self._write_out()
        if self.log in writable and (not self._to_out or self.out not in writable):
            self._write_log()
        if com1 in writable:
            self._send_com1()
        if com2 in writable:
            self._to_com2 = self._to_com2[self._send(com2, self._to_com2):]

    @staticmethod
    def _receive(port):
        """Bytes, b'' at the end, None where there are none now."""
        try:
            return os.read(port, 65536)
        except BlockingIOError:
            return None
        except OSError:  # ECONNRESET of a socket, EIO of a pseudo-terminal: the other side is gone
            return b""

    @staticmethod
    def _send(port, data):
        """How many bytes the port took."""
        try:
            return os.write(port, data)
        except OSError:  # full, or gone: reading tells
            return 0

    def _read_com1(self):
        data = self._receive(self.machine.com1)
        if data:
            self._silent_until = None
            self._to_out += data
        elif data is not None:
            self._com1_open = False

    def _send_com1(self):
        count = self._send(self.machine.com1, self._to_com1[:_IN_LIMIT])
        del self._to_com1[:count]

    def _read_com2(self):
        data = self._receive(self.machine.com2)
        if data is None:
            return
        if not data:
            self._com2_open = False
            return
        self._ready, self._silent_until = True, None
        self._to_log += self._whole_lines(data)
        *lines, self._line = (self._line + data).split(b"\n")
        for line in lines:
            found = verdicts.verdict_of_line(line.decode(errors="replace"))
            if found is not None:
                self.verdict, self._verdict_is_last = found, True
                self._grace_end = time.monotonic() + _GRACE_SECONDS
            else:
                self._verdict_is_last = False
        if self._line:
            self._verdict_is_last = False

    def _whole_lines(self, data):
        """The log's lines as they are shown; what is behind the last line's end waits for its own."""
        *lines, self._incomplete = (self._incomplete + data).split(b"\n")
        return b"".join(self._shown(line) for line in lines)

    def _shown(self, line):
        """A verdict in colour on a terminal; a fault report with names of functions."""
        text = line.decode(errors="replace")
        more = self.names.after(text) if self.names else []
        if os.isatty(self.log) and (found := verdicts.verdict_of_line(text)) is not None:
            line = progress.coloured(text, verdicts.status_of(found) == 0).encode()
        return b"\n".join([line, *(each.encode() for each in more), b""])

    def _read_source(self):
        data = os.read(self.source, _IN_LIMIT)
        if self.terminal and ESCAPE in data:
            raise Stopped
        if not data:
            self.source = None
            self._to_com2 += b"eof %d\n" % self._sent
        if len(self._to_com1) >= _KEYS_LIMIT:
            data = _INTERRUPT if _INTERRUPT in data else b""
        self._to_com1 += data
        self._sent += len(data)
        if self.terminal and _INTERRUPT in data:
            last = self._sent - len(data) + data.rindex(_INTERRUPT) + 1
            self._to_com2 += b"interrupt %d\n" % last

    def _write_out(self):
        try:
            self._write(self.out, self._to_out)
        except OSError as error:
            self._to_out.clear()
            if not isinstance(error, BrokenPipeError) and not self._out_failed:
                say(f"standard output: {error.strerror}")
            self._out_failed = True
            raise Stopped from None

    def _write_log(self):
        try:
            self._write(self.log, self._to_log)
        except OSError:  # nobody reads it, or it is full: the exit status still tells
            self._to_log.clear()

    @staticmethod
    def _write(descriptor, waiting):
        """A piece of what waits; where it takes nothing now, until it does."""
        try:
            del waiting[:os.write(descriptor, waiting[:_CHUNK])]
        except BlockingIOError:
            select.select([], [descriptor], [])

    def _drain(self):
        """What the ports still hold (the machine is dead: no more comes), and all that waits."""
        for port, read in ((self.machine.com2, self._read_com2),
                           (self.machine.com1, self._read_com1)):
            while select.select([port], [], [], 0)[0] and self._port_open(port):
                read()
            os.close(port)
        try:
            while self._to_out:
                self._write_out()
        except Stopped:
            pass

    def _port_open(self, port):
        return self._com1_open if port == self.machine.com1 else self._com2_open

    def _close(self, why):
        """Sees that the log ends with the verdict line, and returns the verdict."""
        text = why or self.verdict or verdicts.NO_VERDICT
        self._to_log += self._incomplete
        if text != self.verdict or not self._verdict_is_last:
            gap = b"\n" if self._line else b""
            if text == verdicts.NO_VERDICT:
                for line in self.machine.complaint():
                    gap += b"emulator: " + line.encode(errors="replace") + b"\n"
            self._to_log += gap + self._shown(b"mobius: " + text.encode())
        while self._to_log:
            self._write_log()
        return text
