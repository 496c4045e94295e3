"""Runs swaks and Postfix's smtp-sink and smtp-source, and makes certificates."""
import re
import shutil
import subprocess

from children import PATIENCE, Peer, accepts


class Outcome:
    """The result of a run of swaks; .transcript has what it sent and received."""

    def __init__(self, status, transcript):
        self.status = status
        self.transcript = transcript

    def replies(self):
        """Returns the lines that the server sent, including refusals and those over TLS."""
        return re.findall(r"^<[-~*]*\*?\*?\s+(.*)$", self.transcript, re.MULTILINE)

    def __repr__(self):
        return f"swaks: status {self.status}\n{self.transcript}"


def swaks(address, *arguments, mail=None):
    """Runs swaks against (host, port) or the path of a socket, with a mail if one is given."""
    where = ["--server", f"{address[0]}:{address[1]}"] if isinstance(address, tuple) else ["--socket", str(address)]
    given = ["--data", "-"] if mail is not None else []
    done = subprocess.run(["swaks", *where, "--helo", "client.test", "--timeout", "30", *map(str, arguments), *given],
                          input=mail.replace(b"\r\n", b"\n") if mail is not None else b"",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE * 4, check=False)
    return Outcome(done.returncode, done.stdout.decode(errors="replace"))


class SmtpSink(Peer):
    """Accepts every mail, and writes each into a file, if `keep`."""

    def __init__(self, folder, name, *options, keep=True):
        super().__init__(folder, name)
        self.port = self.reserve()
        self.options = options
        self.keep = keep
        (self.folder / "mails").mkdir()
        shutil.chown(self.folder / "mails", "nobody")

    def start(self):
        where = ["-R", self.folder / "mails", *(["-d", "%H%M%S."] if self.keep else []), "-u", "nobody"]
        self.run(["/usr/sbin/smtp-sink", *where, *self.options, f"127.0.0.1:{self.port}", "1024"], "sink.log")
        self.child.wait_for(lambda: accepts(self.port.address), f"{self.name} listens")

    def mails(self):
        """Returns the mails, each below a few X- fields of the sink's own that tell the envelope."""
        return [path.read_bytes() for path in sorted((self.folder / "mails").iterdir()) if path.stat().st_size > 0]


def smtp_source(address, *options, sender, recipient):
    """Sends generated mails, as many as -m says. Fails if the server refuses one."""
    done = subprocess.run(["/usr/sbin/smtp-source", *map(str, options), "-f", sender, "-t", recipient, f"{address[0]}:{address[1]}"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE * 4, check=False)
    return Outcome(done.returncode, done.stdout.decode(errors="replace"))


def certificate(folder, name="mx.example.org", address="127.0.0.1"):
    """Makes a self-signed certificate for a name and an address. Returns its path and that of its key."""
    certificate_path, key_path = folder / f"{name}.crt", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
                    "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name},IP:{address}",
                    "-keyout", key_path, "-out", certificate_path], check=True, capture_output=True)
    return certificate_path, key_path
