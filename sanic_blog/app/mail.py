"""Mails go out after the answer; nobody waits for them, and nothing fails with them."""

import asyncio
import logging
import sys
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import unquote, urlsplit

import aiosmtplib

from app.config import Settings

PAUSES = (0, 1, 4)  # seconds before each try
TIMEOUT_SECONDS = 10
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
    def __init__(self, settings: Settings) -> None:
        self.smtp_url = settings.smtp_url
        self.sender = settings.mail_from

    async def send(self, mail: Mail) -> None:
        """Tries three times, then gives up with a line in the log."""
        if self.smtp_url is None:
            sys.stderr.write(
                f"\nTo: {mail.to}\nSubject: {mail.subject}\n\n{mail.text}\n"
            )
            return
        for pause in PAUSES:
            await asyncio.sleep(pause)
            try:
                await self._deliver(mail, self.smtp_url)
            except (aiosmtplib.SMTPException, OSError) as error:
                logger.warning("Mail not taken: %s", type(error).__name__)
            else:
                return
        logger.error("Mail given up")

    async def _deliver(self, mail: Mail, smtp_url: str) -> None:
        url = urlsplit(smtp_url)
        message = EmailMessage(policy=ONE_LINE)
        message["From"], message["To"] = self.sender, mail.to
        message["Subject"] = mail.subject
        message.set_content(mail.text)
        await aiosmtplib.send(
            message,
            hostname=url.hostname,
            port=url.port,
            username=unquote(url.username) if url.username else None,
            password=unquote(url.password) if url.password else None,
            use_tls=url.scheme == "smtps",
            timeout=TIMEOUT_SECONDS,
        )
