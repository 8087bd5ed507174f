"""The swap disk: found by its header on a raw disk or in a partition, refused by name, driven by
DMA and without, with errors. The kernel option disk-test writes to all of it and reads it back."""
import re
import struct
import zlib
from pathlib import Path

import swap_file
from emulator_tests import BOTH, QEMU, Boot, Script

PAGE, SECTOR = 4096, 512
MIB = 1 << 20
ALL_OK = r"^disk-test: 1024 pages ok$"


def found(pages, where="disk 0 channel 0", more=""):
    return f"^swap: {where}: {pages} pages{more}$"


def refused(why, where="disk 0 channel 0"):
    return f"^swap: {where}: {why}, not used$"


def image(path, size, *parts):
    """A disk of so many bytes with (offset, bytes) on it. Returns the options to run with it."""
    with open(path, "wb") as file:
        file.truncate(size)
        for offset, contents in parts:
            file.seek(offset)
            file.write(contents)
    return ["--swap", str(path)]


def checked(page):
    """A page with its checksum made right."""
    return page[:-4] + struct.pack("<I", zlib.crc32(page[:-4]))


def changed(at, value):
    """The header of 256 pages with another 32-bit number in it, and the checksum that fits."""
    page = bytearray(swap_file.header(256))
    page[at:at + 4] = struct.pack("<I", value)
    return checked(bytes(page))


LINUX = bytes(4086) + b"SWAPSPACE2"
BAD_CHECKSUM = swap_file.header(256)[:-1] + b"\xff"

REFUSALS = {
    "blank": (bytes(PAGE), "no header"),
    "of_another_system": (b"\xeb\x3c\x90MSDOS5.0", "wrong signature"),
    "old_version": (changed(8, 0), "old version"),
    "later_version": (changed(8, 2), "version of a later system"),
    "bad_checksum": (BAD_CHECKSUM, "bad checksum"),
    "too_small": (changed(16, 64), "too small"),
    "larger_than_the_disk": (changed(16, 257), "larger than the device"),
}


def refusal(name, page, why):
    return Boot(f"Swap_refuses_{name}", "hello.exe",
                prepare=lambda folder: image(folder / "disk.img", MIB, (0, page)),
                log_has=(refused(why), r"^swap: none$"),
                emulators=BOTH if name == "blank" else QEMU)


def partition_table(*entries):
    """A first sector with partitions (type, first sector, sectors)."""
    table = b"".join(struct.pack("<8B2I", 0, 0, 0, 0, kind, 0, 0, 0, first, sectors)
                     for kind, first, sectors in entries)
    return bytes(446) + table.ljust(64, b"\0") + b"\x55\xaa"


def partition(context):
    """Of five partitions' worth of disk only ours is written to, and not its header."""
    first, sectors = 4063, 3000 * 8 + 3
    table = partition_table((0x83, 63, 2000), (0x82, 2063, 2000), (0x82, first, sectors),
                            (0x82, 60000, 10 ** 9))
    guard = bytes(range(256)) * 2
    size = 40000 * SECTOR
    parts = [(0, table), (2063 * SECTOR, LINUX), (first * SECTOR, swap_file.header(3000)),
             ((first - 1) * SECTOR, guard), ((first + sectors) * SECTOR, guard)]
    options = image(context.folder / "disk.img", size, *parts)
    before = Path(options[1]).read_bytes()
    result = context.run(*options, "--append", "disk-test", "hello.exe")
    assert result.status == 0, result.show()
    for line in (refused("no header", "disk 0 channel 0 partition 2"),
                 found(2999, "disk 0 channel 0 partition 3"),
                 refused("beyond the end of the disk", "disk 0 channel 0 partition 4"), ALL_OK):
        assert re.search(line, result.log, re.MULTILINE), f"/{line}/\n{result.show()}"
    after = Path(options[1]).read_bytes()
    begin, end = first * SECTOR + PAGE, (first + 3000 * 8) * SECTOR
    assert after[:begin] == before[:begin], "what is before the swap space was written to"
    assert after[end:] == before[end:], "what is after the swap space was written to"
    assert after[begin:end] != before[begin:end]


