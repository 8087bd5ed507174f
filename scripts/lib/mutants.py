"""mutants: breaks the code one line at a time and sees that a test goes red.

tests/mutants.toml lists the breakages. Each is applied alone to a copy of the tree (build/mutants).
The tests it names are run in that order, up to the first red one: host suites from a quick build
(-O1), then, if all stay green, with ASan and UBSan; a test in QEMU where the host cannot see it. A
breakage that no test notices is a survivor. Everything runs at low priority, by default one job at
a time; the tree itself stays free for other builds.

    scripts/mutants [-R PATTERN] [--quick] [-j N]      scripts/mutants --list
"""
import contextlib
import fcntl
import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

import progress
from build import build, build_lock, is_configured, note_configured
from options import Parser, no_install
from progress import Progress
from project import BUILD, ROOT, SetupError, main_guard, say, setup

TABLE = ROOT / "tests" / "mutants.toml"
TREE = BUILD / "mutants"
SUITES = ["story", "exhaustion", "model:VmmModel*", "unit", "model"]  # the longest come last
QEMU = "qemu:"
BASE_SECONDS = 20                     # a test's time limit: this and thrice what is usual
FIRST_SECONDS = 1200                  # where nothing is known yet
QEMU_SECONDS = 600
NICE = 15
# Folder in build/mutants/build: how it is configured.
CONFIGURE = {"quick": ["--preset", "host-fast", "-B", "build/quick",
                       "-DCMAKE_CXX_FLAGS_RELEASE=-O1", "-DMOBIUS_PLANT="],
             "host": ["--preset", "host"], "kernel": ["--preset", "kernel"]}
PROGRAMS = ("bin", "tests", "sdk")    # of build/user: they are not broken, the kernel is

_SUMMARY = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$", re.MULTILINE)


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

    def rounds(self):
        """(folder of the build, test), the quickest to tell first."""
        return ([("quick", test) for test in self.tests if not test.startswith(QEMU)]
                + [("kernel", test) for test in self.tests if test.startswith(QEMU)])

    def sanitized_rounds(self):
        return [("host", test) for folder, test in self.rounds() if folder == "quick"]


def load():
    table = tomllib.loads(TABLE.read_text()) if TABLE.exists() else {}
    found = [Mutant(**({"tests": SUITES} | entry)) for entry in table.get("mutant", [])]
    names = [mutant.name for mutant in found]
    if len(set(names)) != len(names):
        raise SetupError(f"{TABLE.name} names a mutant twice")
    moved = [m.name for m in found if not m.fits((ROOT / m.file).read_text())]
    if moved:
        raise SetupError(f"not exactly once in their files: the lines of {', '.join(moved)}")
    return found


