"""A mail server that is away for a while, or for good."""

import re
import socket
import time
from contextlib import suppress

import pytest

from quintet_conformance.helpers import expect
from quintet_conformance.mailbox import Mailbox
from quintet_conformance.runner.mail import MailSink
from quintet_conformance.runner.processes import Server, free_port
from quintet_conformance.site import Member

TRIES = 3
PATIENCE = 15.0
AT_ONCE = 2.0
PAUSE = 0.05
TOKEN = re.compile(r"(?<![\w-])[\w-]{43}(?![\w-])")


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def server(launch, sqlite_url, port):
    return launch(sqlite_url, SMTP_URL=f"smtp://127.0.0.1:{port}")


@pytest.fixture
def member(server, site_of):
    return site_of(server).new_member()


def test_a_mail_arrives_when_the_server_is_back(member, port, tmp_path):
    with deaf(port) as listener:
        ask_for_mail(member)
        turn_away(listener)
    with MailSink(tmp_path / "mails", port):
        Mailbox(tmp_path / "mails").wait_for_reset_token(member.email)


def test_a_mail_is_given_up_with_one_line(member, server, port):
    with deaf(port) as listener:
        ask_for_mail(member)
        for _ in range(TRIES):
            turn_away(listener)
        line = wait_for_error(server)
        listener.settimeout(0)
        with pytest.raises(BlockingIOError):
            listener.accept()
    log = server.log.read_text()
    assert errors_in(log) == [line]
    assert member.email not in log
    assert not TOKEN.search(log)


def deaf(port: int) -> socket.socket:
    listener = socket.create_server(("127.0.0.1", port))
    listener.settimeout(PATIENCE)
    return listener


def turn_away(listener: socket.socket) -> None:
    """Take the next connection, and end it without a word."""
    listener.accept()[0].close()


def ask_for_mail(member: Member) -> None:
    """Expect an answer at once, although the mail server says nothing yet."""
    began = time.monotonic()
    expect(member.request_password_reset(email=member.email), 202)
    assert time.monotonic() - began < AT_ONCE


def wait_for_error(server: Server) -> str:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(IndexError):
            return errors_in(server.log.read_text())[0]
        time.sleep(PAUSE)
    pytest.fail("the mail is given up without a word")


def errors_in(log: str) -> list[str]:
    """List the lines that are meant for whoever runs the server."""
    return re.findall(r'^.*"level":\s*"error".*$', log, re.IGNORECASE | re.MULTILINE)
