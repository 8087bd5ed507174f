"""Attacks: random bytes and instructions, random calls, broken EXEs, kills at random moments. The
machine goes on, its books balance, and all that it gave out comes back. A tenth of each is run
every time, all of it by `scripts/test long`."""
import random
import subprocess

from emulator_tests import BOTH, Boot
from project import SCRIPTS

SMALL = "int main(int argc, char **argv) { return argc - 1 - (argv[1][0] == 'a'); }\n"
INTERESTING = (0, 1, 0x7F, 0x80, 0xFFF, 0x1000, 0x1001, 0x400000, 0x7FFFF000, 0x7FFFFFFF,
               0x80000000, 0x80100000, 0xFFFFF000, 0xFFFFFFFF)


def headers_end(exe):
    """PE headers: SizeOfHeaders is at 84 from the signature, whose place is at 60."""
    pe = int.from_bytes(exe[60:64], "little")
    return pe, int.from_bytes(exe[pe + 84:pe + 88], "little")


def mutated(exe, draw):
    """One EXE, broken in one to four places: in the headers, where sections begin, anywhere."""
    data = bytearray(exe)
    pe, end = headers_end(exe)
    for _ in range(draw.randint(1, 4)):
        kind = draw.randrange(6)
        place = draw.randrange(pe, min(end, pe + 0x180)) if kind < 4 else draw.randrange(len(data))
        if kind < 2:
            data[place] = draw.randrange(256)
        elif kind < 4:
            word = draw.choice(INTERESTING).to_bytes(4, "little")
            data[place & ~3:(place & ~3) + 4] = word
        elif kind == 4:
            count = draw.randint(1, 64)
            data[place:place + count] = draw.randbytes(count)
        elif draw.randrange(4) == 0:
            del data[max(place, 64):]
            break
    return bytes(data)


def broken_exes(count, seed=1):
    """A folder of them, which every one of its files' names tells how to make again."""
    def prepare(folder):
        (folder / "small.c").write_text(SMALL)
        subprocess.run([SCRIPTS / "cc", folder / "small.c", "-o", folder / "small.exe"], check=True)
        exe = (folder / "small.exe").read_bytes()
        (folder / "broken").mkdir()
        for number in range(count):
            draw = random.Random(f"{seed} {number}")
            (folder / "broken" / f"{seed}-{number}.exe").write_bytes(mutated(exe, draw))
        return ["--with", str(folder / "broken")]
    return prepare


# The program, its arguments for the tenth and for all of it, how many checks it reports.
ATTACKS = {"attack_bytes.exe": ("1000 1", "10000 1001", 4),
           "attack_calls.exe": ("1000 1", "10000 1001", 4),
           "attack_kills.exe": ("1000 1", "10000 1001", 5)}


def attack(program, arguments, checks, long=False, **more):
    kind = program.removesuffix(".exe") + ("_all" if long else "")
    return Boot(f"D2_{kind}", f"{program} {arguments}", checks=checks, emulators=BOTH, long=long,
                timeout=3000 if long else 150, bochs_timeout=7200 if long else 600, **more)


TESTS = [
    *[attack(program, tenth, checks) for program, (tenth, _, checks) in ATTACKS.items()],
    *[attack(program, whole, checks, True) for program, (_, whole, checks) in ATTACKS.items()],
    attack("attack_exes.exe", "/run/broken", 5, prepare=broken_exes(300)),
    attack("attack_exes.exe", "/run/broken", 5, True, prepare=broken_exes(3000, 2)),
]
