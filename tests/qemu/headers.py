"""The SDK's headers: each compiles by itself, in C and in C++, and what they declare links."""
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from emulator_tests import Script
from project import BUILD, SCRIPTS

SDK = BUILD / "user" / "sdk"
PLACES = (SDK / "include", SDK / "newlib")

# There are at least this many functions; fewer: they have not been found.
FUNCTIONS = 1000

# Beside what newlib has: what programs of others ask for.
ALSO = {"unistd.h": ("sysconf", "getpagesize"), "stdio.h": ("getline", "getdelim"),
        "stdatomic.h": ("atomic_flag_test_and_set", "ATOMIC_VAR_INIT")}


def headers():
    """All but those that say themselves by which other header they are included."""
    for place in PLACES:
        for path in sorted(place.rglob("*.h")):
            if "must be included via" not in path.read_text(encoding="latin-1"):
                yield str(path.relative_to(place))


def compiled(driver, *arguments):
    result = subprocess.run([SCRIPTS / driver, "-w", *arguments], capture_output=True, text=True)
    return None if result.returncode == 0 else result.stderr


def declared(folder, header):
    """(what the compiler says against `header`, the functions that it declares with others')"""
    source = folder / (header.replace("/", "_") + ".c")
    source.write_text(f"#include <{header}>\n")
    listing = source.with_suffix(".functions")
    problem = compiled("cc", "-std=gnu17", "-D_GNU_SOURCE", "-fsyntax-only", "-aux-info", listing,
                       source)
    if problem:
        return f"{header}: {problem.splitlines()[-1]}\n{problem}", set()
    found = re.findall(r"^/\* \S*/sdk/\S* \*/ extern [^;]*?(\w+) \((?!\*)", listing.read_text(),
                       re.MULTILINE)
    return None, set(found)


def in_cxx(folder, header):
    source = folder / (header.replace("/", "_") + ".cpp")
    source.write_text(f"#include <{header}>\n")
    problem = compiled("c++", "-std=c++23", "-fsyntax-only", source)
    return problem and f"{header}: {problem}"


def each_compiles_by_itself(context):
    names = list(dict.fromkeys(headers()))
    with ThreadPoolExecutor(2) as pool:
        problems = [problem for problem, _ in pool.map(partial(declared, context.folder), names)]
        problems += pool.map(partial(in_cxx, context.folder), names)
    assert len(names) > 60, names
    assert not any(problems), "\n".join(filter(None, problems))


def what_is_declared_links(context):
    names = list(dict.fromkeys(headers()))
    with ThreadPoolExecutor(2) as pool:
        functions = list(pool.map(partial(declared, context.folder), names))
    every = sorted(set().union(*(found for _, found in functions)))
    assert len(every) >= FUNCTIONS, f"{len(every)} functions found"
    includes = "".join(f"#include <{name}>\n" for name in names)
    addresses = "".join(f"  (const void *){name},\n" for name in every)
    source = context.folder / "all.c"
    source.write_text(f"{includes}const void *const all[] = {{\n{addresses}}};\n"
                      "int main(int argc, char **argv) { return all[argc] == argv[0]; }\n")
    problem = compiled("cc", "-D_GNU_SOURCE", source, "-o", context.folder / "all.exe")
    assert not problem, problem


def these_are_there(context):
    for header, names in ALSO.items():
        source = context.folder / "also.c"
        source.write_text(f"#include <{header}>\n" + "".join(
            f"#ifndef {name}\nvoid *p_{name} = (void *){name};\n#endif\n" for name in names) +
                          "int main(void) { return 0; }\n")
        problem = compiled("cc", source, "-o", context.folder / "also.exe")
        assert not problem, f"{header}: {problem}"


def what_is_not_there_says_so(context):
    """By the compiler, not by the linker or when it runs."""
    source = context.folder / "none.cpp"
    for name in ("iostream", "fstream", "iomanip", "filesystem", "regex", "syncstream"):
        source.write_text(f"#include <{name}>\nint main() {{}}\n")
        problem = compiled("c++", "-std=c++23", source, "-o", context.folder / "none.exe")
        assert problem and "#error \"not here: C++ streams" in problem, f"{name}: {problem}"
        assert "undefined reference" not in problem, problem
    for call in ("fork()", 'execve("", 0, 0)', 'execl("", "")', "vfork()"):
        source.write_text(f"#include <unistd.h>\nint main() {{ return {call}; }}\n")
        problem = compiled("c++", "-fsyntax-only", source)
        assert problem and "was not declared" in problem, f"{call}: {problem}"


TESTS = [
    Script("Headers_what_is_not_there_says_so", what_is_not_there_says_so),
    Script("Headers_compile_by_themselves", each_compiles_by_itself),
    Script("Headers_what_they_declare_links", what_is_declared_links),
    Script("Headers_have_what_programs_ask_for", these_are_there),
]
