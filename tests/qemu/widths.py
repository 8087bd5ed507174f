"""What is printed fits on a screen of 80 columns: reports of faults, in the log and by scripts/run,
and the tables of our tools."""
import subprocess

from emulator_tests import Script
from project import SCRIPTS

DEEP = """
volatile int sum;
int deep(int n) { volatile char room[900]; room[n % 900] = 1; return deep(n + 1) + room[3]; }
int main(void) { return deep(sum); }
"""
WILD = "int main(void) { return *(volatile int *)0x70000000; }\n"


def wide(text):
    return [line for line in text.splitlines() if len(line) > 80]


def fit(context):
    for name, text in (("deep", DEEP), ("wild", WILD)):
        source, program = context.folder / f"{name}.c", context.folder / f"{name}.exe"
        source.write_text(text)
        subprocess.run([SCRIPTS / "cc", "-g", source, "-o", program], check=True)
        result = context.run(program)
        report = [line for line in result.log.splitlines() if line.startswith("  ")]
        assert result.status == 139 and len(report) >= 6, result.show()
        assert not wide(result.log), wide(result.log)
        if name == "deep":
            assert result.log.count("  called from: 0x") == 2, result.log
            assert result.log.count(": deep") == 13, result.log
    shown = context.run("--with", context.folder / "deep.exe", "-c", "/run/deep.exe", "-c", "log",
                        "-c", "swapbench 100")
    assert shown.text().count("  swap-ins=") == 6 and not wide(shown.text()), wide(shown.text())


TESTS = [
    Script("Widths_fit_a_screen", fit),
]
