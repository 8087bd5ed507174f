"""Lua 5.4 on Mobius: the scripts of lua/ print a name and a result on each line, and each line is a
test; what it must be is computed here, in another language, never taken from an output."""
import re
from collections import Counter

import programs
from emulator_tests import BOCHS, Boot
from project import ROOT

PRIME = 1000000007
SCRIPTS = ROOT / "tests/qemu/lua"


def ready(_folder):
    programs.ready("lua")
    return []


def drawn(count):
    x, numbers = 12345, []
    for _ in range(count):
        x = (x * 1103515245 + 12345) % 2**31
        numbers.append(x >> 8)
    return numbers


def digest(numbers):
    result = 0
    for number in numbers:
        result = (result * 31 + number) % PRIME
    return result


def sort(count):
    numbers = drawn(count)
    ascending = digest(sorted(numbers))
    return {
        "drawn": digest(numbers), "ascending": ascending, "heap": ascending, "merge": ascending,
        "by_function": digest(sorted(numbers, key=lambda a: a % 1000 * 2**24 + a, reverse=True)),
        "as_strings": digest(map(int, sorted(map(str, numbers)))),
        "invalid_order": "false",
    }


def word(number):
    letters = ""
    while True:
        letters += chr(97 + number % 26)
        number //= 26
        if number == 0:
            return letters


def strings(count):
    words = [word(i * i % 7919) for i in range(1, count + 1)]
    text = " ".join(words)
    swapped = 0
    for byte in re.sub(r"([a-z])([a-z])", r"\2\1", text).encode():
        swapped = (swapped * 257 + byte) % PRIME
    return {
        "length": len(text),
        "words": f"{len(set(words))}/{max(Counter(words).values())}",
        "vowels": len(re.findall("[aeiou]", text)),
        "swapped": swapped,
        "upper": len(text.replace(" ", "")),
        "reversed": "true",
        "frontier": len(re.findall(r"\ba", text)),
        "balanced": "(a(b)c)",
        "appended": sum(len(str(i)) for i in range(1, 2001)),
        "repeated": len(",".join(["ab"] * 500000)),
        "format": f"{42:5d}|{'ab':<6}|{3.14159:08.3f}|{48879:x}|" r'"a\"b\0c"',
        "number": f"{0.1:.17g} {1 / 3:.14g} {2.0**63:.14g}",
        "packed": f"{int.from_bytes((0x01020304).to_bytes(4, 'big'), 'little')}\t5",
        "long_packed": "true",
        "utf8": f"{len('grüße, 世界')}\t{ord('世')}",
        "parsed": f"{float.fromhex('0x1p-2')}\t{1e3}\t77\t{int('z', 36)}",
    }


def gc(count):
    every = range(1, count + 1)
    parts = {
        "cycles": count, "finalizers": sum(every),
        "weak": f"{count // 7}/{sum(range(7, count + 1, 7))}",
        "ephemerons": count // 10,
        "coroutines": sum(i + 1 + 2 * i + 1 for i in range(1, count // 10 + 1)),
        "strings": sum(4 * len(f"{i}.") for i in every), "closing": sum(every),
    }
    return {f"{mode}_{name}": result for mode in ("incremental", "generational")
            for name, result in parts.items()}


def bigtable(count):
    array = [i * 7 % 1000003 for i in range(1, count + 1)]
    results = {"array": f"{count}\t{sum(n * (i & 255) for i, n in enumerate(array, 1))}"}
    x, hits = 1, 0
    for _ in range(count // 8):
        x = x * 69069 % 2**32 + 1
        hits += array[x % count] % 2
        array[x % count] ^= 1
    keys = count // 4
    after = 0
    for number in array:
        after = (after * 3 + number) % PRIME
    return results | {
        "scattered": hits, "map": f"{sum(i * (i % 3) for i in range(1, keys + 1))}\tnil",
        "removed": sum(range(5, keys + 1, 5)),
        "records": sum(len(f"record {i}") + 1 for i in range(1, keys // 4 + 1)),
        "length": 6000, "array_after": after,
    }


def script(function, count, memory=32, has=(), where="", **more):
    """Runs lua/NAME.lua COUNT; every line of it must be there, as function(COUNT) has it."""
    name = function.__name__

    def each(result, _emulator):
        lines = dict(re.findall(r"^(\w+)\t(.*)$", result.text(), re.MULTILINE))
        expected = function(count)
        for line, value in expected.items():
            got = lines.pop(line, "no such line")
            yield line, None if got == str(value) else f"'{got}', not '{value}'"
        yield "and_no_more", f"unexpected: {lines}" if lines else None
    return Boot(f"R22_lua_{name}{where}", f"-c 'lua /run/{name}.lua {count}\nvmstat\ncheck'",
                f"--with lua --with {SCRIPTS}/{name}.lua --memory {memory}M", prepare=ready,
                each=each, stdout_has=("balance", *has), **more)



TESTS = [
    script(sort, 20000),
    script(sort, 4000, where="_in_Bochs", emulators=BOCHS, bochs_timeout=100),
    script(strings, 5000),
    script(gc, 20000),
    # Larger than the machine's memory, all of it in use at once.
    script(bigtable, 1 << 19, 16, ("^pages out +[1-9]",)),
]
