"""terminal: takes the person's terminal for the machine and gives it back in every case.

Keys go to the machine one by one, Ctrl-C too; output still gets its CR from the terminal, so that
nothing in between has to add one. A guardian process gives the terminal back even if this process
is killed or crashes: it waits for the end of a pipe that closes with us.
"""
import contextlib
import os
import signal
import termios


def _keys_one_by_one(settings):
    changed = [part[:] if isinstance(part, list) else part for part in settings]
    changed[0] &= ~(termios.IXON | termios.ISTRIP | termios.INLCR)
    changed[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG | termios.IEXTEN)
    changed[6][termios.VMIN], changed[6][termios.VTIME] = 1, 0
    return changed


def _guardian(terminal, saved, pipe):
    """In a child: restores `saved` when the pipe's other end closes."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGTTOU,
                   signal.SIGTSTP):
        signal.signal(number, signal.SIG_IGN)
    os.read(pipe, 1)
    with contextlib.suppress(termios.error):
        termios.tcsetattr(terminal, termios.TCSADRAIN, saved)
    os._exit(0)


@contextlib.contextmanager
def taken(terminal):
    """The terminal `terminal` (a descriptor) belongs to the machine inside this context."""
    saved = termios.tcgetattr(terminal)
    watched, held = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(held)
        _guardian(terminal, saved, watched)
    os.close(watched)
    try:
        termios.tcsetattr(terminal, termios.TCSADRAIN, _keys_one_by_one(saved))
        yield
    finally:
        os.close(held)  # the guardian restores; when it has ended the terminal is sane
        os.waitpid(child, 0)
