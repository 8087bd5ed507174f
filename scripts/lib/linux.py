"""linux: boots Debian's i386 Linux in the same QEMU, with the same measurements (beside-linux/).

The kernel package is downloaded, unpacked under build/linux and never installed; apt's own state is
not touched. Every figure comes from a boot in this very call.
"""
import gzip
import re
import subprocess
import sys
from pathlib import Path

import machine
import swap_file
from project import BUILD, ROOT, SCRIPTS, SetupError, say

FOLDER = BUILD / "linux"
SOURCES = SCRIPTS / "beside-linux"
KERNEL_OPTIONS = ("console=ttyS0 quiet loglevel=3 panic=-1 nokaslr transparent_hugepage=never "
                  "zswap.enabled=0")
# What the swap disk needs, and what these need; without the disk nobody loads them.
MODULES = ["ata_piix", "sd_mod"]
SECONDS = 600


def _call(command, **more):
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                            **more)
    if result.returncode != 0:
        raise SetupError(f"{command[0]} failed: {(result.stderr or result.stdout).strip()}")
    return result.stdout


def _apt(tool, *arguments):
    """apt for i386 with a state of its own."""
    state = FOLDER / "apt"
    (state / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    (state / "cache" / "archives" / "partial").mkdir(parents=True, exist_ok=True)
    (state / "status").touch()
    options = {"APT::Architecture": "i386", "APT::Architectures": "i386",
               "Dir::State::Lists": state / "lists", "Dir::State::Status": state / "status",
               "Dir::Cache": state / "cache", "APT::Sandbox::User": "root",
               "APT::Get::List-Cleanup": "false"}
    command = [tool] + [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
    return _call([*command, *arguments], cwd=FOLDER)


def _kernel():
    """Path of the i386 kernel; fetched once."""
    found = sorted(FOLDER.glob("package/boot/vmlinuz-*"))
    if not found:
        say("fetching Debian's i386 Linux (about 70 MB), once")
        FOLDER.mkdir(parents=True, exist_ok=True)
        refused = None
        try:
            _apt("apt-get", "update", "-qq")
        except SetupError as error:  # one of several lists may fail: see what comes
            refused = error
        try:
            depends = _apt("apt-cache", "depends", "--important", "linux-image-686")
            name = next(line.split()[-1] for line in depends.splitlines()
                        if "Depends: linux-image" in line)
            _apt("apt-get", "download", "-qq", name)
        except (SetupError, StopIteration) as error:
            why = refused or error or "no such package"
            raise SetupError(f"Debian's i386 Linux cannot be fetched: {why}") from error
        package = next(FOLDER.glob("linux-image-*.deb"))
        _call(["dpkg", "-x", str(package), str(FOLDER / "package")])
        package.unlink()
        found = sorted(FOLDER.glob("package/boot/vmlinuz-*"))
    if not found:
        raise SetupError("the Linux package has no kernel in it")
    return found[0]


def _cpio(entries):
    """An initramfs (newc) of (name, mode, data, device) entries."""
    blob = bytearray()
    for number, (name, mode, data, device) in enumerate([*entries, ("TRAILER!!!", 0, b"", (0, 0))]):
        path = name.encode() + b"\0"
        fields = [number + 1, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(path), 0]
        blob += b"070701" + b"".join(b"%08X" % value for value in fields) + path
        blob += b"\0" * (-len(blob) % 4) + data
        blob += b"\0" * (-len(blob) % 4)
    return bytes(blob)


def _modules():
    """The files of MODULES, each after those that it depends on, as the files themselves say."""
    have = {path.stem.replace("-", "_"): path for path in FOLDER.glob("package/lib/**/*.ko")}
    order = {}

    def add(name):
        if name in have and name not in order:  # what is not there is part of the kernel
            needs = re.search(rb"\0depends=([^\0]*)\0", have[name].read_bytes())
            for other in filter(None, needs[1].decode().split(",")):
                add(other.replace("-", "_"))
            order[name] = have[name]

    for module in MODULES:
        if module not in have:
            raise SetupError(f"the Linux package has no module {module}")
        add(module)
    return list(order.values())


def _initramfs():
    program = FOLDER / "init"
    bench = ROOT / "user" / "bench"
    _call(["gcc", "-m32", "-march=i686", "-O2", "-static", "-s", "-Wall", "-Wextra", "-Werror",
           "-I", str(bench), "-o", str(program), str(bench / "malloc_bench.c"),
           *map(str, sorted(SOURCES.glob("*.c")))])
    image = FOLDER / "initramfs.gz"
    modules = [(f"modules/{number}.ko", 0o100644, path.read_bytes(), (0, 0))
               for number, path in enumerate(_modules())]
    image.write_bytes(gzip.compress(_cpio([
        ("dev", 0o40755, b"", (0, 0)), ("dev/console", 0o20600, b"", (5, 1)),
        ("init", 0o100755, program.read_bytes(), (0, 0)),
        ("modules", 0o40755, b"", (0, 0)), *modules]), mtime=0))
    return image


def prepare():
    """The kernel and its initramfs, for boot()."""
    return _kernel(), _initramfs()


def boot(prepared, memory_mib, qemu_options, *words):
    """Boots Linux, whose first process finds these words NAME=VALUE in its
    environment. Returns the lines it has written."""
    kernel, initramfs = prepared
    command = ["qemu-system-i386", "-accel", "tcg", "-m", str(memory_mib), *qemu_options,
               "-nic", "none", "-display", "none", "-monitor", "none", "-no-reboot",
               "-serial", "stdio", "-kernel", str(kernel), "-initrd", str(initramfs),
               "-append", " ".join([KERNEL_OPTIONS, *words])]
    try:
        result = subprocess.run(["setpriv", "--pdeathsig", "KILL", *command],
                                stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                errors="replace", timeout=SECONDS)
    except subprocess.TimeoutExpired as slow:
        raise SetupError(f"Linux did not end within {SECONDS} s") from slow
    lines = result.stdout.replace("\r", "").splitlines()
    if "END 0" not in lines:
        sys.stderr.write("\n".join(lines[-20:]) + "\n" + result.stderr)
        raise SetupError("the measurements on Linux did not end well")
    return lines


def boot_swapping(prepared, memory_mib, qemu_options, *words):
    """The same with a swap disk like Mobius' own, of four times the memory."""
    with swap_file.attached("", memory_mib) as disk:
        drive = machine.swap_drive(f"file={disk},format=raw")
        return boot(prepared, memory_mib, [*drive, *qemu_options], *words)


def _figures(lines):
    return {words[1]: float(words[3]) for words in (line.split() for line in lines)
            if len(words) == 4 and words[0] == "BENCH" and words[2] in ("insn", "pct")}


def measure(prepared, memory_mib, swapping_mib):
    """{name: instructions}, of a boot with `memory_mib` and one that swaps, with less."""
    say(f"booting {Path(prepared[0]).name} (a minute or two)")
    figures = _figures(boot(prepared, memory_mib, machine.icount(swap=False)))
    say(f"booting it with {swapping_mib} MiB, swapping")
    pages = 2 * swapping_mib << 8
    return figures | _figures(boot_swapping(prepared, swapping_mib, machine.icount(swap=True),
                                            "swap=costs", f"pages={pages}"))
