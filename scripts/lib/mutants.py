"""mutants: breaks the code one line at a time and sees that a test goes red.

tests/mutants.toml lists the breakages. Each is applied alone to a copy of the tree (build/mutants),
the host tests it names are run (optimised first; if they stay green, again with ASan and UBSan), or
a test in QEMU where the host cannot see it. A breakage that no test notices is a survivor.

    scripts/mutants [-R PATTERN]      scripts/mutants --list
"""
import argparse
import re
import shutil
import subprocess
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

from build import build_lock
from project import BUILD, ROOT, SetupError, main_guard, say, setup

TABLE = ROOT / "tests" / "mutants.toml"
TREE = BUILD / "mutants"
SUITES = ["unit", "story", "model", "exhaustion"]
PRESETS = ["host-fast", "host"]       # in this order; the second sees more and takes longer
BASE_SECONDS = 30                     # a mutant's time limit: this and thrice what is usual
QEMU_SECONDS = 600

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

    def broken(self, text):
        if text.count(self.old) != 1:
            raise SetupError(f"{self.name}: {self.file} has its text {text.count(self.old)} times")
        return text.replace(self.old, self.new)


def load():
    table = tomllib.loads(TABLE.read_text()) if TABLE.exists() else {}
    found = [Mutant(**({"tests": SUITES} | entry)) for entry in table.get("mutant", [])]
    names = [mutant.name for mutant in found]
    if len(set(names)) != len(names):
        raise SetupError(f"{TABLE.name} names a mutant twice")
    for mutant in found:
        mutant.broken((ROOT / mutant.file).read_text())
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
    for name in ("user", "newlib"):  # the programs are not broken: the kernel is
        link = TREE / "build" / name
        if not link.is_symlink():
            link.symlink_to(BUILD / name)


def _build(preset, targets):
    """Builds in the copy. Returns the compiler's output where it failed, else None."""
    folder = TREE / "build" / preset
    commands = [["cmake", "--build", str(folder), "-j2", "--target", *targets]]
    if not (folder / "build.ninja").exists():
        commands.insert(0, ["cmake", "--preset", preset])
    for command in commands:
        result = subprocess.run(command, cwd=TREE, stdin=subprocess.DEVNULL, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace")
        if result.returncode != 0:
            return result.stdout
    return None


def _run_suite(preset, test, limit):
    """One host suite. Returns (what went wrong or None, seconds)."""
    suite, _, pattern = test.partition(":")
    program = TREE / "build" / preset / "tests" / "host" / f"test_{suite}"
    began = time.monotonic()
    try:
        result = subprocess.run([program, "--gtest_fail_fast", "--gtest_brief=1",
                                 "--gtest_filter=" + (pattern or "*")], capture_output=True,
                                text=True, errors="replace", timeout=limit)
    except subprocess.TimeoutExpired:
        return f"{test} did not end", time.monotonic() - began
    if result.returncode == 0:
        return None, time.monotonic() - began
    failed = re.search(r"\[  FAILED  \] ([\w./]+)", result.stdout)
    died = result.stderr.strip().splitlines()
    return failed[1] if failed else f"{test}: {died[0] if died else 'died'}", 0


def _run_qemu(pattern):
    """What scripts/test qemu -R pattern finds wrong in the copy, or None."""
    result = subprocess.run([TREE / "scripts" / "test", "qemu", "--no-install", "--no-build", "-R",
                             pattern], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                            timeout=QEMU_SECONDS)
    summary = _SUMMARY.search(result.stdout)
    if not summary or summary[1] == summary[2] == "0":
        raise SetupError(f"qemu:{pattern} runs no test:\n{result.stdout}{result.stderr}")
    failed = re.search(r"^FAIL (.*)$", result.stdout, re.MULTILINE)
    return failed[1] if failed else None


class Runner:
    """Tries tests on the copy as it is now. Knows from the unbroken tree how long they take."""

    def __init__(self):
        self.usual = {}

    def _try_host(self, preset, tests):
        targets = sorted({f"test_{test.partition(':')[0]}" for test in tests})
        if output := _build(preset, targets):
            raise SetupError(f"does not compile:\n{output}")
        for test in tests:
            limit = BASE_SECONDS + 3 * self.usual.get((preset, test), 600)
            problem, seconds = _run_suite(preset, test, limit)
            if problem:
                return problem
            self.usual.setdefault((preset, test), seconds)
        return None

    def problem(self, tests):
        """The first test that goes red, or None."""
        host = [test for test in tests if not test.startswith("qemu:")]
        for preset in PRESETS if host else ():
            if problem := self._try_host(preset, host):
                return problem
        for test in tests:
            if test.startswith("qemu:"):
                if output := _build("kernel", ["all"]):
                    raise SetupError(f"does not compile:\n{output}")
                if problem := _run_qemu(test.removeprefix("qemu:")):
                    return problem
        return None

    def survives(self, mutant):
        """Breaks the copy, tries, mends it."""
        path = TREE / mutant.file
        whole = path.read_text()
        path.write_text(mutant.broken(whole))
        try:
            problem = self.problem(mutant.tests)
        finally:
            path.write_text(whole)
        print(f"{'SURVIVED' if problem is None else 'killed  '} {mutant.name}"
              + (f": {problem}" if problem else ""), flush=True)
        return problem is None


def _check_whole(runner, mutants):
    """The tests must be green on the unbroken copy, or red would mean nothing."""
    for test in sorted({test for mutant in mutants for test in mutant.tests}):
        say(f"unbroken: {test}")
        if problem := runner.problem([test]):
            raise SetupError(f"the unbroken tree fails {test}: {problem}")


def main(argv):
    parser = argparse.ArgumentParser(prog="scripts/mutants", allow_abbrev=False,
                                     description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="name them, with what they change")
    parser.add_argument("-R", dest="pattern", default="", metavar="PATTERN", help="only these")
    parser.add_argument("--no-install", action="store_true", help="install no packages")
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
    with build_lock():
        TREE.mkdir(parents=True, exist_ok=True)
        _copy_tree()
        runner = Runner()
        _check_whole(runner, mutants)
        survivors = [mutant.name for mutant in mutants if runner.survives(mutant)]
    print(f"survivors: {', '.join(survivors) or 'none'}")
    print(f"{len(mutants) - len(survivors)} killed, {len(survivors)} survived")
    return 1 if survivors else 0


if __name__ == "__main__":
    main_guard(main)
