"""mobius: gdb commands and printers for our structures; `scripts/run --gdb` prints how to load it.

    mobius frames               page frames by use
    mobius processes            every process with its threads
    mobius regions PID          the regions of a process, with the pages that are resident
    mobius translate PID ADDR   how the page tables translate an address, and which frame it is
    mobius program FILE.exe     reads a program's symbols (the .debug file beside it)
Addresses, ranges and frames print as such everywhere.
"""
import os
import re

import gdb

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KERNEL_BASE = 0x80000000
PAGE = 4096


def elements(list_value):
    """All elements of a mobius::List<T, Tag>, as references."""
    kind = list_value.type.strip_typedefs()
    element = kind.template_argument(0).pointer()
    linked = gdb.lookup_type(f"mobius::Link<{kind.template_argument(1)}>").pointer()
    head = list_value["head_"].address
    link = list_value["head_"]["next"]
    while link != head:
        yield link.cast(linked).cast(element).dereference()
        link = link["next"]


def started():
    """The proc::System."""
    pointer = gdb.parse_and_eval("'mobius::proc::running_system'")
    if not pointer:
        raise gdb.GdbError("the process layer has not started yet")
    return pointer.dereference()


def owned(pointer):
    """What a std::unique_ptr points to, or None."""
    while pointer.type.strip_typedefs().code == gdb.TYPE_CODE_STRUCT:
        pointer = pointer[pointer.type.strip_typedefs().fields()[0]]
        heads = [f for f in pointer.type.strip_typedefs().fields()
                 if f.name and "_Head_base<0" in f.name] \
            if pointer.type.strip_typedefs().code == gdb.TYPE_CODE_STRUCT else []
        if heads:
            pointer = pointer[heads[0]]["_M_head_impl"]
    return pointer.dereference() if pointer else None


def process(pid):
    for candidate in elements(started()["processes"]["all_"]):
        if int(candidate["pid"]) == pid:
            return candidate
    raise gdb.GdbError(f"no process {pid}")


def context_of(thread, member):
    """A word of the architecture's context; 0 where the thread has ended."""
    context = thread["context"].cast(gdb.lookup_type("mobius::arch::ThreadContext").pointer())
    return int(context[member]) if context else 0


def enumerator(value):
    """The last part of an enumerator's name, such as Waiting."""
    return str(value).rpartition("::")[2]


def regions(space):
    """The regions of an address space, ascending."""
    region = gdb.lookup_type("mobius::mm::Region").pointer()
    end = space["regions"]["set_"]["end_"].address

    def walk(node):
        if node:
            yield from walk(node["child_"][0])
            if node != end:
                yield node.cast(region).dereference()
            yield from walk(node["child_"][1])
    yield from walk(space["regions"]["set_"]["tree_"]["root_"])


def physical_word(address):
    """A 32-bit word of physical memory, by the kernel's direct map."""
    word = gdb.lookup_type("unsigned int").pointer()
    return int(gdb.Value(KERNEL_BASE + address).cast(word).dereference())


class Mobius(gdb.Command):
    """Commands that know Mobius' structures: frames, processes, regions, translate, program."""

    def __init__(self):
        super().__init__("mobius", gdb.COMMAND_DATA, gdb.COMPLETE_NONE, True)


class Frames(gdb.Command):
    """mobius frames: page frames by use."""

    def __init__(self):
        super().__init__("mobius frames", gdb.COMMAND_DATA)

    def invoke(self, _argument, _from_tty):
        frames = started()["memory"]["frames"].referenced_value()
        uses = gdb.lookup_type("mobius::mm::FrameUse")
        counts = frames["counts_"]
        print(f"{int(counts['total_']):8} frames in all")
        for field in uses.fields():
            count = int(counts["used_"][field.enumval])
            if count:
                print(f"{count:8} {field.name.rpartition('::')[2]}")
        print(f"{int(counts['free_']):8} free, of them {int(frames['zeroed_']['count_'])} zeroed; "
              f"{int(frames['gate_']['admission_']['promised'])} are kept for promises")


