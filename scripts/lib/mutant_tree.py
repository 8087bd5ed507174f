"""mutant_tree: the copy of the tree (build/mutants) in which scripts/mutants breaks and builds."""
import contextlib
import fcntl
import os
import shutil
import signal
import subprocess

from build import build, build_lock, is_configured, note_configured
from project import BUILD, ROOT, SetupError

TREE = BUILD / "mutants"
# Folder in build/mutants/build: how it is configured. Each test file is a program.
CONFIGURE = {"quick": ["--preset", "host-quick", "-B", "build/quick"],
             "host": ["--preset", "host", "-DMOBIUS_PROGRAM_PER_FILE=ON"],
             "kernel": ["--preset", "kernel"]}
PROGRAMS = ("bin", "tests", "sdk")    # of build/user: they are not broken, the kernel is


def copy_tree():
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


def copy_programs():
    """What the tests in QEMU run: built in the tree, then copied, so that it may be built again."""
    build(["user"])
    if (TREE / "build" / "user").is_symlink():
        (TREE / "build" / "user").unlink()
    with build_lock("a copy of the programs"):
        for name in PROGRAMS:
            shutil.copytree(BUILD / "user" / name, TREE / "build" / "user" / name,
                            symlinks=True, dirs_exist_ok=True)
    link = TREE / "build" / "newlib"
    if not link.is_symlink():
        link.symlink_to(BUILD / "newlib")


@contextlib.contextmanager
def only_one():
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


def call(command, limit=None):
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


def build_in_copy(folder, jobs, targets):
    """Builds in the copy."""
    path = TREE / "build" / folder
    commands = [["cmake", "--build", str(path), f"-j{jobs}", "--target", *targets]]
    configured = is_configured(path)
    if not configured:
        commands.insert(0, ["cmake", *CONFIGURE[folder]])
    for command in commands:
        out, log, status = call(command)
        if status != 0:
            raise DoesNotCompile(out + log)
    if not configured:
        note_configured(path)
