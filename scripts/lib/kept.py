"""kept: files that are made once and used again, each named by what it was made from.

The name has a digest of the sources' contents and of the words that make it. A time stamp would not
do: it says that a file is newer than another one, not that it was made from it.
"""
import atexit
import contextlib
import functools
import hashlib
import os
import shutil
import tempfile
import threading
import time
from pathlib import Path

_DAYS_UNUSED = 3


def digest(sources, *words):
    """Of the contents of files and of words, in their order."""
    whole = hashlib.sha256()
    for word in words:
        whole.update(repr(word).encode())
    for source in sources:
        content = Path(source).read_bytes()
        whole.update(f"{len(content)}\n".encode() + content)
    return whole.hexdigest()


def partial(target):
    """A name of its own for each process and thread that makes the file."""
    return target.with_name(f"{target.name}.{os.getpid()}.{threading.get_ident()}.partial")


def kept(target, sources, words, make):
    """The file that make(path) writes, made if it is not there yet. `target` is its path, which gets
    the digest in front of the ending; `sources` and `words` are all that it depends on."""
    path = target.with_name(f"{target.stem}-{digest(sources, *words)[:16]}{target.suffix}")
    if not _is_there(path):
        with contextlib.suppress(PermissionError):
            path.parent.mkdir(parents=True, exist_ok=True)
        if not os.access(path.parent, os.W_OK):
            path = _own_folder() / path.name
    if path.exists():
        return path
    unfinished = partial(path)
    try:
        make(unfinished)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    _forget_old(target)
    return path


def _is_there(path):
    """Also notes that it was asked for, where it is ours to note."""
    try:
        os.utime(path)
    except OSError:
        return path.exists()
    return True


@functools.cache
def _own_folder():
    """For this process alone, where what is kept cannot be written."""
    folder = tempfile.mkdtemp(prefix="mobius-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _forget_old(target):
    """Removes what nobody has asked for in days."""
    oldest = time.time() - _DAYS_UNUSED * 86400
    for path in target.parent.glob(f"{target.stem}-*"):
        try:
            if path.stat().st_mtime < oldest:
                path.unlink()
        except (FileNotFoundError, PermissionError):
            pass
