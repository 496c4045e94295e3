"""backstop check-config: it names every mistake in a file with its place. Also the texts that are made from the table of settings."""
import datetime
import os
import re
import subprocess
import threading
import unittest

from support import SOURCE, Case, run, without_privileges

SERVER = '[server]\nhostname = "mx.example.org"\n'
INBOUND = '[[gateway]]\nname = "in"\ndirection = "inbound"\nlisten = ["127.0.0.1:2525"]\nnext_hop = "smtp://127.0.0.1:10025"\n'
OUTBOUND = '[[gateway]]\nname = "out"\ndirection = "outbound"\nlisten = ["127.0.0.1:2526"]\nnext_hop = "smtp://127.0.0.1:10026"\n'
TRUSTED = 'trusted = ["127.0.0.0/8"]\n'
DOMAIN = '[[domain]]\nname = "example.org"\n'
# The lines of a good file: 1 [server], 3 the inbound gateway, 8 the outbound one, 14 the domain, 16 the row's text.
GOOD = SERVER + INBOUND + OUTBOUND + TRUSTED + DOMAIN
# 16 the stage, 17 [keys].
KEYS = GOOD + 'stage = "observe"\n[keys]\nfile = "{folder}/keys"\ntags = false\n'
# A domain, whose third line is for format().
READY = '[[domain]]\nname = "example.net"\nready = "since {}"\n'
TODAY = datetime.datetime.now(datetime.timezone.utc).date()
DAY = datetime.timedelta(days=1)

LOCAL_PART = 'it must be the part of an address before its "@", such as "hostmaster"'
NEXT_HOP = "smtp://host:port, smtps://host:port, lmtp://host:port, lmtp:/path or maildir:/path/%d/%n is wanted"


