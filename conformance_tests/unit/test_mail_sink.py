"""The mail sink as whoever judges a server by hand starts it."""

import re
import signal
import subprocess
import sys
from smtplib import SMTP

import pytest

from quintet_conformance.mailbox import Mailbox
from quintet_conformance.runner.mail import MailSink
from quintet_conformance.runner.processes import free_port

ELSEWHERE = "192.0.2.1"  # kept for documentation: no machine has this address


def test_the_mails_of_a_command_are_read_by_the_suite(tmp_path):
    place = ["--host", "localhost", "--port", str(free_port())]
    command = [sys.executable, "-m", "quintet_conformance", "mail-sink", str(tmp_path)]
    with subprocess.Popen([*command, *place], stdout=subprocess.PIPE, text=True) as sink:
        try:
            printed = sink.stdout.readline()
            host, port = re.fullmatch(r"SMTP_URL=smtp://(.+):(\d+)\n", printed).groups()
            with SMTP(host, int(port), timeout=5) as smtp:
                smtp.sendmail("a@example.org", ["b@example.org"], "Subject: Hello\n\nHi")
        finally:
            sink.send_signal(signal.SIGINT)
    (mail,) = Mailbox(tmp_path).wait_for("b@example.org")
    assert (host, mail["Subject"]) == ("localhost", "Hello")


def test_the_sink_listens_where_it_is_told(tmp_path):
    sink = MailSink(tmp_path, free_port(), ELSEWHERE)
    with pytest.raises(OSError, match="assign"), sink:
        pass
