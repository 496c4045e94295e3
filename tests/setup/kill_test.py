#!/usr/bin/python3
"""`backstop setup` is killed at every system call that changes something, while it applies and while it undoes. Whatever is left, the
next --apply ends in the same state as an undisturbed one, and the next --undo leaves nothing and main.cf as it was."""
import os

from home import INTERNAL, MILTER, HomeCase, re
from support import main, needs

# Calls that change the machine, let another program change it, or wait for one. The content of a file is written beside its place, so
# that only the call counts that puts it there.
CALLS = ("mkdir", "rename", "link", "unlink", "rmdir", "lchown", "chmod", "clone3", "vfork", "connect", "sendto", "wait4")
# "2/5": the second fifth of all calls; without it every 30th call is tried.
SHARE = os.environ.get("BACKSTOP_KILL_SHARE", "")


def share_of(calls):
    if not SHARE:
        return calls[::30]
    number, of = map(int, SHARE.split("/"))
    return calls[number - 1::of]


@needs("postfix", "strace")
class Killed(HomeCase):
    def setUp(self):
        super().setUp()
        self.start_home({"virtual_mailbox_domains": "example.org", "smtpd_milters": "", "maximal_queue_lifetime": "1h"}, mailboxes=["ann@example.org"])

    def calls_of(self, *arguments):
        """Returns the system calls of a run that is not disturbed, in their order: of each, its name and which one of that name it is."""
        trace = self.folder / "trace"
        done = self.setup(*arguments, before=("strace", "-o", trace, "-e", f"trace={','.join(CALLS)}"))
        self.assertEqual(done.status, 0, done)
        counts, calls = {}, []
        for line in trace.read_text().splitlines():
            found = re.match(r"(\w+)\(", line)
            if not found:
                continue
            name = found[1]
            counts[name] = counts.get(name, 0) + 1
            # It asks again and again whether a program has ended.
            if name != "wait4" or counts[name] % 4 == 1:
                calls.append((name, counts[name]))
        return calls

    def kill_at(self, call, *arguments):
        """Returns whether it was killed there."""
        name, number = call
        done = self.setup(*arguments, before=("strace", "-o", os.devnull, "-e", f"trace={name}", "-e", f"inject={name}:signal=KILL:when={number}"))
        self.assertIn(done.status, (0, -9, 137), done)
        return done.status != 0

    def is_applied(self, why):
        self.assertEqual((self.value("smtpd_milters"), self.value("non_smtpd_milters"), self.value("internal_mail_filter_classes")),
                         (MILTER, INTERNAL, "bounce"), why)
        self.assertTrue({"backstop/keys", "backstop/backstop.toml", "home/spool/backstop/milter.sock"} <= set(self.left()), (why, self.left()))

    def is_clean(self, why):
        # The notes are in this folder. After a kill before the first note, or behind the last, nobody knows who made it.
        if self.left() == ["data"]:
            self.data.rmdir()
        self.assertEqual((self.main_cf.read_bytes(), self.left()), (self.before, []), why)
        self.assertEqual([path for path in self.folder.rglob("*.backstop-new")], [], why)

    def undo_what_is_there(self):
        """After a kill before anything was noted there is nothing to undo."""
        done = self.setup("--undo", "--yes")
        self.assertIn(done.status, (0, 66), done)
        # Folders that were made before the first note, and the note itself.
        for path in (self.folder / "data.backstop-new", self.data / "setup/setup.json.backstop-new", self.data / "setup.backstop-new", self.data / "setup",
                     self.data):
            if done.status == 66 and path.exists():
                (path.rmdir if path.is_dir() else path.unlink)()
        # The last step of an undo takes away the notes, and then their folders.
        if done.status == 66 and self.data.exists():
            self.fail(self.left())

    def test_apply(self):
        calls = self.calls_of("--apply", "--yes")
        self.undo()
        self.is_clean(("not disturbed",))
        killed = 0
        for call in share_of(calls):
            for goes_on in (True, False):
                why = (*call, "--apply" if goes_on else "--undo")
                was_killed = self.kill_at(call, "--apply", "--yes")
                killed += was_killed
                if goes_on or not was_killed:
                    self.apply()
                    self.is_applied(why)
                    self.undo()
                else:
                    self.undo_what_is_there()
                self.is_clean(why)
        self.assertGreater(killed, 0)

    def test_undo(self):
        self.apply()
        calls = self.calls_of("--undo", "--yes")
        self.is_clean(("not disturbed",))
        for call in share_of(calls):
            for goes_back in (False, True):
                why = (*call, "--apply" if goes_back else "--undo")
                self.apply()
                self.kill_at(call, "--undo", "--yes")
                if goes_back:
                    self.apply()
                    self.is_applied(why)
                self.undo_what_is_there()
                self.is_clean(why)


if __name__ == "__main__":
    main()
