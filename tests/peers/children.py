"""Processes that end with the test that started them, whatever happens to it; and waiting for conditions."""
import atexit
import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

from ports import Port

PATIENCE = float(os.environ.get("BACKSTOP_PATIENCE", "30"))

running = []


def wait_until(condition, what, seconds=PATIENCE):
    """Calls `condition` until it returns something true, and returns that. After `seconds` it fails and says `what`, which is a
    text or a function that returns one."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds:.0f} s, still not: {what() if callable(what) else what}")
        time.sleep(0.01)


def accepts(address):
    """Returns whether a server listens at (host, port) or at the path of a socket."""
    family = socket.AF_UNIX if isinstance(address, (str, os.PathLike)) else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        return probe.connect_ex(str(address) if family == socket.AF_UNIX else address) == 0


class Child:
    """A process in a session of its own, so that its children can be ended with it. Its output goes to the file `log`. It inherits the
    descriptors in `passed`."""

    def __init__(self, command, log, environment=None, passed=()):
        self.name = os.path.basename(str(command[0]))
        self.log_path = log
        with open(log, "ab") as out:
            # setpriv: if this process is killed before it can clean up, the kernel sends the child SIGTERM.
            self.process = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *map(str, command)], stdin=subprocess.DEVNULL,
                                            stdout=out, stderr=out, start_new_session=True, pass_fds=passed,
                                            env={**os.environ, **(environment or {})})
        self.pid = self.process.pid
        running.append(self)

    def is_running(self):
        return self.process.poll() is None

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def wait_for(self, condition, what, seconds=PATIENCE):
        """Works as wait_until(), but fails at once if the process has ended."""
        def look():
            found = condition()
            if not found and not self.is_running():
                told = what() if callable(what) else what
                raise AssertionError(f"{self.name} ended with status {self.process.returncode}, so not: {told}\n{self.log()}")
            return found
        return wait_until(look, what, seconds)

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, seconds=PATIENCE):
        """Waits for the end and returns the exit status; a negative one is the number of the signal that ended the process."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise AssertionError(f"{self.name} still runs after {seconds:.0f} s\n{self.log()}") from error

    def stop(self, seconds=10):
        """Sends SIGTERM, waits, then kills whatever is left of its session."""
        if self in running:
            running.remove(self)
        if self.is_running():
            self.signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        return self.process.wait()


class Peer:
    """Base of whatever starts children or holds ports. Used with enterContext(), so that all of it ends with the test."""

    def __init__(self, folder, name):
        self.name = name
        self.folder = pathlib.Path(folder) / name
        self.folder.mkdir()
        self.open = contextlib.ExitStack()
        self.child = None

    def run(self, command, log, environment=None, passed=()):
        self.child = Child(command, self.folder / log, environment, passed)
        self.open.callback(self.child.stop)
        return self.child

    def reserve(self):
        return self.open.enter_context(contextlib.closing(Port()))

    def start(self):
        raise NotImplementedError

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.open.close()
            raise
        return self

    def __exit__(self, *_):
        self.open.close()


@atexit.register
def stop_all():
    for child in list(running):
        child.stop(seconds=1)


# With this, SIGTERM from ctest or from a person runs stop_all() as well.
signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
