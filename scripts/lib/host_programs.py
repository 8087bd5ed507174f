"""host_programs: which GoogleTest programs there are, and which of them have a test, told by what is
written in their sources, before anything is built.

The preset host has a program for each folder of tests/host, host-quick one for each file.
"""
import re
from dataclasses import dataclass

from project import ROOT

HOST = ROOT / "tests" / "host"
SUITES = ("exhaustion", "model", "simulation", "story", "structure", "unit")
WHOLE = {"malloc": "malloc", "malloc_threads": "malloc/threads", "shell": "shell"}  # never by file

_TEST = re.compile(r"^TEST(?:_F|_P)?\((\w+),\s*(\w+)\)", re.MULTILINE)


@dataclass(frozen=True)
class Program:
    """`test_*`; the names of its tests begin with `prefix`, and are in `sources`."""
    name: str
    prefix: str
    sources: tuple


def has_test(pattern, prefix, source):
    """Whether a test in `source` may have a name that `pattern` (None: any) matches. What parameters
    add to a name is not written as it will be: a file with TEST_P has what its text has, and what
    the pattern says of its suites."""
    text = source.read_text()
    tests = _TEST.findall(text)
    if pattern is None or any(pattern.search(f"{prefix}{suite}.{name}") for suite, name in tests):
        return True
    return "\nTEST_P(" in text and (pattern.search(text) is not None
                                    or any(suite in pattern.pattern for suite, _ in tests))


def programs(by_file):
    """All of them, each with all its sources."""
    found = [Program(f"test_{name}", f"host/{name}/", tuple(sorted((HOST / folder).glob("*.cpp"))))
             for name, folder in WHOLE.items()]
    for suite in SUITES:
        sources = sorted((HOST / suite).glob("*_test.cpp"))
        if by_file:
            found += [Program(f"test_{suite}-{source.stem}", f"host/{suite}/", (source,))
                      for source in sources]
        else:
            found.append(Program(f"test_{suite}", f"host/{suite}/", tuple(sources)))
    return sorted(found, key=lambda program: program.name)


def programs_with(pattern, by_file=False):
    """Those that may have a test whose name `pattern` matches."""
    return [program for program in programs(by_file)
            if any(has_test(pattern, program.prefix, source) for source in program.sources)]
