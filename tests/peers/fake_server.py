"""An SMTP or LMTP server that can be told to fail at a named step. It is for faults: interoperability is proved with real servers.

The steps, in the order of a session: connect, ehlo, starttls, auth, credentials (a line after a 334), xclient, xforward, mail,
rcpt, data, body (the first octets after DATA), dot, bdat, rset, noop, quit, other. Each has an answer: a text, an Answer from
fake_answers.py, or a list of these, which are used one after the other; the last one stays.
"""
import collections
import contextlib
import socket
import ssl
import threading

from children import PATIENCE, wait_until
from fake_answers import Answer, Gone, Text

MOST_SESSIONS = 3000
MOST_OCTETS = 64 * 1024 * 1024
EXTENSIONS = ("PIPELINING", "8BITMIME", "SIZE 50000000", "ENHANCEDSTATUSCODES", "CHUNKING", "SMTPUTF8", "DSN")

ANSWERS = {
    "connect": "220 fake.test ESMTP",
    "starttls": "220 2.0.0 go ahead",
    "auth": "235 2.7.0 welcome",
    "credentials": "235 2.7.0 welcome",
    "xclient": "220 fake.test ESMTP",
    "xforward": "250 2.0.0 noted",
    "mail": "250 2.1.0 ok",
    "rcpt": "250 2.1.5 ok",
    "data": "354 go ahead",
    "body": "",
    "dot": "250 2.0.0 taken",
    "bdat": "250 2.0.0 more",
    "rset": "250 2.0.0 ok",
    "noop": "250 2.0.0 ok",
    "quit": "221 2.0.0 bye",
    "other": "502 5.5.2 what?",
}
STEP_OF = {"EHLO": "ehlo", "HELO": "ehlo", "LHLO": "ehlo", "STARTTLS": "starttls", "AUTH": "auth", "XCLIENT": "xclient",
           "XFORWARD": "xforward", "MAIL": "mail", "RCPT": "rcpt", "DATA": "data",
           "RSET": "rset", "NOOP": "noop", "QUIT": "quit"}

Taken = collections.namedtuple("Taken", "sender recipients data")


class Stream:
    """What came in on one connection: .reads are the pieces, as they were read; .is_over is set at its end, .is_tls after a handshake."""

    def __init__(self):
        self.reads = []
        self.is_over = False
        self.is_tls = False

    @property
    def octets(self):
        return b"".join(self.reads)


def hello(extensions):
    lines = ["fake.test", *extensions]
    return "\r\n".join([f"250-{line}" for line in lines[:-1]] + [f"250 {lines[-1]}"])


class FakeServer:
    """Runs one thread for each connection. `mails` has the mails whose end of data was answered with 2xx; `commands` has every line.

    With `keep`, `streams` has all octets of each connection. With `proxy`, a connection begins with a PROXY line of version 1,
    which is the first of its commands; with `implicit` it begins with TLS.
    """

    def __init__(self, answers=None, lmtp=False, certificate=None, extensions=EXTENSIONS, host="127.0.0.1", keep=False, proxy=False,
                 implicit=False):
        self.lmtp = lmtp
        self.certificate = certificate
        self.keep = keep
        self.proxy = proxy
        self.implicit = implicit
        self.streams = []
        self.answers = {**ANSWERS, "ehlo": hello((*extensions, "STARTTLS") if certificate and not implicit else extensions), **(answers or {})}
        self.mails = []
        self.commands = []
        self.steps = collections.Counter()
        self.closing = threading.Event()
        self.lock = threading.Lock()
        self.sessions = set()
        self.threads = []
        self.listener = socket.create_server((host, 0), backlog=1024)
        self.address = self.listener.getsockname()[:2]
        self.port = self.address[1]
        self.accepting = threading.Thread(target=self._accept, daemon=True)
        self.accepting.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def stop_listening(self):
        """Refuses connections from now on."""
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def close(self):
        self.closing.set()
        self.stop_listening()
        self.accepting.join()
        with self.lock:
            sessions = list(self.sessions)
        for session in sessions:
            session.cut()
        for thread in self.threads:
            thread.join()

    def cut_sessions(self):
        """Ends the open sessions, and waits until their threads have noticed."""
        with self.lock:
            sessions = list(self.sessions)
        for session in sessions:
            session.cut()
        wait_until(lambda: not self.sessions.intersection(sessions), "the sessions ended")

    def reads(self, part):
        """Returns the pieces, of all connections, that contain these octets."""
        return [read for stream in self.streams for read in stream.reads if part in read]

    def answer(self, step, answer):
        """Sets the answer to a step from now on."""
        with self.lock:
            self.answers[step] = answer

    def wait_for(self, step, times=1):
        """Waits until this step has been reached this many times."""
        wait_until(lambda: self.steps[step] >= times, f"{step} reached {times} times, but {dict(self.steps)}")

    def next_answer(self, step):
        with self.lock:
            self.steps[step] += 1
            answer = self.answers[step]
            if isinstance(answer, list):
                answer = answer.pop(0) if len(answer) > 1 else answer[0]
        return answer if isinstance(answer, Answer) else Text(answer)

    def _accept(self):
        while not self.closing.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            session = Session(self, connection)
            with self.lock:
                if self.keep:
                    self.streams.append(session.stream)
                is_full = len(self.sessions) >= MOST_SESSIONS
                if not is_full:
                    self.sessions.add(session)
            if is_full:
                connection.close()
                continue
            thread = threading.Thread(target=session.run, daemon=True)
            self.threads.append(thread)
            thread.start()


