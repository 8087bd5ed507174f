"""programs: programs that others wrote, fetched once from Debian's source packages and built by
scripts/cc into build/programs/NAME/NAME.exe. KNOWN is the table of them.

The archive of the original authors is taken as it is, from the Debian mirrors that this machine's
apt is set up with, and must have the digest in the table. Nothing of it is changed. What is up to
date is left alone, and then nothing needs the network (docs/decisions/0011-programs-of-others.md).
"""
import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import time
from dataclasses import dataclass
from pathlib import Path

from build import build, build_lock
from project import BUILD, ROOT, SCRIPTS, SetupError, say

FOLDER = BUILD / "programs"
SDK = BUILD / "user" / "sdk"
HELPER = "/usr/lib/apt/apt-helper"  # fetches a file as apt does; in Debian's package apt


@dataclass(frozen=True)
class Program:
    archive: str            # where a Debian mirror has it
    sha256: str
    sources: tuple          # globs in the archive; one that begins with ! leaves out
    flags: tuple            # for the compiler
    licence: tuple          # (its name on the CD, the file that has it, first and last line of it)
    own: str = ""           # a folder of ours whose .c files are part of it

    def digest(self):
        return hashlib.sha256(repr(self).encode())


KNOWN = {
    "lua": Program(
        "pool/main/l/lua5.4/lua5.4_5.4.4.orig.tar.gz",
        "164c7849653b80ae67bec4b7473b884bf5cc8d2dca05653475ec2ed27b9ebf61",
        ("lua-5.4.4/src/*.c", "!lua-5.4.4/src/luac.c"),
        ("-Dlua_stdin_is_tty()=isatty(0)", "-include", "unistd.h",
         '-DLUA_PATH_DEFAULT="/run/?.lua;/run/?/init.lua;/?.lua"', '-DLUA_CPATH_DEFAULT=""'),
        ("COPYRIGHT.LUA", "lua-5.4.4/src/lua.h", "* Copyright", "* SOFTWARE OR")),
    # The Perl module's archive has SQLite's own amalgamation in it; Debian's sqlite3 has not.
    "sqlite": Program(
        "pool/main/libd/libdbd-sqlite3-perl/libdbd-sqlite3-perl_1.72.orig.tar.gz",
        "5ca41e61eb52b52bd862a3088b912a75fe70910ac789b9a9983e0a449e94f551",
        ("DBD-SQLite-1.72/sqlite3.c",),
        ("-DSQLITE_OS_OTHER=1", "-DSQLITE_THREADSAFE=0", "-DSQLITE_OMIT_LOAD_EXTENSION",
         "-DSQLITE_OMIT_WAL", "-DSQLITE_TEMP_STORE=3", "-DSQLITE_ENABLE_MATH_FUNCTIONS"),
        ("COPYRIGHT.SQLITE", "DBD-SQLite-1.72/sqlite3.h", "** The author", "**    May you share"),
        own="user/programs/sqlite"),
}


def named(text):
    """The name in KNOWN that `lua` or `lua.exe` stands for, or None."""
    name = text.removesuffix(".exe")
    return name if name in KNOWN else None


def executable(name):
    return FOLDER / name / f"{name}.exe"


def on_the_cd(name):
    """{path on the CD: file} of a program that is built: itself and its licence."""
    if not executable(name).is_file():
        raise SetupError(f"{name} has not been built")
    licence = KNOWN[name].licence[0]
    return {f"/bin/{name}.exe": executable(name), f"/licences/{licence}": FOLDER / name / licence}


def _mirrors():
    """The roots of the archives in apt's sources, in their order, whichever way these are told."""
    listed = subprocess.run(["apt-get", "--print-uris", "update"], stdin=subprocess.DEVNULL,
                            capture_output=True, text=True)
    return list(dict.fromkeys(re.findall(r"^'(\S+?/)dists/", listed.stdout, re.MULTILINE)))


