"""The test programs of user/tests: each makes many checks in one boot."""
import re
import subprocess
import zlib

from emulator_tests import BOTH, QEMU, Boot
from project import ROOT, SCRIPTS

# The programs, how many checks each reports at least, and where it runs.
PROGRAMS = {
    "arguments.exe one 'two words'": (4, BOTH),
    "blocks.exe": (27, BOTH),
    "block_calls.exe": (21, BOTH),
    "shared.exe": (44, BOTH),
    "pages.exe": (22, BOTH),
    "eager.exe": (10, BOTH),
    "pointers.exe": (24, BOTH),
    "entry.exe": (15, BOTH),
    "spawn.exe": (15, BOTH),
    "spawn_arguments.exe": (11, BOTH),
    "errnos.exe": (21, BOTH),
    "received.exe": (7, BOTH),
    "threads.exe": (13, BOTH),
    "far_off.exe": (5, BOTH),
    "paths.exe": (24, BOTH),
    "floats.exe": (6, BOTH),
    "no_memory.exe": (3, BOTH),
    "containers.exe": (19, QEMU),
    "stack.exe": (10, BOTH),
    "first_malloc.exe": (2, BOTH),
    "heap.exe": (9, QEMU),
    "own_malloc.exe": (2, QEMU),
    "cxx.exe": (12, QEMU),
    "races.exe": (10, BOTH),
}

# What they may do, where it is more than `check` (scripts/run --allow).
ALLOWED = {"threads.exe": "bench"}

GP, DEBUG, KERNEL = "general protection", "debug exception", "kernel address"
NOTHING = "nothing happened"

# What each fault of fault.c is reported as. {QEMU's, Bochs'} where the two processors differ:
# QEMU's TCG checks no null segments for data, no alignment, and raises no SIMD exceptions.
FAULTS = {
    "null-read": "null pointer read", "null-write": "null pointer write",
    "null-jump": "null pointer jump", "null-read-fff": "null pointer read",
    "null-write-fff": "null pointer write", "null-jump-fff": "null pointer jump",
    "kernel-read": KERNEL, "kernel-write": KERNEL, "kernel-jump": KERNEL, "kernel-top": KERNEL,
    "write-code": "write to read-only code", "write-rodata": "write to read-only data",
    "no-access-read": "no access", "no-access-write": "no access",
    "read-only-write": "write to read-only data", "protected-write": "write to read-only data",
    "reserved-read": "no access", "unmapped-read": "unmapped", "unmapped-write": "unmapped",
    "unmapped-jump": "unmapped", "freed-block": "freed block",
    "stack-overflow": "stack overflow", "stack-guard": "stack overflow",
}
EXCEPTIONS = {
    "divide": "divide error", "divide_overflow": "divide error",
    "int1": ("invalid opcode", DEBUG), "single_step": DEBUG, "breakpoint": "breakpoint",
    "int_3": "breakpoint", "overflow": "overflow", "int_4": "overflow",
    "bound": "bound range exceeded", "undefined": "invalid opcode", "bad_opcode": "invalid opcode",
    "lock": "invalid opcode", "cli": GP, "hlt": GP, "in": GP, "out": GP, "cr0": GP, "cr3": GP,
    "lgdt": GP, "wrmsr": GP, "rdmsr": GP, "invlpg": GP, "ltr": GP, "bad_ds": GP, "kernel_ds": GP,
    "null_ds": (NOTHING, GP), "bad_ss": GP, "null_ss": GP, "bad_fs": GP, "far_jump_kernel": GP,
    "far_jump_null": GP, "iret_kernel": GP, "iret_nt": "invalid task state", "popf_iopl": GP,
    "int_0": GP, "int_2": GP, "int_8": GP, "int_13": GP, "int_14": GP, "int_32": GP, "int_46": GP,
    "int_49": GP, "int_119": GP, "int_128": GP, "int_255": GP, "tf_int": DEBUG,
    "wild_esp": KERNEL, "null_esp": "null pointer read", "wild_esp_call": KERNEL,
    "stack_limit": KERNEL, "fpu": "floating-point error",
    "alignment": (NOTHING, "alignment check"), "simd": (NOTHING, "SIMD floating-point error"),
    "sysenter_kernel_return": KERNEL, "sysenter_null_return": "null pointer jump",
    "sysenter_kernel_stack": KERNEL, "sysenter_single_step": DEBUG,
}


