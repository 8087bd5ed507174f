"""build: configures and builds presets of CMakePresets.json, quietly, one build at a time.

Nothing to do says nothing; otherwise one line when it starts and one when it is done. --verbose
shows all. On failure the compiler's output is shown and the command fails with a setup verdict.
"""
import contextlib
import fcntl
import os
import re
import subprocess
import sys
import time

from kept import digest
from options import Parser, no_install
from progress import Progress
from project import BUILD, JOBS, NAME, ROOT, SetupError, main_guard, say, setup

WHAT = {"kernel": "the kernel", "kernel-debug": "the kernel with junk fill",
        "user": "libc and the programs",
        "host": "the host tests (ASan, UBSan)",
        "host-quick": "the host tests (no sanitizers)",
        "host-fast": "the host benchmarks", "host-clang": "thread safety checks and fuzzers"}
NO_BUILD = ("run", "test")  # commands that have this option
_NEWLIB = re.compile(r"newlib: (\d+) objects")
_STEP = re.compile(r"^\[(\d+)/(\d+)\] ")


@contextlib.contextmanager
def build_lock(what):
    """One build in this tree at a time; a second one waits and says for whom."""
    BUILD.mkdir(exist_ok=True)
    with open(BUILD / ".build.lock", "a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            around = "; --no-build would run what is there" if NAME in NO_BUILD else ""
            say(f"waiting for {lock.read().strip() or 'another build'} in this tree{around}")
            fcntl.flock(lock, fcntl.LOCK_EX)
        lock.truncate(0)
        lock.write(f"scripts/{NAME}, process {os.getpid()}, which builds {what},")
        lock.flush()
        yield


def _run(command, what, verbose):
    """Runs one build command; its output is shown if it fails, or at once if verbose."""
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, text=True,
                               errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    kept, began, announced = [], time.monotonic(), False
    with Progress(f"building {what}") as line_of:
        for line in process.stdout:
            kept.append(line)
            step, objects = _STEP.match(line), _NEWLIB.search(line)
            if verbose:
                sys.stderr.write(line)
            elif step and "globbed" not in line and "Re-running CMake" not in line:
                if not announced:
                    announced = True
                    say(f"building {what} ({step[2]} steps)")
                line_of.total = int(step[2])
                line_of.at(int(step[1]), line[step.end():].strip())
            elif objects:
                line_of.at(int(objects[1]), "objects of newlib, the C library")
    if process.wait() != 0:
        if not verbose:
            sys.stderr.write("".join(line for line in kept if not _STEP.match(line)))
        raise SetupError(f"building {what} failed")
    if announced:
        say(f"built {what} in {time.monotonic() - began:.0f} s")


def _presets():
    return digest([ROOT / "CMakePresets.json"])


def is_configured(folder):
    """By today's presets: CMake sees by itself when its own files change, but not when they do."""
    stamp = folder / "presets.digest"
    return (folder / "build.ninja").exists() and stamp.exists() and stamp.read_text() == _presets()


def note_configured(folder):
    (folder / "presets.digest").write_text(_presets())


def _configure(preset, folder, verbose):
    if is_configured(folder):
        return
    say(f"configuring {WHAT[preset]}")
    _run(["cmake", "--preset", preset], WHAT[preset], verbose)
    note_configured(folder)


def build(presets, verbose=False, targets=()):
    """Builds each preset (all targets, or just `targets`)."""
    with build_lock(", ".join(WHAT[preset] for preset in presets)):
        for preset in presets:
            if preset == "user" and not (BUILD / "newlib" / "recipe").exists():
                say("newlib, the C library, takes two minutes, once")
            folder = BUILD / preset
            _configure(preset, folder, verbose)
            command = ["cmake", "--build", str(folder), f"-j{JOBS}"]
            if verbose:
                command.append("--verbose")
            if targets:
                command += ["--target", *targets]
            _run(command, WHAT[preset], verbose)
            if preset == "user":
                (folder / "sdk" / "ready").touch()  # what scripts/cc looks at


def main(argv):
    parser = Parser("build", __doc__)
    parser.add_argument("preset", nargs="*", help=", ".join(WHAT) + " (default: kernel user)")
    parser.add_argument("--verbose", action="store_true")
    no_install(parser)
    options = parser.parse_args(argv)
    for preset in options.preset:
        if preset not in WHAT:
            raise SetupError(f"no preset '{preset}' (there are: {', '.join(WHAT)})")
    wanted = options.preset or ["kernel", "user"]
    setup("test" if any("host" in preset for preset in wanted) else "build",
          install=not options.no_install)
    build(wanted, options.verbose)
    return 0


if __name__ == "__main__":
    main_guard(main)