# name, text, want line (without the name of the file)
MISTAKES = [
    ("empty file", "", ['1:1: [server] has no "hostname"; it must be a host name of letters, digits and hyphens, such as "mx.example.org"',
                        "1:1: there is no [[gateway]] and no [milter], so there is nothing to do"]),
    ("no TOML", SERVER + "[[gateway\n", ["3:10: this is no TOML: in a table header: expected ']', saw '\\n' (nothing behind this place was checked)"]),
    ("text without quotes", "[server]\nhostname = mx.example.org # ours\n",
     ['2:12: this is no TOML: in a value: could not determine value type; text must be in quotes: hostname = "mx.example.org" (nothing behind this place was checked)']),
    ("address without quotes", "[[gateway]]\nlisten = 127.0.0.1:25\n",
     ["2:12: this is no TOML: in a time: expected ':', saw '7'; text must be in quotes: listen = \"127.0.0.1:25\" (nothing behind this place was checked)"]),
    ("True for true", GOOD + "[proofs]\nwatermark = True # ours\n",
     ["17:13: this is no TOML: in a boolean: expected 'true', saw 'T'; it must be true or false, in lower case: watermark = true (nothing behind this place was checked)"]),
    ("FALSE for a key that nobody knows", GOOD + "[proofs]\nwatermrk = FALSE\n",
     ["17:12: this is no TOML: in a boolean: expected 'false', saw 'F'; it must be true or false, in lower case: watermrk = false (nothing behind this place was checked)"]),
    ("yes for true", GOOD + "[history]\nenabled = yes\n",
     ["17:11: this is no TOML: in a value: could not determine value type; it must be true or false, in lower case: enabled = true (nothing behind this place was checked)"]),
    ("off for false", GOOD + "[keys]\ntags=Off\n",
     ["17:6: this is no TOML: in a value: could not determine value type; it must be true or false, in lower case: tags = false (nothing behind this place was checked)"]),
    ("off for a text", GOOD + "[auth]\nspf = off\n",
     ['17:7: this is no TOML: in a value: could not determine value type; text must be in quotes: spf = "off" (nothing behind this place was checked)']),
    ("1 for true", GOOD + "[history]\nenabled = 1\n", ["17:11: enabled: found the number 1; it must be true or false; write true"]),
    ("0 for false", GOOD + "[history]\nenabled = 0\n", ["17:11: enabled: found the number 0; it must be true or false; write false"]),
    ("2 for true", GOOD + "[history]\nenabled = 2\n", ["17:11: enabled: found the number 2; it must be true or false"]),
    ("quote that is not closed", '[server]\nhostname = "mx.example.org\n',
     ["2:27: this is no TOML: in a string: unescaped control characters other than TAB (U+0009) are explicitly prohibited; "
      "the closing quote is missing (nothing behind this place was checked)"]),
    ("key twice", GOOD + 'name = "b"\n', ["16:8: this is no TOML: in a key-value pair: cannot redefine existing string 'name' (nothing behind this place was checked)"]),
    ("mistyped key", GOOD.replace("listen", "lisen", 1),
     ['3:1: [[gateway]] has no "listen"; it must be a list of addresses with ports, such as ["127.0.0.1:25", "[::1]:25"]',
      '6:1: unknown key "lisen" in [[gateway]]; did you mean "listen"?']),
    ("key of another section", GOOD + 'hostname = "a"\n', ['16:1: unknown key "hostname" in [[domain]]; it belongs in [server]']),
    ("key of two other sections", GOOD + '[log]\nnext_hop = "a"\n',
     ['17:1: unknown key "next_hop" in [log]; it belongs in [[gateway]] or [milter] or [[domain]]']),
    ("key that nobody knows", GOOD + '"a\\u001bb" = 1\n', ['16:1: unknown key "a\ufffdb" in [[domain]]']),
    ("mistyped section", GOOD + "[histroy]\n", ['16:2: unknown section "histroy"; did you mean "history"?']),
    ("section that nobody knows", GOOD + "[queue]\n", ['16:2: unknown section "queue"']),
    ("key before all sections", "workers = 1\n" + GOOD, ['1:1: the key "workers" is before all sections; it belongs in [server]']),
    ("one gateway in single brackets", SERVER + INBOUND.replace("[[gateway]]", "[gateway]") + DOMAIN,
     ["3:2: found [gateway]; it must be [[gateway]], since there may be several"]),
    ("server in double brackets", GOOD.replace("[server]", "[[server]]"),
     ["1:3: found [[server]]; it must be [server], since there is only one"]),
    ("section that is a value", "log = 3\ngateway = [1]\n" + SERVER + DOMAIN,
     ["1:7: found the number 3; [log] must be a section", "2:12: found the number 1; [[gateway]] must be a section"]),
    ("all that is needed is missing", SERVER + "[[gateway]]\n[[domain]]\n",
     ['3:1: [[gateway]] has no "direction"; it must be "inbound" or "outbound"',
      '3:1: [[gateway]] has no "listen"; it must be a list of addresses with ports, such as ["127.0.0.1:25", "[::1]:25"]',
      '3:1: [[gateway]] has no "name"; it must be a name of letters, digits, "-", "_" and ".", at most 32',
      '3:1: [[gateway]] has no "next_hop"; it must be "smtp://HOST:PORT", "smtps://HOST:PORT", "lmtp://HOST:PORT", "lmtp:/PATH" or '
      '"maildir:/PATH/%d/%n"',
      '4:1: [[domain]] has no "name"; it must be a domain, such as "example.org" or "*.example.org"']),
    # Values.
    ("value of another type", GOOD + '[server.x]\n', ['16:9: unknown key "x" in [server]']),
    ("number for text", GOOD.replace('"mx.example.org"', "5"),
     ['2:12: hostname: found the number 5; it must be a host name of letters, digits and hyphens, such as "mx.example.org"']),
    ("text for a number", GOOD + '[limits]\nerrors = "20"\n',
     ['17:10: errors: found the text "20"; it must be a number from 1 to 10000']),
    ("number with a point", GOOD + "[limits]\nerrors = 2.5\n",
     ["17:10: errors: found a number with a point; it must be a number from 1 to 10000"]),
    ("number below zero", GOOD + "[limits]\nerrors = -1\n", ["17:10: errors: -1 is too little; it must be a number from 1 to 10000"]),
    ("text for true", GOOD + '[history]\nenabled = "yes"\n', ['17:11: enabled: found the text "yes"; it must be true or false; write true, without quotes']),
    ("list in a list", GOOD.replace('["127.0.0.1:2525"]', '[["127.0.0.1:2525"]]'),
     ['6:11: listen: found a list; it must be an address with its port, such as "127.0.0.1:25" or "[::1]:25"']),
    ("text for a list", GOOD.replace('["127.0.0.1:2525"]', '"127.0.0.1:2525"'),
     ['6:10: listen: found the text "127.0.0.1:2525"; it must be a list of addresses with ports, such as ["127.0.0.1:25", "[::1]:25"]']),
    ("empty list of what is needed", GOOD.replace('["127.0.0.1:2525"]', "[]"),
     ['6:10: listen: the list is empty; it must be a list of addresses with ports, such as ["127.0.0.1:25", "[::1]:25"]']),
    ("number for a time", GOOD + "[history]\nkeep = 7\n",
     ["17:8: keep: found the number 7; it must be a time from 1h to 3650d, or 0s: for ever, with its unit, in quotes"]),
    ("time without its unit", GOOD + '[history]\nkeep = "7"\n',
     ['17:8: keep: "7" is no duration; write it as "7d", "5m", "300s" or "1h30m"']),
    ("time between two hours", GOOD + '[history]\nkeep = "90m"\n', ['17:8: keep: "90m" is no multiple of 1h']),
    ("day that is none", GOOD + 'ready = "since 2026-02-29"\n',
     ['16:9: ready: found the text "since 2026-02-29"; it must be "observed", or "since" and a day, such as "since 2026-11-29"']),
    ("day alone", GOOD + "ready = 2026-11-29\n", ['16:9: ready: found a date or time; it must be "observed", or "since" and a day, such as "since 2026-11-29"']),
    ("size without its unit", GOOD + '[limits]\nheld = "4"\n',
     ['17:8: held: "4" is no size; write it as "4MiB", "50MB", "64KiB" or "1000B"']),
    ("clients would wait too long", GOOD + '[limits]\nnext_hop_final = "600s"\n',
     ['17:18: next_hop_final: "600s" is too much; it must be a time from 1s to 9m59s (clients give up after 10 minutes, and must '
      "get our answer before that)"]),
    ("mistyped choice", GOOD + 'stage = "rejekt"\n',
     ['16:9: stage: found the text "rejekt"; it must be "observe", "label", "quarantine" or "reject"; did you mean "reject"?']),
    ("host name with a space", GOOD.replace("mx.example", "mx example"),
     ['2:12: hostname: found the text "mx example.org"; it must be a host name of letters, digits and hyphens, such as "mx.example.org"']),
    ("host name with an underscore", GOOD.replace("mx.example.org", "mx_1.example.org"),
     ['2:12: hostname: found the text "mx_1.example.org"; it must be a host name of letters, digits and hyphens, such as "mx.example.org"']),
    ("host name with a label that ends with a hyphen", GOOD.replace("mx.example.org", "mx-.example.org"),
     ['2:12: hostname: found the text "mx-.example.org"; it must be a host name of letters, digits and hyphens, such as "mx.example.org"']),
    ("address as a host name", GOOD.replace("mx.example.org", "192.0.2.1"),
     ['2:12: hostname: found the text "192.0.2.1"; it must be a host name of letters, digits and hyphens, such as "mx.example.org"']),
    ("tags that are neither on nor off", GOOD + '[keys]\nfile = "{folder}/keys"\ntags = "no"\n',
     ['18:8: tags: found the text "no"; it must be true or false; write false, without quotes']),
    ("history and ledger in one file", GOOD + '[history]\nurl = "sqlite:a.db"\n[ledger]\nurl = "sqlite:./a.db"\n',
     ['19:7: url: "sqlite:{folder}/./a.db" is the file of [history], too; each needs a file of its own']),
    ("the ledger in the history's default file", GOOD + '[ledger]\nurl = "sqlite:var/history.db"\n',
     ['17:7: url: "sqlite:{folder}/var/history.db" is the file of [history], too; each needs a file of its own']),
    ("ledger and quarantine in one file", GOOD + '[keys]\nfile = "{folder}/keys"\ntags = false\n[ledger]\nurl = "sqlite:a.db"\n[quarantine]\nurl = "sqlite:a.db"\n',
     ['22:7: url: "sqlite:{folder}/a.db" is the file of [ledger], too; each needs a file of its own']),
    ("page that is no URL", GOOD.replace(SERVER, SERVER + 'help_url = "ftp://example.org/"\n'),
     ['3:12: help_url: found the text "ftp://example.org/"; it must be a URL that begins with http:// or https://']),
    ("gateway's name with a space", GOOD.replace('"in"', '"the first"'),
     ['4:8: name: found the text "the first"; it must be a name of letters, digits, "-", "_" and ".", at most 32']),
    ("address without a port", GOOD.replace("127.0.0.1:2525", "127.0.0.1"),
     ["6:11: listen: '127.0.0.1' is no address and port; write 127.0.0.1:25 or [::1]:25"]),
    ("network with bits past its length", GOOD.replace("127.0.0.0/8", "127.0.0.1/8"),
     ["13:12: trusted: '127.0.0.1/8' has bits past its length; write 127.0.0.0/8"]),
    ("next hop of an unknown kind", GOOD.replace("smtp://127.0.0.1:10025", "http://127.0.0.1"),
     [f'7:12: next_hop: the next hop "http://127.0.0.1": {NEXT_HOP}']),
    ("local parts that are none", GOOD + 'never_sends = ["noc", "noc@example.org", 3, ""]\n',
     [f'16:23: never_sends: found the text "noc@example.org"; {LOCAL_PART}',
      f"16:42: never_sends: found the number 3; {LOCAL_PART}",
      f'16:45: never_sends: found the text ""; {LOCAL_PART}']),
    ("delimiter that is none", GOOD + '[keys]\ndelimiter = "="\n',
     ["17:13: delimiter: the delimiter of sub-addresses must be one of + - _ # ! % ^ ~ * & $"]),
    ("delimiter of two letters", GOOD + '[keys]\ndelimiter = "+-"\n',
     ['17:13: delimiter: found the text "+-"; it must be one character in quotes']),
    ("a quarantine without a key file", GOOD + '[quarantine]\nurl = "sqlite:q.db"\n',
     ['17:7: url: what is kept is encrypted, and there is no key file; add file = "var/keys" to [keys], and make it with: backstop keys new var/keys']),
    ("a held store without a key file", GOOD + '[way_out]\nurl = "sqlite:h.db"\n',
     ['17:7: url: what is kept is encrypted, and there is no key file; add file = "var/keys" to [keys], and make it with: backstop keys new var/keys']),
    ("quarantine and held store in one file",
     GOOD + '[keys]\nfile = "{folder}/keys"\ntags = false\n[quarantine]\nurl = "sqlite:a.db"\n[way_out]\nurl = "sqlite:a.db"\n',
     ['22:7: url: "sqlite:{folder}/a.db" is the file of [quarantine], too; each needs a file of its own']),
    ("a quarantine elsewhere", GOOD + '[quarantine]\nurl = "postgres://db"\n', ['17:7: url: found the text "postgres://db"; it must be "sqlite:PATH"']),
    ("history elsewhere", GOOD + '[history]\nurl = "postgres://db"\n', ['17:7: url: found the text "postgres://db"; it must be "sqlite:PATH"']),
    ("history nowhere", GOOD + '[history]\nurl = "sqlite:"\n', ['17:7: url: the path behind "sqlite:" is missing']),
    ("empty path", GOOD + '[log]\nfile = ""\n', ["17:8: file: the path is empty"]),
    # Several settings together.
    ("no gateway", SERVER + DOMAIN, ["1:1: there is no [[gateway]] and no [milter], so there is nothing to do"]),
    ("no domain", SERVER + INBOUND, ["3:1: an inbound gateway takes mail for our domains, and there is no [[domain]]"]),
    ("two gateways of one name", GOOD.replace('"out"', '"in"'), ['9:8: name: "in" is given in line 4 already']),
    ("one address twice", GOOD.replace("2526", "2525"), ['11:11: listen: "127.0.0.1:2525" is given in line 6 already']),
    ("one address twice in a list", GOOD.replace('["127.0.0.1:2526"]', '["127.0.0.1:2526", "[::1]:25", "[0:0::1]:25"]'),
     ['11:41: listen: "[::1]:25" is given in line 11 already']),
    ("all addresses beside one", GOOD.replace("127.0.0.1:2526", "0.0.0.0:2525"),
     ['11:11: listen: "0.0.0.0:2525" and "127.0.0.1:2525" in line 6 overlap, and can\'t both be had']),
    ("one address beside all", GOOD.replace("127.0.0.1:2525", "[::]:25").replace('"127.0.0.1:2526"', '"[::1]:25", "[::1]:26", "0.0.0.0:25"'),
     ['11:11: listen: "[::1]:25" and "[::]:25" in line 6 overlap, and can\'t both be had']),
    ("one domain twice", GOOD + '[[domain]]\nname = "EXAMPLE.org"\n', ['17:8: name: "example.org" is given in line 15 already']),
    ("one domain in two spellings", GOOD + '[[domain]]\nname = "Bücher.example"\n[[domain]]\nname = "xn--bcher-kva.example"\n',
     ['19:8: name: "xn--bcher-kva.example" is another spelling of "bücher.example", which is given in line 17 already']),
    ("one wildcard in two spellings", GOOD + '[[domain]]\nname = "*.xn--bcher-kva.example"\n[[domain]]\nname = "*.bücher.example"\n',
     ['19:8: name: "*.bücher.example" is another spelling of "*.xn--bcher-kva.example", which is given in line 17 already']),
    ("a host name that has no A-label", GOOD.replace('"mx.example.org"', '"mx.℀.example"'),
     ['2:12: hostname: found the text "mx.℀.example"; it must be a host name of letters, digits and hyphens, such as "mx.example.org"']),
    ("tls without a certificate", GOOD.replace(TRUSTED, 'tls = "starttls"\n'),
     ["13:7: tls: it takes a certificate and a key in [tls], and there are none"]),
    ("certificate without a key", GOOD + '[tls]\ncertificate = "c"\n',
     ['17:15: [tls] has no "key", and a certificate needs its key', '17:15: warning: no gateway uses the certificate: none has "tls"']),
    ("key without a certificate", GOOD.replace(TRUSTED, 'tls = "starttls"\n') + '[tls]\nkey = "c"\n',
     ['17:7: [tls] has no "certificate", and a certificate needs its key']),
    ("next hop is ourselves", GOOD.replace("127.0.0.1:10025", "127.0.0.1:2525"),
     ['7:12: next_hop: 127.0.0.1:2525 is where gateway "in" listens, so mail would go in a circle']),
    ("next hop is our other gateway, by name", GOOD.replace("127.0.0.1:10025", "localhost:2526"),
     ['7:12: next_hop: localhost:2526 is where gateway "out" listens, so mail would go in a circle']),
    ("next hop is ourselves, on every address", GOOD.replace("127.0.0.1:2525", "0.0.0.0:2525").replace("127.0.0.1:10025", "127.0.0.2:2525"),
     ['7:12: next_hop: 127.0.0.2:2525 is where gateway "in" listens, so mail would go in a circle']),
    ("next hop is nowhere, which is ourselves", GOOD.replace("127.0.0.1:10025", "0.0.0.0:2525"),
     ['7:12: next_hop: 0.0.0.0:2525 is where gateway "in" listens, so mail would go in a circle']),
    ("next hop of a domain is ourselves, by our name", GOOD + 'next_hop = "smtp://MX.example.org:2525"\n',
     ['16:12: next_hop: MX.example.org:2525 is where gateway "in" listens, so mail would go in a circle']),
    ("identity over LMTP", GOOD.replace("smtp://127.0.0.1:10025", "lmtp:/run/lmtp").replace(DOMAIN, DOMAIN + 'next_hop = "lmtp://h"\nidentity = "proxy"\n'),
     ['17:12: identity: it takes a next hop that speaks SMTP, and this one is LMTP; it must be "none"']),
    ("mark of a Maildir that nobody knows", GOOD.replace("smtp://127.0.0.1:10025", "maildir:/100%%/%u"),
     ['7:12: next_hop: the mark "%u": %d for the domain, %n for the local part and %% for a % are known']),
    ("per cent sign at the end", GOOD + 'next_hop = "maildir:/mail/100%"\n',
     ['16:12: next_hop: the mark "%": %d for the domain, %n for the local part and %% for a % are known']),
    ("identity to a Maildir", GOOD.replace("smtp://127.0.0.1:10025\"", 'maildir:/m/%n"\nidentity = "xclient"'),
     ['8:12: identity: it takes a next hop that speaks SMTP, and this one is a Maildir; it must be "none"']),
    ("pool to a Maildir", GOOD.replace("smtp://127.0.0.1:10025\"", 'maildir:/m/%n"\npool = 1'), ["8:8: pool: there are no connections to a Maildir"]),
    ("pool of PROXY connections", GOOD.replace(':10025"', ':10025"\nidentity = "proxy"\npool = 3'),
     ["9:8: pool: a connection that a PROXY header opens is one client's alone; it must be 0"]),
    ("TLS to a Maildir", GOOD.replace("smtp://127.0.0.1:10025\"", 'maildir:/m/%n"\nnext_hop_tls = "required"'),
     ["8:16: next_hop_tls: there is no TLS towards a Maildir"]),
    ("smtps without TLS", GOOD.replace("smtp://127.0.0.1:10025\"", 'smtps://127.0.0.1"\nnext_hop_tls = "never"'),
     ['8:16: next_hop_tls: "never" contradicts the "smtps:" of the next hop']),
    ("certificate of a socket", GOOD.replace("smtp://127.0.0.1:10025\"", 'lmtp:/run/lmtp"\nnext_hop_tls = "verified"'),
     ["8:16: next_hop_tls: the next hop is a socket of the file system, and no certificate is good for that"]),
    ("options of a next hop that is none", GOOD + 'identity = "none"\n', ["16:12: identity: it is about the domain's own next_hop, and there is none"]),
    ("outbound settings of an inbound gateway", GOOD.replace(OUTBOUND, TRUSTED + OUTBOUND),
     ["8:11: trusted: it has a meaning for outbound gateways alone, and this one is inbound"]),
    ("more header than is held", GOOD + '[limits]\nheader = "8MiB"\n',
     ['17:10: header: "held" must be at least as much as "header", since the header is held, too']),
    # Files.
    ("key file that is not there", GOOD + '[keys]\nfile = "gone"\ntags = true\n', ['17:8: file: key file {folder}/gone: no such file; "backstop keys new {folder}/gone" makes it']),
    ("key file that is not there, and a domain that is declared to be ready", GOOD + f'ready = "since {TODAY}"\n[keys]\nfile = "gone"\ntags = true\n',
     ['18:8: file: key file {folder}/gone: no such file; "backstop keys new {folder}/gone" makes it']),
    ("aliases that are not there", GOOD + 'aliases = "gone"\n', ["16:11: aliases: {folder}/gone: can't open it: No such file or directory"]),
    ("recipients that are not there", GOOD + 'recipients = "file:gone"\n', ["16:14: recipients: {folder}/gone: can't open it: No such file or directory"]),
    ("recipients without a scheme", GOOD + 'recipients = "/etc/postfix/relay_recipients"\n',
     ['16:14: recipients: found the text "/etc/postfix/relay_recipients"; it must be "file:PATH"']),
    ("recipients without a path", GOOD + 'recipients = "file:"\n', ['16:14: recipients: the path behind "file:" is missing']),
    ("no recipients", GOOD + 'recipients = "file:nobody"\n', ["16:14: recipients: {folder}/nobody: it has no recipients"]),
    ("recipients that are half-written", GOOD + 'recipients = "file:half"\n',
     ["16:14: recipients: {folder}/half: it doesn't end with a line end, so it may be half-written"]),
    ("recipients of another domain", GOOD + 'recipients = "file:recipients"\n[[domain]]\nname = "example.net"\nrecipients = "file:{folder}/recipients"\n',
     ["16:14: recipients: {folder}/recipients: it has no recipient of example.net, so all mail of it would be refused"]),
    ("folder of the log that is not there", GOOD + '[log]\nfile = "gone/log"\n', ["17:8: file: there is no folder {folder}/gone"]),
    ("socket with too long a path", GOOD.replace("[server]", '[server]\nstatus_socket = "/' + 'x' * 107 + '"'),
     ["2:17: status_socket: the path has 108 bytes, and that of a socket may have 107"]),
    ("certificates that are not there", GOOD.replace(TRUSTED, 'tls = "required"\n') + '[tls]\ncertificate = "c"\nkey = "k"\n',
     ["18:7: key: {folder}/k: no such file; a private key in PEM is wanted"]),
    ("authorities that are not there", GOOD.replace(':10026"', ':10026"\nnext_hop_tls = "verified"') + '[tls]\nnext_hop_ca = "ca"\n',
     ["18:15: next_hop_ca: {folder}/ca: no certificates in PEM: No such file or directory"]),
    ("authorities that only a domain asks for", GOOD + 'next_hop = "smtp://mx.example.net:25"\nnext_hop_tls = "verified"\n[tls]\nnext_hop_ca = "ca"\n',
     ["19:15: next_hop_ca: {folder}/ca: no certificates in PEM: No such file or directory"]),
    ("kind that nobody knows", GOOD + 'kinds = { auto-reply = "reject", vacation = "label" }\n',
     ['16:34: kinds: unknown name "vacation"; known are dsn-failed, dsn-delayed, dsn-delivered, mdn, auto-reply, challenge, filter-notice, '
      "list-notice, feedback-report"]),
    ("ordinary mail has no ceiling", GOOD + 'kinds = { none = "reject" }\n',
     ['16:11: kinds: unknown name "none"; known are dsn-failed, dsn-delayed, dsn-delivered, mdn, auto-reply, challenge, filter-notice, '
      "list-notice, feedback-report"]),
    ("ceiling that is none", GOOD + 'kinds = { challenge = "refuse" }\n',
     ['16:23: kinds: found the text "refuse"; it must be "accept", "label", "quarantine" or "reject"']),
    ("ceiling for all kinds", GOOD + 'kinds = "label"\n',
     ['16:9: kinds: found the text "label"; it must be a table such as { dsn-failed = ... }, each "accept", "label", "quarantine" or "reject"']),
    ("relays of an outbound gateway", SERVER + OUTBOUND + TRUSTED + 'relays = ["192.0.2.1"]\n' + DOMAIN,
     ["9:10: relays: it has a meaning for inbound gateways alone, and this one is outbound"]),
    ("setting of a domain that is gone", GOOD + 'grace = "7d"\n',
     ['16:1: unknown key "grace" in [[domain]]; it is gone: Backstop observes by itself whether mail carries proofs ("ready")']),
    ("limit that is gone", GOOD + "[limits]\nnull_sender_recipients = 2\n", ['17:1: unknown key "null_sender_recipients" in [limits]; it is gone, and the null sender may have as many recipients as any other']),
    ("user that nobody knows", GOOD.replace(SERVER, SERVER + 'user = "no-such-user"\n'),
     ['3:8: user: there is no user "no-such-user" on this system']),
]

