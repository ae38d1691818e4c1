"""Mails: three tries, then a line in the log, and nobody waits."""

import smtplib
import socket
from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox
from django.core import mail as django_mail
from django.core.mail import EmailMessage
from django.db import transaction

from common import mail
from common.mail import Mail

MAIL = Mail("ada@example.org", "Subject", "Text.\n")


class Postman:
    """Fails some times before it delivers."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.tries = 0

    def send(self) -> int:
        self.tries += 1
        if self.tries <= self.failures:
            raise smtplib.SMTPServerDisconnected
        return 1


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "PAUSES", (0, 0, 0))


@pytest.mark.parametrize(("failures", "tries"), [(0, 1), (2, 3), (5, 3)])
def test_three_tries(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    failures: int,
    tries: int,
) -> None:
    postman = Postman(failures)
    monkeypatch.setattr(EmailMessage, "send", lambda _self: postman.send())
    mail._deliver(MAIL)
    assert postman.tries == tries
    assert ("Mail given up" in caplog.text) == (failures >= 3)


@pytest.fixture
def smtp_server(tmp_path: Any, settings: Any) -> Iterator[Controller]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings.EMAIL_BACKEND = "common.mail.SmtpBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    mailbox = Mailbox(tmp_path / "mails")
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield controller
    controller.stop()


def test_link_stands_alone_however_long(smtp_server: Controller, tmp_path: Any) -> None:
    public_url = "https://blog.example.org/" + "long" * 20
    mail._deliver(mail.password_reset_mail("ada@example.org", public_url, "t" * 43))
    (file,) = (tmp_path / "mails" / "new").iterdir()
    text = file.read_text()
    assert f"\n{public_url}/password-reset/{'t' * 43}\n" in text
    assert 'Content-Type: text/plain; charset="utf-8"' in text


def test_encrypts_where_the_server_can(
    smtp_server: Controller, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    changed = {
        "has_extn": lambda _self, name: name == "starttls",
        "starttls": lambda _self, context: asked.append(context),
    }
    for name, method in changed.items():
        monkeypatch.setattr(smtplib.SMTP, name, method)
    mail._deliver(MAIL)
    assert asked[0].check_hostname
    assert len(list((tmp_path / "mails" / "new").iterdir())) == 1


def test_is_printed_without_a_server(settings: Any, capsys: Any) -> None:
    settings.EMAIL_BACKEND = "common.mail.StderrBackend"
    mail._deliver(MAIL)
    printed = capsys.readouterr()
    assert "Subject: Subject" in printed.err
    assert printed.out == ""


@pytest.mark.django_db(transaction=True)
def test_what_nobody_expected_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    delivered = Event()
    monkeypatch.setattr(mail, "_deliver", lambda _mail: 1 / 0)
    monkeypatch.setattr(mail.logger, "error", lambda _text, exc_info: delivered.set())
    mail.send(MAIL)
    assert delivered.wait(5)


@pytest.mark.django_db(transaction=True)
def test_goes_out_after_the_commit_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    delivered = Event()
    monkeypatch.setattr(mail, "_deliver", lambda _mail: delivered.set())
    with transaction.atomic():
        mail.send(MAIL)
        transaction.set_rollback(True)
    assert not delivered.wait(0.1)
    with transaction.atomic():
        mail.send(MAIL)
        assert not delivered.wait(0.1)
    assert delivered.wait(5)
    assert not django_mail.outbox
