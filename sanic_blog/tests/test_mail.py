"""Mail goes out after the answer, in one part, and gives up quietly."""

import asyncio
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from aiosmtpd.smtp import SMTP, Envelope

from app import mail
from app.config import Settings
from app.mail import Mail, Mailer, password_reset_mail

pytestmark = pytest.mark.anyio
TOKEN = "t" * 43


class Sink:
    """Refuses the first mails it is offered, and keeps the others."""

    def __init__(self, refusals: int = 0) -> None:
        self.refusals = refusals
        self.offers = 0
        self.taken: list[EmailMessage] = []

    async def handle_DATA(  # noqa: N802 - the name is aiosmtpd's
        self, _server: object, _session: object, envelope: Envelope
    ) -> str:
        self.offers += 1
        if self.offers <= self.refusals:
            return "451 Not now"
        assert isinstance(envelope.content, bytes)
        self.taken.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


async def deliver(settings: Settings, sink: Sink, letter: Mail) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(sink, loop=loop), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    smtp = {"smtp_url": f"smtp://127.0.0.1:{port}"}
    await Mailer(settings.model_copy(update=smtp)).send(letter)
    server.close()
    await server.wait_closed()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "PAUSES", (0, 0, 0))


async def test_link_stands_alone_however_long(settings: Settings) -> None:
    sink = Sink()
    public_url = "https://" + "a-long-name." * 8 + "example.org"
    letter = password_reset_mail("a..b'c@example.org", public_url, TOKEN)
    await deliver(settings, sink, letter)
    (message,) = sink.taken
    assert message.get_content_type() == "text/plain"
    assert (message["To"], message["Subject"]) == (letter.to, letter.subject)
    lines = message.get_content().splitlines()
    assert [line for line in lines if "://" in line] == [
        f"{public_url}/password-reset/{TOKEN}"
    ]


async def test_third_try_succeeds(settings: Settings) -> None:
    sink = Sink(refusals=2)
    await deliver(settings, sink, Mail("a@example.org", "Hi", "Hi.\n"))
    assert (sink.offers, len(sink.taken)) == (3, 1)


async def test_gives_up_after_three_tries(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    sink = Sink(refusals=9)
    await deliver(settings, sink, Mail("a@example.org", "Hi", "Hi.\n"))
    assert (sink.offers, sink.taken) == (3, [])
    assert "Mail given up" in caplog.messages
    assert "a@example.org" not in caplog.text


async def test_is_printed_without_a_server(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    await Mailer(settings).send(Mail("a@example.org", "Hi", "Hi there.\n"))
    printed = capsys.readouterr().err
    assert "To: a@example.org" in printed
    assert "Hi there." in printed
