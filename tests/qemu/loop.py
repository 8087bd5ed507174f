"""What keeps the developer's loop short: which programs have a test, what scripts/mutants remembers,
how work is shared by several machines."""
import argparse
import dataclasses
import re

import options
from emulator_tests import Script
from host_programs import HOST, programs_with
from mutant_table import Killed, Mutant


def names_with(pattern, by_file=False):
    return [program.name for program in programs_with(re.compile(pattern), by_file)]


def only_programs_that_have_the_test_are_built(_context):
    assert names_with("Layers.The") == ["test_structure"]
    assert names_with("Layers.The", by_file=True) == ["test_structure-layers_test"]
    assert names_with("host/story/.*SwapStory") == ["test_story"]
    assert names_with("AtaFaults.*/Fault3DmaRead", by_file=True) == ["test_unit-ata_fault_test"]
    assert names_with("no_test_has_this_name") == []
    everything = names_with("", by_file=True)
    for source in HOST.glob("*/*_test.cpp"):
        name = f"test_{source.parent.name}"
        if source.parent.name != "planted":  # run_simulation starts those
            assert name in everything or f"{name}-{source.stem}" in everything, source


def a_noticed_breakage_is_remembered_by_content(context):
    whole = '#include "a/x.h"\nint f() { return 1; }\n'
    path, moved = context.folder / "x.cpp", context.folder / "y.cpp"
    path.write_text(whole)
    memory = context.folder / "killed"
    mutant = Mutant("m", str(path), "return 1", "return 2", ["structure:Layers*"])
    killed = Killed(memory)
    assert mutant not in killed
    killed.add(mutant)
    assert mutant in killed and mutant in Killed(memory)  # another run
    moved.write_text(whole.replace("a/x.h", "a/room/x.h"))
    assert dataclasses.replace(mutant, name="n", file=str(moved)) in Killed(memory)
    for changed in ({"new": "return 3"}, {"tests": ["structure:Docs*"]}):
        assert dataclasses.replace(mutant, **changed) not in Killed(memory), changed
    path.write_text(whole + "int g();\n")
    assert mutant not in Killed(memory)


def shards_are_the_whole(_context):
    for count in (0, 1, 7, 100):
        for n in (1, 2, 3, 8):
            parts = [options.part_of(count, (k, n)) for k in range(1, n + 1)]
            assert [i for part in parts for i in part] == list(range(count)), (count, n)
    parser = argparse.ArgumentParser(exit_on_error=False)
    options.shard(parser, "it")
    assert parser.parse_args(["--shard", "2/3"]).shard == (2, 3)
    for wrong in ("0/3", "4/3", "1", "x/y", "1/0"):
        try:
            parser.parse_args(["--shard", wrong])
            assert False, f"taken: {wrong}"
        except argparse.ArgumentError:
            pass


TESTS = [
    Script("Scripts_only_programs_that_have_the_test_are_built",
           only_programs_that_have_the_test_are_built),
    Script("Scripts_a_noticed_breakage_is_remembered_by_content",
           a_noticed_breakage_is_remembered_by_content),
    Script("Scripts_shards_are_the_whole", shards_are_the_whole),
]
