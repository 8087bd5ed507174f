"""mutant_table: the breakages of tests/mutants.toml, and which of them are known to be noticed.

What was noticed is remembered in build/mutants.killed by content: of the broken file and of the
tests. So a breakage is tried again when one of them has changed, and only then; neither a file's
place nor its #include lines count, which change when files move. Deleting the file forgets all.
"""
import fnmatch
import functools
import hashlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from host_programs import programs
from project import BUILD, ROOT, SetupError

TABLE = ROOT / "tests" / "mutants.toml"
KILLED = BUILD / "mutants.killed"
SUITES = ["story", "exhaustion", "model:VmmModel*", "unit", "model"]  # the longest come last
QEMU = "qemu:"

_PARTS = re.compile(r"^(?:TEST(?:_F|_P)?|INSTANTIATE_TEST_SUITE_P)\((\w+),\s*(\w+)", re.MULTILINE)
_INCLUDE = re.compile(r"^#include .*\n", re.MULTILINE)


@dataclass
class Mutant:
    """`old`, found exactly once in `file`, becomes `new`. `tests`: host suites (`unit`, or
    `unit:GoogleTestFilter`), or `qemu:PATTERN` for what scripts/test qemu -R PATTERN runs."""
    name: str
    file: str
    old: str
    new: str
    tests: list[str]

    def fits(self, text):
        return text.count(self.old) == 1

    def broken(self, text):
        assert self.fits(text)
        return text.replace(self.old, self.new)

    def is_quick(self):
        """Some few test files on the host tell."""
        return all(":" in test and not test.startswith((QEMU, "simulation:"))
                   for test in self.tests)

    def rounds(self):
        """(folder of the build, test), the quickest to tell first."""
        return ([("quick", test) for test in self.tests if not test.startswith(QEMU)]
                + [("kernel", test) for test in self.tests if test.startswith(QEMU)])

    def sanitized_rounds(self):
        return [("host", test) for folder, test in self.rounds() if folder == "quick"]

    def digest(self):
        """Of all that decides whether a test notices it."""
        texts = [self.broken((ROOT / self.file).read_text())]
        for test in self.tests:
            texts += [test, *sorted(path.read_text() for path in sources_of(test))]
        whole = hashlib.sha256()
        for text in texts:
            whole.update(hashlib.sha256(_INCLUDE.sub("", text).encode()).digest())
        return whole.hexdigest()


def _has(source, patterns):
    """Whether a GoogleTest filter's patterns may match a test in it."""
    names = [name for a, b in _PARTS.findall(source.read_text())
             for name in (f"{a}.{b}", f"{a}/{b}.")]
    return any(fnmatch.fnmatchcase(name, pattern) for name in names for pattern in patterns)


@functools.cache
def programs_of(test):
    """The programs that have tests of a host suite, or of `suite:filter`."""
    suite, _, pattern = test.partition(":")
    patterns = (pattern or "*").split(":")
    found = [program for program in programs(by_file=True) if program.prefix == f"host/{suite}/"
             and any(_has(source, patterns) for source in program.sources)]
    if not found:
        raise SetupError(f"no test is called {test}")
    return found


@functools.cache
def sources_of(test):
    """The files in which a test stands. One in QEMU: where its name does, or else all there are."""
    if not test.startswith(QEMU):
        return [source for program in programs_of(test) for source in program.sources]
    paths = [*ROOT.glob("tests/qemu/*.py"), *ROOT.glob("user/tests/*.c*")]
    named = re.compile(test.removeprefix(QEMU))
    return [path for path in paths if named.search(path.read_text())] or paths


class Killed:
    """The digests of those that some test has noticed."""

    def __init__(self, path: Path = KILLED):
        self._path = path
        lines = path.read_text().splitlines() if path.exists() else []
        self._digests = {line.split()[0] for line in lines if line.strip()}

    def __contains__(self, mutant):
        return mutant.digest() in self._digests

    def add(self, mutant):
        """Written at once: a run that is cut off goes on from there."""
        self._digests.add(mutant.digest())
        with open(self._path, "a") as file:
            file.write(f"{mutant.digest()} {mutant.name}\n")


def load():
    table = tomllib.loads(TABLE.read_text()) if TABLE.exists() else {}
    found = [Mutant(**({"tests": SUITES} | entry)) for entry in table.get("mutant", [])]
    names = [mutant.name for mutant in found]
    if len(set(names)) != len(names):
        raise SetupError(f"{TABLE.name} names a mutant twice")
    lost = sorted({m.file for m in found if not (ROOT / m.file).exists()})
    if lost:
        raise SetupError(f"{TABLE.name} names files that are not there: {', '.join(lost)}")
    moved = [m.name for m in found if not m.fits((ROOT / m.file).read_text())]
    if moved:
        raise SetupError(f"not exactly once in their files: the lines of {', '.join(moved)}")
    return found
