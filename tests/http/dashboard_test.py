#!/usr/bin/python3
"""The dashboard of a running gateway in a real browser (dashboard.mjs)."""
import http.server
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import unittest

from site_of_http import BOB, BOUNCE, PASSWORD, SOURCE, HttpSite, main, new_mail

CHROMIUM = shutil.which("chromium")
MODULES = SOURCE / "web/node_modules"
HOSTILE = '<img src=x onerror="stolen=1"><script>stolen=1</script>'
SCREENSHOTS = os.environ.get("BACKSTOP_SCREENSHOTS", "")


@unittest.skipUnless(CHROMIUM and shutil.which("node"), "not here: chromium or node")
@unittest.skipUnless((MODULES / "playwright-core").exists() and (MODULES / "axe-core").exists(), "not here: web/node_modules; run npm ci in web/")
class Dashboard(HttpSite):
    def send(self, sender, recipient, mail):
        client = self.client()
        client.envelope(sender, recipient)
        code = client.data(mail).code
        client.quit()
        return code

    def sender(self):
        """Returns the URL of a server that sends an ordinary mail whenever it is asked."""
        test = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # pylint: disable=invalid-name
                test.send("carl@example.net", BOB, new_mail("carl@example.net", BOB))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/"

    def test_in_chromium(self):
        self.begin()
        hostile = BOUNCE.replace(b"<gone@example.net>: unknown user", HOSTILE.encode()).replace(b"Reporting-MTA: dns; mail.example.net", b"Reporting-MTA: dns; <b>mail.example.net</b>")
        for number in range(60):
            self.assertEqual(self.send("", BOB, hostile if number % 2 else BOUNCE), 250)
        for number in range(3):
            self.send(f"<i>carl{number}@example.net", BOB, new_mail("carl@example.net", BOB, HOSTILE))
            self.send("carl@example.net", BOB, new_mail("carl@example.net", BOB, HOSTILE))
        self.gate.wait_for_events(60, done="quarantined")
        host, port = self.gate.address("http")
        environment = {**os.environ, "DASHBOARD_URL": f"http://{host}:{port}", "DASHBOARD_PASSWORD": PASSWORD, "DASHBOARD_HOSTILE": HOSTILE, "DASHBOARD_MAIL": hostile.decode(),
                       "DASHBOARD_SEND": self.sender(), "DASHBOARD_SCREENSHOTS": SCREENSHOTS, "CHROMIUM": CHROMIUM}
        demo = subprocess.Popen([self.gate.program, "demo", "--fast", "--stay", "--folder", self.folder / "demo"], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(demo.stdout.close)
        self.addCleanup(demo.wait, 60)
        self.addCleanup(demo.terminate)
        environment["DASHBOARD_LINK"] = next(line.strip() for line in demo.stdout if "/#once=" in line)
        done = subprocess.run(["node", "--test", "--test-reporter=spec", pathlib.Path(__file__).with_name("dashboard.mjs")], env=environment,
                              capture_output=True, timeout=250, check=False)
        if done.returncode != 0:
            print(done.stdout.decode(), done.stderr.decode(), file=sys.stderr)
        self.assertEqual(done.returncode, 0)


class Built(unittest.TestCase):
    @unittest.skipUnless((MODULES / "esbuild").exists(), "not here: web/node_modules; run npm ci in web/")
    def test_what_is_committed_is_what_the_sources_give(self):
        committed = {path.name: path.read_bytes() for path in (SOURCE / "web/dist").iterdir()}
        subprocess.run(["npx", "tsc", "--noEmit"], cwd=SOURCE / "web", check=True, timeout=120)
        subprocess.run(["node", "build.mjs"], cwd=SOURCE / "web", check=True, timeout=120)
        built = {path.name: path.read_bytes() for path in (SOURCE / "web/dist").iterdir()}
        for name, content in committed.items():
            (SOURCE / "web/dist" / name).write_bytes(content)
        self.assertEqual(built, committed)

    def test_it_is_small_and_asks_nobody_else(self):
        import gzip  # pylint: disable=import-outside-toplevel
        files = {path.name: path.read_bytes() for path in (SOURCE / "web/dist").iterdir()}
        self.assertEqual(set(files), {"app.js", "app.css", "index.html"})
        self.assertLess(sum(len(gzip.compress(content)) for content in files.values()), 80 * 1024)
        for name, content in files.items():
            self.assertNotIn(b"//# sourceMappingURL", content, name)
            self.assertNotRegex(content.replace(b"http://www.w3.org/", b""), rb"https?://", name)


if __name__ == "__main__":
    main()