def _digest_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def _fetch(name, program, archive):
    say(f"fetching {archive.name}, once")
    partial = archive.with_name(f"{archive.name}.partial")
    why = "apt has no sources"
    for mirror in _mirrors():
        partial.unlink(missing_ok=True)
        try:
            result = subprocess.run(
                [HELPER, "-o", "APT::Sandbox::User=root", "-o", "Acquire::Retries=2",
                 "download-file", mirror + program.archive, str(partial),
                 f"SHA256:{program.sha256}"],
                stdin=subprocess.DEVNULL, capture_output=True, text=True)
        except OSError as error:
            raise SetupError(f"{name} cannot be fetched: {error}") from error
        if result.returncode == 0 and _digest_of(partial) == program.sha256:
            partial.replace(archive)
            return
        errors = re.findall(r"^E: (.*)", result.stderr, re.MULTILINE)
        why = errors[0] if errors else "what came is not what was expected"
    raise SetupError(f"{name} cannot be fetched ({archive.name}): {why}")


def _unpack(name, program, folder):
    """The sources under folder/source; fetched where need be."""
    archive = folder / Path(program.archive).name
    if _digest_of(archive) != program.sha256:
        _fetch(name, program, archive)
    source = folder / "source"
    shutil.rmtree(source, ignore_errors=True)
    with tarfile.open(archive) as tar:
        for member in tar:
            if ".." in member.name or member.name.startswith("/"):
                raise SetupError(f"{archive.name}: a path that leads outside: {member.name}")
            if member.isfile():
                tar.extract(member, source)
    _, file, first, last = program.licence
    lines = (source / file).read_text(errors="replace").splitlines()
    begin = next(i for i, line in enumerate(lines) if line.startswith(first))
    end = next(i for i, line in enumerate(lines) if i >= begin and line.startswith(last))
    text = "\n".join(line.lstrip("*").removeprefix(" ") for line in lines[begin:end + 2])
    (folder / program.licence[0]).write_text(text.rstrip("/*\n ") + "\n")


def _sources(program, folder):
    chosen = []
    for pattern in program.sources:
        found = sorted((folder / "source").glob(pattern.removeprefix("!")))
        if not found:
            raise SetupError(f"{program.archive} has no {pattern}")
        chosen = ([path for path in chosen if path not in found] if pattern.startswith("!")
                  else chosen + found)
    return chosen


def _own(program):
    return sorted((ROOT / program.own).glob("*.c")) if program.own else []


def _cc(name, folder, *arguments):
    result = subprocess.run([SCRIPTS / "cc", *map(str, arguments)], cwd=folder, text=True,
                            stdin=subprocess.DEVNULL, capture_output=True)
    if result.returncode != 0:
        sys.stderr.write(result.stderr)
        raise SetupError(f"building {name} failed")


def _recipes(program):
    """What the objects are made from, and what the EXE is made from, as digests."""
    digest = program.digest()
    compiler = subprocess.run(["i686-w64-mingw32-gcc", "--version"], capture_output=True)
    digest.update(compiler.stdout)
    headers = [path for path in sorted((SDK / "include").rglob("*")) if path.is_file()]
    for path in [*headers, *_own(program), BUILD / "newlib/recipe",
                 ROOT / "toolchain/user.flags"]:
        digest.update(path.read_bytes())
    compiled = digest.hexdigest()
    for path in [*sorted((SDK / "lib").iterdir()), ROOT / "toolchain/user_link.flags"]:
        digest.update(path.read_bytes())
    return compiled, digest.hexdigest()


def _make(name):
    program, folder = KNOWN[name], FOLDER / name
    compiled, linked = _recipes(program)
    objects, recipe = folder / "objects", folder / "recipe"
    before = recipe.read_text().split() if recipe.exists() else []
    if before[1:] == [linked] and executable(name).exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    if before[:1] != [compiled]:
        recipe.unlink(missing_ok=True)
        _unpack(name, program, folder)
        sources = _sources(program, folder)
        say(f"building {name} ({len(sources)} files of theirs, {len(_own(program))} of ours)")
        shutil.rmtree(objects, ignore_errors=True)
        objects.mkdir()
        options = ["-c", "-O2", "-I", sources[0].parent, *program.flags]
        _cc(name, objects, *options, "-w", *sources)
        if own := _own(program):
            _cc(name, objects, *options, "-Wall", "-Wextra", "-Werror", *own)
        recipe.write_text(compiled)
    _cc(name, folder, *sorted(objects.glob("*.o")), "-o", executable(name))
    recipe.write_text(f"{compiled} {linked}\n")
    say(f"built {name} in {time.monotonic() - began:.0f} s")


def ready(name, verbose=False):
    """Builds the program if it is not up to date; returns on_the_cd(name)."""
    build(["user"], verbose, ["sdk"])
    with build_lock(name):
        _make(name)
    return on_the_cd(name)
