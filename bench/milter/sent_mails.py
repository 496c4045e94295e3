"""The mails that the bench sends, as files for smtp-source."""
import textwrap

RECEIVED = """\
Received: from relay{n}.example.net (relay{n}.example.net [192.0.2.{n}])
\tby mx{n}.example.net (Postfix) with ESMTPS id 4XyZ{n}K0abcz2f
\tfor <ann@example.org>; Mon, 30 Nov 2026 10:00:0{n} +0000 (UTC)
"""
FIELDS = """\
From: Bob Brown <bob@example.net>
To: Ann <ann@example.org>
Subject: The figures of the second quarter
Date: Mon, 30 Nov 2026 10:00:00 +0000
Message-ID: <4f0c2f0e-8a83-4d19-9a1e-1d7c7c8e5a11@mail.example.net>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit
User-Agent: Mozilla Thunderbird
Content-Language: en-GB
"""
SENTENCE = "The sum of the second column is what the office asked for, and the rest of the table stays as we sent it in May. "


def body(size):
    lines = textwrap.wrap(SENTENCE * (size // len(SENTENCE) + 1), 76)
    return "\n".join(lines)[:size] + "\n"


def arriving(size):
    """Returns an ordinary mail of about that many octets from far away."""
    header = "".join(RECEIVED.format(n=n) for n in range(1, 4)) + FIELDS
    return header + "\n" + body(max(1, size - len(header)))


def leaving(size):
    """Returns the same as Ann's mail program hands it over."""
    header = FIELDS.replace("Bob Brown <bob@example.net>", "Ann <ann@example.org>").replace("To: Ann <ann@example.org>", "To: bob@example.net")
    return header + "\n" + body(max(1, size - len(header)))


def bounce(returned, size):
    """Returns a bounce, of about that many octets, of a mail that left with this header."""
    words = "This is the mail system at host mail.example.net.\n\nI'm sorry to have to inform you that your message could not be delivered.\n\n"
    before = f"""\
From: MAILER-DAEMON@mail.example.net (Mail Delivery System)
To: ann@example.org
Subject: Undelivered Mail Returned to Sender
Date: Mon, 30 Nov 2026 10:00:09 +0000
Message-ID: <20261130100009.4XyZK0abcz2f@mail.example.net>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="4XyZ.part"

--4XyZ.part
Content-Type: text/plain; charset=us-ascii

{words}<bob@example.net>: unknown user: "bob"

--4XyZ.part
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.net

Final-Recipient: rfc822; bob@example.net
Action: failed
Status: 5.1.1
Diagnostic-Code: x-unix; unknown user: "bob"

--4XyZ.part
Content-Type: message/rfc822

{returned.rstrip()}

"""
    return before + body(max(1, size - len(before))) + "\n--4XyZ.part--\n"
