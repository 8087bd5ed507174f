"""boot_options: the kernel's options, checked before a CD is made as the kernel does it at boot.

Both go by one table, kernel/proc/boot_options.def.
"""
import re

from project import ROOT, SetupError

TABLE = ROOT / "kernel" / "proc" / "boot_options.def"
_OPTION = re.compile(r'^OPTION\("([^"]+)", "([^"]*)",\s+"([^"]+)"\)', re.MULTILINE)
MOST = 100_000_000


def known():
    """{name: (values, help)}; a name that takes a value ends with `=`."""
    return {name: (values, text) for name, values, text in _OPTION.findall(TABLE.read_text())}


def _is_possible(value, values):
    if values == "N":
        return re.fullmatch(r"[0-9]+", value) is not None and 1 <= int(value) <= MOST
    return value in values.split("|")


def check(words):
    """Raises SetupError for the first word of the command line that cannot be meant."""
    options, given = known(), set()
    for word in words.split():
        name = re.match(r"[^=]*=?", word)[0]
        if name not in options:
            there = ", ".join(n + values for n, (values, _) in options.items())
            raise SetupError(f"unknown kernel option '{word}' (there are: {there})")
        values = options[name][0]
        if name.endswith("=") and not _is_possible(word[len(name):], values):
            raise SetupError(f"kernel option '{word}': possible are {name}{values}")
        if name in given:
            raise SetupError(f"kernel option '{word}' after another {name}")
        given.add(name)
    return words
