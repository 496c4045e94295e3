"""Sendmail, unpacked into var/sendmail, with a configuration that is just enough to relay."""
import socket

from case import UNPACKED
from children import Peer, accepts
from open_to_all import copy_for_all
from private_mounts import with_mounts

# QueueLA and RefuseLA: at a load average of 8 it would only queue, and at 12 it would stop listening.
HEAD = """\
V10/Berkeley
Dj{name}.test
Cw{name}.test
Troot
O QueueDirectory={folder}/queue
O PidFile={folder}/sendmail.pid
O AliasFile=
O HelpFile=
O DaemonPortOptions=Name=MTA, Family=inet, Address=127.0.0.1, Port={port}
O DontProbeInterfaces=True
O DontBlameSendmail=GroupWritableDirPathSafe, AssumeSafeChown
O ServiceSwitchFile={folder}/switch
O HostsFile={folder}/hosts
O Timeout.ident=0s
O MinQueueAge=0s
O DeliveryMode=background
O SendMimeErrors=True
O DoubleBounceAddress=
O DefaultUser=nobody
O LogLevel=0
O QueueLA=1000000
O RefuseLA=1000000
{options}
H?P?Return-Path: <$g>
HReceived: $?sfrom $s $.$?_($?s$|from $.$_)$.
	by $j ($v)$?r with $r$. id $i$?u
	for $u; $|;
	$.$b
H?D?Date: $a
H?F?From: $?x$x <$g>$|$g$.
H?M?Message-Id: <$t.$i@$j>
Scanonify=3
R$@			$@ <@>
R$* <> $*		$@ <@>
R$* < $* > $*		$2
R$+ @ $+		$@ $1 < @ $2 >
Sfinal=4
R$* <@>			$@
R$* < @ $+ >		$1 @ $2
Sparse=0
R<@>			$#local $: <@>
R$* <@>			$#local $: $1
{rules}
R$+ < @ $=w >		$#local $: $1
R$-			$#local $: $1
R$+			$#error $@ 5.1.2 $: "550 no way to there"
Squalify
R$-			$@ $1 < @ $j >
Mlocal, P=/bin/false, F=lsDFMPn, A=false
Mprog, P=/bin/false, F=lsDFMP, A=false
"""

RULE = "R$+ < @ {domain} >	$#to{port} $@ [127.0.0.1] $: $1 < @ {domain} >\n"
MAILER = "Mto{port}, P=[IPC], F=mDFMXk8, S=qualify, R=qualify, E=\\r\\n, L=990, T=DNS/RFC822/SMTP, A=TCP $h {port}\n"


class Sendmail(Peer):
    """`ways` are the ports on this machine that mail is relayed to, by domain; `options` more lines of the configuration."""

    def __init__(self, folder, name, ways, options=""):
        super().__init__(folder, name)
        self.port = self.reserve()
        self.unpacked = copy_for_all(UNPACKED / "sendmail")
        (self.folder / "queue").mkdir(mode=0o700)
        (self.folder / "switch").write_text("hosts files\naliases files\n")
        # It looks for its own name, and would wait for a resolver that isn't there.
        (self.folder / "hosts").write_text(f"127.0.0.1 {name}.test localhost {socket.gethostname()}\n")
        (self.folder / "nsswitch.conf").write_text("hosts: files\npasswd: files\ngroup: files\n")
        (self.folder / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
        rules = "".join(RULE.format(domain=domain, port=port) for domain, port in ways.items())
        values = {"name": name, "folder": self.folder, "port": self.port, "options": options, "rules": rules}
        text = HEAD
        for key, value in values.items():
            text = text.replace("{" + key + "}", str(value))
        self.config = self.folder / "sendmail.cf"
        self.config.write_text(text + "".join(MAILER.format(port=port) for port in sorted(set(map(str, ways.values())))))

    def start(self):
        mounts = {f"/etc/{name}": self.folder / name for name in ("hosts", "nsswitch.conf", "resolv.conf")}
        self.run(with_mounts(mounts, self.unpacked / "sendmail", "-C", self.config, "-bD", "-q1s", "-X", self.folder / "traffic.log"), "sendmail.log")
        self.child.wait_for(lambda: accepts(self.port.address), f"{self.name} listens")

    def log(self):
        return self.child.log() + (self.folder / "traffic.log").read_text(errors="replace")
