"""brought: the files that a run brings along on its CD, as {path on the CD: file here}, and the
program and arguments that become paths there. No file takes another one's place unseen."""
import os
import posixpath
import stat
from pathlib import Path

import exe
import programs
from project import PROGRAMS, TEST_PROGRAMS, SetupError


def _refuse_what_is_no_file(path):
    """Of a folder, whatever is in it."""
    inside = (os.path.join(folder, name) for folder, folders, names in os.walk(path)
              for name in folders + names)
    for each in [path, *inside]:
        mode = os.lstat(each).st_mode if each != path else os.stat(each).st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode)):
            raise SetupError(f"{each}: no regular file, which a CD cannot hold")


def _put(files, inside, outside):
    """One more of them."""
    inside = "/" + posixpath.normpath(inside).lstrip("/")
    if inside == "/boot" or inside.startswith("/boot/"):
        raise SetupError(f"{outside}: {inside} on the CD is the system's own")
    if inside in files and not os.path.samefile(files[inside], outside):
        raise SetupError(f"two files for {inside} on the CD: {files[inside]} and {outside} "
                         "(--with FILE=/PATH names another place)")
    files[inside] = outside
    return inside


def _foreign(options, text):
    """{path on the CD: file} of a program of others, built if need be; {} where it is none."""
    name = programs.named(text)
    if not name:
        return {}
    return programs.on_the_cd(name) if options.no_build else programs.ready(name, options.verbose)


def with_files(options):
    """What --with says: FILE, FOLDER, FILE=/PATH or a known program's name."""
    files = {}
    for text in options.files:
        if not Path(text).exists() and (known := _foreign(options, text)):
            files |= known
            continue
        outside, place = Path(text), ""
        if not outside.exists() and "=/" in text:
            outside, place = Path(text.rpartition("=/")[0]), "/" + text.rpartition("=/")[2]
        if not outside.exists() and (TEST_PROGRAMS / outside).exists():
            outside = TEST_PROGRAMS / outside
        if not outside.exists():
            raise SetupError(f"{outside}: no such file")
        _refuse_what_is_no_file(outside)
        _put(files, place or f"/run/{outside.name}", outside)
    return files


def _argument(word, files):
    """A file here comes along, and the argument is its path on the CD."""
    path = Path(word)
    return _put(files, f"/run/{path.name}", path) if path.is_file() else word


def command(options, files):
    """The program's path on the CD and its arguments; its files are added."""
    name, *arguments = options.program
    if not Path(name).is_file() and (known := _foreign(options, name)):
        files |= known
        return [next(iter(known)), *(_argument(word, files) for word in arguments)]
    return [_program_path(name, files), *arguments]


def _program_path(name, files):
    """Where the program is on the CD: a file here, or else one of ours by name; .exe may be left
    out of both."""
    names = [name] if name.endswith(".exe") else [name, f"{name}.exe"]
    ours = [] if "/" in name else names
    for program in map(Path, names):
        if program.is_file():
            exe.refuse_what_is_none(program)
            return _put(files, f"/run/{program.name}", program)
    for word in ours:
        if (PROGRAMS / word).is_file():
            return f"/bin/{word}"
        if (TEST_PROGRAMS / word).is_file():
            return _put(files, f"/run/{word}", TEST_PROGRAMS / word)
    if Path(name).is_dir():
        raise SetupError(f"{name}: a folder, not a program")
    raise SetupError(f"{name}: no such program, neither a file here nor one of ours (which "
                     "'ls /bin' in the shell lists)")
