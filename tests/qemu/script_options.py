"""What the commands in scripts/ refuse before anything is built or booted, and in which words:
numbers, patterns, files that are something else, two of what there can be one of."""
import os
import re
import struct
import subprocess

import boot_options
import image
import policy_lab
import sim
from emulator_tests import Boot, Script
from project import KERNEL, PROGRAMS, ROOT, SCRIPTS, SetupError

WRONG_NUMBERS = {
    "run": {"--timeout": ["inf", "nan", "-1", "0", "1e12", "soon"], "--memory": ["9" * 5000, "-1"]},
    "sim": {"--seeds": ["0", "-1", "1e3", "9" * 5000], "--first": ["-1", "9" * 30]},
    "malloc-bench": {"--runs": ["0", "-3"], "--percent": ["0", "x"]},
    "mutants": {"-j": ["0", "-1"]},
    "policy-lab": {"--frames": ["0", "-1", "many"]},
}


def refused(words, name, *arguments, folder=ROOT):
    """At once, as a setup verdict with these words (a regular expression) in it."""
    result = subprocess.run([SCRIPTS / name, *arguments], stdin=subprocess.DEVNULL, cwd=folder,
                            capture_output=True, text=True, timeout=20)
    assert result.returncode == 126 and result.stdout == "", (name, arguments, result)
    last, = result.stderr.splitlines()
    assert re.match(rf"mobius: setup: .*{words}", last), (words, last)


def wrong_numbers(_context):
    for name, options in WRONG_NUMBERS.items():
        for option, values in options.items():
            for value in values:
                refused(f"argument {option}: '{value}' is ", name, f"{option}={value}"
                        if option.startswith("--") else option + value)
    sources = "".join(path.read_text() for path in (SCRIPTS / "lib").glob("*.py"))
    assert not re.search(r"\btype=(int|float)\b", sources), "a number that nobody looks at"
    refused("'usable-frames=9+': possible are", "run", "--append", f"usable-frames={'9' * 5000}",
            "--no-build", "hello.exe")


def wrong_patterns(_context):
    for part in ("host", "qemu"):
        refused(r"'\[' is no regular expression: ", "test", part, "-R", "[")
    refused(r"'\*' is no regular expression: nothing to repeat", "mutants", "--list", "-R", "*")


def wrong_boot_files(context):
    text = context.folder / "hello.c"
    text.write_text("int main(void) { return 0; }\n")
    hello = str(PROGRAMS / "hello.exe")
    refused("no ISO 9660 image", "run", "--iso", str(text))
    refused("a folder, not a file", "run", "--iso", str(context.folder))
    for file in (hello, str(text), "/bin/true"):
        refused("no kernel ", "run", "--kernel", file, "hello.exe")
    refused("a folder, not a program", "run", "--no-build", str(context.folder))
    made = context.folder / "made.iso"
    image.make(made, image.Contents())
    result = context.run("--iso", str(made), "--timeout", "0.01")
    assert result.verdict == "timeout", result.show()
    assert context.run("--kernel", str(KERNEL), "hello.exe").status == 0


def files_in_each_others_place(context):
    for name in ("a", "b"):
        (context.folder / name).mkdir()
        (context.folder / name / "same.txt").write_text(name)
    one, other = (str(context.folder / name / "same.txt") for name in "ab")
    run = ["run", "--no-build"]
    twice = "two files for /run/same.txt on the CD"
    refused(twice, *run, "--with", one, "--with", other, "-c", "ls")
    program = context.folder / "same.txt"
    program.write_bytes((PROGRAMS / "hello.exe").read_bytes())
    refused(twice, *run, "--with", one, "./same.txt", folder=context.folder)
    refused("two files for /x on the CD", *run, "--with", f"{one}=/x", "--with", f"{other}=//x")
    refused("the system's own", *run, "--with", f"{one}=/boot/init.cmd", "-c", "ls")
    result = context.run("--with", one, "--with", f"{other}=/other.txt",
                         "-c", "cat /run/same.txt", "-c", "cat /other.txt")
    assert result.stdout == b"ab" and result.status == 0, result.show()
    assert context.run("--with", str(program), str(program)).status == 0


