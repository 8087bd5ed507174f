"""docs/first-program.md's fault: its source gives the report that is shown, but for the numbers."""
import re
import subprocess

from emulator_tests import Script
from project import ROOT, SCRIPTS


def without_numbers(text):
    return re.sub(r"=[0-9a-f]{8}|0x[0-9a-f]+|(?<=thread )\d+|(?<=crt.c:)\d+", "#", text)


def shown_fault(context):
    part = (ROOT / "docs/first-program.md").read_text().split("## When it faults\n")[1]
    commands, report = re.findall(r"^```\n(.*?)^```$", part, re.DOTALL | re.MULTILINE)[:2]
    source = re.search(r"<<'EOF'\n(.*?)EOF\n", commands, re.DOTALL)[1]
    (context.folder / "fault.c").write_text(source)
    compiler = next(line for line in commands.splitlines() if line.startswith("scripts/cc"))
    subprocess.run(f"'{SCRIPTS}'/{compiler.removeprefix('scripts/')}", shell=True, check=True,
                   cwd=context.folder)
    log = context.run(context.folder / "fault.exe").log
    assert without_numbers(log[log.index("fault: "):]) == without_numbers(report), log


TESTS = [
    Script("First_program_faults_as_the_docs_show", shown_fault),
]
