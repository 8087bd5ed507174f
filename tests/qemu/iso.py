"""The CD that is given away: its licences, and that it boots by hand, without scripts/run."""
import subprocess
from pathlib import Path

from emulator_tests import BOTH, QEMU, Boot, Script
from project import BUILD, ROOT, SCRIPTS

LICENCES = (ROOT / "LICENSE", ROOT / "THIRD_PARTY.md", BUILD / "newlib/COPYING.NEWLIB",
            ROOT / "boot/COPYING.GRUB")
GPL = Path("/usr/share/common-licenses/GPL-3")


def all_licences(result):
    """Exactly the texts, one after the other; the last one is GRUB's with the whole GPL."""
    texts = [path.read_bytes() for path in (*LICENCES, GPL)]
    assert b"GRUB is free software" in texts[3] and b"END OF TERMS AND CONDITIONS" in texts[4]
    assert b"Red Hat Incorporated" in texts[2]
    assert result.stdout == b"".join(texts), "not the texts of the licences"


def write_iso(folder):
    """scripts/iso, whose CD has a name with spaces."""
    iso = folder / "a CD to give away.iso"
    subprocess.run([SCRIPTS / "iso", "-o", iso, "--no-install"], check=True, capture_output=True,
                   timeout=600)
    return iso


def boots_by_hand(context):
    """As `scripts/iso` says: the shell is on the first serial port."""
    iso = write_iso(context.folder)
    command = ["qemu-system-i386", "-m", "64", "-cdrom", iso, "-serial", "stdio",
               "-display", "none", "-no-reboot", "-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
    ended = subprocess.run(command, input=b"cat /licences/LICENSE\nexit 0\n", capture_output=True,
                           timeout=120, check=False)
    shown = ended.stdout.replace(b"\r", b"")
    assert b"Type help for help." in shown, shown
    assert (ROOT / "LICENSE").read_bytes() in shown, shown


TESTS = [
    Boot("Iso_has_the_licences_of_all_that_is_on_it", "-c 'cat " + " ".join(
        f"/licences/{path.name}" for path in LICENCES) + "'", verify=all_licences, emulators=BOTH),
    Script("Iso_boots_by_hand", boots_by_hand, QEMU),
]