WARNINGS = [
    ("good", GOOD, []),
    ("hardly anybody can send", SERVER + OUTBOUND + DOMAIN,
     ['3:1: warning: only clients on this machine that log in can send through this gateway: it has no "trusted" networks, '
      'and without "tls" AUTH is offered on the loopback alone']),
    ("everybody can send", GOOD.replace("127.0.0.0/8", "::/0"),
     ["13:12: warning: trusted: ::/0 is everybody; anybody who can connect may send mail to anywhere"]),
    ("everybody is believed", GOOD.replace(OUTBOUND, 'proxy_protocol = ["10.0.0.1", "0.0.0.0/0"]\nxclient = ["::/0"]\n' + OUTBOUND),
     ["8:31: warning: proxy_protocol: 0.0.0.0/0 is everybody; anybody who can connect may claim to be any client",
      "9:12: warning: xclient: ::/0 is everybody; anybody who can connect may claim to be any client"]),
    ("a relay that may send", SERVER + INBOUND + 'relays = ["192.0.2.0/24", "127.0.0.9"]\n' + OUTBOUND + TRUSTED + DOMAIN,
     ['8:27: warning: relays: 127.0.0.9 and 127.0.0.0/8 of "trusted" have hosts in common; a relay brings mail of strangers, '
      "and one that is trusted may send it to anywhere"]),
    ("everybody is a relay", SERVER + INBOUND + 'relays = ["0.0.0.0/0"]\n' + DOMAIN,
     ["8:11: warning: relays: 0.0.0.0/0 is everybody; anybody who can connect may bring forged bounces, since none is refused"]),
    ("everybody is a relay of a domain, or one of its hosts", GOOD + 'relays = ["::/0"]\nlocal_hosts = ["192.0.2.1", "0.0.0.0/0"]\n',
     ["16:11: warning: relays: ::/0 is everybody; anybody who can connect may bring forged bounces, since none is refused",
      "17:29: warning: local_hosts: 0.0.0.0/0 is everybody; anybody who can connect may bring forged bounces, and each counts as genuine"]),
    ("a relay of a domain that may send", GOOD + 'relays = ["127.0.0.9"]\n',
     ['16:11: warning: relays: 127.0.0.9 and 127.0.0.0/8 of "trusted" have hosts in common; a relay brings mail of strangers, '
      "and one that is trusted may send it to anywhere"]),
    ("aliases", GOOD + 'aliases = "{folder}/virtual"\n' + '[[domain]]\nname = "example.net"\naliases = "{folder}/virtual"\n',
     ['16:11: warning: aliases: {folder}/virtual, line 2: "a@@b" is no address']),
    ("recipients", GOOD + 'recipients = "file:recipients"\n', ['16:14: warning: recipients: {folder}/recipients, line 2: "zoe" is no address']),
    ("kinds, all and none", GOOD + "kinds = {}\n" + '[[domain]]\nname = "example.net"\n[domain.kinds]\nmdn = "accept"\n', []),
    ("no domain, outbound", SERVER + OUTBOUND + TRUSTED, ["3:1: warning: there is no [[domain]], and mail is tagged only where its sender is in one"]),
    ("keys, and nothing about tags", GOOD + '[keys]\nfile = "{folder}/keys"\n',
     ['17:8: warning: file: mail leaves without tags, since "tags" is not given; write tags = true to go on with tags, or tags = false']),
    ("keys, and no tags", GOOD + '[keys]\nfile = "{folder}/keys"\ntags = false\n', []),
    ("tags without keys", GOOD + "[keys]\ntags = true\n", ["17:8: warning: tags: without a key file no tag can be made"]),
    ("a quarantine", GOOD + '[keys]\nfile = "{folder}/keys"\ntags = false\n[quarantine]\nurl = "sqlite:q.db"\n', []),
    ("a held store", GOOD + '[keys]\nfile = "{folder}/keys"\ntags = false\n[way_out]\nurl = "sqlite:h.db"\n', []),
    ("a quarantine that nobody is told of", GOOD + '[keys]\nfile = "{folder}/keys"\ntags = false\n[quarantine]\nurl = "sqlite:q.db"\ndigest = false\n',
     ["21:10: warning: digest: owners are not told what is kept back for them; to keep mail back without its recipient's knowledge may be unlawful"]),
    ("the stage quarantine without keys, and without a quarantine", GOOD + 'stage = "quarantine"\n',
     ['16:9: warning: stage: there is no [quarantine] with a url, so nothing is kept back, and this stage does what "label" does',
      "16:9: warning: stage: without watermarks, tags, dkim_keys and a ledger only a DKIM signature whose key is in DNS proves a bounce"]),
    ("reject without keys", GOOD + 'stage = "reject"\n',
     ["16:9: warning: stage: without watermarks, tags, dkim_keys and a ledger only a DKIM signature whose key is in DNS proves a bounce"]),
    ("reject with tags off", GOOD + 'stage = "reject"\n[keys]\nfile = "{folder}/keys"\ntags = false\n',
     []),
    ("reject with nothing that proves", GOOD + 'stage = "reject"\n[keys]\nfile = "{folder}/keys"\ntags = false\n[proofs]\nwatermark = false\ndkim_lookup = false\n',
     ["16:9: warning: stage: without watermarks, tags, DKIM keys and a ledger nothing can be proven, so unproven bounces are only labelled"]),
    ("reject without an outbound gateway", SERVER + INBOUND + DOMAIN + 'stage = "reject"\n[proofs]\ndkim_keys = "{folder}/dkim"\n',
     ['10:9: warning: stage: there is no outbound gateway, so no mail is seen to leave with a proof, and this stage does what "label" does; add '
      'one, or declare the domain to be ready ("ready") if its mail leaves elsewhere with proofs']),
    ("quarantine without an outbound gateway", SERVER + INBOUND + DOMAIN + 'stage = "label"\n', []),
    ("reject without an outbound gateway, declared by keys that another server has",
     SERVER + INBOUND + DOMAIN + f'stage = "reject"\nready = "since {TODAY}"\n[keys]\nfile = "{{folder}}/keys"\ntags = false\n[proofs]\ndkim_lookup = false\n',
     ["10:9: warning: stage: there is no outbound gateway, so bounces of your own mail are refused unless another Backstop with the same keys "
      "takes what leaves; with dkim_keys in [proofs] your DKIM signatures prove them"]),
    ("reject without an outbound gateway, declared, with DKIM",
     SERVER + INBOUND + DOMAIN + f'stage = "reject"\nready = "since {TODAY}"\n[keys]\nfile = "{{folder}}/keys"\ntags = false\n', []),
    ("a kind that is kept back, without a quarantine", GOOD + 'kinds = { mdn = "quarantine" }\n',
     ["16:9: warning: kinds: there is no [quarantine] with a url, so what would be kept back is labelled"]),
    ("a kind that is kept back by default", GOOD + 'kinds = { challenge = "quarantine" }\n', []),
    ("a history that is off, in the ledger's file", GOOD + '[history]\nenabled = false\nurl = "sqlite:a.db"\n[ledger]\nurl = "sqlite:a.db"\n', []),
    ("reject without a history", KEYS.replace("observe", "reject") + "[history]\nenabled = false\n",
     ['16:9: warning: stage: the history is off, and without it no domain is seen to be ready, so this stage does what "label" does; '
      'set enabled = true in [history], or declare the domain to be ready ("ready")']),
    ("folder of the socket that is not there", KEYS.replace("[server]", '[server]\nstatus_socket = "gone/socket"'),
     ["2:17: warning: status_socket: there is no folder {folder}/gone, so `backstop status` gets no answer"]),
    ("reject without a history, declared", KEYS.replace('"observe"', f'"reject"\nready = "since {TODAY}"') + "[history]\nenabled = false\n",
     ["16:9: warning: stage: the history is off, so only the log tells later what was refused and why; `backstop history`, `why` and "
      "`report` need it"]),
    ("observed without a history", KEYS + READY.format(TODAY).replace(f"since {TODAY}", "observed") + "[history]\nenabled = false\n",
     ["22:9: warning: ready: the history is off, and without it the domain is never seen to be ready"]),
    ("label without a history", KEYS.replace("observe", "label") + "[history]\nenabled = false\n", []),
    ("ready since today", KEYS + READY.format(TODAY), []),
    ("ready tomorrow", KEYS + READY.format(TODAY + DAY),
     [f"22:9: warning: ready: it counts from {TODAY + DAY} on; until then the domain is not ready, and nothing is refused for it"]),
    ("ready in a year", KEYS + READY.format(TODAY + 366 * DAY),
     [f"22:9: warning: ready: it counts from {TODAY + 366 * DAY} on; until then the domain is not ready, and nothing is refused for it"]),
    ("ready in more than a year", KEYS + READY.format(TODAY + 367 * DAY),
     [f"22:9: warning: ready: it counts from {TODAY + 367 * DAY} on, more than a year ahead; until then the domain is not ready, and nothing is "
      "refused for it"]),
    ("ready by nothing", GOOD + READY.format(TODAY),
     ["18:9: warning: ready: there are no watermarks, no tags and no dkim_keys for which it could count, so the domain is not ready"]),
    ("one Maildir for two domains", SERVER + INBOUND.replace("smtp://127.0.0.1:10025", "maildir:mail/%n") + DOMAIN + '[[domain]]\nname = "example.net"\n',
     ["7:12: warning: next_hop: the path has no %d, so the same Maildirs would take the mail of several domains"]),
    ("a %d that is none", SERVER + INBOUND.replace("smtp://127.0.0.1:10025", "maildir:mail/%%d/%n") + DOMAIN + '[[domain]]\nname = "example.net"\n',
     ["7:12: warning: next_hop: the path has no %d, so the same Maildirs would take the mail of several domains"]),
    ("one Maildir for one domain", SERVER + INBOUND.replace("smtp://127.0.0.1:10025", "maildir:mail/%n") + DOMAIN, []),
    ("one Maildir for all subdomains", GOOD.replace('"example.org"', '"*.example.org"') + 'next_hop = "maildir:/m/%n"\n',
     ["16:12: warning: next_hop: the path has no %d, so the same Maildirs would take the mail of several domains"]),
    ("one Maildir for all subdomains, of the gateway", SERVER + INBOUND.replace("smtp://127.0.0.1:10025", "maildir:mail/%n") + DOMAIN.replace("example.org", "*.example.org"),
     ["7:12: warning: next_hop: the path has no %d, so the same Maildirs would take the mail of several domains"]),
    ("a Maildir for each domain", GOOD.replace("smtp://127.0.0.1:10025", "maildir:mail/%d/%n") + '[[domain]]\nname = "example.net"\n', []),
    ("ports that the system chooses", GOOD.replace("127.0.0.1:2525", "127.0.0.1:0").replace("127.0.0.1:2526", "127.0.0.1:0"), []),
    ("next hops that are not ourselves", GOOD.replace("127.0.0.1:10025", "127.0.0.2:2525").replace("127.0.0.1:10026", "[::1]:2526")
     + 'next_hop = "smtp://mx.example.org:25"\n', []),
    ("never sends and exempt", GOOD + 'never_sends = ["Abuse"]\n',
     ['16:16: warning: never_sends: "abuse" is in "exempt", too; bounces to it count as forged all the same']),
    ("few recipients", GOOD + "[limits]\nrecipients = 99\n", ["17:14: warning: recipients: RFC 5321 (4.5.3.1.8) asks for at least 100"]),
    ("as many recipients as the standard asks for", GOOD + "[limits]\nrecipients = 100\n", []),
    ("authorities that nobody asks for", GOOD + '[tls]\nnext_hop_ca = "ca"\n',
     ['17:15: warning: next_hop_ca: no next hop has next_hop_tls = "verified"']),
]


