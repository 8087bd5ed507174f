"""How the commands in scripts/ end where the machine they run on does not help: files that cannot
be written, outputs that take nothing or are closed, signals."""
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from unittest import mock

import kept
from emulator_tests import Script
from project import BUILD, ROOT, SCRIPTS

RUN = f"'{SCRIPTS}/run' --no-install --no-build --timeout 60"
PROGRAM = f"{RUN} -c 'echo said; exit 3'"

# A command whose build/ is a folder given: the rest is as it is.
ELSEWHERE = """
import sys
from pathlib import Path
sys.path.insert(0, "scripts/lib")
folder, name, *sys.argv[1:] = sys.argv[1:]
import project
project.BUILD = Path(folder)
command = __import__(name)
project.main_guard(command.main)
"""

# A command that compiles something endless, and one that runs tests without end.
BUILDS = """
import sys
sys.path.insert(0, "scripts/lib")
import build, project
def main(_):
    with build.build_lock("a thing"):
        build._run(["sh", "-c", "echo begun >&2; setsid sleep 1000 & sleep 1000"], "a thing", True)
project.main_guard(main)
"""
TESTS_WITHOUT_END = """
import subprocess, sys
sys.path.insert(0, "scripts/lib")
import host_tests, project, report
def one(counts, number):
    subprocess.run(["sh", "-c", "sleep 1000"], start_new_session=True, check=True)
    counts.add(str(number))
def main(_):
    counts = report.Report()
    print("begun", file=sys.stderr)
    host_tests.on_all_processors(one, [(counts, number) for number in range(1000)])
    return counts.close()
project.main_guard(main)
"""


def shell(command, **more):
    return subprocess.run(["bash", "-c", command], stdin=subprocess.DEVNULL, capture_output=True,
                          cwd=ROOT, timeout=100, **more)


def last(log):
    assert b"Traceback" not in log, log.decode()
    return log.decode().splitlines()[-1]


def outputs_that_take_nothing(_context):
    for errors in ("2>/dev/full", "2>&-"):
        result = shell(f"{PROGRAM} {errors}")
        assert (result.stdout, result.returncode) == (b"said\n", 3), (errors, result)
    for output in (">/dev/full", ">&-"):
        result = shell(f"{PROGRAM} {output}")
        assert last(result.stderr) == "mobius: killed", (output, result)
        assert result.returncode == 143, (output, result)
        assert b"run: standard output: " in result.stderr, result
        result = shell(f"'{SCRIPTS}/run' --help {output}")
        assert last(result.stderr).startswith("mobius: setup: standard output: "), (output, result)
        assert result.returncode == 126
    result = shell(f"{PROGRAM} <&-")
    assert (result.stdout, last(result.stderr)) == (b"said\n", "mobius: exit 3"), result
    result = shell(f"{RUN} -c 'exit 1' >&-")  # it prints nothing: nothing is lost
    assert last(result.stderr) == "mobius: exit 1" and result.returncode == 1, result


def elsewhere(folder, *words):
    """With a build/ that is not ours to write, not even where we are root."""
    who = ["setpriv", "--inh-caps=-all", "--bounding-set=-all"] if os.geteuid() == 0 else []
    command = [*who, sys.executable, "-c", ELSEWHERE, str(folder), *words]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, cwd=ROOT,
                          timeout=100)


def folders_that_cannot_be_written(context):
    folder = context.folder / "build"
    folder.mkdir()
    (folder / "newlib").symlink_to(BUILD / "newlib")
    secret = context.folder / "secret"
    secret.write_text("unreadable")
    secret.chmod(0)
    folder.chmod(0o555)
    for words in (["run", "hello.exe"], ["policy_lab"], ["build"], ["test", "host"]):
        result = elsewhere(folder, *words)
        assert last(result.stderr).startswith("mobius: setup: "), (words, result)
        assert last(result.stderr).endswith(": not writable"), (words, result)
        assert str(folder) in last(result.stderr) and result.returncode == 126, (words, result)
    for again in ("run", "run"):
        result = elsewhere(folder, again, "--no-build", "--timeout", "60", "hello.exe")
        assert result.stdout == (b"Hello from Mobius!\n"), result
        assert last(result.stderr) == "mobius: exit 0" and result.returncode == 0, result
    result = elsewhere(folder, "run", "--no-build", str(secret))
    assert last(result.stderr) == f"mobius: setup: {secret}: Permission denied"
    assert result.returncode == 126, result


def kept_files_of_somebody_else(context):
    """Another user has made them before: they cannot be touched, and are used as they are."""
    def make(path):
        path.write_text("made")
    target = context.folder / "thing.txt"
    made = kept.kept(target, [], ["words"], make)
    with mock.patch("kept.os.utime", side_effect=PermissionError):
        assert kept.kept(target, [], ["words"], None) == made


def children_of(mark):
    """Processes that have this in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark.encode() in path.read_bytes():
                found.append(path.parent.name)
        except OSError:
            pass
    return found


def usual_signals():
    """Whatever ignores them here: nohup ignores SIGHUP, a job in the background SIGINT."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def signals_end_children(context):
    mark = f"MOBIUS_TEST_MARK={context.folder}"
    name, _, value = mark.partition("=")
    for code in (BUILDS, TESTS_WITHOUT_END):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            command = subprocess.Popen(
                [sys.executable, "-c", code], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, cwd=ROOT, env=os.environ | {name: value},
                preexec_fn=usual_signals)
            while b"begun" not in command.stderr.readline():
                pass
            time.sleep(0.3)
            assert len(children_of(mark)) >= 3, "nothing runs"
            command.send_signal(number)
            out, log = command.communicate(timeout=30)
            assert not children_of(mark), "a child stayed"
            assert last(log) == "mobius: killed" and command.returncode == 143, (out, log)
            assert b"FAIL" not in out, out


WAITS = """
import sys
sys.path.insert(0, "scripts/lib")
sys.argv = [sys.argv[1]]
from pathlib import Path
import build
build.BUILD = Path(sys.stdin.readline().strip())
with build.build_lock("a thing"):
    print("begun", flush=True)
    sys.stdin.readline()
"""


def who_waits_knows_for_whom(context):
    def start(name):
        command = subprocess.Popen([sys.executable, "-c", WAITS, name], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
        command.stdin.write(f"{context.folder}\n".encode())
        command.stdin.flush()
        return command
    first = start("policy_lab.py")
    assert first.stdout.readline() == b"begun\n"
    for name, around in (("run.py", b"; --no-build would run what is there"), ("bench.py", b"")):
        second = start(name)
        said = second.stderr.readline()
        second.kill()
        second.communicate()
        assert said == (f"{name[:-3]}: waiting for scripts/policy-lab, process {first.pid}, which "
                        "builds a thing, in this tree").encode() + around + b"\n", said
    first.communicate(b"\n", timeout=30)


TESTS = [
    Script("Scripts_who_waits_knows_for_whom", who_waits_knows_for_whom),
    Script("Scripts_outputs_that_take_nothing", outputs_that_take_nothing),
    Script("Scripts_folders_that_cannot_be_written", folders_that_cannot_be_written),
    Script("Scripts_kept_files_of_somebody_else_are_used", kept_files_of_somebody_else),
    Script("Scripts_signals_end_all_that_was_started", signals_end_children),
]
