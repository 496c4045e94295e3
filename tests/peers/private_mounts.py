"""Runs a server that has its places compiled in: within its own view of the file system it finds a test's folders there."""
import pathlib

# Each pair of words is mounted, and what follows "--" is then run in place of the shell.
SCRIPT = 'while [ "$1" != -- ]; do mount --bind "$1" "$2" || exit 1; shift 2; done; shift; exec "$@"'


def with_mounts(mounts, *command):
    """Returns a command that runs this one with `mounts`, a path for each place that is to be seen there, as root. Nobody else sees them."""
    pairs = [str(word) for place, path in mounts.items() for word in (path, place)]
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", SCRIPT, "sh", *pairs, "--", *command]


def with_users(folder, **users):
    """Writes copies of the files of users and groups into the folder, with these users (by name, with a number each) in them.
    Returns the mounts that put them in place."""
    mounts = {}
    for name, line in (("passwd", "{user}:x:{number}:{number}::/nonexistent:/bin/false\n"), ("group", "{user}:x:{number}:\n")):
        kept = [one for one in pathlib.Path("/etc", name).read_text().splitlines(keepends=True) if one.partition(":")[0] not in users]
        (folder / name).write_text("".join(kept) + "".join(line.format(user=user, number=number) for user, number in users.items()))
        mounts[f"/etc/{name}"] = folder / name
    return mounts
