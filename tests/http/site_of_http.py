"""A gateway with the HTTP side, and a client of it."""
import http.client
import json
import pathlib
import subprocess
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "gateway"), str(TESTS / "peers")]

# pylint: disable=wrong-import-position,unused-import
from dialogue import ANN, BOB, BOUNCE, CARL, Dialogue, codes, tagged, url  # noqa: E402,F401
from support import PATIENCE, PROGRAM, SOURCE, gateway, main, new_mail, wait_until  # noqa: E402,F401

PASSWORD = "correct horse battery"


class Answer:
    """One answer: .status, .fields in lower case, .json or .text."""

    def __init__(self, response):
        self.status = response.status
        self.fields = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def text(self):
        return self.body.decode()


class Browser:
    """Asks over one connection, keeps the cookie, and sends the token of its login."""

    def __init__(self, address):
        self.address = address
        self.connection = http.client.HTTPConnection(*address, timeout=PATIENCE * 2)
        self.cookie = self.csrf = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def ask(self, method, path, body=None, **fields):
        """`fields` are header fields, with _ for -."""
        headers = {name.replace("_", "-"): value for name, value in fields.items()}
        if self.cookie:
            headers.setdefault("Cookie", self.cookie)
        if method == "POST" and self.csrf:
            headers.setdefault("X-CSRF-Token", self.csrf)
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        self.connection.request(method, path, body, headers)
        return Answer(self.connection.getresponse())

    def get(self, path, **fields):
        return self.ask("GET", path, **fields)

    def post(self, path, body, **fields):
        return self.ask("POST", path, body, **fields)

    def log_in(self, name, password=PASSWORD):
        answer = self.post("/api/login", {"name": name, "password": password})
        if answer.status == 200:
            self.cookie = answer.fields["set-cookie"].partition(";")[0]
            self.csrf = answer.json["csrf"]
        return answer


class HttpSite(Dialogue):
    """A gateway in each direction; anna is an admin, oscar an operator, and ann and bob are owners of their addresses."""

    HTTP = '[http]\nlisten = ["127.0.0.1:0"]\nusers = "{folder}/users"\n'
    USERS = (("anna", "admin", ()), ("oscar", "operator", ()), ("ann", "owner", (ANN,)), ("bob", "owner", (BOB,)))

    def begin(self, more="", http=HTTP, stage="quarantine", **settings):
        self.next = self.hop()
        self.relay(self.next, stage=stage, more='[quarantine]\nurl = "sqlite:{folder}/quarantine.db"\n' + http + more, **settings)
        for name, role, addresses in self.USERS:
            self.user("add", name, "--role", role, *(word for address in addresses for word in ("--address", address)))

    def user(self, *arguments, password=PASSWORD):
        done = subprocess.run([self.gate.program, "user", arguments[0], "-c", self.gate.config, *arguments[1:]], input=password.encode() + b"\n",
                              capture_output=True, timeout=PATIENCE * 2, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.decode()

    def browser(self, name=None):
        browser = self.enterContext(Browser(self.gate.address("http")))
        if name:
            self.assertEqual(browser.log_in(name).status, 200)
        return browser

    def keep(self, *recipients):
        """Sends a bounce that is kept back, and returns its id."""
        before = len(self.gate.history(done="quarantined"))
        client = self.client()
        client.envelope("", *(recipients or (BOB,)))
        self.assertEqual(client.data(BOUNCE).code, 250)
        client.quit()
        return self.gate.wait_for_events(before + 1, done="quarantined")[-1]["id"]
