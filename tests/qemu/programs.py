"""The test programs of user/tests: memory calls, faults and exceptions, the kernel's entry,
processes, threads, libc. Every check that they print is a test of its own."""
import re
import zlib

from emulator_tests import BOTH, QEMU, Boot, Script
from project import BUILD, PROGRAMS, TEST_PROGRAMS

# What fault.exe is asked for, and the REASON that it ends with. A second one: in QEMU, which does
# not check segment limits, alignment or SIMD exceptions ("" is: nothing happens).
MEMORY_FAULTS = {
    "null-read": "null pointer read", "null-write": "null pointer write",
    "null-jump": "null pointer jump", "null-read-fff": "null pointer read",
    "null-write-fff": "null pointer write", "null-jump-fff": "null pointer jump",
    "kernel-read": "kernel address", "kernel-write": "kernel address",
    "kernel-jump": "kernel address", "kernel-top": "kernel address",
    "write-code": "write to read-only code", "write-rodata": "write to read-only data",
    "no-access-read": "no access", "no-access-write": "no access",
    "read-only-write": "write to read-only data", "protected-write": "write to read-only data",
    "reserved-read": "no access", "unmapped-read": "unmapped", "unmapped-write": "unmapped",
    "unmapped-jump": "unmapped", "freed-block": "freed block",
    "stack-overflow": "stack overflow", "stack-guard": "stack overflow",
}
GENERAL = ("cli hlt in out cr0 cr3 lgdt wrmsr rdmsr invlpg ltr bad_ds kernel_ds bad_ss null_ss "
           "bad_fs far_jump_kernel far_jump_null iret_kernel iret_vm popf_iopl int_0 int_2 int_8 "
           "int_13 int_14 int_32 int_46 int_49 int_119 int_128 int_255")
EXCEPTIONS = {
    "divide": "divide error", "divide_overflow": "divide error", "single_step": "debug exception",
    "breakpoint": "breakpoint", "int_3": "breakpoint", "overflow": "overflow",
    "int_4": "overflow", "bound": "bound range exceeded", "undefined": "invalid opcode",
    "bad_opcode": "invalid opcode", "lock": "invalid opcode", "iret_nt": "invalid task state",
    "tf_int": "debug exception", "wild_esp": "kernel address", "null_esp": "null pointer read",
    "wild_esp_call": "kernel address", "fpu": "floating-point error",
    "int1": ("debug exception", "invalid opcode"),
    "null_ds": ("general protection", ""), "stack_limit": ("stack fault", "kernel address"),
    "alignment": ("alignment check", ""), "simd": ("SIMD floating-point error", ""),
    **{name: "general protection" for name in GENERAL.split()},
}
SYSENTER = {
    "sysenter_kernel_return": "kernel address", "sysenter_null_return": "null pointer jump",
    "sysenter_kernel_stack": "kernel address", "sysenter_single_step": "debug exception",
}


def one_after_another(name, faults, **more):
    """All of them in one boot, which outlives each; `check` last."""
    commands = "; ".join(f"fault {fault}; echo status $?" for fault in faults)

    def verify(result):
        asked = re.findall(r"^now (\S+)$", result.text(), re.MULTILINE)
        statuses = re.findall(r"^status (\d+)$", result.text(), re.MULTILINE)
        reasons = iter(re.findall(r"^fault: process .*?: (.*)$", result.log, re.MULTILINE))
        assert asked == list(faults), f"ran {asked}"
        for fault, status in zip(asked, statuses, strict=True):
            expected = faults[fault]
            expected = (expected,) if isinstance(expected, str) else expected
            reason = next(reasons, "(no report)") if status == "139" else ""
            assert reason in expected, f"{fault}: '{reason}' (status {status}), not {expected}"

    return Boot(name, f"-c '{commands}; check'", f"--with '{TEST_PROGRAMS / 'fault.exe'}'",
                verify=verify, timeout=120, **more)


def verdict_of(fault, reason):
    return Boot(f"Verdict_{fault}", f"fault.exe {fault}",
                verdict=f"fault: {reason} at 0x[0-9a-f]+ eip 0x[0-9a-f]+",
                stdout=f"now {fault}\n", log_has=(r"^fault: process ", r"eax=[0-9a-f]{8}"))


def crcs_match(*names):
    def verify(result):
        for name in names:
            data = (PROGRAMS / name).read_bytes()
            line = f"/bin/{name} {len(data)} {zlib.crc32(data):08x}"
            assert line in result.text().splitlines(), f"no line '{line}'"
    return verify


def hog(what, verdict="exit 0", got=1):
    """Takes one resource whole. Others outlive it, and afterwards all of it is back (S1, D1)."""
    def verify(result):
        found = re.search(rf"^{what}: got (\d+), errno (\d+)$", result.text(), re.MULTILINE)
        assert found and int(found[1]) >= got, "it got too little"
    return Boot(f"S1_{what}", f"hog.exe {what}", verdict=verdict, verify=verify if got else None,
                timeout=120)


def own_programs():
    return [*PROGRAMS.glob("*.exe"), *TEST_PROGRAMS.glob("*.exe")]


