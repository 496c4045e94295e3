"""The mails of the sample mailbox, in the forms in which mail systems write them. Each function returns header lines and
a body; all names are of the reserved domains."""

SPAM_SUBJECTS = ["Your watch is waiting", "Pills at half the price", "Re: your invoice", "You have won", "Meet her tonight"]

OWNER = "ann@example.org"
OWNER_SERVER = "mx.example.org"


def spam(case):
    """The header of the spam that went out in Ann's name, as it comes back."""
    return (f"Received: from {case['bot']} (unknown [{case['bot_ip']}])\n"
            f"\tby {case['host']} (ESMTP) with SMTP id {case['id']}\n"
            f"\tfor <{case['to']}>; {case['sent']}\n"
            f"Message-ID: <{case['id']}.{case['number']}@{case['bot']}>\n"
            f"From: \"Ann\" <{OWNER}>\n"
            f"To: <{case['to']}>\n"
            f"Subject: {case['subject']}\n"
            f"Date: {case['sent']}\n"
            "MIME-Version: 1.0\n"
            "Content-Type: text/plain; charset=us-ascii\n")


def original(case):
    """What comes back: the spam, or for a genuine bounce Ann's own mail."""
    if not case["genuine"]:
        return spam(case)
    return (f"Received: from desk.example.org (desk.example.org [192.0.2.7])\n"
            f"\tby {OWNER_SERVER} (Postfix) with ESMTPSA id {case['id']}\n"
            f"\tfor <{case['to']}>; {case['sent']}\n"
            f"Message-ID: <{case['number']}.{case['id']}@desk.example.org>\n"
            f"From: Ann Archer <{OWNER}>\n"
            f"To: {case['to']}\n"
            f"Subject: {case['subject']}\n"
            f"Date: {case['sent']}\n"
            "MIME-Version: 1.0\n"
            "Content-Type: text/plain; charset=utf-8\n")


def report(case, human, fields, header, kind="message/rfc822", body="Hello,\n\nsee you there.\n"):
    """multipart/report; report-type=delivery-status (RFC 6522, RFC 3464)."""
    boundary = f"{case['id']}.{case['number']}/{case['host']}"
    returned = original(case) + ("\n" + body if kind == "message/rfc822" else "")
    header = header + [
        "MIME-Version: 1.0",
        f"Content-Type: multipart/report; report-type=delivery-status;\n\tboundary=\"{boundary}\""]
    text = (f"This is a MIME-encapsulated message.\n\n--{boundary}\nContent-Description: Notification\n"
            f"Content-Type: text/plain; charset=us-ascii\n\n{human}\n--{boundary}\n"
            f"Content-Description: Delivery report\nContent-Type: message/delivery-status\n\n{fields}\n--{boundary}\n"
            f"Content-Description: Undelivered Message\nContent-Type: {kind}\n\n{returned}\n--{boundary}--\n")
    return header, text


def daemon(case, name, subject):
    return [f"From: {name} <MAILER-DAEMON@{case['host']}>", f"To: {OWNER}", f"Subject: {subject}", "Auto-Submitted: auto-replied"]


def postfix(case):
    human = (f"This is the mail system at host {case['host']}.\n\n"
             "I'm sorry to have to inform you that your message could not\n"
             "be delivered to one or more recipients. It's attached below.\n\n"
             "For further assistance, please send mail to postmaster.\n\n"
             "If you do so, please include this problem report. You can\n"
             "delete your own text from the attached returned message.\n\n"
             "                   The mail system\n\n"
             f"<{case['to']}>: host {case['remote']}[198.51.100.9] said: {case['reply']} (in reply to\n    RCPT TO command)\n")
    fields = (f"Reporting-MTA: dns; {case['host']}\nX-Postfix-Queue-ID: {case['id']}\n"
              f"X-Postfix-Sender: rfc822; {OWNER}\nArrival-Date: {case['sent']}\n\n"
              f"Final-Recipient: rfc822; {case['to']}\nOriginal-Recipient: rfc822;{case['to']}\nAction: failed\n"
              f"Status: {case['status']}\nRemote-MTA: dns; {case['remote']}\nDiagnostic-Code: smtp; {case['reply']}\n")
    return report(case, human, fields, daemon(case, "Mail Delivery System", "Undelivered Mail Returned to Sender"))