class Checked(Case):
    def check(self, text):
        path = self.write("backstop.toml", text.replace("{folder}", str(self.folder)).encode())
        return path, run("check-config", "--offline", path)

    def lines(self, path, want):
        return "".join(f"{path}:{line.replace('{folder}', str(self.folder))}\n" for line in want)

    def test_each_mistake(self):
        self.assertEqual(run("keys", "new", self.folder / "keys").status, 0)
        for name, text in (("nobody", b"# nobody\n"), ("half", b"ann@example.org\nben@exa"), ("recipients", b"ann@example.org\n")):
            self.write(name, text)
        for name, text, want in MISTAKES:
            with self.subTest(name):
                path, outcome = self.check(text)
                self.assertEqual(outcome.err, self.lines(path, want))
                self.assertEqual((outcome.status, outcome.out), (65, b""))

    def test_each_warning(self):
        self.assertEqual(run("keys", "new", self.folder / "keys").status, 0)
        (self.folder / "dkim").mkdir()
        self.write("recipients", b"ann@example.org\nzoe\n")
        self.write("virtual", b"info@example.org ann@example.org\na@@b ann@example.org\n")
        for name, text, want in WARNINGS:
            with self.subTest(name):
                path, outcome = self.check(text)
                self.assertEqual(outcome.err, self.lines(path, want))
                self.assertEqual(outcome.status, 0)
                self.assertRegex(outcome.out.decode(), r"\A[^\n]*/backstop\.toml: good: \d gateways?, \d domains?\n  gateway ")

    def test_mistakes_are_listed_in_order(self):
        path, outcome = self.check(GOOD.replace("mx.example.org", "a b").replace("inbound", "sideways") + 'ready = 7\nstag = "reject"\n')
        places = re.findall(r"(?m)^.*?\.toml:(\d+):(\d+): ", outcome.err)
        self.assertEqual(places, [("2", "12"), ("5", "13"), ("16", "9"), ("17", "1")], outcome.err)

    def test_good_file_says_so(self):
        path, outcome = self.check(GOOD.replace('"127.0.0.1:2525"', '"127.0.0.1:2525", "[::1]:25"'))
        self.assertEqual((outcome.status, outcome.err), (0, ""))
        self.assertEqual(outcome.out.decode(),
                         f"{path}: good: 2 gateways, 1 domain\n"
                         "  gateway in: inbound, listens on 127.0.0.1:2525 and [::1]:25, next hop smtp://127.0.0.1:10025\n"
                         "  gateway out: outbound, listens on 127.0.0.1:2526, next hop smtp://127.0.0.1:10026\n"
                         "  domains: 1, 1 at stage observe\n"
                         "  keys: none; mail leaves without watermarks and tags\n"
                         f"  history: sqlite:{self.folder}/var/history.db\n"
                         "  ledger: none is kept\n"
                         "  auth: refuses nothing\n"
                         "  way out: stage observe\n"
                         "  domain example.org: stage observe\n")


    def test_it_names_the_domains_and_what_is_their_own(self):
        more = 'stage = "reject"\nnext_hop = "smtp://127.0.0.1:10027"\nrecipients = "file:recipients"\naliases = "{folder}/virtual"\n'
        self.write("recipients", b"@example.net OK\n")
        self.write("virtual", b"")
        _, outcome = self.check(GOOD + '[[domain]]\nname = "example.net"\n' + more + '[[domain]]\nname = "*.example.com"\n')
        self.assertEqual(re.findall(r"(?m)^  (domain .*)", outcome.out.decode()),
                         ["domain example.org: stage observe",
                          f"domain example.net: stage reject, next hop smtp://127.0.0.1:10027, aliases {self.folder}/virtual, "
                          f"recipients file:{self.folder}/recipients", "domain *.example.com: stage observe"])

    def test_it_names_a_hundred_domains(self):
        for count in (100, 101):
            _, outcome = self.check(SERVER + INBOUND + OUTBOUND + TRUSTED + "".join(f'[[domain]]\nname = "d{i}.example.org"\n' for i in range(count)))
            lines = re.findall(r"(?m)^  (domain .*|and .*)", outcome.out.decode())
            self.assertEqual((len(lines), lines[-1]), (count, "domain d99.example.org: stage observe" if count == 100 else "and 1 more domain"))

    def test_the_file_may_be_an_option(self):
        path, outcome = self.check(GOOD)
        for arguments in (["-c", path], ["--config", path], [f"--config={path}"]):
            self.assertEqual(run("check-config", *arguments).out, outcome.out)
        gone = run("check-config", "-c", self.folder / "gone")
        self.assertEqual((gone.status, gone.err), (66, f"backstop: {self.folder}/gone: no such file\n"))

    def test_a_next_hop_that_nobody_knows_is_a_warning(self):
        path, offline = self.check(GOOD.replace("smtp://127.0.0.1:10025", "smtp://mail.invalid:25") + 'next_hop = "lmtp://localhost:24"\n')
        self.assertEqual((offline.status, offline.err), (0, ""))
        outcome = run("check-config", path)
        self.assertEqual((outcome.status, outcome.out), (0, offline.out))
        self.assertRegex(outcome.err, rf"\A{path}: warning: gateway in: the next hop smtp://mail.invalid:25: [^\n]+, so mail for it is deferred\n\Z")

    def test_a_default_socket_with_too_long_a_path_is_a_warning(self):
        self.folder = self.folder / ("x" * 100)
        self.folder.mkdir()
        path, outcome = self.check(GOOD)
        socket = f"{self.folder}/var/history.db.sock"
        self.assertEqual((outcome.status, outcome.err),
                         (0, f"{path}:1:1: warning: status_socket: the path of the socket would be {socket}, which has {len(socket)} bytes, and that of a "
                             'socket may have 107, so `backstop status` gets no answer; set a shorter one, such as "/run/backstop/status"\n'))

    def test_says_which_names_it_had_no_time_for(self):
        hops = "".join(f'[[domain]]\nname = "d{i}.test"\nnext_hop = "smtp://h{i}.invalid:25"\n' for i in range(200))
        path = self.write("backstop.toml", (SERVER + INBOUND + OUTBOUND + TRUSTED + hops).encode())
        outcome = run("check-config", path)
        self.assertEqual(outcome.status, 0)
        named = len(re.findall(r"(?m) the next hop smtp://h\d+\.invalid:25: ", outcome.err))
        left_out = re.search(r"(?m): warning: (\d+) of 200 names of next hops were not looked up: at most 256 names are, within 3 s$", outcome.err)
        self.assertEqual(named + (int(left_out[1]) if left_out else 0), 200)

    def test_it_tells_how_many_recipients_there_are(self):
        self.write("recipients", b"ann@example.org OK\n@example.net OK\n")
        more = 'recipients = "file:recipients"\n'
        _, outcome = self.check(GOOD + more + '[[domain]]\nname = "example.net"\n' + more + '[[domain]]\nname = "example.com"\n')
        self.assertEqual((outcome.status, outcome.err), (0, ""))
        self.assertEqual(outcome.out.decode().count("recipients: "), 1)
        self.assertIn(f"\n  recipients: 2 in {self.folder}/recipients\n", outcome.out.decode())


