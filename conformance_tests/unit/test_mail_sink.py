"""The mail sink as whoever judges a server by hand starts it."""

import re
import subprocess
import sys
from smtplib import SMTP

from quintet_conformance.mailbox import Mailbox
from quintet_conformance.runner.processes import free_port

MAIL_SINK = [sys.executable, "-m", "quintet_conformance", "mail-sink"]
ADDRESS = re.compile(r"SMTP_URL=smtp://(?P<host>.+):(?P<port>\d+)\n")
ELSEWHERE = "192.0.2.1"  # kept for documentation: no machine has this address


def test_the_mails_of_a_command_are_read_by_the_suite(tmp_path):
    place = ["--host", "localhost", "--port", str(free_port())]
    command = [*MAIL_SINK, str(tmp_path), *place]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sink:
        try:
            assert sink.stdout
            url = ADDRESS.fullmatch(sink.stdout.readline())
            assert url
            with SMTP(url["host"], int(url["port"]), timeout=5) as smtp:
                smtp.sendmail("a@example.org", ["b@example.org"], "Subject: Hello\n\n")
        finally:
            sink.terminate()
    (mail,) = Mailbox(tmp_path).wait_for("b@example.org")
    assert (url["host"], mail["Subject"]) == ("localhost", "Hello")


def test_the_sink_listens_where_it_is_told(tmp_path):
    command = [*MAIL_SINK, str(tmp_path), "--host", ELSEWHERE]
    refused = subprocess.run(command, check=False, capture_output=True, text=True)
    assert refused.returncode == 1
    assert "cannot assign requested address" in refused.stderr
