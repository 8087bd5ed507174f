"""How the programs that others wrote come in: fetched by digest, built once, licences on the CD,
and what is said where that fails. Lua stands for all."""
import hashlib
import io
import subprocess
import sys
import tarfile
import threading
from dataclasses import replace
from unittest import mock

import programs
from emulator_tests import Script
from project import SCRIPTS, SetupError

# What is replaced in the module `programs` is replaced for every test that runs at the same time.
_ONE_AT_A_TIME = threading.Lock()


def alone(function):
    def with_lock(context):
        with _ONE_AT_A_TIME:
            function(context)
    return with_lock


def fails_with(text, function, *arguments):
    try:
        function(*arguments)
    except SetupError as error:
        assert text in str(error), f"'{error}' does not say '{text}'"
    else:
        raise AssertionError(f"no failure, '{text}' expected")


def licences(context):
    files = programs.ready("lua") | programs.ready("sqlite")
    texts = [path for place, path in files.items() if place.startswith("/licences/")]
    assert "Permission is hereby granted" in texts[0].read_text()
    assert "disclaims copyright" in texts[1].read_text()
    result = context.run("--with", "lua", "--with", "sqlite.exe", "-c",
                         " ".join(["cat", *(f"/licences/{path.name}" for path in texts)]))
    assert result.stdout == b"".join(path.read_bytes() for path in texts), result.show()
    result = context.run("-c", "ls /bin /licences")
    assert b"hello.exe" in result.stdout and b"lua" not in result.stdout.lower(), result.show()


def files_come_along(context):
    """A script and its argument are files here; a module is found; the exit status is the script's;
    standard input is one when nothing is named."""
    programs.ready("lua")
    data = context.folder / "some data.txt"
    script = context.folder / "a script.lua"
    module = context.folder / "answers.lua"
    data.write_text("first line\nsecond line\n")
    module.write_text("return {last = 42}")
    script.write_text("for line in io.lines(arg[1]) do print(line, arg[2]) end\n"
                      "os.exit(require('answers').last)")
    result = context.run("--with", str(module), "lua", str(script), str(data), "/no/file")
    assert result.stdout == b"first line\t/no/file\nsecond line\t/no/file\n", result.show()
    assert result.verdict == "exit 42", result.show()
    result = context.run("lua.exe", "-", stdin=b"print(6 * 7)\n")
    assert result.stdout == b"42\n", result.show()
    result = context.run("lua", "-e", "error('so it goes')")
    assert result.verdict == "exit 1" and "so it goes" in result.text() + result.log, result.show()


def second_time_is_quick_and_offline(_context):
    programs.ready("lua")
    executable = programs.executable("lua")
    before = executable.stat().st_mtime_ns
    with mock.patch.object(programs, "_fetch", side_effect=AssertionError("fetched again")), \
         mock.patch.object(programs, "_cc", side_effect=AssertionError("built again")):
        programs.ready("lua")
    assert executable.stat().st_mtime_ns == before


def a_fetch_that_fails_says_so(context):
    """No mirror, one that cannot be reached, one that has something else; no apt at all; and the
    second mirror is asked where the first one has nothing."""
    archive = context.folder / "lua.tar.gz"
    helper = context.folder / "helper"
    good = b"the archive"
    known = replace(programs.KNOWN["lua"], sha256=hashlib.sha256(good).hexdigest())

    def fetch_with(answer, mirrors=("one:/", "two:/")):
        if answer is not None:
            helper.write_text(f"#!/bin/sh\nuri=$6 to=$7\n{answer}\n")
            helper.chmod(0o755)
        with mock.patch.object(programs, "HELPER", str(helper)), \
             mock.patch.object(programs, "say"), \
             mock.patch.object(programs, "_mirrors", lambda: mirrors):
            programs._fetch("lua", known, archive)
    fails_with("No such file", fetch_with, None)
    fails_with("lua cannot be fetched (lua.tar.gz): no way there", fetch_with,
               "echo 'E: no way there' >&2; exit 100")
    fails_with("what came is not what was expected", fetch_with, 'echo wrong >"$to"')
    fails_with("apt has no sources", fetch_with, "exit 0", ())
    assert not archive.exists()
    fetch_with('case $uri in one:*) exit 100 ;; esac; printf %s "the archive" >"$to"')
    assert archive.read_bytes() == good


def a_path_that_leads_outside_is_refused(context):
    folder = context.folder / "lua"
    folder.mkdir()
    archive = folder / "evil.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.addfile(tarfile.TarInfo("../outside"), io.BytesIO())
    evil = replace(programs.KNOWN["lua"], archive="pool/evil.tar.gz",
                   sha256=hashlib.sha256(archive.read_bytes()).hexdigest())
    fails_with("leads outside", programs._unpack, "lua", evil, folder)
    assert not (context.folder / "outside").exists()


def not_built_is_a_setup_failure(context):
    with mock.patch.object(programs, "FOLDER", context.folder / "no programs"):
        fails_with("lua has not been built", programs.on_the_cd, "lua")
    with mock.patch.object(programs, "FOLDER", context.folder):
        with mock.patch.object(programs, "subprocess") as theirs, mock.patch.object(sys, "stderr"):
            failed = subprocess.CompletedProcess([], 1, stdout="", stderr="error: x")
            theirs.run.return_value = failed
            fails_with("building lua failed", programs._cc, "lua", context.folder, "-c", "x.c")
    help_text = subprocess.run([SCRIPTS / "run", "--help"], capture_output=True, text=True)
    assert "lua" in help_text.stdout and "sqlite" in help_text.stdout


TESTS = [
    Script("Programs_of_others_bring_their_licences", alone(licences)),
    Script("Programs_of_others_get_the_files_that_are_named", alone(files_come_along)),
    Script("Programs_of_others_are_built_once", alone(second_time_is_quick_and_offline)),
    Script("Programs_of_others_that_cannot_be_fetched", alone(a_fetch_that_fails_says_so)),
    Script("Programs_of_others_stay_in_their_folder", alone(a_path_that_leads_outside_is_refused)),
    Script("Programs_of_others_not_built", alone(not_built_is_a_setup_failure)),
]
