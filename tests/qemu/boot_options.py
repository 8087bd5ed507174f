"""Options of the kernel that cannot be meant: named together with those there are, by scripts/run
before anything is made, and by the kernel itself where a CD has them."""
import re
import shutil
import subprocess

import boot_options
import image
from emulator_tests import BOTH, QEMU, Boot, Script
from project import ROOT

POLICIES = "policy=" + re.escape("|".join(boot_options.policies()))

# A policy that the copy of the kernel in its test gets: docs/policies.md's listing by another name.
PROGRAM = """
#include <cstdio>
#include "mm/replacement/registry.h"
#include "bootinfo/boot_options.h"
void mobius::assert_failed(const char*, const char*, int) { __builtin_trap(); }
int main() {
  alignas(mobius::mm::kPolicyAlignment) static std::byte storage[mobius::mm::kPolicyStorage];
  const auto* made = mobius::mm::make_policy("mru", storage);
  std::puts(made != nullptr && made->name() == "mru" ? "made" : "not made");
  std::puts(mobius::bootinfo::find_bad_option("policy=mru") ? "refused at boot" : "booted");
}
"""


def a_new_policy_is_a_file_and_a_line(context):
    """As docs/policies.md has it, done to a copy of the kernel's sources."""
    kernel = context.folder / "kernel"
    shutil.copytree(ROOT / "kernel", kernel)
    listing = re.search(r"```cpp\n(.*?)```", (ROOT / "docs/policies.md").read_text(), re.DOTALL)[1]
    mru = listing.replace("random", "mru").replace("Random", "Mru")
    (kernel / "mm/replacement/mru.cpp").write_text(mru)
    with (kernel / "mm/replacement/policies.def").open("a") as table:
        table.write('POLICY("mru", make_mru)\n')
    boot_options.check("policy=mru", kernel)
    main = context.folder / "main.cpp"
    main.write_text(PROGRAM)
    sources = [main, *(kernel / "mm/replacement").glob("*.cpp"), kernel / "base/text.cpp",
               kernel / "bootinfo/boot_options.cpp"]
    program = context.folder / "program"
    subprocess.run(["g++", "-std=c++23", "-O0", "-I", kernel, "-DMOBIUS_FILL_WITH_JUNK=0",
                    *sources, "-o", program], check=True)
    result = subprocess.run([program], capture_output=True, text=True, check=True)
    assert result.stdout == "made\nbooted\n", result.stdout


def cd_with(options):
    """A CD that scripts/run has not checked."""
    def prepare(folder):
        iso = folder / "options.iso"
        image.make(iso, image.Contents(options=f"stdin=pipe {options}", init="commands\nhello\n"))
        return ["--iso", str(iso)]
    return prepare


def refused(name, options, verdict, *log_has):
    """The machine ends before it has run anything."""
    return Boot(f"Option_{name}", prepare=cd_with(options), verdict=f"setup: {verdict}", stdout=b"",
                log_has=(rf"^setup: {verdict}$", "^The kernel's options are:$", r"^  no-dma: \w",
                         *log_has), emulators=BOTH)


def refused_by_run(name, options, verdict):
    return Boot(f"Option_{name}_is_refused_by_run", "hello.exe", f"--append '{options}'",
                verdict=f"setup: {verdict}", stdout=b"", emulators=QEMU)


TESTS = [
    Script("Option_a_new_policy_is_a_file_and_a_line", a_new_policy_is_a_file_and_a_line),
    refused("unknown", "polcy=fifo", "unknown kernel option 'polcy=fifo'", f"^  {POLICIES}: "),
    refused("with_an_impossible_value", "policy=typo",
            rf"kernel option 'policy=typo': possible are {POLICIES}"),
    refused("with_no_number", "usable-frames=1k",
            "kernel option 'usable-frames=1k': possible are usable-frames=N"),
    refused("given_twice", "policy=fifo policy=duel",
            "kernel option 'policy=duel' after another policy="),
    refused_by_run("unknown", "polcy=fifo",
                   rf"unknown kernel option 'polcy=fifo' \(there are: .*{POLICIES}.*\)"),
    refused_by_run("with_an_impossible_value", "no-dma policy=typo",
                   rf"kernel option 'policy=typo': possible are {POLICIES}"),
    Boot("Options_with_a_CD_that_is_there_are_refused", "hello.exe", prepare=cd_with("no-dma"),
         verdict="setup: --iso boots a CD as it is: .*", stdout=b""),
    Boot("Options_that_are_known_are_taken", "hello.exe",
         "--append 'policy=fifo no-dma usable-frames=2000'", emulators=BOTH,
         log_has=("^paging: policy fifo, ", "^paging: 2000 usable frames, ")),
]