class Effective(Case):
    def effective(self, text):
        outcome = run("check-config", "--effective", self.write("backstop.toml", text.encode()))
        self.assertEqual((outcome.status, outcome.err), (0, ""))
        return outcome.out.decode()

    def test_it_is_a_configuration_of_the_same_meaning(self):
        text = GOOD + 'stage = "label"\nexempt = ["postmaster"]\n[history]\nkeep = "48h"\nbuffer = 20000\n[keys]\ntags = false\n'
        found = self.effective(text)
        want = GOOD + 'stage = "label"\nexempt = ["postmaster"]\n[history]\nkeep = "2d"\n'
        self.assertEqual([line for line in found.splitlines() if line], want.splitlines())
        self.assertEqual(self.effective(found), found)

    def test_the_files_that_it_names_are_not_opened(self):
        self.assertIn(f'file = "{self.folder}/keys"', self.effective(GOOD + '[keys]\nfile = "keys"\ntags = true\n'))

    def test_a_mistake_is_told_and_nothing_else(self):
        path = self.write("backstop.toml", GOOD.replace("listen", "lisen", 1).encode())
        outcome = run("check-config", "--effective", "-c", path)
        self.assertEqual((outcome.status, outcome.out, outcome.err.count("\n")), (65, b"", 2))


