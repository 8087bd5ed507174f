"""mutants: breaks the code one line at a time and sees that a test goes red.

tests/mutants.toml lists the breakages. Each is applied alone to a copy of the tree (build/mutants).
The tests it names are run in that order, up to the first red one: host suites from a quick build
(-O1), then, if all stay green, with ASan and UBSan; a test in QEMU where the host cannot see it. A
breakage that no test notices is a survivor. What was noticed is remembered (build/mutants.killed)
until its file or its tests change. Everything runs at low priority; the tree itself stays free for
other builds.

    scripts/mutants [-R PATTERN] [--quick] [-j N] [--shard K/N]
    scripts/mutants --random COUNT [--seed S]   some that are quick to tell
    scripts/mutants --list
"""
import itertools
import os
import random
import re
import signal
import sys
import time

import progress
from host_tests import FRESH, list_tests
from mutant_table import QEMU, Killed, load, programs_of
from mutant_tree import (TREE, DoesNotCompile, build_in_copy, call, copy_programs, copy_tree,
                         only_one)
from options import Parser, no_install, number, part_of, pattern, shard
from progress import Progress
from project import JOBS, SetupError, main_guard, say, setup

BASE_SECONDS = 20                     # a test's time limit: this and thrice what is usual
FIRST_SECONDS = 1200                  # where nothing is known yet
QEMU_SECONDS = 600
NICE = 15

_SUMMARY = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$", re.MULTILINE)


def _starts(folder, test, pattern):
    """The programs to start for the suite, each with the tests to run in one process."""
    for program in programs_of(test):
        path = TREE / "build" / folder / "tests" / "host" / program.name
        yield path, f"{pattern}{':' if '-' in pattern else '-'}{FRESH}*"
        yield from ((path, name) for name in list_tests(path, pattern) if name.startswith(FRESH))


def _run_suite(folder, test, limit):
    """What goes wrong in one host suite, or None."""
    pattern = test.partition(":")[2] or "*"
    any_names = False
    try:
        starts = list(_starts(folder, test, pattern))
    except RuntimeError as died:
        return f"{test} does not list its tests: {died}"
    for path, names in starts:
        out, log, status = call([path, "--gtest_fail_fast", "--gtest_color=no",
                                 "--gtest_filter=" + names], limit)
        names = re.findall(r"\[ RUN      \] ([\w./]+)", out)
        any_names = any_names or bool(names)
        if status is None:
            return f"{names[-1] if names else test} does not end"
        if status != 0:
            failed = re.search(r"\[  FAILED  \] ([\w./]+)", out)
            died = log.strip().splitlines()
            return failed[1] if failed else f"{(names or [test])[-1]}: {(died or ['died'])[0]}"
    if not any_names:
        raise SetupError(f"{test} runs no test")
    return None


def _run_qemu(pattern, limit):
    """What scripts/test qemu -R pattern finds wrong in the copy, or None."""
    out, log, status = call([TREE / "scripts" / "test", "qemu", "--no-install", "--no-build",
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
        targets = ["all"] if kernel else [program.name for program in programs_of(test)]
        build_in_copy(folder, self.jobs, targets)
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


def _try_all(mutants, runner, killed):
    """The names of the survivors; the others are remembered in `killed`."""
    copy_tree()
    if any(test.startswith(QEMU) for mutant in mutants for test in mutant.tests):
        copy_programs()
    survivors = []
    with Progress("mutants", len(mutants)) as line:
        for number, mutant in enumerate(mutants):
            line.at(number, mutant.name)
            if runner.survives(mutant):
                survivors.append(mutant.name)
            else:
                killed.add(mutant)
    return survivors


def _wanted(options):
    """The mutants that the options ask for."""
    mutants = [m for m in load() if re.search(options.pattern, m.name)]
    if options.random:
        seed = random.randrange(1_000_000) if options.seed is None else options.seed
        mutants = [m for m in mutants if m.is_quick()]
        mutants = random.Random(seed).sample(mutants, min(options.random, len(mutants)))
        print(f"--random {options.random} --seed {seed}", flush=True)
    part = part_of(len(mutants), options.shard)
    return mutants[part.start:part.stop]


def main(argv):
    parser = Parser("mutants", __doc__)
    parser.add_argument("--list", action="store_true", help="name them, with what they change")
    parser.add_argument("-R", dest="pattern", type=pattern, default="", metavar="PATTERN",
                        help="only these")
    parser.add_argument("--quick", action="store_true", help="never with ASan and UBSan")
    parser.add_argument("-j", dest="jobs", type=number(1, 256), default=JOBS, metavar="N",
                        help="of the builds")
    parser.add_argument("--random", type=number(1, 10_000), metavar="COUNT",
                        help="as many of the quick ones")
    parser.add_argument("--seed", type=number(0, 10**9), metavar="S",
                        help="of --random; it is printed")
    shard(parser, "the table")
    no_install(parser)
    options = parser.parse_args(argv)
    mutants = _wanted(options)
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
    began = time.monotonic()
    killed = Killed()
    unknown = [mutant for mutant in mutants if mutant not in killed]
    if before := len(mutants) - len(unknown):
        say(f"{before} of {len(mutants)} are known to be noticed (build/mutants.killed)")
    with only_one():
        survivors = _try_all(unknown, Runner(options.jobs, not options.quick), killed)
    print(f"survivors: {', '.join(survivors) or 'none'}")
    print(f"{len(mutants) - len(survivors)} killed, {len(survivors)} survived, "
          f"{time.monotonic() - began:.0f} s")
    return 1 if survivors else 0


if __name__ == "__main__":
    main_guard(main)
