"""host_tests: runs GoogleTest programs test by test accounted for, and libFuzzer programs.

A program that dies in the middle fails the test it was in, and is started again for the rest: the
count is exact whatever happens.
"""
import re
import shutil
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import plant
from host_programs import HOST, has_test
from options import part_of
from project import BUILD, JOBS, ROOT

CHUNK_TESTS = 500          # tests in one start of a program
CHUNK_SECONDS = 480
FUZZ_EXECUTIONS = 1_000_000
FUZZ_SECONDS = 420  # enough for a busy machine, too
# A machine has many loops: how often each went round is no news, where it got to is.
FUZZ_OPTIONS = {"fuzz_syscalls": ["-use_counters=0", "-max_len=128"],
                "fuzz_malloc": ["-use_counters=0", "-max_len=32"]}

FRESH = "Fresh"            # suites whose tests want a process that no other test was in
SIMULATION = "host/simulation-fast/"

_MARK = re.compile(r"\[ *(RUN|OK|FAILED|SKIPPED) *\] ([\w/.]+)(?:, where .*?)?(?: \(\d+ ms\))?$")


def list_tests(program, pattern="*"):
    """The names of a GoogleTest program's tests that its filter lets through, in order."""
    result = subprocess.run([program, "--gtest_list_tests", "--gtest_filter=" + pattern],
                            capture_output=True, text=True, timeout=60)
    if result.returncode != 0:
        raise RuntimeError(result.stdout + result.stderr)
    names, suite = [], ""
    for line in result.stdout.splitlines():
        word = line.split("#")[0].strip()
        if line.startswith("  "):
            names.append(suite + word)
        elif word.endswith("."):
            suite = word
    return names


def _start(program, names, prefix, report):
    """One start of a program for `names`: what it printed, and how it ended (None: too slow)."""
    command = [program, "--gtest_color=no", "--gtest_filter=" + ":".join(names)]
    lines = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace") as process:
        too_slow = threading.Timer(CHUNK_SECONDS, process.kill)
        too_slow.start()
        for line in process.stdout:
            lines.append(line)
            if (mark := _MARK.search(line)) and mark[1] == "RUN":
                report.running(prefix + mark[2])
        status = process.wait()
        slow = not too_slow.is_alive()
        too_slow.cancel()
    return "".join(lines), None if slow else status


def _read(output, names, prefix, report):
    """Reports each test that ended; returns those as {name: it failed}, and the one that never did
    with its output."""
    done, current, kept = {}, None, []
    for line in output.splitlines():
        mark = _MARK.search(line)
        if not mark or mark[2] not in names:
            kept.append(line)
        elif mark[1] == "RUN":
            current, kept = mark[2], []
        elif mark[2] == current:
            done[current] = mark[1] == "FAILED"
            if mark[1] == "SKIPPED":
                report.skip(prefix + current, " ".join(kept))
            else:
                report.add(prefix + current, None if mark[1] == "OK" else "failed",
                           "\n".join(kept))
            current = None
    return done, current, "\n".join(kept)


def run_tests(program, names, prefix, report):
    """Runs the named tests of a program, each reported once."""
    while names:
        batch = names[:CHUNK_TESTS]
        output, status = _start(program, batch, prefix, report)
        done, broken, tail = _read(output, set(batch), prefix, report)
        how = "did not end in time" if status is None else f"the program ended with {status}"
        if broken is None and len(done) < len(batch):
            broken, tail = next(name for name in batch if name not in done), output
        if broken is not None:
            report.add(prefix + broken, how, tail)
            done[broken] = True
        elif status != 0 and not any(done.values()):  # such as a leak: it shows only at the end
            report.add(f"{prefix}{program.name}", how, output)
        names = [name for name in names if name not in done]


def on_all_processors(function, calls):
    """Calls it with each tuple of arguments, begun in their order. What one raises is raised."""
    with ThreadPoolExecutor(JOBS) as pool:
        for result in [pool.submit(function, *arguments) for arguments in calls]:
            result.result()


def run_programs(folder, programs, report):
    """All tests of the programs (host_programs.Program) in `folder`, on all processors."""
    work = []
    for wanted in programs:
        program, prefix = folder / wanted.name, wanted.prefix
        try:
            names = list_tests(program)
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            report.add(prefix + "list", "does not list its tests", str(error))
            continue
        for name in [n for n in names if "DISABLED_" in n]:
            report.skip(prefix + name, "disabled")
        names = [n for n in names if "DISABLED_" not in n and report.wants(prefix + n)]
        report.expect(len(names))
        alone = [n for n in names if n.startswith(FRESH)]
        rest = [n for n in names if n not in alone]
        work += [(program, [name], prefix) for name in alone]
        work += [(program, rest[k::JOBS], prefix) for k in range(JOBS)]
    on_all_processors(run_tests, [(*item, report) for item in work if item[1]])