class Files(Case):
    def keys(self, mode):
        path = self.folder / "keys"
        if not path.exists():
            self.assertEqual(run("keys", "new", path).status, 0)
        path.chmod(mode)
        return self.write("backstop.toml", (GOOD + 'stage = "reject"\n[keys]\nfile = "keys"\ntags = true\n').encode())

    def test_key_file_is_looked_for_beside_the_configuration(self):
        outcome = run("check-config", self.keys(0o600))
        self.assertEqual((outcome.status, outcome.err), (0, ""))

    def test_relative_name_of_the_configuration(self):
        config = self.keys(0o600)
        outcome = run("check-config", os.path.relpath(config))
        self.assertEqual((outcome.status, outcome.err), (0, ""))

    def test_key_file_that_others_can_read(self):
        config = self.keys(0o640)
        outcome = run("check-config", config)
        self.assertEqual(outcome.status, 65)
        self.assertEqual(outcome.err, f"{config}:18:8: file: key file {self.folder}/keys: others than its owner can reach it, its mode is "
                                      f"0640; run: chmod 600 {self.folder}/keys\n")

    def test_certificate(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                        "/CN=mx.example.org", "-keyout", self.folder / "key", "-out", self.folder / "chain"], check=True, capture_output=True)
        (self.folder / "key").chmod(0o600)
        text = GOOD.replace(TRUSTED, 'tls = "starttls"\nnext_hop_tls = "verified"\n') + \
            '[tls]\ncertificate = "chain"\nkey = "key"\nnext_hop_ca = "chain"\n'
        config = self.write("backstop.toml", text.encode())
        outcome = run("check-config", config)
        self.assertEqual((outcome.status, outcome.err), (0, ""))
        (self.folder / "key").chmod(0o644)
        outcome = run("check-config", config)
        self.assertEqual(outcome.status, 65)
        self.assertRegex(outcome.err, rf"\A{config}:19:7: key: {self.folder}/key: [^\n]+\n\Z")

    def test_file_that_is_not_there(self):
        for path, want in ((self.folder / "gone", "no such file"), (self.folder, "it is a folder; a configuration file is wanted")):
            outcome = run("check-config", path)
            self.assertEqual((outcome.status, outcome.out, outcome.err), (66, b"", f"backstop: {path}: {want}\n"))

    def test_key_file_without_permission(self):
        self.keys(0o000)
        outcome = run("keys", "list", self.folder / "keys", before=without_privileges())
        self.assertEqual((outcome.status, outcome.out), (66, b""))
        self.assertEqual(outcome.err, f"backstop: key file {self.folder}/keys: no permission to read it; it must belong to the user that "
                                      "Backstop runs as, and that user must be able to enter its folder\n")

    def test_key_of_the_certificate_in_a_closed_folder(self):
        key = self.write("closed/key", b"")
        key.parent.chmod(0)
        self.addCleanup(key.parent.chmod, 0o700)
        path = self.write("backstop.toml", (GOOD.replace(TRUSTED, 'tls = "required"\n') + '[tls]\ncertificate = "c"\nkey = "closed/key"\n').encode())
        outcome = run("check-config", path, before=without_privileges())
        self.assertEqual((outcome.status, outcome.err),
                         (65, f"{path}:18:7: key: {key}: no permission to enter its folder; a private key in PEM is wanted\n"))

    def test_largest_file(self):
        for more, want in ((0, ""), (1, "1:1: the file is larger than 1048576 bytes, the most that is read\n")):
            path = self.write("backstop.toml", GOOD.encode() + b"#" * (1024 * 1024 - len(GOOD) + more))
            outcome = run("check-config", path)
            self.assertEqual((outcome.status, outcome.err), (65 if more else 0, f"{path}:{want}" if more else ""))

    def test_file_that_never_ends(self):
        outcome = run("check-config", "/dev/zero")
        self.assertEqual((outcome.status, outcome.err), (65, "/dev/zero:1:1: the file is larger than 1048576 bytes, the most that is read\n"))

    def test_pipe_with_a_writer(self):
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        writer = threading.Thread(target=pipe.write_bytes, args=(GOOD.encode(),))
        writer.start()
        outcome = run("check-config", pipe)
        writer.join()
        self.assertEqual((outcome.status, outcome.err), (0, ""))

    def test_deep_nesting_is_a_mistake(self):
        for name, text in (("lists", "a=" + "[" * 100_000), ("tables", "a=" + "{a=" * 100_000), ("keys", "[" + ".".join("a" * 200_000) + "]\n"),
                           ("quoted keys", ".".join(['"a"'] * 100_000) + "=1"), ("keys in a list", "a = [{" + ".".join("a" * 100_000) + "=1}]")):
            with self.subTest(name):
                outcome = run("check-config", self.write("backstop.toml", text.encode()))
                self.assertEqual(outcome.status, 65, outcome.err)
                self.assertEqual(outcome.err.count("\n"), 1)


