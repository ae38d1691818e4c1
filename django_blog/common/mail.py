"""Mails go out after the answer; nobody waits for them, and nothing fails with them."""

import logging
import smtplib
import ssl
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends import console, smtp
from django.db import transaction

PAUSES = (0, 1, 4)  # seconds before each try

logger = logging.getLogger(__name__)
_postmen = ThreadPoolExecutor(max_workers=4, thread_name_prefix="mail")


@dataclass(frozen=True, slots=True)
class Mail:
    to: str
    subject: str
    text: str


def password_reset_mail(to: str, public_url: str, token: str) -> Mail:
    text = (
        "Somebody, probably you, asked to reset your password. To choose a new one,\n"
        "open this page within an hour:\n\n"
        f"{public_url}/password-reset/{token}\n\n"
        "If it was not you, ignore this mail: your password stays as it is.\n"
    )
    return Mail(to, "Reset your password", text)


def password_changed_mail(to: str) -> Mail:
    text = (
        "The password of your account was changed, and every device was signed out.\n\n"
        "If it was not you, reset your password at once.\n"
    )
    return Mail(to, "Your password was changed", text)


def email_changed_mail(to: str) -> Mail:
    text = (
        "The e-mail address of your account was changed; this is the old one.\n\n"
        "If it was not you, tell the people who run this site.\n"
    )
    return Mail(to, "Your e-mail address was changed", text)


def send(mail: Mail) -> None:
    """Hands the mail over once the transaction is committed, and not if it fails."""
    # Idiom: on_commit knows the one moment from which the mail tells the truth.
    in_this_request = copy_context().run

    def post() -> None:
        delivery = _postmen.submit(in_this_request, _deliver, mail)
        delivery.add_done_callback(_tell_fault)

    transaction.on_commit(post)


def _tell_fault(delivery: Future[None]) -> None:
    """A thread pool keeps to itself what nobody expected."""
    if error := delivery.exception():
        logger.error("Unexpected error", exc_info=error)


def _deliver(mail: Mail) -> None:
    """Tries three times, then gives up with a line in the log."""
    message = EmailMessage(mail.subject, mail.text, to=[mail.to])
    for pause in PAUSES:
        time.sleep(pause)
        try:
            message.send()
        except (smtplib.SMTPException, OSError) as error:
            logger.warning("Mail not taken: %s", type(error).__name__)
        else:
            return
    logger.error("Mail given up")


class SmtpBackend(smtp.EmailBackend):
    # Idiom: Django encrypts when a setting says so; here, whenever the server can.
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return smtplib.SMTP_SSL if self.use_ssl else _EncryptingSMTP


class _EncryptingSMTP(smtplib.SMTP):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.ehlo()
        if self.has_extn("starttls"):
            self.starttls(context=ssl.create_default_context())


class StderrBackend(console.EmailBackend):
    """Shows mails to the developer, apart from the log."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"stream": sys.stderr, **options})
