"""Files and folders that every user can reach.

A clone may be in a home folder of mode 0700, as root's is, and its files may have been made with a strict umask. So another user
runs and reads copies, which are in a folder of the tests' own.
"""
import atexit
import contextlib
import functools
import os
import pathlib
import shutil
import tempfile

# It is made before the servers of children.py start, so it is removed after they have ended.
kept = contextlib.ExitStack()
atexit.register(kept.close)


def is_open(folder):
    """Returns whether every user can enter this folder, and programs can be run there."""
    try:
        where = pathlib.Path(folder).resolve(strict=True)
        return (all(one.stat().st_mode & 0o001 for one in (where, *where.parents))
                and not os.statvfs(where).f_flag & os.ST_NOEXEC)
    except OSError:
        return False


def open_place(wanted=None):
    """Returns where folders for all users are made: the wanted place (by default TMPDIR), or /tmp or /var/tmp if some user
    can't enter it."""
    places = (wanted or tempfile.gettempdir(), "/tmp", "/var/tmp")
    found = next((place for place in places if is_open(place)), None)
    assert found, f"none of {', '.join(places)} can be entered by every user and runs programs"
    return found


@functools.cache
def copy_for_all(path):
    """Returns the path of a copy of this file or folder, which every user can read, and run if it is a program.

    It is made once a process and goes with it.
    """
    folder = pathlib.Path(tempfile.mkdtemp(prefix="backstop-copy-", dir=open_place()))
    kept.callback(shutil.rmtree, folder)
    folder.chmod(0o755)
    copy = folder / path.name
    if path.is_dir():
        shutil.copytree(path, copy, symlinks=True)
    else:
        shutil.copy(path, copy)
    for one in (copy, *copy.rglob("*")):
        if not one.is_symlink():
            one.chmod(0o755 if one.is_dir() or os.access(one, os.X_OK) else 0o644)
    return copy
