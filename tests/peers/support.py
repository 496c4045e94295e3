"""Everything that the tests here share; each part has its own file."""
from backstop import Backstop, config, gateway, way_out
from case import EXIM, PROGRAM, SOURCE, Case, main, needs
from children import PATIENCE, Child, Peer, accepts, wait_until
from connections import is_dropped
from dovecot import Dovecot
from exim import Exim, exim_relay
from fake_answers import Both, Cut, Raw, Stall, Text, Trickle
from fake_client import FakeClient, Reply, dotted
from fake_server import FakeServer
from mails import body_of, header_of, new_bounce, new_mail, read_maildir
from opendkim import OpenDkim, Verifier
from opensmtpd import OpenSmtpd
from open_to_all import copy_for_all
from ports import Port
from postfix import Postfix
from programs import SmtpSink, certificate, smtp_source, swaks
from sendmail import Sendmail

__all__ = ["EXIM", "PATIENCE", "PROGRAM", "SOURCE", "Backstop", "Both", "Case", "Child", "Cut", "Dovecot", "Exim",
           "FakeClient", "FakeServer", "OpenDkim", "OpenSmtpd", "Peer", "Port", "Postfix", "Raw", "Reply", "Sendmail", "SmtpSink", "Stall", "Text", "Trickle", "Verifier",
           "accepts", "body_of", "certificate", "config", "copy_for_all", "dotted", "exim_relay", "gateway", "header_of", "is_dropped", "main", "needs", "new_bounce", "new_mail",
           "read_maildir", "smtp_source", "swaks", "wait_until"]