def expected(reason, emulator):
    return reason if isinstance(reason, str) else reason[emulator == "bochs"]


def each_fault(faults):
    """Pairs what the programs announced with the reports on COM2, in order."""
    def each(result, emulator):
        reports = [line.split(": ", 2)[2] for line in result.log.splitlines()
                   if line.startswith("fault: process ")]
        seen = {}
        for part in result.text().split("now ")[1:]:
            name = part.split("\n")[0]
            seen[name] = NOTHING if NOTHING in part else reports.pop(0) if reports else "no report"
        for name, reason in faults.items():
            got = seen.get(name, "never got there")
            right = got == expected(reason, emulator)
            yield name, None if right else f"'{got}', not '{expected(reason, emulator)}'"
    return each


def faults(name, table, **more):
    commands = "".join(f"fault.exe {fault}\n" for fault in table)
    return Boot(name, f"-c '{commands}check; free'", "--with fault.exe", each=each_fault(table),
                stdout_has=("balance",), emulators=BOTH, timeout=120, **more)


def one_fault(fault, reason, address):
    """As the program itself: the verdict names the reason, the address, the instruction."""
    return Boot(f"D2_verdict_of_{fault}", f"fault.exe {fault}", emulators=QEMU,
                verdict=f"fault: {reason} at {address} eip 0x[0-9a-f]+",
                log_has=(rf"^fault: process 1 fault.exe, thread \d+: {reason}$", "^  eip=",
                         "^  called from: 0x"))


# What the heap says of each misuse of bad_heap.c: the address, the size class, and where the
# program asked for blocks that know it, who allocated it.
FREED = r"free: freed before: 0x1[0-9a-f]{7}, %d-byte class"
INSIDE = r"0x1[0-9a-f]{7} is no block, but lies %d bytes into 0x1[0-9a-f]{7}, %d-byte class"
FOREIGN = r"free: 0x[0-9a-f]+ is no block: not of malloc, or freed before"
NEVER = r"0x1[0-9a-f]{7} is no block: never handed out, %d-byte class"
WRITTEN = r"malloc: written to after it was freed: 0x1[0-9a-f]{7}, %d-byte class"
BEYOND = r"free: written to beyond its end: 0x1[0-9a-f]{7}, 64-byte class"
CALLER = r", allocated at 0x4[0-9a-f]{5}"
MISUSES = {
    "twice": FREED % 48, "twice_later": FREED % 48, "twice_large": FOREIGN,
    "inside": "free: " + INSIDE % (16, 112), "inside_large": FOREIGN, "foreign": FOREIGN,
    "foreign_vmm": FOREIGN, "never": FOREIGN, "written_after": WRITTEN % 48,
    "neighbour": "free: " + NEVER % 3072, "neighbour_large": "free: " + NEVER % 20480,
    "neighbour_reallocated": "realloc: " + NEVER % 3072, "neighbour_debug": "free: " + NEVER % 3072,
    "wrong_size": r"free_sized: not of that size: 0x1[0-9a-f]{7}, 48-byte class",
    "reallocated": "realloc: " + INSIDE % (32, 112), "twice_debug": FREED % 64 + CALLER,
    "inside_debug": "free: " + INSIDE % (16, 128) + CALLER, "beyond": BEYOND + CALLER,
    "beyond_debug": BEYOND + CALLER, "written_after_junk": WRITTEN % 4096,
}


# Who called, in the report of each: the names that scripts/run finds behind the addresses.
CALLED = ("twice", "inside", "neighbour", "written_after", "wrong_size", "foreign", "reallocated",
          "beyond")


def each_misuse(result, _emulator):
    """Each is named in one line before its process ends."""
    said = {part.split("\n")[0]: part.split("\n")[1] for part in result.text().split("now ")[1:]}
    for name, words in MISUSES.items():
        right = re.fullmatch(words, said.get(name, ""))
        yield name, None if right else f"'{said.get(name)}', not '{words}'"
    for name in CALLED:
        found = re.search(rf"^ +bad_heap.exe 0x00[0-9a-f]+: {name}, bad_heap\.c:\d+$", result.log,
                          re.MULTILINE)
        yield f"{name}_called_from", None if found else f"no report names {name}"
    guard = re.search(r"fault: process \d+ bad_heap.exe, thread \d+: no access", result.log)
    yield "beyond_large", None if guard else "the guard page was not hit"


