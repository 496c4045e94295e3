"""The sink and what stands in front of it: how each is configured and started on a port of its own, and ended."""
import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time

import machine

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SPARE = 200  # sessions, beside those that are asked for


class Server:
    """A program that listens on 127.0.0.1:port, from __init__ until close()."""

    def __init__(self, name, command, port, folder, forks=False):
        self.name, self.port, self.forks = name, port, forks
        self.log = os.path.join(folder, name + ".log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder)
        self.wait_until_it_greets()

    @property
    def pid(self):
        return self.process.pid

    def wait_until_it_greets(self, patience=20):
        end = time.monotonic() + patience
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                    if connection.recv(512).startswith(b"220"):
                        return
            except OSError:
                pass
            time.sleep(0.02)
        self.close()
        with open(self.log, encoding="utf-8", errors="replace") as log:
            sys.exit(f"bench/relay/run: {self.name} does not answer on its port; it said:\n{log.read()[-2000:]}")

    def cpu(self):
        """Seconds so far. One that forks a process a session is asked once these are gone, so that all are counted."""
        if not self.forks:
            return machine.own_cpu(self.pid)
        end = time.monotonic() + 10
        while machine.children(self.pid) and time.monotonic() < end:
            time.sleep(0.005)
        return machine.own_cpu(self.pid) + machine.reaped_cpu(self.pid)

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def find(program):
    return shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def start_sink(folder, sessions):
    """Takes everything and throws it away. It closes a session that is silent for the time that -t says."""
    port = machine.free_port()
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    command = [find("smtp-sink"), *user, "-m", str(2 * sessions + SPARE), "-t", "900", f"127.0.0.1:{port}", "4096"]
    return Server("sink", command, port, folder)


class HaproxyTcp:
    """Passes bytes on and reads none: the floor for anything in between."""

    name = "haproxy-tcp"
    files_a_session = 2

    def missing(self):
        return None if find("haproxy") else "no haproxy: it is in scripts/packages-bench.txt"

    def start(self, folder, next_hop, sessions):
        port = machine.free_port()
        config = write(folder, "haproxy.cfg", f"""
global
  nbthread 1
  maxconn {sessions + SPARE}
defaults
  mode tcp
  timeout connect 5s
  timeout client 900s
  timeout server 900s
frontend f
  bind 127.0.0.1:{port}
  default_backend b
backend b
  server s 127.0.0.1:{next_hop}
""")
        return Server(self.name, [find("haproxy"), "-db", "-f", config], port, folder)


class EximCutthrough:
    """Passes each message on while it takes it, and answers with the next hop's answer, as the gateway does."""

    name = "exim-cutthrough"
    unpacked = os.path.join(ROOT, "var", "exim", "root", "usr")

    def missing(self):
        if os.path.exists(os.path.join(self.unpacked, "sbin", "exim4")):
            return None
        return "no Exim: scripts/fetch-peers gets it, into var/"

    def command(self, folder):
        """Debian's binary asks for the user Debian-exim by its name, so one is made up: us, or for root a nobody."""
        user, group = (65500, 65500) if os.geteuid() == 0 else (os.getuid(), os.getgid())
        me = pwd.getpwuid(os.getuid()).pw_name
        people = f"root:x:0:0:root:/root:/bin/sh\nDebian-exim:x:{user}:{group}::/nonexistent:/bin/false\n"
        if me != "root":
            people += f"{me}:x:{user}:{group}::/nonexistent:/bin/false\n"
        passwd = write(folder, "passwd", people)
        groups = write(folder, "group", f"root:x:0:\nDebian-exim:x:{group}:\n")
        libraries = glob.glob(os.path.join(self.unpacked, "lib", "*-linux-gnu*"))[0]
        environment = {
            "LD_LIBRARY_PATH": f"{libraries}:{os.path.join(self.unpacked, 'lib')}",
            "LD_PRELOAD": os.path.join(libraries, "libnss_wrapper.so"),
            "NSS_WRAPPER_PASSWD": passwd,
            "NSS_WRAPPER_GROUP": groups,
        }
        spool = os.path.join(folder, "exim")
        os.mkdir(spool)
        os.chown(spool, user, group)
        return ["env", *(f"{key}={value}" for key, value in environment.items()),
                os.path.join(self.unpacked, "sbin", "exim4")], spool

    def start(self, folder, next_hop, _sessions):
        port = machine.free_port()
        command, spool = self.command(folder)
        config = write(folder, "exim.conf", f"""
primary_hostname = mx.example.net
spool_directory = {spool}
log_file_path = {spool}/%slog
log_selector = -all
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
pid_file_path = {spool}/pid
smtp_accept_max = 0
smtp_accept_max_per_connection = 0
smtp_accept_queue_per_connection = 0
smtp_connect_backlog = 512
smtp_reserve_hosts =
host_lookup =
rfc1413_query_timeout = 0s
tls_advertise_hosts =
prdr_enable = false
keep_environment =
acl_smtp_rcpt = take
begin acl
take:
  accept hosts = 127.0.0.1
    control = dkim_disable_verify
    control = cutthrough_delivery
begin routers
all:
  driver = manualroute
  route_list = * 127.0.0.1
  transport = next_hop
  self = send
begin transports
next_hop:
  driver = smtp
  port = {next_hop}
  hosts_try_fastopen =
  hosts_avoid_tls = *
  connection_max_messages = 500
  dnssec_request_domains =
begin retry
* * F,2h,15m
""")
        return Server(self.name, [*command, "-bdf", "-C", config], port, folder, forks=True)


class Backstop:
    """The gateway with one domain; all that is not set here is as it comes."""

    name = "backstop"
    files_a_session = 1  # The next hop is connected to for a message, not for a session.

    def __init__(self, program):
        self.program = program

    def missing(self):
        return None if os.access(self.program, os.X_OK) else f"no {self.program}"

    def start(self, folder, next_hop, _sessions):
        port = machine.free_port()
        config = write(folder, "backstop.toml", f"""
[server]
hostname = "mx.example.net"
workers = 1

[[gateway]]
name = "in"
direction = "inbound"
listen = ["127.0.0.1:{port}"]
next_hop = "smtp://127.0.0.1:{next_hop}"

[[domain]]
name = "example.net"
stage = "reject"
""")
        return Server(self.name, [self.program, "serve", "-c", config], port, folder)


class BackstopProofs(Backstop):
    """The same for mail that leaves: each gets a watermark and its rows in the ledger."""

    name = "backstop-proofs"

    def start(self, folder, next_hop, _sessions):
        port = machine.free_port()
        keys = write(folder, "keys", "0 exim sign 2026-01-01 measured\n")
        os.chmod(keys, 0o600)
        config = write(folder, "backstop.toml", f"""
[server]
hostname = "mx.example.com"
workers = 1

[[gateway]]
name = "out"
direction = "outbound"
listen = ["127.0.0.1:{port}"]
next_hop = "smtp://127.0.0.1:{next_hop}"
trusted = ["127.0.0.0/8"]

[[domain]]
name = "example.com"

[keys]
file = "{keys}"
tags = false

[ledger]
url = "sqlite:{os.path.join(folder, "ledger.db")}"
""")
        return Server(self.name, [self.program, "serve", "-c", config], port, folder)
