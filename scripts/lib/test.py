"""test: host tests, then emulator tests (QEMU, Bochs). The last line is the count.

    scripts/test                             all but the long ones
    scripts/test host|qemu|bochs|long ...    parts
    scripts/test -R PATTERN                  tests whose name it matches
    scripts/test host -R PATTERN --quick     builds least, and answers soonest
A missing emulator is a failure. Names: host/SUITE/Test, host/fuzz/TARGET, qemu/NAME, bochs/NAME.
"""
import shutil

import emulator_tests
import host_tests
from build import build
from host_programs import programs_with
from options import Parser, no_install, pattern, shard
from project import BUILD, SetupError, main_guard, setup
from report import Report

PARTS = ("host", "qemu", "bochs", "long")
EMULATOR = {"qemu": "qemu-system-i386", "bochs": "bochs"}


def _fuzz_targets(report):
    return [name for name in host_tests.fuzz_targets() if report.wants(f"host/fuzz/{name}")]


def _programs(preset, report, verbose):
    """Host tests: with -R only the programs are built that have one of them."""
    programs = programs_with(report.pattern, by_file=preset == "host-quick")
    wanted = [program.name for program in programs] + host_tests.examples(report)
    everything = report.pattern is None and preset == "host"
    if wanted:
        build([preset], verbose, targets=() if everything else wanted)
    host_tests.run_programs(BUILD / preset / "tests" / "host", programs, report)
    host_tests.run_examples(BUILD / preset / "examples", report)


def _host(report, verbose, shard):
    report.section("host tests (ASan, UBSan)")
    _programs("host", report, verbose)
    if host_tests.simulation_is_wanted(report):
        report.section("simulation")
        build(["host-fast"], verbose, targets=["test_simulation", "planted"])
        host_tests.run_simulation(BUILD / "host-fast" / "tests" / "host", report)
    wanted = _fuzz_targets(report)
    safety = "host/thread_safety_clang"
    if not wanted and not report.wants(safety):
        return
    report.section("thread safety (clang), fuzzing")
    try:
        build(["host-clang"], verbose, targets=["mobius_sim", *wanted])  # it needs all layers
    except SetupError as error:
        report.add(safety, str(error))
        return
    if report.wants(safety):
        report.add(safety)
    host_tests.fuzz(wanted, report, shard=shard)


def _emulator(name, report, long=False):
    report.section(f"{name}{', long' if long else ''}")
    if not shutil.which(EMULATOR[name]):
        report.add(f"{name}/present", f"{EMULATOR[name]} is missing")
        return
    emulator_tests.run_tables(name, report, long)


def _long(report, verbose, shard):
    for name in EMULATOR:
        _emulator(name, report, long=True)
    if wanted := _fuzz_targets(report):
        build(["host-clang"], verbose, targets=wanted)
    host_tests.fuzz(wanted, report, factor=5, shard=shard)


def main(argv):
    parser = Parser("test", __doc__)
    parser.add_argument("part", nargs="*", help=", ".join(PARTS))
    parser.add_argument("-R", dest="pattern", type=pattern, metavar="PATTERN",
                        help="a regular expression")
    parser.add_argument("--verbose", action="store_true", help="name the tests that pass, too")
    parser.add_argument("--quick", action="store_true",
                        help="host: no sanitizers, simulation, fuzzing; a program for each file")
    shard(parser, "each target's fuzzing")
    no_install(parser)
    parser.add_argument("--no-build", action="store_true", help="emulators: what was built before")
    options = parser.parse_args(argv)
    for part in options.part:
        if part not in PARTS:
            parser.error(f"no part '{part}' (there are: {', '.join(PARTS)})")
    parts = options.part or ["host", "qemu", "bochs"]
    setup("test", install=not options.no_install)
    report = Report(options.pattern, options.verbose)
    if set(parts) - {"host"} and not options.no_build:
        build(["kernel", "user"], options.verbose)
    if "host" in parts and options.quick:
        report.section("host tests (no sanitizers)")
        _programs("host-quick", report, options.verbose)
    elif "host" in parts:
        _host(report, options.verbose, options.shard)
    for name in ("qemu", "bochs"):
        if name in parts:
            _emulator(name, report)
    if "long" in parts:
        _long(report, options.verbose, options.shard)
    return report.close()


if __name__ == "__main__":
    main_guard(main)
