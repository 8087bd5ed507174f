"""boot_options: the kernel's options, checked before a CD is made as the kernel does it at boot.

Both go by one table, kernel/bootinfo/boot_options.def, and that of the policies beside them.
"""
import re

from project import ROOT, SetupError

TABLE = "bootinfo/boot_options.def"
POLICIES = "mm/replacement/policies.def"
_OPTION = re.compile(r'^OPTION\("([^"]+)", ("[^"]*"|kPolicies),\s+"([^"]+)"\)', re.MULTILINE)
_POLICY = re.compile(r'^POLICY\("([^"]+)", \w+\)', re.MULTILINE)
MOST = 100_000_000


def policies(kernel=ROOT / "kernel"):
    """The names of the replacement policies."""
    return _POLICY.findall((kernel / POLICIES).read_text())


def known(kernel=ROOT / "kernel"):
    """{name: (values, help)}; a name that takes a value ends with `=`."""
    return {name: ("|".join(policies(kernel)) if values == "kPolicies" else values.strip('"'), text)
            for name, values, text in _OPTION.findall((kernel / TABLE).read_text())}


def _is_possible(value, values):
    if values == "N":
        return re.fullmatch(r"[0-9]{1,20}", value) is not None and 1 <= int(value) <= MOST
    return value in values.split("|")


def check(words, kernel=ROOT / "kernel"):
    """Raises SetupError for the first word of the command line that cannot be meant."""
    options, given = known(kernel), set()
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
