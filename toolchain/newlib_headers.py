#!/usr/bin/env python3
"""newlib_headers.py FROM TO: newlib's headers as programs get them.

What no library has is not declared: functions of not_there.txt lose their declarations, headers
with nothing else in them are left out. What is there compiles by itself. tests/qemu/headers.py
checks it.
"""
import re
import shutil
import sys
from pathlib import Path

# Nothing of these is there, or the compiler's own is the one that works (stdatomic.h).
LEFT_OUT = ("fnmatch.h", "glob.h", "grp.h", "iconv.h", "ieeefp.h", "libgen.h", "machine/termios.h",
            "ndbm.h", "pwd.h", "regdef.h", "regex.h", "rpc", "stdatomic.h", "sys/custom_file.h",
            "sys/iconvnls.h", "sys/resource.h", "sys/timeb.h", "sys/utime.h", "termios.h",
            "threads.h", "utime.h", "utmp.h", "wordexp.h")

# What a header uses and does not include.
LACKS = {"machine/setjmp.h": "_ansi.h", "ssp/stdio.h": "sys/types.h"}


# A declaration begins behind one of these; COMMENT stands for each character of a comment.
COMMENT = "\1"
BEGINS_BEHIND = re.compile(r"[;{}\1]|^[ \t]*#(?:[^\n]*\\\n)*[^\n]*|\n[ \t]*\n|_BEGIN_STD_C"
                           r"|__BEGIN_DECLS", re.MULTILINE)


def without(text, name):
    """`text` without the declaration of the function `name`, if it has one."""
    code = re.sub(r"/\*.*?\*/", lambda comment: re.sub(r"[^\n]", COMMENT, comment[0]), text,
                  flags=re.DOTALL)
    found = re.search(rf"^[^\n#]*?\b{name}\s*(?:__P\s*)?\(", code, re.MULTILINE)
    if not found:
        return text
    start = 0
    for end in BEGINS_BEHIND.finditer(code, 0, found.end()):
        start = end.end()
    return text[:start] + "\n" + text[code.index(";", found.end()) + 1:]


def main(source, target):
    names = (Path(__file__).parent / "not_there.txt").read_text().split()
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    for name in LEFT_OUT:
        path = target / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in target.rglob("*.h"):
        text = path.read_text(encoding="latin-1")
        for name in names:
            while (less := without(text, name)) != text:
                text = less
        include = LACKS.get(str(path.relative_to(target)))
        if include:
            text = f"#include <{include}>\n" + text
        path.write_text(text, encoding="latin-1")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
