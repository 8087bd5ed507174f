"""boot_files: files that a machine is to start from, looked at before anything is made of them."""
import argparse
import struct
from pathlib import Path

_ISO_SIGNATURE_AT, _ISO_SIGNATURE = 16 * 2048 + 1, b"CD001"
_ELF32_I386 = b"\x7fELF\1\1"
_I386 = 3
_MULTIBOOT, _MULTIBOOT_WITHIN = 0x1BADB002, 8192


def existing(text):
    """A file that is there."""
    path = Path(text)
    if path.is_dir():
        raise argparse.ArgumentTypeError(f"{text}: a folder, not a file")
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"{text}: no such file")
    return path


def iso(text):
    """An image of a CD."""
    path = existing(text)
    with open(path, "rb") as file:
        file.seek(_ISO_SIGNATURE_AT)
        if file.read(len(_ISO_SIGNATURE)) != _ISO_SIGNATURE:
            raise argparse.ArgumentTypeError(f"{text}: no ISO 9660 image")
    return path


def kernel(text):
    """What GRUB's `multiboot` starts: an ELF file for i386 with the magic number near its
    beginning (Multiboot Specification 0.6.96, 3.1)."""
    path = existing(text)
    with open(path, "rb") as file:
        data = file.read(_MULTIBOOT_WITHIN)
    words = [word for word, in struct.iter_unpack("<I", data[:len(data) & ~3])]
    if not data.startswith(_ELF32_I386) or data[18:20] != _I386.to_bytes(2, "little") or \
            _MULTIBOOT not in words:
        raise argparse.ArgumentTypeError(f"{text}: no kernel (multiboot ELF for i386)")
    return path
