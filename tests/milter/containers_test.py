#!/usr/bin/python3
"""docs/install/containers.md and packaging/oci as they are written, on loopback: the lines for each product's Postfix, with the image's
configuration behind them and a milter that does nothing in place of the product's own."""
import json
import pathlib
import re
import subprocess
import sys

import yaml

from milter_site import ANN, BOB, PROGRAM, SOURCE, Backstop, OurPostfix, Site, bounce_of, forged_bounce, main, needs, new_mail, wait_until

PAGE = (SOURCE / "docs/install/containers.md").read_text()
OCI = SOURCE / "packaging/oci"
BLOCKS = re.findall(r"^```\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
NULL = pathlib.Path(__file__).resolve().parents[1] / "setup/null_milter.py"


def block(section, part):
    """Returns the block below that heading which contains this text."""
    text = PAGE.split(f"\n## {section}\n")[1].split("\n## ")[0]
    found = [one for one in re.findall(r"^```\n(.*?)^```$", text, re.DOTALL | re.MULTILINE) if part in one]
    assert len(found) == 1, (section, part, found)
    return found[0]


def main_cf_of(text):
    return dict(re.split(r" = ", line, maxsplit=1) for line in text.strip().splitlines())


@needs("backstop", "postfix")
class Lines(Site):
    """Each product's Postfix asks the image's configuration."""

    def begin(self, theirs):
        """Starts the milters, and returns a function that puts their real places into lines of the page."""
        text = (OCI / "backstop.toml").read_text()
        swaps = {'"inet:0.0.0.0:8891"': '"inet:127.0.0.1:0"', '"inet:0.0.0.0:8892"': '"inet:127.0.0.1:0"', '"172.22.1.0/24"': '"127.0.0.1"',
                 '"observe"\n\n# Made': '"reject"\nready = "since 2026-01-01"\n\n# Made', "/etc/backstop/": "{folder}/", "/var/lib/backstop/": "{folder}/"}
        for old, new in swaps.items():
            assert old in text, old
            text = text.replace(old, new)
        self.gate = self.enterContext(Backstop(self.folder, "gate", text + '\n[auth]\nspf = "off"\ndmarc = "off"\nsender_domain = "off"\n'))
        ports = re.findall(r"milter inet:127\.0\.0\.1:(\d+)", self.gate.log())
        smtp, internal = ports[:2]
        # The product's own milter: a socket of the file system in place of its port.
        null = self.folder / "null"
        null.mkdir(mode=0o755)
        subprocess.run([sys.executable, NULL, null, self.folder / "null.pid", self.folder / "null.jsonl"], check=True, timeout=30)
        self.addCleanup(lambda: subprocess.run(["kill", (self.folder / "null.pid").read_text()], check=True))

        def placed(lines):
            lines = lines.replace("inet:backstop:8891", f"inet:127.0.0.1:{smtp}").replace("inet:backstop:8892", f"inet:127.0.0.1:{internal}")
            return lines.replace(theirs, f"unix:{null}/milter.sock")
        return placed

    def check(self):
        """A mail leaves, and its bounce is genuine; a forged one is refused; both milters are asked."""
        self.assertEqual(self.send("submission", ANN, BOB, new_mail(ANN, BOB))[-1].code, 250)
        left, = self.sent()
        self.assertIn(b"Backstop-Watermark: 1;", left.data)
        self.assertEqual(self.send("smtp", "", ANN, bounce_of(left.data))[-1].code, 250)
        self.assertEqual(self.send("smtp", "", ANN, forged_bounce())[-1].code, 550)
        came = self.gate.wait_for_events(2, direction="inbound")
        self.assertEqual([(event["origin"], event["done"]) for event in came], [("genuine", "labelled"), ("unproven", "refused")])
        wait_until(lambda: (self.folder / "null.jsonl").exists(), "the other milter was asked")
        seen = [json.loads(line) for line in (self.folder / "null.jsonl").read_text().splitlines()]
        self.assertIn(f"<{ANN}>", [message["sender"] for message in seen])
        # What the server's own programs send leaves, too.
        self.postfix.send(new_mail(ANN, BOB), ANN, BOB)
        self.assertIn(b"Backstop-Watermark: 1;", self.sent(2)[1].data)

    def lines(self, section, theirs):
        placed = self.begin(theirs)
        text = placed(block(section, "non_smtpd_milters"))
        self.assertNotIn("backstop:", text)
        self.ours(main=main_cf_of(text))
        self.check()

    def test_mailcow(self):
        self.lines("mailcow", "inet:rspamd:9900")

    def test_mailu(self):
        self.lines("Mailu", "inet:antispam:11332")

    def test_docker_mailserver(self):
        placed = self.begin("inet:rspamd")
        script = placed(block("docker-mailserver", "#!/bin/bash"))
        self.postfix = OurPostfix(self.folder, self.sockets, self.world.port, main={
            "smtpd_milters": f"unix:{self.folder}/null/milter.sock", "non_smtpd_milters": f"unix:{self.folder}/null/internal.sock",
            "internal_mail_filter_classes": ""})
        path = self.write("user-patches.sh", script)
        path.chmod(0o755)
        subprocess.run([path], check=True, timeout=30, env={"PATH": "/usr/sbin:/usr/bin:/bin", "MAIL_CONFIG": str(self.postfix.folder / "etc")})
        self.enterContext(self.postfix)
        self.assertRegex(self.postfix.command("postconf", "-h", "smtpd_milters"), r"^\{ inet:127\.0\.0\.1:\d+, default_action=accept \}, unix:")
        self.check()


@needs("backstop")
class Files(Site):
    def test_each_compose_block_has_the_image_its_configuration_and_a_place_for_its_stores(self):
        texts = [one for one in BLOCKS if "image: backstop" in one] + [(OCI / "compose.yaml").read_text()]
        self.assertEqual(len(texts), 4)
        for text in texts:
            # Mailu's lines stand within the services of its own file.
            parsed = yaml.safe_load(text if "services:" in text else "services:\n" + text)
            service = parsed["services"]["backstop"]
            self.assertEqual((service["image"], service["restart"]), ("backstop", "always"))
            places = dict(volume.split(":")[:2][::-1] for volume in service["volumes"])
            self.assertEqual(set(places), {"/etc/backstop", "/var/lib/backstop"})
            store = places["/var/lib/backstop"]
            self.assertTrue(store.startswith("./") or store in parsed["volumes"], text)
            self.assertGreater(int(service["stop_grace_period"].removesuffix("s")), 70)

    def test_the_image_starts_what_there_is(self):
        text = (OCI / "Containerfile").read_text()
        command, = re.findall(r"^CMD (\[.*\])$", text, re.MULTILINE)
        entry = re.findall(r"^ENTRYPOINT (\[.*\])$", text, re.MULTILINE)
        words = [*(json.loads(entry[0]) if entry else []), *json.loads(command)]
        self.assertEqual((pathlib.Path(words[0]).name, words[1]), ("backstop", "serve"))
        self.assertIn("/etc/backstop/backstop.toml", words)

    def test_the_configuration_as_it_is_shipped_is_good(self):
        text = (OCI / "backstop.toml").read_text().replace("/etc/backstop/keys", f"{self.folder}/keys").replace("/var/lib/backstop", str(self.folder))
        path = self.write("backstop.toml", text)
        subprocess.run([PROGRAM, "keys", "new", self.folder / "keys"], check=True, timeout=30, stdout=subprocess.DEVNULL)
        done = subprocess.run([PROGRAM, "check-config", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30, check=True)
        self.assertIn(b"every user of these hosts can connect and claim to have sent mail", done.stdout + done.stderr)


if __name__ == "__main__":
    main()