class Written(Case):
    def setUp(self):
        super().setUp()
        outcome = run("check-config", "--example")
        self.assertEqual((outcome.status, outcome.err), (0, ""))
        self.example = outcome.out.decode()

    def test_example_is_good(self):
        path = self.write("backstop.toml", self.example.encode())
        outcome = run("check-config", path)
        self.assertEqual((outcome.status, outcome.out.decode().splitlines()[0], outcome.err), (0, f"{path}: good: 2 gateways, 1 domain", ""))

    def test_example_is_good_with_every_setting_taken(self):
        text = re.sub(r"(?m)^#(\w+ = )", r"\1", self.example)
        self.assertGreater(text.count("\n") - len(re.findall(r"(?m)^#", text)), 60)
        outcome = run("check-config", self.write("backstop.toml", text.encode()))
        # Its files and its user belong to another machine; nothing else can be wrong.
        mistakes = [line for line in outcome.err.splitlines() if ": warning: " not in line]
        for line in mistakes:
            self.assertRegex(line, "there is no user|[Nn]o such (file|folder)")
        self.assertEqual(len(mistakes), len({line.split(": ")[1] for line in mistakes}))

    def test_example_fits_a_terminal(self):
        self.assertLessEqual(max(map(len, self.example.splitlines())), 100)

    def test_page_is_that_of_the_program(self):
        outcome = run("check-config", "--page")
        self.assertEqual((outcome.status, outcome.err), (0, ""))
        self.assertEqual(outcome.out.decode(), (SOURCE / "docs" / "configuration.md").read_text(encoding="utf-8"),
                         "docs/configuration.md is not what the program writes; run: backstop check-config --page > docs/configuration.md")

    def test_page_shows_a_good_file(self):
        page = (SOURCE / "docs" / "configuration.md").read_text(encoding="utf-8")
        text = re.search(r"(?s)```toml\n(.*?)```", page).group(1)
        self.assertEqual(run("keys", "new", self.folder / "keys").status, 0)
        outcome = run("check-config", self.write("backstop.toml", text.replace("var/keys", "keys").encode()))
        self.assertEqual((outcome.status, outcome.err), (0, ""))

    def test_wrong_command_lines(self):
        for arguments in ([], ["--example", "file"], ["--page", "file"], ["--example", "--page"], ["--nonsense"], ["file", "-c", "file"], ["-c", ""],
                          ["--effective"], ["--effective", "--probe", "file"], ["--offline", "--probe", "file"], ["--example", "--offline"]):
            with self.subTest(arguments):
                outcome = run("check-config", *arguments)
                self.assertEqual((outcome.status, outcome.out), (64, b""))


if __name__ == "__main__":
    unittest.main()