def further(context):
    """Of three swap devices on two disks the first is used; the log names the others, which stay as
    they are."""
    first, second = context.folder / "first.img", context.folder / "second.img"
    swap_file.make(first, 8 * MIB)
    table = partition_table((0x82, 8, 4096), (0x82, 8192, 4096))
    image(second, 8 * MIB, (0, table), (8 * SECTOR, swap_file.header(512)),
          (8192 * SECTOR, swap_file.header(512)))
    before = second.read_bytes()
    result = context.run("--swap", str(first), "--swap", str(second), "--append", "disk-test",
                         "hello.exe")
    assert result.status == 0, result.show()
    for line in (found(2047), refused("a further swap device", "disk 1 channel 0 partition 1"),
                 refused("a further swap device", "disk 1 channel 0 partition 2"), ALL_OK):
        assert re.search(line, result.log, re.MULTILINE), f"/{line}/\n{result.show()}"
    assert second.read_bytes() == before, "the second disk was written to"


def rules(*events):
    """blkdebug: (event, sector or None, once)."""
    text = ""
    for event, sector, once in events:
        text += f'[inject-error]\nevent = "{event}"\nerrno = "5"\n'
        text += f'sector = "{sector}"\n' if sector is not None else ""
        text += 'once = "on"\n' if once else ""
    return text


def errors(name, text, *log_has):
    def prepare(folder):
        (folder / "rules").write_text(text)
        return ["--swap-errors", str(folder / "rules")]
    return Boot(f"Swap_{name}", "hello.exe", "--swap 16M --append disk-test", prepare=prepare,
                log_has=log_has)


# Sector 80 is in page 9 of the device, page 0 of the disk being the header.
DIES = """[set-state]
event = "write_aio"
state = "1"
new_state = "2"

""" + rules(("read_aio", None, False), ("write_aio", None, False)).replace(
    'errno = "5"', 'errno = "5"\nstate = "2"')


def busy_files(context):
    """Two machines never have one image; a made one goes with its machine."""
    options = image(context.folder / "disk.img", MIB, (0, swap_file.header(256)))
    with swap_file.attached(options[1], 64):
        result = context.run(*options, "hello.exe")
        assert result.status == 126, result.show()
        assert "another machine runs with it" in result.verdict, result.show()
    for text in ("1K", "5G", "/no/such.img"):
        result = context.run("--swap", text, "hello.exe")
        assert result.status == 126, result.show()
    before = set(swap_file.FOLDER.glob("*"))
    assert context.run("--swap", "1M", "hello.exe").status == 0
    assert set(swap_file.FOLDER.glob("*")) <= before, "an image stayed"


TESTS = [
    Boot("Swap_disk_by_DMA", "hello.exe", "--swap 8M --append disk-test", emulators=BOTH,
         log_has=(found(2047), ALL_OK)),
    Boot("Swap_disk_without_DMA", "hello.exe", "--swap 8M --append 'disk-test no-dma'",
         emulators=BOTH, log_has=(found(2047, more=", without DMA"), ALL_OK)),
    Boot("Swap_default_is_four_times_memory", "hello.exe", "--memory 16M", emulators=BOTH,
         log_has=(found(16383),)),
    Boot("Swap_of_4G", "hello.exe", "--memory 1536M --append disk-test", emulators=QEMU,
         log_has=(found((1 << 20) - 1), ALL_OK)),
    Boot("Swap_none", "hello.exe", "--swap 0", emulators=BOTH, log_has=(r"^swap: none$",)),
    *(refusal(name, page, why) for name, (page, why) in REFUSALS.items()),
    Boot("Swap_refuses_tiny_disk", "hello.exe",
         prepare=lambda folder: image(folder / "disk.img", 64 * PAGE, (0, swap_file.header(64))),
         log_has=(refused("device too small"), r"^swap: none$"), emulators=BOTH),
    Script("Swap_partition", partition, BOTH),
    Script("Swap_of_two_disks_the_first_is_used", further, BOTH),
    errors("error_once_is_repeated", rules(("read_aio", 80, True), ("write_aio", 160, True)),
           ALL_OK),
    errors("bad_sectors_cost_their_pages",
           rules(("read_aio", 80, False), ("write_aio", 160, False)),
           r"^disk-test: 1022 pages ok, 1 not written, 1 not read, 0 wrong$"),
    errors("disk_that_dies_is_survived", DIES,
           r"^disk-test: 0 pages ok, 1023 not written, 1024 not read, 0 wrong$"),
    errors("disk_that_cannot_be_read", rules(("read_aio", None, False)),
           refused("cannot be read"), r"^swap: none$"),
    Script("Swap_images_have_one_user", busy_files, alone=True),
]
