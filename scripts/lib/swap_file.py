"""swap_file: the file that is the machine's swap disk: sparse, our header in its first page.

The header is the one of kernel/mm/swap/swap_header.h. A file made for a run lies in build/swap and goes
with it; a run that is killed leaves it, and the next one removes it. A lock keeps two machines from
writing to one file.
"""
import fcntl
import os
import struct
import tempfile
import zlib
from contextlib import contextmanager, suppress
from pathlib import Path

import sizes
from project import BUILD, SetupError

PAGE = 4096
SIGNATURE, VERSION = b"MobiSwap", 1
LEAST_PAGES = 65
MOST = 4 << 30
HEADS, SECTORS = 16, 63         # of the geometry that Bochs wants to hear
CYLINDER = HEADS * SECTORS * 512
FOLDER = BUILD / "swap"


def header(pages):
    """The first page of a swap device of so many pages."""
    page = struct.pack("<8sIIQ", SIGNATURE, VERSION, PAGE, pages).ljust(PAGE - 4, b"\0")
    return page + struct.pack("<I", zlib.crc32(page))


def make(path, size):
    """A fresh swap disk: whole cylinders, of which `size` bytes are swap space."""
    if not LEAST_PAGES * PAGE <= size <= MOST:
        raise SetupError(f"swap space of {sizes.shown(size)} is not between "
                         f"{sizes.shown(LEAST_PAGES * PAGE)} and {sizes.shown(MOST)}")
    with open(path, "wb") as file:
        file.write(header(size // PAGE))
        file.truncate(cylinders(size) * CYLINDER)


def cylinders(size):
    """How many hold so many bytes."""
    return -(-size // CYLINDER)


def _locked(path):
    """A descriptor that keeps others away from the file, or None where one of them has it."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except PermissionError as error:
        raise SetupError(f"{path}: it cannot be written") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return descriptor
    except BlockingIOError:
        os.close(descriptor)
        return None


def _folder():
    """For files made for a run, without those that killed runs left; None (the system's folder for
    such) where build/swap cannot be written."""
    with suppress(PermissionError):
        FOLDER.mkdir(parents=True, exist_ok=True)
    if not os.access(FOLDER, os.W_OK):
        return None
    _remove_leftovers()
    return FOLDER


def _remove_leftovers():
    for path in FOLDER.glob("*.img"):
        if not os.access(path, os.W_OK):
            continue  # another user's
        try:
            descriptor = _locked(path)
            if descriptor is not None:
                path.unlink(missing_ok=True)
                os.close(descriptor)
        except FileNotFoundError:
            pass


@contextmanager
def attached(text, memory_mib):
    """The file for `--swap TEXT` (a size, a file, '' for the default), or None for no swap disk."""
    size = sizes.parse(text) if text else min(4 * memory_mib << 20, MOST)
    if size == 0:
        yield None
        return
    if size is None:
        path = Path(text)
        if not path.is_file():
            raise SetupError(f"{text}: no such swap file, and no size (such as 256M)")
        if path.stat().st_size == 0 or path.stat().st_size % 512:
            raise SetupError(f"{text}: no disk has that size: whole sectors of 512 bytes")
        descriptor = _locked(path)
    else:
        descriptor, name = tempfile.mkstemp(suffix=".img", dir=_folder())
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        path = Path(name)
    if descriptor is None:
        raise SetupError(f"{text}: another machine runs with it")
    try:
        if size is not None:
            make(path, size)
        yield path
    finally:
        if size is not None:
            path.unlink(missing_ok=True)
        os.close(descriptor)
