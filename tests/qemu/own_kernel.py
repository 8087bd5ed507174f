"""A kernel of one's own around the memory manager, begun as docs/porting.md says: its listing, and the
two files it names, in a folder outside this tree. Needs no emulator."""
import re
import shutil
import subprocess

from emulator_tests import Script
from project import ROOT

TOY = ROOT / "examples" / "toy"


def listing(words):
    """The docs' block of code that has these words in it."""
    blocks = re.findall(r"```\w*\n(.*?)```", (ROOT / "docs/porting.md").read_text(), re.DOTALL)
    found, = (block for block in blocks if words in block)
    return found


def begun_by_the_docs(context):
    for name in ("main.cpp", "ports.h"):
        shutil.copy(TOY / name, context.folder)
    (context.folder / "CMakeLists.txt").write_text(listing("mobius_mm"))
    commands = listing("cmake -B build").replace("../mobius", f"'{ROOT}'")
    result = subprocess.run(["sh", "-ec", commands], cwd=context.folder, stdin=subprocess.DEVNULL,
                            capture_output=True, text=True)
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-2000:]
    shown = result.stdout.split("Built target my_kernel\n")[-1]
    assert f"```\n{shown}```" in (TOY / "README.md").read_text(), shown
    built = {path.name for path in (context.folder / "build").rglob("*.a")}
    assert built == {"libmobius_mm.a"}, f"built: {built}"


TESTS = [
    Script("Own_kernel_is_begun_by_the_listing_in_the_docs", begun_by_the_docs),
]
