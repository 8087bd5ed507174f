"""CDs that other systems read boot here, too; one that cannot be read says why."""
import struct

import image
from emulator_tests import BOTH, Boot

BLOCK = 2048
DESCRIPTOR = 16 * BLOCK
BLOCK_SIZE, ROOT_RECORD = DESCRIPTOR + 128, DESCRIPTOR + 156
TEXT = b"it is there\n"


def name_entry(data, name):
    """Where the Rock Ridge entry with that name is."""
    at = data.find(b"NM" + bytes([5 + len(name), 1, 0]) + name)
    assert at > 0, f"no name {name}"
    return at


def spoiled(edit, commands="cat /run/odd.txt; cat /run/ODD.TXT; hello; check"):
    """A CD with /run/odd.txt that runs the commands, its bytes changed by edit(data)."""
    def prepare(folder):
        text, iso = folder / "text", folder / "odd.iso"
        text.write_bytes(TEXT)
        image.make(iso, image.Contents(options="stdin=pipe", init=f"commands\n{commands}\n",
                                       files={"/run/odd.txt": text}))
        data = bytearray(iso.read_bytes())
        edit(data)
        iso.write_bytes(data)
        return ["--iso", str(iso)]
    return prepare


def set_byte(offset, value):
    return lambda data: data.__setitem__(offset, value)


def other_block_size(data):
    struct.pack_into("<H", data, BLOCK_SIZE, 512)


def flags_of_name(value):
    return lambda data: data.__setitem__(name_entry(data, b"odd.txt") + 4, value)


def reads(name, edit):
    return Boot(f"CD_{name}", prepare=spoiled(edit), emulators=BOTH,
                stdout_has=("^it is there\nit is there\nHello from Mobius!$", "balance"))


TESTS = [
    reads("with_nothing_odd", lambda data: None),
    reads("whose_root_record_has_68_bytes", set_byte(ROOT_RECORD, 68)),
    reads("whose_root_record_has_no_bytes", set_byte(ROOT_RECORD, 0)),
    reads("with_a_name_that_stands_for_the_folder_itself", flags_of_name(2)),
    reads("with_a_name_that_stands_for_the_parent", flags_of_name(4)),
    Boot("CD_that_cannot_be_read_says_why", prepare=spoiled(other_block_size), emulators=BOTH,
         verdict="panic: the boot CD cannot be read: its blocks are not of 2048 bytes"),
]
