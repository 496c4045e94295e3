"""Dovecot with Sieve, whose users are all away: every mail that arrives is answered, by way of an SMTP server."""
from dovecot import Dovecot

SIEVE = """\
submission_host = 127.0.0.1:{out}
hostname = {name}.test
protocol lmtp {{
  mail_plugins = sieve
}}
plugin {{
  sieve = file:{folder}/away.sieve
  sieve_extensions = +vacation-seconds
  sieve_vacation_min_period = 0
  sieve_vacation_send_from_recipient = {keeps_path}
}}
"""
# "seconds": Dovecot remembers nobody whom it has answered.
SCRIPT = 'require ["vacation", "vacation-seconds"];\nvacation :seconds 0 :subject "Away" "I am away until Monday.";\n'


class Away(Dovecot):
    """Its replies go to this port, with a null path or, if `keeps_path`, in the name of the user."""

    def __init__(self, folder, name, users, out, keeps_path=False):
        more = SIEVE.format(out=out, name=name, folder=f"{folder}/{name}", keeps_path="yes" if keeps_path else "no")
        super().__init__(folder, name, users, more)
        (self.folder / "away.sieve").write_text(SCRIPT)