class Processes(gdb.Command):
    """mobius processes: every process with its threads."""

    def __init__(self):
        super().__init__("mobius processes", gdb.COMMAND_DATA)

    def invoke(self, _argument, _from_tty):
        for one in elements(started()["processes"]["all_"]):
            name = one["name"]["_M_elems"].string()
            print(f"{int(one['pid']):5} {name:16} {enumerator(one['end'])}"
                  f"{' zombie' if one['zombie'] else ''}")
            for thread in elements(one["threads"]):
                print(f"      thread {int(thread['id'])}: {enumerator(thread['state'])}, "
                      f"priority {int(thread['priority'])}, "
                      f"stack 0x{context_of(thread, 'kernel_stack_top'):08x}")


class Regions(gdb.Command):
    """mobius regions PID: the regions of a process."""

    def __init__(self):
        super().__init__("mobius regions", gdb.COMMAND_DATA)

    def invoke(self, argument, _from_tty):
        space = owned(process(int(argument, 0))["space"])
        if space is None:
            raise gdb.GdbError("it has no memory any more")
        for region in regions(space):
            begin = int(region["range"]["begin"]["value"])
            end = int(region["range"]["end"]["value"])
            held = region["object"]["object_"]
            resident = f", object has {int(held['resident_'])} resident" if held else ""
            print(f"{begin:08x}-{end:08x} {(end - begin) // PAGE:7} pages "
                  f"{enumerator(region['kind']):9} {enumerator(region['access'])}{resident}")


class Translate(gdb.Command):
    """mobius translate PID ADDR: what the page tables of a process say of an address."""

    def __init__(self):
        super().__init__("mobius translate", gdb.COMMAND_DATA)

    def invoke(self, argument, _from_tty):
        words = gdb.string_to_argv(argument)
        address = int(gdb.parse_and_eval(words[1])) & 0xFFFFFFFF
        thread = next(elements(process(int(words[0], 0))["threads"]))
        directory = context_of(thread, "directory")
        entry = physical_word(directory + (address >> 22) * 4)
        print(f"PDE 0x{entry:08x} {flags(entry)}")
        if entry & 1 and not entry & 0x80:
            entry = physical_word((entry & ~0xFFF) + (address >> 12 & 1023) * 4)
            print(f"PTE 0x{entry:08x} {flags(entry)}")
            if entry & 1:
                print(f"frame 0x{entry >> 12:x}")


def flags(entry):
    names = ["present", "write", "user", "pwt", "pcd", "accessed", "dirty", "big", "global"]
    return " ".join(name for bit, name in enumerate(names) if entry >> bit & 1)


class Program(gdb.Command):
    """mobius program FILE.exe: symbols of a program, from FILE.exe.debug."""

    def __init__(self):
        super().__init__("mobius program", gdb.COMMAND_FILES, gdb.COMPLETE_FILENAME)

    def invoke(self, argument, _from_tty):
        path = argument.strip().strip("'\"")
        debug = path + ".debug"
        file = debug if os.path.exists(debug) else path
        gdb.execute(f'add-symbol-file "{file}" 0x401000')


class Number:
    """Prints VirtAddr, FrameNumber and ranges of them in hexadecimal."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        if "begin" in {field.name for field in self.value.type.strip_typedefs().fields()}:
            begin, end = (int(self.value[name]["value"]) for name in ("begin", "end"))
            return f"[0x{begin:x}, 0x{end:x})"
        return f"0x{int(self.value['value']):x}"


def printers(value):
    name = str(value.type.strip_typedefs().unqualified())
    if re.fullmatch(r"mobius::(VirtAddr|FrameNumber|VirtRange|FrameRange)", name):
        return Number(value)
    return None


# Debug information names sources from the tree's root on; so they are found from any folder.
gdb.execute(f"directory {ROOT}", to_string=True)
for command in (Mobius, Frames, Processes, Regions, Translate, Program):
    command()
gdb.pretty_printers.append(printers)
