#!/usr/bin/python3
"""If `backstop serve` can't start, it prints one clear line and exits with the status that docs/command-line.md lists."""
import pathlib
import socket

from ops import Case, LowPort, as_nobody, config, give_to_nobody, inbound, main, run, takes_root, unittest

HOP = "smtp://127.0.0.1:9"
LOW_PORTS = pathlib.Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")


class Starting(Case):
    def setUp(self):
        super().setUp()
        self.write("keys", "0 exim sign 2020-01-01 not a secret to anybody\n").chmod(0o600)

    def configuration(self, gateway=inbound(HOP), more_server="", more=""):
        text = config(gateway, more_server=more_server, more=more).replace("{folder}", str(self.folder))
        return self.write("backstop.toml", text)

    def refused(self, status, line, file=None, **options):
        """Checks that it exits with this status and prints this line only, in which PATH stands for the configuration."""
        path = file or self.configuration()
        want = (status, "", line.replace("PATH", str(path)) + "\n")
        self.assertEqual(run("serve", "-c", path, **options), want)


class Anybody(Starting):
    def test_the_address_is_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            file = self.configuration(inbound(HOP).replace("127.0.0.1:0", f"127.0.0.1:{port}"))
            self.refused(69, f"backstop: can't listen on 127.0.0.1:{port}: address already in use; "
                         '"ss -ltnp" tells who listens there', file)

    def test_the_address_is_another_hosts(self):
        file = self.configuration(inbound(HOP).replace("127.0.0.1:0", "192.0.2.1:2525"))
        self.refused(69, "backstop: can't listen on 192.0.2.1:2525: cannot assign requested address; this host has no such address", file)

    def test_there_is_no_such_user(self):
        file = self.configuration(more_server='user = "no-such-user"')
        self.refused(65, 'PATH:4:8: user: there is no user "no-such-user" on this system', file)

    def test_the_key_file_is_open_to_others(self):
        (self.folder / "keys").chmod(0o640)
        file = self.configuration()
        line = next(number for number, text in enumerate(file.read_text().split("\n"), 1) if "/keys" in text)
        self.refused(65, f"PATH:{line}:8: file: key file {self.folder}/keys: others than its owner can reach it, its mode is 0640; "
                     f"run: chmod 600 {self.folder}/keys", file)

    def test_the_folder_of_the_log_is_missing(self):
        file = self.configuration(more='[log]\nfile = "{folder}/gone/log"\n')
        line = file.read_text().split("\n").index("[log]") + 2
        self.refused(65, f"PATH:{line}:8: file: there is no folder {self.folder}/gone", file)

    def test_the_log_is_a_folder(self):
        (self.folder / "log").mkdir()
        self.refused(69, f"backstop: can't write the log {self.folder}/log: Is a directory",
                     self.configuration(more='[log]\nfile = "{folder}/log"\n'))

    def test_there_is_no_configuration(self):
        self.refused(66, "backstop: PATH: no such file", self.folder / "gone.toml")
        self.refused(66, "backstop: PATH: it is a folder; a configuration file is wanted", self.folder)

    def test_the_command_line_is_wrong(self):
        for arguments in ((), ("-c",), ("--config", "a", "b")):
            with self.subTest(arguments):
                status, out, err = run("serve", *arguments)
                self.assertEqual((status, out, err.count("\n")), (64, "", 1), err)

    def test_each_mistake_has_its_line(self):
        file = self.configuration(more="[lgo]\n[limits]\nsessions = 0\n")
        status, out, err = run("serve", "-c", file)
        self.assertEqual((status, out, len(err.splitlines())), (65, "", 2), err)


@takes_root
class Unprivileged(Starting):
    """The same for a user with few rights."""

    def setUp(self):
        super().setUp()
        give_to_nobody(self.folder / "keys")

    def test_only_root_becomes_another_user(self):
        give_to_nobody(self.folder)
        self.refused(69, "backstop: can't become the user daemon: only root can; start it as root, or take \"user\" out of the "
                     "configuration and start it as that user", self.configuration(more_server='user = "daemon"'), **as_nobody())

    @unittest.skipIf(int(LOW_PORTS.read_text()) < 600, "every user may listen at low ports here")
    def test_only_root_listens_at_low_ports(self):
        give_to_nobody(self.folder)
        port = self.enterContext(LowPort())
        file = self.configuration(inbound(HOP).replace("127.0.0.1:0", f"127.0.0.1:{port}"))
        self.refused(69, f"backstop: can't listen on 127.0.0.1:{port}: permission denied; ports below 1024 need root, or the "
                     "capability CAP_NET_BIND_SERVICE", file, **as_nobody())

    def test_the_history_can_not_be_written(self):
        status, out, err = run("serve", "-c", self.configuration(), **as_nobody())
        self.assertEqual((status, out, err.count("\n")), (69, "", 1), err)
        self.assertRegex(err, rf"\Abackstop: .*{self.folder}/history\.db.*\n\Z")

    def test_the_log_can_not_be_written(self):
        self.refused(69, f"backstop: can't write the log {self.folder}/log: Permission denied",
                     self.configuration(more='[log]\nfile = "{folder}/log"\n'), **as_nobody())

    def test_the_files_must_be_writable_for_the_new_user(self):
        # root could write both, but goes on as a user who can't.
        self.refused(69, f"backstop: can't write the log {self.folder}/log: Permission denied",
                     self.configuration(more_server='user = "nobody"', more='[log]\nfile = "{folder}/log"\n'))


if __name__ == "__main__":
    main()