def examples(report):
    """The examples for the host that are wanted: their names are those of their programs."""
    names = sorted(path.parent.name for path in (ROOT / "examples").glob("*/README.md"))
    return [name for name in names if report.wants(f"host/examples/{name}")]


def run_examples(folder, report):
    """Each example for the host: it ends with 0 and prints what its README shows."""
    for example in examples(report):
        name, readme = f"host/examples/{example}", ROOT / "examples" / example / "README.md"
        program = folder / example / example
        result = subprocess.run([program], capture_output=True, text=True, timeout=60)
        shown = f"```\n{result.stdout}```\n"
        problem = f"ended with {result.returncode}" if result.returncode else None
        if problem is None and shown not in readme.read_text():
            problem = "its README shows another output"
        report.add(name, problem, result.stdout + result.stderr)


def simulation_is_wanted(report):
    """Whether one of its tests, as it is or with a planted bug, has a name that is wanted."""
    prefixes = {"simulation/simulation_test.cpp": [SIMULATION],
                "planted/planted_test.cpp": [f"{SIMULATION}{bug}/" for bug in plant.planted()]}
    return any(has_test(report.pattern, prefix, HOST / source)
               for source, several in prefixes.items() for prefix in several)


def run_simulation(folder, report):
    """The simulation's 2,000 seeds, without sanitizers: with them it runs a few (run_programs).
    And the bugs that are planted in it: each must be found."""
    program = folder / "test_simulation"
    names = [name for name in list_tests(program) if report.wants(SIMULATION + name)]
    work = [(program, names[k::JOBS], SIMULATION) for k in range(JOBS)]
    for bug in sorted(plant.planted()):
        prefix = f"{SIMULATION}{bug}/"
        found = [name for name in list_tests(folder / f"test_{bug}") if report.wants(prefix + name)]
        work.append((folder / f"test_{bug}", found, prefix))
    report.expect(sum(len(names) for _, names, _ in work))
    on_all_processors(run_tests, [(*item, report) for item in work if item[1]])


def fuzz_targets():
    return sorted(path.stem for path in (HOST / "fuzz").glob("*.cpp"))


def fuzz(names, report, factor=1, shard=(1, 1)):
    """Fuzz targets, one on each processor. The last of them takes longest: it begins first. Each
    shard has its share of the 10^6 (times factor) inputs, by a seed of its own."""
    report.expect(len(names))
    wanted = len(part_of(FUZZ_EXECUTIONS * factor, shard))
    on_all_processors(_fuzz_one, [(name, report, wanted, shard[0]) for name in reversed(names)])


def _fuzz_one(name, report, wanted, seed):
    """One fuzz target: red when it finds something or runs fewer inputs than are wanted."""
    corpus = BUILD / "fuzz" / name
    corpus.mkdir(parents=True, exist_ok=True)
    seeds = HOST / "fuzz" / "seeds" / name
    if seeds.is_dir():
        shutil.copytree(seeds, corpus, dirs_exist_ok=True)
    report.running(f"host/fuzz/{name}")
    command = [BUILD / "host-clang" / "tests" / "host" / name, f"-runs={wanted}", f"-seed={seed}",
               f"-max_total_time={FUZZ_SECONDS * max(1, wanted // FUZZ_EXECUTIONS)}", "-print_final_stats=1", "-timeout=20",
               f"-artifact_prefix={corpus.parent}/{name}-", *FUZZ_OPTIONS.get(name, ()), corpus]
    began = time.monotonic()
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            errors="replace")
    output = result.stdout
    found = re.search(r"stat::number_of_executed_units: *(\d+)", output)
    executions = int(found[1]) if found else 0
    inputs = len(list(corpus.iterdir()))
    report.note(f"{name}: {executions} executions, corpus {inputs} inputs, "
                f"{time.monotonic() - began:.0f} s")
    problem = None
    if result.returncode != 0:
        problem = f"ended with {result.returncode}"
    elif executions < wanted:
        problem = f"only {executions} executions of {wanted}"
    report.add(f"host/fuzz/{name}", problem, output)
