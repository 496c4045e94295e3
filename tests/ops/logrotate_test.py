#!/usr/bin/python3
"""The rule for logrotate in docs/operations.md, run by the real logrotate."""
import re
import subprocess

from ops import ANN, BOB, SOURCE, Case, FakeServer, Service, config, inbound, main, needs, send, url


@needs("logrotate")
class Logrotate(Case):
    def test_the_rule_of_the_manual(self):
        hop = self.enterContext(FakeServer())
        service = Service(self.folder, "backstop", config(inbound(url(hop.address)), more='[log]\nfile = "{folder}/log"\n'))
        service.log_file = service.folder / "log"
        self.enterContext(service)
        rules = re.search(r"```\n(/var/log/backstop.*?)```", (SOURCE / "docs/operations.md").read_text(), re.DOTALL).group(1)
        for old, new in (("/var/log/backstop/backstop.log", service.log_file), ("systemctl reload backstop", f"kill -HUP {service.child.pid}"),
                         ("su backstop backstop", "su root root"), ("daily", "size 1")):
            self.assertIn(old, rules)
            rules = rules.replace(old, str(new))
        path = self.write("rules", rules)
        path.chmod(0o644)
        for count in (1, 2):
            send(service.address("in"), BOB, ANN)
            service.wait_for_line(" info delivered ")
            done = subprocess.run(["logrotate", "--state", self.folder / "state", path], check=False, capture_output=True, text=True,
                                  env={"PATH": "/usr/sbin:/usr/bin:/bin"})
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            service.wait_for_line(" info reloaded: ")
            self.assertEqual(len(service.lines(" info delivered ")), 0)
            self.assertEqual(len(list(service.folder.glob("log.*"))), count)
        self.assertEqual(service.stop(), 0)

    def test_the_package_has_the_same_rule(self):
        rule = re.search(r"```\n(/var/log/backstop.*?)```", (SOURCE / "docs/operations.md").read_text(), re.DOTALL).group(1)
        self.assertEqual((SOURCE / "packaging/debian/backstop.logrotate").read_text().split(), rule.split())


if __name__ == "__main__":
    main()
