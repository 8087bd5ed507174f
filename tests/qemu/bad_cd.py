"""A CD that cannot be read in one place (QEMU's blkdebug): a call gives an error, or one process
ends with a report; all else goes on."""
import re
import subprocess

import image
from emulator_tests import Boot
from project import TEST_PROGRAMS

BLOCK_BYTES, SECTOR_BYTES = 2048, 512
TEXT = b"".join(b"line %6d\n" % number for number in range(5000))
RULE = '[inject-error]\nevent = "read_aio"\nerrno = "5"\nonce = "off"\nsector = "{sector}"\n'


def sector_of(iso, path, offset):
    """Where a byte of a file of the CD lies."""
    found = subprocess.run(["xorriso", "-indev", iso, "-find", path, "-exec", "report_lba"],
                           capture_output=True, text=True, check=True).stdout
    first = int(re.search(r"File data lba: +\d+ *, *(\d+)", found)[1])
    return (first * BLOCK_BYTES + offset) // SECTOR_BYTES


def bad_at(path, offset, commands):
    """A CD with /run/text and /run/paged.exe that runs the commands; that byte cannot be read."""
    def prepare(folder):
        text, iso, rules = folder / "text", folder / "bad.iso", folder / "rules"
        text.write_bytes(TEXT)
        image.make(iso, image.Contents(
            options="stdin=pipe", init=f"commands\n{commands}\n",
            files={"/run/text": text, "/run/paged.exe": TEST_PROGRAMS / "paged.exe"}))
        rules.write_text(RULE.format(sector=sector_of(iso, path, offset)))
        return ["--iso", str(iso), "--cd-errors", str(rules)]
    return prepare


def begins_right(result):
    """What lies before the bad place is read, byte for byte."""
    out = result.stdout
    assert out.startswith(TEXT[:32768]), "the beginning is not the file's"
    assert TEXT[-100:] not in out, "the end was read, past the bad place"


TESTS = [
    Boot("D1_read_error_of_a_file", prepare=bad_at("/run/text", 40960, "cat /run/text; hello; check"),
         stdout_has=("cat: .*: I/O error$", "^Hello from Mobius!$", "balance"),
         verify=begins_right),
    Boot("R16_read_error_of_an_exe_ends_its_process",
         prepare=bad_at("/run/paged.exe", 4 << 20, "/run/paged.exe; /run/paged.exe; hello; check"),
         stdout_has=(r"^shell: /run/paged\.exe \(2\): ended by a fault$",
                     r"^shell: /run/paged\.exe \(3\): ended by a fault$",
                     "^Hello from Mobius!$", "balance"),
         log_has=(r"^fault: process 2 paged\.exe, thread \d+: read error$",)),
    Boot("R16_read_error_of_an_exe_verdict",
         prepare=bad_at("/run/paged.exe", 4 << 20, "/run/paged.exe"), verdict="exit 139"),
    Boot("R16_read_error_of_the_headers_refuses_the_exe",
         prepare=bad_at("/run/paged.exe", 0, "/run/paged.exe; hello"),
         stdout_has=(r"^shell: /run/paged\.exe: I/O error$", "^Hello from Mobius!$")),
]