def only_i586_instructions(_context):
    """No program of ours may need more than an i586: no CMOV. (fault.exe and entry.exe ask for SSE
    where the processor has it.)"""
    import subprocess
    found = []
    for program in own_programs():
        listing = subprocess.run(["i686-w64-mingw32-objdump", "-d", "--no-show-raw-insn", program],
                                 capture_output=True, text=True, check=True).stdout
        assert listing.count("\n") > 1000, f"objdump shows no code of {program.name}"
        found += [f"{program.name}: {line}" for line in listing.splitlines()
                  if re.search(r"\t(f?cmov\w+|f?u?comi\w*)\b", line)]
    assert not found, "\n".join(found[:10])


def sdk_with_flags(context):
    """scripts/cc: several files, -I, -D, -O, -g, -c, a path with a space, from another folder."""
    import os
    import subprocess
    from project import SCRIPTS
    folder = context.folder / "with space"
    (folder / "include").mkdir(parents=True)
    (folder / "include" / "part.h").write_text("int part(void);\n")
    (folder / "part.c").write_text('#include "part.h"\nint part(void) { return VALUE; }\n')
    (folder / "main.c").write_text('#include <stdio.h>\n#include "part.h"\n'
                                   'int main(void) { printf("%zu %d\\n", sizeof 1, part()); '
                                   'return part() - 42; }\n')

    def cc(*arguments, driver="cc"):
        done = subprocess.run([SCRIPTS / driver, *arguments], cwd=folder, env=os.environ,
                              capture_output=True, text=True)
        assert done.returncode == 0 and not done.stderr, f"{arguments}: {done.stderr}"
        return done.stdout

    cc("-Wall", "-O2", "-g", "-Iinclude", "-DVALUE=42", "main.c", "part.c", "-o", "both files.exe")
    cc("-Iinclude", "-D", "VALUE=42", "-c", "part.c")
    cc("-Iinclude", "main.c", "part.o")
    (folder / "hello.cpp").write_text("#include <vector>\n#include <cstdio>\nint main() { "
                                      "std::vector<int> v(3, 7); std::printf(\"%d\\n\", v[2]); }\n")
    cc("hello.cpp", "-o", "cpp.exe", driver="c++")
    for name, expected in (("both files.exe", "4 42\n"), ("a.exe", "4 42\n"), ("cpp.exe", "7\n")):
        result = context.run(str(folder / name))
        assert result.text() == expected and result.status == 0, result.show()


TESTS = [
    Boot("Arguments", "arguments.exe one ''", checks=4, emulators=BOTH,
         stdout_has=(r"^3 arguments$", r"^\[one\]$", r"^\[\]$")),
    Boot("Pages", "pages.exe", "--memory 16M", checks=18, emulators=BOTH),
    Boot("Blocks", "blocks.exe", checks=20, emulators=BOTH),
    Boot("Block_calls", "block_calls.exe", checks=18, emulators=BOTH),
    Boot("Pointers", "pointers.exe", checks=20, emulators=BOTH),
    Boot("Entry", "entry.exe", checks=14, emulators=BOTH),
    Boot("Entry_on_a_pentium", "entry.exe", "--cpu pentium", checks=13, emulators=BOTH),
    Boot("Stack", "stack.exe", checks=10, emulators=BOTH),
    Boot("Spawn", "spawn.exe", checks=14, emulators=BOTH, timeout=120),
    Boot("D1_a_thousand_spawns", "spawn.exe many 1000", checks=3, timeout=300),
    Boot("Threads", "threads.exe", checks=11, emulators=BOTH, timeout=120),
    Boot("Races", "races.exe", checks=10, timeout=180),
    Boot("Heap", "heap.exe", checks=6, timeout=120, emulators=BOTH, bochs_timeout=300),
    Boot("Own_malloc", "own_malloc.exe", checks=2),
    Boot("Cxx", "cxx.exe", checks=12, stdout_has=("^goodbye$",), emulators=BOTH),
    Boot("Files", "files.exe /bin/hello.exe /bin/shell.exe", checks=6, emulators=BOTH,
         verify=crcs_match("hello.exe", "shell.exe")),
    one_after_another("D2_memory_faults", MEMORY_FAULTS, emulators=BOTH),
    one_after_another("D2_exceptions", EXCEPTIONS, emulators=BOTH),
    one_after_another("D2_sysenter", SYSENTER, emulators=BOTH),
    *[verdict_of(fault, MEMORY_FAULTS[fault]) for fault in (
        "null-read", "null-write", "null-jump", "kernel-read", "write-code", "write-rodata",
        "no-access-read", "stack-overflow", "freed-block", "unmapped-read")],
    verdict_of("divide", "divide error"), verdict_of("cli", "general protection"),
    hog("memory", verdict="out of memory", got=0), hog("promises", got=10000), hog("regions"),
    hog("threads", got=50), hog("children", got=50), hog("handles", got=100), hog("tables"),
    Script("Programs_have_only_i586_instructions", only_i586_instructions),
    Script("Sdk_scripts_cc", sdk_with_flags),
]