def postfix_delay(case):
    human = (f"This is the mail system at host {case['host']}.\n\n"
             "####################################################################\n"
             "# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #\n"
             "####################################################################\n\n"
             "Your message could not be delivered for more than 4 hour(s).\n"
             "It will be retried until it is 5 day(s) old.\n\n"
             f"<{case['to']}>: connect to {case['remote']}[198.51.100.9]:25: Connection timed out\n")
    fields = (f"Reporting-MTA: dns; {case['host']}\nArrival-Date: {case['sent']}\n\n"
              f"Final-Recipient: rfc822; {case['to']}\nAction: delayed\nStatus: 4.4.1\n"
              f"Diagnostic-Code: X-Postfix; connect to {case['remote']}[198.51.100.9]:25:\n    Connection timed out\n"
              f"Will-Retry-Until: {case['later']}\n")
    return report(case, human, fields, daemon(case, "Mail Delivery System", "Delayed Mail (still being retried)"),
                  "text/rfc822-headers")


def sendmail(case):
    human = (f"The original message was received at {case['sent']}\nfrom {case['bot']} [{case['bot_ip']}]\n\n"
             "   ----- The following addresses had permanent fatal errors -----\n"
             f"<{case['to']}>\n    (reason: {case['reply']})\n\n"
             "   ----- Transcript of session follows -----\n"
             f"... while talking to {case['remote']}.:\n>>> DATA\n<<< {case['reply']}\n{case['status'][0]}50 {case['status']} <{case['to']}>... User unknown\n"
             "<<< 503 5.5.1 Need RCPT (recipient)\n")
    fields = (f"Reporting-MTA: dns; {case['host']}\nReceived-From-MTA: DNS; {case['bot']}\nArrival-Date: {case['sent']}\n\n"
              f"Final-Recipient: RFC822; {case['to']}\nAction: failed\nStatus: {case['status']}\n"
              f"Remote-MTA: DNS; {case['remote']}\nDiagnostic-Code: SMTP; {case['reply']}\nLast-Attempt-Date: {case['sent']}\n")
    return report(case, human, fields, daemon(case, "Mail Delivery Subsystem", "Returned mail: see transcript for details"),
                  "text/rfc822-headers")


def exchange_online(case):
    human = (f"Your message to {case['to']} couldn't be delivered.\n\n"
             f"{case['to'].split('@')[0]} wasn't found at {case['to'].split('@')[1]}.\n\n"
             "How to Fix It\nThe address may be misspelled or may not exist.\n\n"
             f"Diagnostic information for administrators:\nGenerating server: {case['host']}\n\n{case['to']}\n"
             f"Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient {case['to']} not found by SMTP address lookup'\n")
    fields = (f"Reporting-MTA: dns;{case['host']}\nReceived-From-MTA: dns;{case['bot']}\nArrival-Date: {case['sent']}\n\n"
              f"Final-Recipient: rfc822;{case['to']}\nAction: failed\nStatus: 5.1.10\n"
              f"Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient {case['to']} not found by SMTP address lookup\n")
    header = [f"From: Microsoft Outlook <postmaster@{case['host'].split('.', 1)[1]}>", f"To: {OWNER}",
              f"Subject: Undeliverable: {case['subject']}", "Auto-Submitted: auto-replied", "X-MS-Exchange-Message-Is-Ndr:",
              f"In-Reply-To: <{case['id']}.{case['number']}@{case['bot']}>"]
    return report(case, human, fields, header)


def text_mail(header, body):
    return header + ["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"], body


def exim(case):
    header = [f"X-Failed-Recipients: {case['to']}", "Auto-Submitted: auto-replied",
              f"From: Mail Delivery System <Mailer-Daemon@{case['host']}>", f"To: {OWNER}",
              "Subject: Mail delivery failed: returning message to sender"]
    body = ("This message was created automatically by mail delivery software.\n\n"
            "A message that you sent could not be delivered to one or more of its\n"
            "recipients. This is a permanent error. The following address(es) failed:\n\n"
            f"  {case['to']}\n    host {case['remote']} [198.51.100.9]\n    SMTP error from remote mail server after RCPT TO:<{case['to']}>:\n    {case['reply']}\n\n"
            "------ This is a copy of the message, including all the headers. ------\n\n"
            f"{original(case)}\nHello,\n\nsee you there.\n")
    return text_mail(header, body)


def qmail(case):
    header = [f"From: MAILER-DAEMON@{case['host']}", f"To: {OWNER}", "Subject: failure notice"]
    body = (f"Hi. This is the qmail-send program at {case['host']}.\n"
            "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
            "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
            f"<{case['to']}>:\n198.51.100.9 does not like recipient.\nRemote host said: {case['reply']}\nGiving up on 198.51.100.9.\n\n"
            "--- Below this line is a copy of the message.\n\n"
            f"Return-Path: <{OWNER}>\n{original(case)}\nHello,\n\nsee you there.\n")
    return text_mail(header, body)


