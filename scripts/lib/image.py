"""image: makes a boot CD: GRUB, the kernel, the programs, what init is to run, extra files.

    /boot/kernel.elf   the kernel without its debug sections (GRUB would load them into memory)
    /boot/grub/...     GRUB's El Torito image, made once and kept in build/image, and grub.cfg
    /boot/init.cmd     `env NAME=VALUE` lines, then what init runs: `shell`; `commands` and then
                       shell commands; or `program` and what it may do (`check`, `swap`...), the
                       program's path on the CD and its arguments, each on a line of its own
    /bin/*.exe         all our programs        /run/*   the files that this run brings along
    /licences/*        ours, newlib's, GRUB's with the GPL, and THIRD_PARTY.md, which tells of them
Rock Ridge keeps the names as they are.
"""
import os
import shlex
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from kept import kept
from project import BUILD, KERNEL, PROGRAMS, ROOT, SetupError

CACHE = BUILD / "image"
GRUB = Path("/usr/lib/grub/i386-pc")
GPL = Path("/usr/share/common-licenses/GPL-3")  # Debian has it everywhere
MODULES = ["biosdisk", "iso9660", "normal", "multiboot", "boot"]


MOST_INIT_BYTES = 64 * 1024  # that the kernel reads of init.cmd: proc/processes/init_process.cpp


@dataclass
class Contents:
    """What is on the CD besides GRUB. Paths on the CD are absolute."""
    kernel: Path = KERNEL
    options: str = ""                           # the kernel's command line
    init: str = "shell\n"
    programs: Path | None = PROGRAMS
    files: dict[str, Path] = field(default_factory=dict)


def _call(command):
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if result.returncode != 0:
        raise SetupError(f"{command[0]} failed: {result.stderr.strip()}")


def _grub():
    """GRUB as a bootable CD's boot image: kept, made again when GRUB is another one."""
    parts = sorted(path for path in GRUB.iterdir() if path.suffix in (".mod", ".lst", ".img"))
    command = ["grub-mkimage", "-O", "i386-pc-eltorito", "-p", "/boot/grub"]
    return kept(CACHE / "eltorito.img", parts, [command, MODULES],
                lambda path: _call([*command, "-o", str(path), *MODULES]))


def _stripped(kernel):
    return kept(CACHE / "kernel.elf", [kernel], ["objcopy", "--strip-all"],
                lambda path: _call(["objcopy", "--strip-all", str(kernel), str(path)]))


def _licences(with_programs):
    """With the CD come the licences of all that is on it."""
    notes = [ROOT / "boot" / "COPYING.GRUB", GPL]
    grub = kept(CACHE / "COPYING.GRUB", notes, [],
                lambda path: path.write_bytes(b"".join(note.read_bytes() for note in notes)))
    files = {path.name: path for path in (ROOT / "LICENSE", ROOT / "THIRD_PARTY.md")}
    files["COPYING.GRUB"] = grub
    if with_programs:
        files["COPYING.NEWLIB"] = BUILD / "newlib" / "COPYING.NEWLIB"
    return {f"/licences/{name}": path for name, path in files.items()}


def _grub_cfg(options):
    """boot/grub.cfg with the kernel's options, each quoted for GRUB's shell."""
    line = "multiboot /boot/kernel.elf"
    words = "".join(" " + shlex.quote(word) for word in options.split())
    text = (ROOT / "boot" / "grub.cfg").read_text()
    if text.count(line) != 1:
        raise SetupError(f"boot/grub.cfg should say '{line}' once")
    return text.replace(line, line + words)


def _graft(inside, outside):
    def escape(path):
        if "\n" in path:
            raise SetupError(f"a file's name has a line break: {path!r}")
        return path.replace("\\", "\\\\").replace("=", "\\=")
    return f"{escape(inside)}={escape(os.path.abspath(outside))}\n"


def make(iso, contents):
    """Writes the CD image `iso`, in about 0.1 s. Returns {path on it: file} of what lasts."""
    if not contents.kernel.exists():
        raise SetupError(f"no kernel at {contents.kernel}")
    init = contents.init.encode(errors="surrogateescape")
    if len(init) > MOST_INIT_BYTES:
        raise SetupError(f"arguments, -c and --env have {len(init):,} bytes together: at most "
                         f"{MOST_INIT_BYTES:,} fit")
    files = {"/boot/grub/eltorito.img": _grub(), "/boot/kernel.elf": _stripped(contents.kernel)}
    with_programs = bool(contents.programs and contents.programs.is_dir())
    files |= _licences(with_programs)
    if with_programs:
        files |= {f"/bin/{p.name}": p for p in sorted(contents.programs.glob("*.exe"))}
    files |= contents.files
    lasting = dict(files)
    with tempfile.TemporaryDirectory(prefix="mobius-") as folder:
        for inside, text in (("/boot/grub/grub.cfg", _grub_cfg(contents.options)),
                             ("/boot/init.cmd", contents.init)):
            files[inside] = Path(folder, os.path.basename(inside))
            files[inside].write_text(text, errors="surrogateescape")
        grafts = Path(folder, "grafts")
        grafts.write_text("".join(_graft(i, str(o)) for i, o in files.items()),
                          errors="surrogateescape")
        _call(["xorriso", "-as", "mkisofs", "-quiet", "-graft-points", "-iso-level", "3", "-r",
               "-V", "MOBIUS", "-b", "boot/grub/eltorito.img",
               "-c", "boot/grub/boot.catalog", "-no-emul-boot",
               "-boot-load-size", "4", "-boot-info-table", "--grub2-boot-info",
               "--grub2-mbr", str(GRUB / "boot_hybrid.img"), "--protective-msdos-label",
               "-o", str(iso), "-path-list", str(grafts)])
    return lasting
