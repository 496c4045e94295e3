"""Small disks that fill up. They are mounted in a mount namespace of this process and its children, and end with them."""
import contextlib
import ctypes
import os
import subprocess
import unittest

CLONE_NEWNS = 0x00020000


def can_mount():
    """Hides the mounts of this process from all others, from now on. Returns whether that is possible."""
    libc = ctypes.CDLL(None, use_errno=True)
    if os.geteuid() != 0 or libc.unshare(CLONE_NEWNS) != 0:
        return False
    return subprocess.run(["mount", "--make-rprivate", "/"], stderr=subprocess.DEVNULL, check=False).returncode == 0


needs_mounts = unittest.skipUnless(can_mount(), "a small disk takes root, and the right to mount it")


class Disk:
    """A disk of this size, mounted at `path`, a new folder."""

    def __init__(self, path, size, most_files=0):
        self.path = path
        path.mkdir()
        options = f"size={size}" + (f",nr_inodes={most_files}" if most_files else "")
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", path], check=True)
        self.filler = path / "filler"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # It is gone once no process uses it any more.
        subprocess.run(["umount", "--lazy", self.path], check=True)

    def fill(self):
        """Fills the disk to its last octet."""
        with open(self.filler, "ab", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))

    def free(self):
        self.filler.unlink()
