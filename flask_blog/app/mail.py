"""Mails go out after the answer; nobody waits for them, and nothing fails with them."""

import logging
import smtplib
import ssl
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import unquote, urlsplit

from flask import Flask, current_app, request

PAUSES = (0, 1, 4)  # seconds before each try
TIMEOUT_SECONDS = 10
THREADS = 4
ONE_LINE = SMTP.clone(max_line_length=998)  # A link must not be broken in two.

logger = logging.getLogger(__name__)


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


class Mailer:
    def init_app(self, app: Flask) -> None:
        app.extensions["mailer"] = ThreadPoolExecutor(THREADS, "mail")

    def send(self, mail: Mail) -> None:
        """Call it after the commit: from here on another thread has it."""
        # Idiom: Flask has no background tasks. A thread in a copy of this context goes
        # on with `current_app`, and with the request's id in its log lines.
        threads: ThreadPoolExecutor = current_app.extensions["mailer"]
        sending = threads.submit(copy_context().run, _try_to_send, mail)
        sending.add_done_callback(_tell_fault)


def public_url() -> str:
    """From the settings or the socket, never from what the client sends as `Host`."""
    own = f"http://127.0.0.1:{request.environ['SERVER_PORT']}"
    return current_app.config["PUBLIC_URL"] or own


def _tell_fault(sending: Future[None]) -> None:
    """A thread pool keeps to itself what nobody expected."""
    if error := sending.exception():
        logger.error("Unexpected error", exc_info=error)


def _try_to_send(mail: Mail) -> None:
    """Tries three times, then gives up with a line in the log."""
    smtp_url = current_app.config["SMTP_URL"]
    if smtp_url is None:
        sys.stderr.write(f"\nTo: {mail.to}\nSubject: {mail.subject}\n\n{mail.text}\n")
        return
    for pause in PAUSES:
        time.sleep(pause)
        try:
            _deliver(mail, smtp_url)
        except (smtplib.SMTPException, OSError) as error:
            logger.warning("Mail not taken: %s", type(error).__name__)
        else:
            return
    logger.error("Mail given up")


def _deliver(mail: Mail, smtp_url: str) -> None:
    message = EmailMessage(policy=ONE_LINE)
    message["From"], message["To"] = current_app.config["MAIL_FROM"], mail.to
    message["Subject"] = mail.subject
    message.set_content(mail.text)
    url = urlsplit(smtp_url)
    with _connect(url.scheme, url.hostname or "", url.port or 0) as smtp:
        if smtp.has_extn("starttls"):
            smtp.starttls(context=ssl.create_default_context())
        if url.username:
            smtp.login(unquote(url.username), unquote(url.password or ""))
        smtp.send_message(message)


def _connect(scheme: str, host: str, port: int) -> smtplib.SMTP:
    if scheme == "smtps":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=context)
    smtp = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    smtp.ehlo()
    return smtp