def vacation(case):
    words = [("Automatic reply: ", "I am out of the office until Monday and will read your mail then."),
             ("Automatische Antwort: ", "ich bin bis Montag nicht im Büro und lese Ihre Nachricht danach."),
             ("Réponse automatique : ", "je suis absent du bureau jusqu'à lundi et lirai votre message à mon retour."),
             ("Respuesta automática: ", "estoy fuera de la oficina hasta el lunes y leeré su mensaje a la vuelta.")]
    subject, body = words[case["number"] % len(words)]
    name = case["to"].split("@")[0]
    header = [f"From: {name} <{case['to']}>", f"To: {OWNER}", f"Subject: {encoded(subject + case['subject'])}",
              "Auto-Submitted: auto-replied (vacation)", "X-Auto-Response-Suppress: All",
              f"In-Reply-To: <{case['id']}.{case['number']}@{case['bot']}>"]
    return text_mail(header, body + "\n")


def challenge(case):
    header = [f"From: {case['to']}", f"To: {OWNER}", f"Subject: Your email requires verification verify#{case['id']}-{case['number']}",
              f"X-Boxtrapper: {case['id']}", "X-Autorespond: Your email requires verification", "Precedence: auto_reply"]
    body = ("The message you sent requires that you verify that you are a real live human being and not a spam source.\n\n"
            "To complete this verification, simply reply to this message and leave the subject line intact.\n\n"
            "The headers of the message sent from your address are shown below:\n\n" + original(case))
    return text_mail(header, body)


def virus_notice(case):
    header = [f"From: \"Content-filter at {case['host']}\" <postmaster@{case['host']}>", f"To: {OWNER}",
              "Subject: VIRUS (Worm.Example-1) in mail FROM YOU"]
    body = ("VIRUS ALERT\n\nOur content checker found\n    virus: Worm.Example-1\n\n"
            f"in email presumably from you <{OWNER}>\nto the following recipient:\n-> {case['to']}\n\n"
            "Please check your system for viruses, or ask your system administrator to do so.\n\n"
            "Delivery of the email was stopped!\n\n"
            "------------------------- BEGIN HEADERS -----------------------------\n"
            f"{original(case)}-------------------------- END HEADERS ------------------------------\n")
    return text_mail(header, body)


def spam_notice(case):
    header = [f"From: MailScanner <postmaster@{case['host']}>", f"To: {OWNER}", "Subject: {Spam?} Your message was blocked",
              "X-MailScanner: generated", "Auto-Submitted: auto-generated"]
    body = ("Our mail filter has just been triggered by a message you sent:\n"
            f"  To: {case['to']}\n  Subject: {case['subject']}\n  Date: {case['sent']}\n\n"
            "It was recognised as spam, and the message has not been delivered.\n\n--\nMailScanner\nEmail filter\n")
    return text_mail(header, body)


def list_notice(case):
    name = case["to"].split("@")[0]
    domain = case["to"].split("@")[1]
    header = [f"From: {name}-bounces@{domain}", f"To: {OWNER}", f"Subject: Your message to {name} awaits moderator approval",
              "Precedence: bulk", f"X-BeenThere: {case['to']}", "X-Mailman-Version: 2.1.39", "X-List-Administrivia: yes",
              f"List-Id: <{name}.{domain}>"]
    body = (f"Your mail to '{name}' with the subject\n\n    {case['subject']}\n\n"
            "Is being held until the list moderator can review it for approval.\n\n"
            "The reason it is being held:\n\n    Post by non-member to a members-only list\n")
    return text_mail(header, body)


def ordinary(case):
    texts = [("Lunch on Friday?", "Shall we meet at noon at the usual place?"),
             ("Minutes of the meeting", "Here are the minutes. Tell me if something is wrong."),
             ("Re: Photos from the lake", "They are lovely! Can you send me the large ones?"),
             ("Your order has been sent", "Your order is on its way and arrives on Thursday."),
             ("Newsletter: what is new in spring", "Read all about our new seeds and bulbs."),
             ("Re: Undelivered Mail Returned to Sender", "I got this too, our server was down yesterday.\n\n> Subject: Undelivered Mail Returned to Sender\n> <carl@example.com>: 550 5.1.1 User unknown")]
    subject, body = texts[case["number"] % len(texts)]
    header = [f"From: {case['to'].split('@')[0].title()} <{case['to']}>", f"To: Ann Archer <{OWNER}>", f"Subject: {subject}"]
    if "Newsletter" in subject:
        header += ["List-Unsubscribe: <mailto:leave@example.com>", "Precedence: bulk"]
    return text_mail(header, body + "\n")


def encoded(text):
    if text.isascii():
        return text
    return "=?utf-8?Q?" + "".join(c if c.isascii() and c.isalnum() else "".join(f"={b:02X}" for b in c.encode()) for c in text) + "?="
