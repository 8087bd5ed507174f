"""Every program on the CD: --help, options it does not know, arguments that make no sense; and what
the tools show fits a screen of 80 columns."""
import re

from emulator_tests import BOTH, Boot
from project import PROGRAMS

TAKES_ANY_WORD = ("echo", "hello")
MARK = "=== "
KINDS = {"help": "--help", "unknown": "--nonsense", "junk": "'no such' x9 ''"}
SHOWN = ("ls / /bin", "ps", "ps -l", "top", "top -n 2", "free", "free -h", "vmstat", "vmstat 1 1",
         "vmmap 1", "vmmap 1 -a", "uptime", "help", "export", "time hello",
         *(f"help {name}" for name in ("help", "history", "wait", "time", "export", "unset", "exit",
                                       "ls", "no_such_thing")))
WRONG = ("kill", "kill 0", "kill -9 1", "kill 1x", "vmmap", "vmmap abc", "vmmap 4294967296",
         "vmstat 0", "vmstat x", "vmstat 1 0", "vmstat 1 1 1", "sleep", "sleep 1s", "sleep .",
         "sleep -1", "sleep 1 1", "top x", "top -n", "top -n 0", "head -n", "head -n x /", "free x",
         "ps x", "swapbench x", "bench nothing", "bench rates 0", "swapoff now", "swapon now",
         "check it", "clear it", "uptime x", "shell x", "shell -c", "exit x", "history x", "wait x",
         "time", "help a b", "export 1=2", "unset 1")


def programs():
    """Their names; known when the test runs."""
    return sorted(path.stem for path in PROGRAMS.glob("*.exe"))


def parts(result):
    """{what was asked: (what it said, its status)}"""
    found = re.split(rf"^{MARK}(.*) (\d+)\n", result.text(), flags=re.MULTILINE)
    return {found[i + 1]: (found[i], int(found[i + 2])) for i in range(0, len(found) - 2, 3)}


def wide(text):
    """The first line that is wider than a screen."""
    for line in re.sub(r"\033\[[0-9;]*[A-Za-z]", "", text).split("\n"):
        if len(line) > 80:
            return line
    return None


def script(calls):
    """A file of commands; each says behind what it printed what it was and its status."""
    return "".join(f'{call}\necho "{MARK}{name} $?"\n' for name, call in calls)


def commands_of(calls):
    def prepare(folder):
        (folder / "commands").write_text(script(calls()))
        return ["-c", (folder / "commands").read_text().rstrip("\n")]
    return prepare


def every_call():
    return [(f"{name}.{kind}", f"{name} {words}") for name in programs()
            for kind, words in KINDS.items()]


def status_is_right(name, kind, status):
    if kind == "help" or name in TAKES_ANY_WORD:
        return status == 0
    return status == 2 if kind == "unknown" else status in (1, 2)


def each_program(result, _emulator):
    said = parts(result)
    for name in programs():
        problem = None
        for kind in KINDS:
            text, status = said.get(f"{name}.{kind}", ("", 999))
            if not status_is_right(name, kind, status):
                problem = f"{kind}: status {status}"
            elif line := wide(text):
                problem = f"{kind}: wider than 80 columns: {line}"
            elif kind == "help" and not re.match(rf"usage: {name}\b.*\n.", text):
                problem = f"--help says {text!r}"
        yield name, problem


def each_in_help(result, _emulator):
    """Each program has its place in what `help` says."""
    words = set(re.findall(r"[\w.-]+", result.text()))
    for name in programs():
        yield name, None if name in words else "help does not name it"


def swap_is_on(result):
    assert re.search(r"^swapon: it is in use already$", result.text(), re.MULTILINE), "swap is off"


def each_wrong(result, _emulator):
    said = parts(result)
    for call in WRONG:
        text, status = said.get(call, ("", 999))
        name = re.sub(r"[^\w.-]+", "_", call)
        yield name, None if status == 2 and "usage: " in text else f"status {status}: {text!r}"


def each_shown(result, _emulator):
    said = parts(result)
    for call in SHOWN:
        text, status = said.get(call, ("", 999))
        line = wide(text)
        right = status == (127 if "no_such" in call else 0) and text and not line
        name = re.sub(r"[^\w.-]+", "_", call)
        yield name, None if right else f"status {status}: {line or text!r}"


def counts(result):
    """wc and head of a file of 30 lines."""
    lines = result.text().split("\n")
    assert lines[0].split() == ["30", "60", "230", "/run/lines"], lines[0]
    assert lines[1].split() == ["30", "/run/lines"], lines[1]
    assert lines[2:5] == ["line 0", "line 1", "line 2"], lines[2:5]
    assert lines[5:15] == [f"line {i}" for i in range(10)], lines[5:15]
    assert lines[15].split() == ["2", "2", "4"], lines[15]


def lines_file(folder):
    (folder / "lines").write_text("".join(f"line {i}\n" for i in range(30)))
    return ["--with", str(folder / "lines"), "-c",
            "wc /run/lines; wc -l /run/lines; head -n 3 /run/lines; head /run/lines; wc"]


TESTS = [
    Boot("Every_program_tells_what_it_is_for", each=each_program, verify=swap_is_on,
         prepare=commands_of(lambda: [*every_call(), ("last", "swapon")]), verdict="exit 0",
         emulators=BOTH, timeout=120),
    Boot("Every_program_is_in_help", "-c help", each=each_in_help),
    Boot("Wrong_calls_are_refused", each=each_wrong,
         prepare=commands_of(lambda: [(call, call) for call in WRONG])),
    Boot("What_is_shown_fits_80_columns", each=each_shown,
         prepare=commands_of(lambda: [(call, call) for call in SHOWN])),
    Boot("Wc_and_head_count_lines", prepare=lines_file, verify=counts, stdin=b"a\nb\n"),
]
