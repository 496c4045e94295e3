#!/usr/bin/python3
"""confined.py UNIT PROGRAM ARGUMENT...

Runs the program as the user nobody under the restrictions of a unit, as far as that is possible without systemd itself: system
calls, address families, capabilities, limits. Needs root. Ends with status 77 if the kernel or a library can't do it.
"""
import configparser
import ctypes
import errno
import os
import pwd
import resource
import socket
import subprocess
import sys

CANNOT = 77
CAP_NET_BIND_SERVICE = 10
PR_SET_KEEPCAPS, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_SET_MDWE = 8, 38, 47, 65
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
EQUAL = 4


class Repeated(dict):
    """Keeps all values of a setting that occurs several times."""

    def __setitem__(self, key, value):
        if isinstance(value, list) and isinstance(self.get(key), list):
            value = self[key] + value
        super().__setitem__(key, value)


class Compare(ctypes.Structure):
    """struct scmp_arg_cmp."""
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


def settings(unit):
    """Returns the [Service] section. The values of a setting that occurs several times are lines."""
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",), dict_type=Repeated)
    parser.optionxform = str
    parser.read(unit)
    return dict(parser["Service"].items())


def members(name):
    """Returns the system calls of a group, as systemd defines it."""
    if not name.startswith("@"):
        return {name}
    text = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True).stdout
    names = [line.strip() for line in text.splitlines()[1:]]
    return set().union(*(members(one) for one in names if one and not one.startswith("#")))


def system_calls(lines):
    """Returns the system calls that SystemCallFilter= allows: later lines take from earlier ones, and those that every program needs stay."""
    allowed = set()
    for line in lines.split("\n"):
        calls = set().union(*map(members, line.lstrip("~").split()))
        allowed = allowed - calls if line.startswith("~") else allowed | calls
    return allowed | members("@default")


def must(result, what):
    if result != 0:
        sys.exit(f"confined.py: {what}: {os.strerror(ctypes.get_errno())}")


class Filter:
    def __init__(self, calls, families):
        self.library = ctypes.CDLL("libseccomp.so.2")
        self.library.seccomp_init.restype = ctypes.c_void_p
        self.context = ctypes.c_void_p(self.library.seccomp_init(ctypes.c_uint32(REFUSE)))
        for name in calls - {"socket"}:
            self.allow(name)
        for family in families:
            self.allow("socket", Compare(0, EQUAL, getattr(socket, family), 0))

    def allow(self, name, *rules):
        number = self.library.seccomp_syscall_resolve_name(name.encode())
        if number < 0:  # a system call of another processor
            return
        array = (Compare * len(rules))(*rules)
        must(self.library.seccomp_rule_add_array(self.context, ctypes.c_uint32(ALLOW), number, ctypes.c_uint(len(rules)), array), name)

    def load(self):
        must(self.library.seccomp_load(self.context), "the filter")


def drop_to(user, libc):
    """Becomes the user, as User= and AmbientCapabilities= do it."""
    must(libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), "keeping capabilities")
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    bit = 1 << CAP_NET_BIND_SERVICE
    header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)
    must(libc.capset(header, data), "capset")
    must(libc.prctl(PR_CAP_AMBIENT, 2, CAP_NET_BIND_SERVICE, 0, 0), "ambient capabilities")


def confine(unit):
    libc = ctypes.CDLL(None, use_errno=True)
    have = settings(unit)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    files = min(int(have["LimitNOFILE"]), hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    os.umask(int(have["UMask"], 8))
    calls = Filter(system_calls(have["SystemCallFilter"]), have["RestrictAddressFamilies"].split())
    drop_to(pwd.getpwnam("nobody"), libc)
    must(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")
    # MemoryDenyWriteExecute=, which kernels have from 6.3 on; an older one goes without.
    libc.prctl(PR_SET_MDWE, 1, 0, 0, 0)
    calls.load()


def run(unit, *command):
    try:
        confine(unit)
    except (OSError, FileNotFoundError) as error:
        print(f"confined.py: {error}", file=sys.stderr)
        sys.exit(CANNOT)
    os.execv(command[0], command)


if __name__ == "__main__":
    run(*sys.argv[1:])