class Session:
    def __init__(self, server, connection):
        self.server = server
        self.connection = connection
        self.connection.settimeout(PATIENCE * 4)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.stream = Stream()
        self.sender, self.recipients, self.body = None, [], b""
        self.pending = None
        self.last_code = ""

    def run(self):
        try:
            if self.server.implicit:
                self.start_tls()
            if self.server.proxy:
                self.remember(self.line())
            self.perform("connect")
            while True:
                self.command(self.line())
        except (Gone, OSError):
            pass
        finally:
            self.connection.close()
            self.stream.is_over = True
            with self.server.lock:
                self.server.sessions.discard(self)

    def cut(self):
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def send(self, octets):
        self.last_code = octets[:3].decode(errors="replace")
        self.connection.sendall(octets)

    def more(self):
        octets = self.connection.recv(65536)
        if not octets:
            raise Gone
        self.buffer += octets
        if self.server.keep:
            self.stream.reads.append(octets)
        if len(self.buffer) > MOST_OCTETS:
            raise Gone

    def line(self):
        while b"\n" not in self.buffer:
            self.more()
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line.rstrip(b"\r")

    def take(self, size):
        while len(self.buffer) < size:
            self.more()
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def perform(self, step):
        """Answers, and returns whether the answer was one of success, on which the next steps depend."""
        return self.server.next_answer(step).perform(self)

    def remember(self, line):
        text = line.decode(errors="replace")
        with self.server.lock:
            self.server.commands.append(text)
        return text

    def command(self, line):
        text = self.remember(line)
        verb, _, rest = text.partition(" ")
        verb = verb.upper()
        if verb == "BDAT":
            return self.bdat(rest.split())
        step = STEP_OF.get(verb, "other")
        is_good = self.perform(step)
        argument = rest.partition(":")[2].partition(">")[0].strip(" <")
        if step in ("ehlo", "xclient", "rset"):
            self.sender, self.recipients, self.body = None, [], b""
        elif step == "mail" and is_good:
            self.sender, self.recipients = argument, []
        elif step == "rcpt" and is_good:
            self.recipients.append(argument)
        elif step == "starttls" and is_good:
            self.start_tls()
        elif step == "data" and is_good:
            self.data()
        elif step == "auth":
            self.authenticate()
        elif step == "quit":
            raise Gone

    def data(self):
        if not self.buffer:
            self.more()
        self.perform("body")
        while not (self.buffer.startswith(b".\r\n") or b"\r\n.\r\n" in self.buffer):
            self.more()
        if self.buffer.startswith(b".\r\n"):
            text, self.buffer = b"", self.buffer[3:]
        else:
            text, _, self.buffer = self.buffer.partition(b"\r\n.\r\n")
            text += b"\r\n"
        # Removes the first dot of every line that begins with one, whatever follows it (RFC 5321, 4.5.2).
        self.end((b"\r\n" + text).replace(b"\r\n.", b"\r\n")[2:])

    def authenticate(self):
        """Reads lines that are not commands, as long as AUTH or the line after it was answered with 334."""
        while self.last_code == "334":
            self.remember(self.line())
            self.perform("credentials")

    def bdat(self, words):
        self.body += self.take(int(words[0]))
        if len(words) > 1 and words[1].upper() == "LAST":
            body, self.body = self.body, b""
            self.end(body)
        else:
            self.perform("bdat")

    def end(self, data):
        # RFC 2033, 4.2: a reply for each recipient that was accepted.
        for recipients in ([[recipient] for recipient in self.recipients] if self.server.lmtp else [self.recipients]):
            self.pending = Taken(self.sender, list(recipients), data)
            self.perform("dot")
            self.pending = None

    def accept(self):
        """Records the mail. Called just before an answer of success leaves, so that its reader can count on the mail."""
        if self.pending:
            with self.server.lock:
                self.server.mails.append(self.pending)
            self.pending = None

    def start_tls(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.server.certificate)
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.stream.is_tls = True
        self.buffer = b""
