"""The kernel entered from every mode that a program can bring the processor into (modes.c), and
processors whose FPU is switched in other ways."""
from emulator_tests import BOCHS, BOTH, QEMU, Boot

LESS_POINTERS = (r"^processor: .* fxsr-less-pointers ",)


def fpu(name, cpu, emulators, log_has=LESS_POINTERS):
    """threads.c computes in many threads at once; entry.c looks at what a new one finds."""
    return Boot(f"D2_fpu_of_{name}", "-c 'threads.exe; entry.exe'",
                f"--with threads.exe --with entry.exe --cpu {cpu}", checks=28, log_has=log_has,
                emulators=emulators, bochs_timeout=300)


TESTS = [
    Boot("D2_every_mode_and_entry", "modes.exe", checks=27, emulators=BOTH, timeout=120,
         bochs_timeout=600),
    Boot("D2_every_mode_and_vector", "modes.exe long", checks=27, emulators=BOTH, timeout=600,
         bochs_timeout=3000, long=True),
    fpu("athlon", "athlon", QEMU), fpu("athlon64", "athlon64_venice", BOCHS),
    fpu("phenom", "phenom", QEMU), fpu("ryzen", "ryzen", BOCHS, ()),
]