def options_in_the_shell(_folder):
    return ["--with", str(ROOT / "build/user/tests/bad_heap.exe"), "-c",
            "/run/bad_heap.exe beyond; MALLOC_OPTIONS=C /run/bad_heap.exe beyond; echo $?"]


# Names that ISO 9660 alone could not keep.
TEXTS = {"A Name With Spaces.TXT": b"1", "ümlaut.txt": b"22", "no-extension": b"333",
         "a.b.c.d": b"4444", "x" * 100 + ".txt": b"55555", "big.bin": bytes(range(256)) * 3000}


def long_names(folder):
    options = []
    for name, data in TEXTS.items():
        (folder / name).write_bytes(data)
        options += ["--with", str(folder / name)]
    return options


def same_files(result, _emulator):
    """Length and CRC-32 of each file as files.c read it."""
    for name, data in TEXTS.items():
        line = f"/run/{name} {len(data)} {zlib.crc32(data):08x}"
        yield name, None if line in result.text().splitlines() else f"lacks '{line}'"


def big_exe(folder):
    """An EXE of 96 MiB whose every page says which one it is."""
    with open(folder / "pages.bin", "wb") as pages:
        for number in range(96 << 8):
            pages.write(number.to_bytes(4, "little") * 1024)
    subprocess.run([SCRIPTS / "cc", ROOT / "tests/qemu/big_exe.c", "-o", folder / "big.exe",
                    f'-DPAGES_FILE="{folder}/pages.bin"'], check=True)
    (folder / "pages.bin").unlink()
    return ["--with", str(folder / "big.exe")]


TESTS = [
    *[Boot("Program_" + command.partition(".")[0], command,
           f"--allow {ALLOWED[command]}" if command in ALLOWED else "", checks=count,
           emulators=where, timeout=90, bochs_timeout=300) for command, (count, where) in PROGRAMS.items()],
    Boot("R22_misuse_as_the_program_itself", "bad_heap.exe twice",
         verdict="fault: invalid opcode at .* eip 0x[0-9a-f]+",
         log_has=(r"^ +bad_heap.exe 0x00[0-9a-f]+: twice, bad_heap\.c:\d+$",)),
    Boot("R22_options_come_by_run_env", "bad_heap.exe beyond", "--env MALLOC_OPTIONS=C",
         verdict="fault: invalid opcode at .*", stdout_has=(BEYOND,)),
    Boot("R22_options_are_not_on_by_themselves", "bad_heap.exe beyond",
         stdout="nothing happened\n"),
    Boot("R22_options_come_by_the_shell", prepare=options_in_the_shell,
         stdout_has=("^nothing happened\n" + BEYOND + CALLER + "$\n(?:.*\n)*139$",)),
    Boot("R22_misuse_of_the_heap_is_named", "bad_heap.exe", each=each_misuse, emulators=BOTH,
         bochs_timeout=300),
    Boot("R22_malloc_gives_memory_back", "heap_back.exe", "--memory 256M", checks=11),
    faults("R09_page_faults_end_the_program", FAULTS),
    faults("D2_exceptions_end_the_program", EXCEPTIONS),
    faults("D2_iret_to_virtual_8086_ends_the_program", {"iret_vm": GP}),
    one_fault("null-write", "null pointer write", "0x0+"),
    one_fault("kernel-read", KERNEL, "0x80000000"),
    one_fault("stack-guard", "stack overflow", "0x7ff[0-9a-f]{5}"),
    one_fault("freed-block", "freed block", "0x[0-9a-f]+"),
    Boot("Files_of_any_name_read_in_every_way", "files.exe " + " ".join(
        f"'/run/{name}'" for name in TEXTS), prepare=long_names, each=same_files, checks=23,
         emulators=BOTH),
    Boot("D1_kill_of_a_process_that_waits_for_the_cd", "kill_paging.exe /run/paged.exe",
         "--with paged.exe", checks=4, emulators=BOTH),
    Boot("R16_exe_of_96_MiB_at_16_MiB", "-c big.exe", "--memory 16M", prepare=big_exe, checks=2),
]
