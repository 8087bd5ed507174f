"""exe: what a file is that somebody wants to run, in words, where it is no program for Mobius.

The kernel refuses such files, too (kernel/loader/pe.cpp); there is a word for it there, not a
reason. Here the reason is told before a CD is made. What is not certain is left to the kernel.
"""
import struct

from project import SetupError

_MACHINES = {0x8664: "x86-64", 0xAA64: "64-bit ARM", 0x1C0: "ARM", 0x200: "Itanium"}
_ELF_MACHINES = {3: "i386", 62: "x86-64", 183: "64-bit ARM"}
_DLL = 0x2000
_USER_BEGIN, _USER_END = 0x1000, 0x80000000
_IMPORTS = 1  # index of a data directory
_CURE = "scripts/cc makes programs for Mobius"


def refuse_what_is_none(path):
    """Raises a SetupError that says what the file is, where it is certainly no program of ours."""
    with open(path, "rb") as file:
        data = file.read()
    try:
        why = _reason(data)
    except struct.error:
        why = "it is cut off in its headers"
    if why:
        raise SetupError(f"{path}: {why}")


def _reason(data):
    if data[:4] == b"\x7fELF":
        machine = _ELF_MACHINES.get(int.from_bytes(data[18:20], "little"), "another processor")
        return f"an ELF file for {machine}, as Linux has them; {_CURE}"
    if data[:2] == b"#!":
        return "a script; scripts/run -c COMMANDS runs commands of the shell"
    if data[:2] != b"MZ":
        return f"no EXE file: it does not begin with MZ; {_CURE}"
    pe, = struct.unpack_from("<I", data, 60)
    if pe + 4 <= len(data) and data[pe:pe + 4] != b"PE\0\0":
        return "an EXE file, but not of the PE kind (DOS has such)"
    machine, sections, _, _, _, optional, flags = struct.unpack_from("<HHIIIHH", data, pe + 4)
    if machine != 0x14C:
        return f"a program for {_MACHINES.get(machine, 'another processor')}, not for i386"
    if flags & _DLL:
        return "a DLL, not a program"
    base, = struct.unpack_from("<I", data, pe + 24 + 28)
    size, = struct.unpack_from("<I", data, pe + 24 + 56)
    if base < _USER_BEGIN or base + size > _USER_END:
        return (f"it cannot fit: it wants 0x{base:08x} to 0x{base + size:08x}, and programs have "
                f"0x{_USER_BEGIN:08x} to 0x{_USER_END:08x}")
    table = [struct.unpack_from("<IIII", data, pe + 24 + optional + 40 * i + 8)
             for i in range(sections)]
    end = max((place + raw for _, _, raw, place in table if place and raw), default=0)
    if end > len(data):
        return f"it is cut off: {len(data):,} bytes of {end:,}"
    return _imports(data, pe, table)


def _imports(data, pe, table):
    """DLLs that it wants: the loader has none to give."""
    count, = struct.unpack_from("<I", data, pe + 24 + 92)
    if count <= _IMPORTS:
        return None
    at, size = struct.unpack_from("<II", data, pe + 24 + 96 + 8 * _IMPORTS)

    def offset(address):
        for _, begin, raw, place in table:
            if begin <= address < begin + raw:
                return address - begin + place
        raise struct.error
    names = []
    for entry in range(offset(at), offset(at) + size, 20) if at and size else ():
        name, = struct.unpack_from("<I", data, entry + 12)
        if name == 0:
            break
        start = offset(name)
        names.append(data[start:data.index(b"\0", start)].decode(errors="replace"))
    if not names:
        return None
    return f"it imports from {', '.join(names)}, as programs for Windows do; {_CURE}"
