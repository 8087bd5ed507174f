"""The machine as boot finds it: memory of every size (R03, R04), processors with and without what
came after the i586, and the panic screen for each way the kernel can trip over itself."""
import re
import subprocess

from emulator_tests import BOCHS, BOTH, QEMU, Boot, Script
from project import KERNEL, PROGRAMS

# The most that RAM may lose between the emulator's size and the frames handed out: the first MiB's
# holes, firmware tables, the kernel image, page tables, and the frame records (16 bytes a frame).
FIXED_LOSS_KIB = 2048
RECORDS_SHARE = 1 / 128


def frames_of(visible_mib):
    """The log's total is all of what the machine shows, less what is accounted for above."""
    def verify(result):
        found = re.search(r"^memory: (\d+) KiB", result.log, re.MULTILINE)
        assert found, "no memory line"
        total, visible = int(found[1]), visible_mib * 1024
        assert total <= visible, f"{total} KiB of {visible}"
        least = visible * (1 - RECORDS_SHARE) - FIXED_LOSS_KIB
        assert total >= least, f"{total} KiB of {visible}, at least {least:.0f} expected"
    return verify


def memory(mib, visible_mib=None, emulators=QEMU):
    return Boot(f"R04_boots_with_{mib}M", "hello.exe", f"--memory {mib}M", emulators=emulators,
                verify=frames_of(visible_mib or mib))


def panic(kind, text, *log_has):
    # Without a program: the kernel never gets as far as one.
    return Boot(f"Panic_{kind.replace('-', '_')}", options=f"--append force-panic={kind}",
                verdict=f"panic: {text}", log_has=(r"^backtrace:", *log_has), emulators=BOTH)


NEWER = re.compile(r"\t(cmov\w+|fcmov\w+|fcomi\w*|fucomi\w*|(?!f)[a-z]+[sp][sd]|movd|movq|emms|syscall)"
                   r"\b")


# What is called only where CPUID has it: functions that say so by their names.
ASKED_FOR = re.compile(r"^[0-9a-f]+ <\w+_sse(?:\.\w+)?>:\n(?:.+\n)*", re.MULTILINE)


def only_i586_instructions(_context):
    """Bochs' pentium executes what a test happens to reach; this looks at every function of the
    kernel, of what the SDK links into programs, and of the programs on the CD."""
    code = [KERNEL, *sorted((PROGRAMS.parent / "sdk/lib").iterdir()),
            *sorted(PROGRAMS.glob("*.exe"))]
    assert len(code) > 12, code
    for path in code:
        listing = subprocess.run(["objdump", "-d", "--no-show-raw-insn", path],
                                 capture_output=True, text=True, check=True).stdout
        assert listing.count("\n") > 20, f"objdump shows no code of {path}"
        listing = ASKED_FOR.sub("", listing)
        newer = [line for line in listing.splitlines() if NEWER.search(line)]
        assert not newer, f"{path.name}:\n" + "\n".join(newer[:10])


TESTS = [
    memory(8, emulators=BOTH), memory(16, emulators=BOTH), memory(64), memory(512, emulators=BOTH),
    memory(1024, emulators=BOCHS), memory(2048), memory(3072), memory(3583),
    memory(4096, visible_mib=3072), memory(6144, visible_mib=3072),
    Boot("Processor_pentium", "hello.exe", "--cpu pentium", emulators=BOTH,
         log_has=(r"^processor: (?!.*(sysenter|fxsr))",)),
    Boot("Processor_without_4_MiB_pages", "hello.exe", "--cpu pentium3,-pse --memory 512M",
         log_has=(r"^processor: (?!.*pse)",)),
    Boot("Processor_with_everything", "hello.exe", emulators=BOTH,
         log_has=(r"^processor: pse pge tsc sysenter fxsr sse$",)),
    Script("Kernel_libc_and_programs_have_only_i586_instructions", only_i586_instructions),
    panic("assert", r"assertion failed: .* at forced_panic\.cpp:\d+",
          r"^  [0-9a-f]{8}  assert_failed\+", r"^  [0-9a-f]{8}  kernel_main\+"),
    panic("null-read", "kernel read of 0x0 eip 0x801[0-9a-f]{5}", r"force_panic\+",
          r"cr2 00000000"),
    panic("low-read", "kernel read of 0x2000 eip 0x801[0-9a-f]{5}", r"force_panic\+"),
    panic("write-text", "kernel write to 0x801[0-9a-f]{5} eip 0x801[0-9a-f]{5}", r"error 0x3 "),
    panic("write-rodata", "kernel write to 0x801[0-9a-f]{5} eip 0x801[0-9a-f]{5}", r"error 0x3 "),
    panic("stack-overflow", "kernel stack overflow", r"descend\+"),
]
