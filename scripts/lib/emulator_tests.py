"""emulator_tests: the tables in tests/qemu, and how one entry is run.

An entry is a Boot (one call of scripts/run and what must come of it) or a Script (a function that
raises AssertionError). A table is a Python file with a list TESTS. Manual: tests/qemu/README.md.
"""
import importlib.util
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import traceback
from dataclasses import dataclass, field
from pathlib import Path

import verdict as verdicts
from host_tests import on_all_processors
from project import ROOT, SCRIPTS

QEMU, BOCHS, BOTH = ("qemu",), ("bochs",), ("qemu", "bochs")
_CHECK = re.compile(r"^(PASS|FAIL|SKIP) ([\w./-]+)(?:: (.*))?$")


@dataclass
class Result:
    stdout: bytes
    log: str
    status: int

    @property
    def verdict(self):
        last = self.log.rstrip("\n").rpartition("\n")[2]
        return verdicts.verdict_of_line(last) or f"(no verdict line: {last!r})"

    def text(self):
        return self.stdout.decode(errors="replace")

    def show(self):
        return f"stdout:\n{self.text()[-4000:]}\nlog:\n{self.log[-4000:]}\nstatus {self.status}"


@dataclass
class Boot:
    """One run. `command`: what follows the options of scripts/run, as a shell would split it."""
    name: str
    command: str = ""
    options: str = ""
    stdin: bytes = b""
    verdict: str = "exit 0"              # a regular expression for the whole verdict
    stdout: bytes | str | None = None    # exactly
    stdout_has: tuple = ()               # regular expressions, each found (^ and $ match at lines)
    log_has: tuple = ()
    checks: int = 0                      # at least so many PASS/FAIL lines, each a test of its own
    emulators: tuple = QEMU
    timeout: int = 60
    bochs_timeout: int = 0               # 0: four times the timeout
    long: bool = False
    alone: bool = False                  # it looks at what all emulators have in common
    prepare: object = None               # prepare(folder) -> more options, a list
    verify: object = None                # verify(Result) raises AssertionError
    each: object = None                  # each(Result, emulator) yields (name, problem or None)


@dataclass
class Script:
    """A test written out: function(context)."""
    name: str
    function: object
    emulators: tuple = QEMU
    long: bool = False
    alone: bool = False


@dataclass
class Context:
    """What a Script gets."""
    emulator: str
    folder: Path
    environment: dict = field(default_factory=dict)

    def run(self, *arguments, stdin=b"", timeout=60):
        """scripts/run with these arguments in this emulator."""
        return call_run(self.emulator, [f"--timeout={timeout}", *arguments], stdin, timeout)


def call_run(emulator, arguments, stdin, timeout):
    """scripts/run, as a person calls it, but for the build, which has been done. It is the runner's
    duty to end by itself; a minute later it is killed, and the test has failed."""
    command = [SCRIPTS / "run", "--no-install", "--no-build", "--emulator", emulator, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, cwd=ROOT, start_new_session=True) as process:
        try:
            out, log = process.communicate(stdin, timeout=timeout + 60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, log = process.communicate()
            log += b"\nthe runner did not end\n"
        return Result(out, log.decode(errors="replace"), process.returncode)


def _judge(boot, result):
    """What is wrong with the result, in words."""
    if not re.fullmatch(boot.verdict, result.verdict):
        yield f"verdict is '{result.verdict}', not '{boot.verdict}'"
    if result.status != verdicts.status_of(result.verdict):
        yield f"status {result.status} is not that of '{result.verdict}'"
    wanted = boot.stdout.encode() if isinstance(boot.stdout, str) else boot.stdout
    if wanted is not None and result.stdout != wanted:
        yield f"stdout is not exactly the {len(wanted)} bytes expected"
    for where, text, patterns in (("stdout", result.text(), boot.stdout_has),
                                  ("the log", result.log, boot.log_has)):
        for pattern in patterns:
            if not re.search(pattern, text, re.MULTILINE):
                yield f"{where} lacks /{pattern}/"
    if boot.verify:
        try:
            boot.verify(result)
        except AssertionError as error:
            yield f"verify: {error}"


def _count_checks(boot, prefix, result, report):
    """Each PASS, FAIL, SKIP line of the program is a test of its own. Returns how many."""
    count = 0
    for line in result.text().splitlines():
        if match := _CHECK.match(line):
            count += 1
            name = f"{prefix}/{match[2]}"
            if match[1] == "SKIP":
                report.skip(name, match[3] or "")
            else:
                failed = match[1] == "FAIL"
                report.add(name, (match[3] or "failed") if failed else None, result.show())
    return count


def run_boot(boot, emulator, report):
    name = f"{emulator}/{boot.name}"
    timeout = boot.timeout if emulator == "qemu" else boot.bochs_timeout or 4 * boot.timeout
    arguments = [f"--timeout={timeout}", *shlex.split(boot.options)]
    with tempfile.TemporaryDirectory(prefix="mobius-test-") as folder:
        if boot.prepare:
            arguments += boot.prepare(Path(folder))
        result = call_run(emulator, arguments + shlex.split(boot.command), boot.stdin, timeout)
    problems = list(_judge(boot, result))
    for check, problem in boot.each(result, emulator) if boot.each else ():
        report.add(f"{name}/{check}", problem, result.show())
    if boot.checks:
        count = _count_checks(boot, name, result, report)
        if count < boot.checks:
            problems.append(f"{count} checks reported, {boot.checks} expected")
    report.add(name, "; ".join(problems) or None, result.show())


def run_script(script, emulator, report):
    problem, output = None, ""
    with tempfile.TemporaryDirectory(prefix="mobius-test-") as folder:
        try:
            script.function(Context(emulator, Path(folder)))
        except Exception as error:  # pylint: disable=broad-except  (any of them fails the test)
            problem, output = f"{type(error).__name__}: {error}", traceback.format_exc()
    report.add(f"{emulator}/{script.name}", problem, output)


def tables():
    """All entries of all tables, in the order of the files' names."""
    entries = []
    for path in sorted((ROOT / "tests/qemu").glob("*.py")):
        spec = importlib.util.spec_from_file_location(f"table_{path.stem}", path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        entries += module.TESTS
    names = [entry.name for entry in entries]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise RuntimeError(f"tests with the same name: {', '.join(sorted(twice))}")
    return entries


def run_tables(emulator, report, long):
    """All entries for one emulator, those marked long or the others: one on each processor, then
    those that must be alone."""
    entries = [entry for entry in tables() if emulator in entry.emulators and entry.long == long
               and (report.wants(f"{emulator}/{entry.name}") or _has_check(entry, report))]

    def run(entry):
        report.running(f"{emulator}/{entry.name}")
        try:
            (run_boot if isinstance(entry, Boot) else run_script)(entry, emulator, report)
        except Exception as error:  # pylint: disable=broad-except  (it fails this test alone)
            report.add(f"{emulator}/{entry.name}", f"{type(error).__name__}: {error}",
                       traceback.format_exc())

    report.expect(len(entries))
    on_all_processors(run, [(entry,) for entry in entries if not entry.alone])
    for entry in entries:
        if entry.alone:
            run(entry)


def _has_check(entry, report):
    """A pattern may name a check inside a boot: the program's source tells which there are."""
    if not isinstance(entry, Boot) or not entry.checks:
        return False
    stem = Path(shlex.split(entry.command)[0]).stem
    return any(report.pattern.search(source.read_text(errors="replace"))
               for source in (ROOT / "user" / "tests").glob(stem + ".c*"))
