#!/usr/bin/python3
"""The milter asked by miltertest, which speaks libmilter's side of the protocol as OpenDKIM's authors wrote it."""
import subprocess

from milter_site import ANN, BOB, Site, forged_bounce, main, needs

BEGIN = """
function fail(what) mt.echo(what) error(what) end
function must(failure, what) if failure ~= nil then fail(what .. ": " .. failure) end end
function check(good, what) if not good then fail("not so: " .. what) end end
conn = mt.connect("unix:" .. place, 20, 0.1)
check(conn ~= nil, "it can be connected to")
function greet(host, address)
  must(mt.conninfo(conn, host, address), "connect")
  must(mt.helo(conn, host), "helo")
end
function envelope(sender, recipient)
  must(mt.macro(conn, SMFIC_MAIL, "i", "4XyZ", "{daemon_name}", daemon), "macros")
  must(mt.mailfrom(conn, sender), "mail")
  must(mt.rcptto(conn, recipient), "rcpt")
end
"""
OFFER = """
must(mt.negotiate(conn, 6, SMFIF_ADDHDRS + SMFIF_CHGHDRS + SMFIF_ADDRCPT + SMFIF_DELRCPT + SMFIF_QUARANTINE + SMFIF_CHGFROM, {steps}), "negotiate")
"""
LEAVES = """
greet("host.example.org", "192.0.2.9")
envelope("<ann@example.org>", "<bob@example.net>")
must(mt.header(conn, "From", " ann@example.org"), "header")
must(mt.header(conn, "Message-ID", " <1@example.org>"), "header")
must(mt.eoh(conn), "eoh")
must(mt.bodystring(conn, "Noon?\\r\\n"), "body")
must(mt.eom(conn), "eom")
check(mt.getreply(conn) == SMFIR_ACCEPT or mt.getreply(conn) == SMFIR_CONTINUE, "it is taken: " .. mt.getreply(conn))
check(mt.eom_check(conn, MT_HDRINSERT, "Backstop-Watermark"), "the watermark is inserted")
mt.disconnect(conn)
"""
FORGED = """
for _, field in ipairs(fields) do must(mt.header(conn, field[1], field[2]), "header") end
must(mt.eoh(conn), "eoh")
must(mt.bodyfile(conn, body), "body")
must(mt.eom(conn), "eom")
check(mt.getreply(conn) == SMFIR_REPLYCODE, "an answer of our own: " .. mt.getreply(conn))
"""
ABORTED = """
greet("far.example.net", "192.0.2.8")
for turn = 1, 3 do
  envelope("<>", "<ann@example.org>")
  must(mt.header(conn, "Subject", " Undelivered"), "header")
  mt.abort(conn)
end
"""


@needs("backstop", "miltertest")
class Miltertest(Site):
    def run_lua(self, script, daemon="smtpd", **values):
        """Runs the script of miltertest against the milter; it must succeed."""
        path = self.folder / "script.lua"
        given = {"place": str(self.sockets / "milter.sock"), "daemon": daemon, **values}
        path.write_text("".join(f"{name} = [[{value}]]\n" for name, value in given.items()) + BEGIN + script)
        done = subprocess.run(["miltertest", "-s", path], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=60, check=False)
        self.assertEqual((done.returncode, done.stdout), (0, ""), path.read_text())

    def setUp(self):
        super().setUp()
        self.backstop = self.gate()

    def forged(self):
        """Returns the lines of Lua that send a forged bounce."""
        header, _, text = forged_bounce().partition(b"\r\n\r\n")
        body = self.folder / "body"
        body.write_bytes(text)
        lines = header.decode().replace("\r\n\t", " ").replace("\r\n ", " ").split("\r\n")
        fields = ", ".join(f"{{[[{name}]], [[{value}]]}}" for name, _, value in (line.partition(":") for line in lines))
        return f"fields = {{ {fields} }}\nbody = [[{body}]]\n{FORGED}"

    def test_what_leaves_gets_its_watermark(self):
        self.run_lua(LEAVES, daemon="ORIGINATING")
        self.assertEqual([(one["direction"], one["done"]) for one in self.backstop.wait_for_events(1)], [("outbound", "delivered")])

    def test_a_forged_bounce_is_refused(self):
        script = 'greet("far.example.net", "192.0.2.8")\nenvelope("<>", "<ann@example.org>")\n' + self.forged()
        self.run_lua(script)
        self.assertEqual(self.backstop.wait_for_events(1)[0]["done"], "refused")

    def test_a_server_that_waits_for_every_answer(self):
        """It offers none of the flags by which a milter may stay silent, so each step has an answer."""
        script = OFFER.format(steps="0") + 'greet("far.example.net", "192.0.2.8")\nenvelope("<>", "<ann@example.org>")\n'
        script += 'check(mt.getreply(conn) == SMFIR_CONTINUE, "the recipient has an answer")\n' + self.forged()
        self.run_lua(script)
        self.assertEqual(self.backstop.wait_for_events(1)[0]["done"], "refused")

    def test_aborted_mails_leave_nothing(self):
        script = ABORTED + 'envelope("<>", "<ann@example.org>")\n' + self.forged()
        self.run_lua(script)
        self.assertEqual([one["done"] for one in self.backstop.wait_for_events(1)], ["refused"])

    def test_a_client_without_an_address(self):
        self.run_lua(f'greet("localhost", "unspec")\nenvelope("<{BOB}>", "<{ANN}>")\nmt.disconnect(conn, false)\n')
        self.run_lua(LEAVES, daemon="ORIGINATING")


if __name__ == "__main__":
    main()