def _copy_tree():
    """Brings the copy up to date; files that did not change keep their time."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            cwd=ROOT, check=True, capture_output=True, text=True).stdout
    wanted = {name for name in listed.split("\0") if name and (ROOT / name).is_file()}
    for path in list(TREE.rglob("*")):
        name = path.relative_to(TREE)
        if name.parts[0] != "build" and path.is_file() and str(name) not in wanted:
            path.unlink()
    for name in wanted:
        source, target = ROOT / name, TREE / name
        if not target.exists() or target.read_bytes() != source.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            shutil.copymode(source, target)
    (TREE / "build").mkdir(exist_ok=True)


def _copy_programs():
    """What the tests in QEMU run: built in the tree, then copied, so that it may be built again."""
    build(["user"])
    if (TREE / "build" / "user").is_symlink():
        (TREE / "build" / "user").unlink()
    with build_lock():
        for name in PROGRAMS:
            shutil.copytree(BUILD / "user" / name, TREE / "build" / "user" / name,
                            symlinks=True, dirs_exist_ok=True)
    link = TREE / "build" / "newlib"
    if not link.is_symlink():
        link.symlink_to(BUILD / "newlib")


@contextlib.contextmanager
def _only_one():
    """The copy is one run's at a time."""
    TREE.mkdir(parents=True, exist_ok=True)
    with open(BUILD / ".mutants.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SetupError("another scripts/mutants is running in this tree") from None
        yield


class DoesNotCompile(Exception):
    """The compiler's output."""


def _call(command, limit=None):
    """Runs it with all that it starts. Returns (stdout, stderr, status; None: it did not end)."""
    with subprocess.Popen(command, cwd=TREE, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, errors="replace",
                          start_new_session=True) as process:
        try:
            out, log = process.communicate(timeout=limit)
            return out, log, process.returncode
        except BaseException as problem:
            os.killpg(process.pid, signal.SIGKILL)
            out, log = process.communicate()
            if not isinstance(problem, subprocess.TimeoutExpired):
                raise
            return out, log, None


def _build(folder, jobs, targets):
    """Builds in the copy."""
    path = TREE / "build" / folder
    commands = [["cmake", "--build", str(path), f"-j{jobs}", "--target", *targets]]
    configured = is_configured(path)
    if not configured:
        commands.insert(0, ["cmake", *CONFIGURE[folder]])
    for command in commands:
        out, log, status = _call(command)
        if status != 0:
            raise DoesNotCompile(out + log)
    if not configured:
        note_configured(path)


def _run_suite(folder, test, limit):
    """What goes wrong in one host suite, or None."""
    suite, _, pattern = test.partition(":")
    program = TREE / "build" / folder / "tests" / "host" / f"test_{suite}"
    out, log, status = _call([program, "--gtest_fail_fast", "--gtest_color=no",
                              "--gtest_filter=" + (pattern or "*")], limit)
    names = re.findall(r"\[ RUN      \] ([\w./]+)", out)
    if status is None:
        return f"{names[-1] if names else test} does not end"
    if not names:
        raise SetupError(f"{test} runs no test:\n{out}{log}")
    if status == 0:
        return None
    failed = re.search(r"\[  FAILED  \] ([\w./]+)", out)
    died = log.strip().splitlines()
    return failed[1] if failed else f"{names[-1]}: {died[0] if died else 'died'}"


def _run_qemu(pattern, limit):
    """What scripts/test qemu -R pattern finds wrong in the copy, or None."""
    out, log, status = _call([TREE / "scripts" / "test", "qemu", "--no-install", "--no-build",
                              "-R", pattern], limit)
    if status is None:
        return f"{QEMU}{pattern} does not end"
    summary = _SUMMARY.search(out)
    if not summary or summary[1] == summary[2] == "0":
        raise SetupError(f"{QEMU}{pattern} runs no test:\n{out}{log}")
    failed = re.search(r"^FAIL (.*)$", out, re.MULTILINE)
    return failed[1] if failed else None


class Runner:
    """Tries tests on the copy as it is now. Knows from the unbroken tree how long they take."""

    def __init__(self, jobs, sanitize):
        self.jobs, self.sanitize = jobs, sanitize
        self.usual = {}

    def _try(self, folder, test):
        """What is wrong according to one test, or None."""
        kernel = folder == "kernel"
        suite = test.partition(":")[0]
        _build(folder, self.jobs, ["all"] if kernel else [f"test_{suite}"])
        usual = self.usual.get((folder, test))
        limit = FIRST_SECONDS if usual is None else BASE_SECONDS + 3 * usual
        began = time.monotonic()
        if kernel:
            problem = _run_qemu(test.removeprefix(QEMU), QEMU_SECONDS)
        else:
            problem = _run_suite(folder, test, limit)
        if problem is None:
            self.usual.setdefault((folder, test), time.monotonic() - began)
        return problem

    def check_whole(self, folder, test):
        """The test must be green on the unbroken copy, or red would mean nothing."""
        if (folder, test) in self.usual:
            return
        try:
            problem = self._try(folder, test)
        except DoesNotCompile as error:
            raise SetupError(f"the unbroken tree does not compile:\n{error}") from None
        if problem:
            raise SetupError(f"the unbroken tree fails {test} ({folder}): {problem}")
        say(f"unbroken: {test} ({folder}) {self.usual[folder, test]:.1f} s")

    def _problem(self, mutant, rounds):
        """Breaks the copy, tries up to the first test that goes red, mends it. None: all green."""
        path = TREE / mutant.file
        whole = path.read_text()
        path.write_text(mutant.broken(whole))
        try:
            for folder, test in rounds:
                if problem := self._try(folder, test):
                    return problem + (" (ASan, UBSan)" if folder == "host" else "")
        except DoesNotCompile as error:
            if "static assertion failed" in str(error):
                return "static_assert"
            say(f"{mutant.name} does not compile, which says nothing:\n{error}")
        finally:
            path.write_text(whole)
        return None

    def survives(self, mutant):
        """Says what becomes of the mutant. A test is tried on the whole copy where a mutant gets
        to it first: the longest ones seldom are needed."""
        began = time.monotonic()
        rounds = mutant.rounds() + (mutant.sanitized_rounds() if self.sanitize else [])
        problem = None
        while rounds and problem is None:
            self.check_whole(*rounds[0])
            known = list(itertools.takewhile(self.usual.__contains__, rounds))
            problem = self._problem(mutant, known)
            rounds = rounds[len(known):]
        progress.clear()
        print(f"{'SURVIVED' if problem is None else 'killed  '} {mutant.name}"
              + (f": {problem}" if problem else "") + f"  [{time.monotonic() - began:.0f} s]",
              flush=True)
        return problem is None


def _try_all(mutants, runner):
    """The names of the survivors."""
    _copy_tree()
    if any(test.startswith(QEMU) for mutant in mutants for test in mutant.tests):
        _copy_programs()
    survivors = []
    with Progress("mutants", len(mutants)) as line:
        for number, mutant in enumerate(mutants):
            line.at(number, mutant.name)
            if runner.survives(mutant):
                survivors.append(mutant.name)
    return survivors


def main(argv):
    parser = Parser("mutants", __doc__)
    parser.add_argument("--list", action="store_true", help="name them, with what they change")
    parser.add_argument("-R", dest="pattern", default="", metavar="PATTERN", help="only these")
    parser.add_argument("--quick", action="store_true", help="never with ASan and UBSan")
    parser.add_argument("-j", dest="jobs", type=int, default=1, metavar="N", help="of the builds")
    no_install(parser)
    options = parser.parse_args(argv)
    mutants = [m for m in load() if re.search(options.pattern, m.name)]
    if options.list:
        for m in mutants:
            print(f"{m.name}  {m.file}  ({', '.join(m.tests)})\n  - {m.old.strip()}\n"
                  f"  + {m.new.strip()}")
        print(f"{len(mutants)} mutants")
        return 0
    if not mutants:
        raise SetupError("no mutant has such a name")
    setup("test", install=not options.no_install)
    os.nice(NICE)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    began = time.monotonic()
    with _only_one():
        survivors = _try_all(mutants, Runner(options.jobs, not options.quick))
    print(f"survivors: {', '.join(survivors) or 'none'}")
    print(f"{len(mutants) - len(survivors)} killed, {len(survivors)} survived, "
          f"{time.monotonic() - began:.0f} s")
    return 1 if survivors else 0


if __name__ == "__main__":
    main_guard(main)