def no_regular_files(context):
    folder = context.folder / "folder"
    folder.mkdir()
    fifo = folder / "fifo"
    os.mkfifo(fifo)
    for path in (fifo, folder, "/dev/null"):
        refused("no regular file", "run", "--no-build", "--with", str(path), "-c", "ls")


def too_much_to_say(context):
    source = (ROOT / "kernel/proc/processes/init_process.cpp").read_text()
    limit = re.search(r"kMaxCommandBytes = (\d+) \* 1024", source)
    assert image.MOST_INIT_BYTES == int(limit[1]) * 1024
    words = f"at most {image.MOST_INIT_BYTES:,} fit"
    most = "x" * 65000
    for arguments in (["cat.exe", most, most], ["-c", most, "-c", most],
                      ["--env", f"A={most}", "-c", most]):
        refused(words, "run", "--no-build", *arguments)
    lines = ["-c", "# " + "x" * 1000] * 60
    assert context.run(*lines, "-c", "echo said").stdout == b"said\n"


def repeated_options(context):
    result = context.run("-c", "echo one", "-c", "echo two", "--append", "no-dma",
                         "--append", "policy=fifo")
    assert result.stdout == b"one\ntwo\n" and result.status == 0, result.show()
    assert "paging: policy fifo" in result.log, result.log
    for name in ("run", "iso"):
        refused("'policy=duel' after another policy=", name, "--append", "policy=fifo",
                "--append", "policy=duel", *(["--no-build", "hello.exe"] if name == "run" else []))


def what_is_no_trace(context):
    path = context.folder / "some.trace"
    text = (ROOT / "scripts/lib/trace_plugin.c").read_bytes()
    for data in (b"", b"1234567", text[:len(text) & ~7], (PROGRAMS / "hello.exe").read_bytes()):
        path.write_bytes(data)
        refused("no recording of scripts/record-trace", "policy-lab", str(path))
    refused("a folder, not a recording", "policy-lab", str(context.folder))
    refused(f"'lru' .*{boot_options.policies()[0]}", "policy-lab", "--policy", "lru")
    path.write_bytes(b"".join(struct.pack("<II", 3 << 1, page) for page in range(100)))
    policy_lab.refuse_what_is_no_trace(path)
    try:
        policy_lab.refuse_what_is_no_trace(context.folder)
        assert False, "a folder is taken"
    except SetupError:
        pass


def faults_and_places(context):
    plan = (ROOT / "tests/host/simulation/plan.cpp").read_text()
    names = re.search(r"kFaultNames\[\] = \{(.*?)\}", plan, re.DOTALL)[1]
    assert list(sim.FAULTS) == re.findall(r'"([^"]+)"', names)
    refused("'foo' .*torn", "sim", "--faults", "foo")
    refused(".*none/here: no such folder", "iso", "-o", str(context.folder / "none/here/x.iso"))
    refused("a folder, not a file", "iso", "-o", str(context.folder))
    refused("swap space of 9000G is not between 260K and 4G", "mkswap", "x.img", "9000G")


TESTS = [
    Script("Scripts_numbers_that_cannot_be_meant_are_refused", wrong_numbers),
    Script("Scripts_patterns_that_are_none_are_refused", wrong_patterns),
    Script("Scripts_files_that_nothing_boots_from_are_refused", wrong_boot_files),
    Script("Scripts_no_file_takes_another_ones_place", files_in_each_others_place),
    Script("Scripts_what_is_no_regular_file_is_refused", no_regular_files),
    Script("Scripts_more_arguments_than_fit_are_refused", too_much_to_say),
    Script("Scripts_options_that_come_again_add_up", repeated_options),
    Script("Scripts_what_is_no_trace_is_refused", what_is_no_trace),
    Script("Scripts_names_and_places_are_looked_at_first", faults_and_places),
    Boot("Scripts_a_long_argument_arrives", f"cat.exe --{'x' * 3000}", verdict="exit [1-9]"),
]
