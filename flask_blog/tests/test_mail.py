"""Mail goes out after the answer, in one part, and gives up quietly."""

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from apiflask import APIFlask

from app import create_app, mail
from app.config import Settings
from app.extensions import mailer
from app.mail import Mail, password_reset_mail
from tests.conftest import close

TOKEN = "t" * 43
Deliver = Callable[[Mail], None]


class Sink:
    """Refuses the first mails it is offered, and keeps the others."""

    def __init__(self) -> None:
        self.refusals = 0
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


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def deliver(settings: Settings, sink: Sink) -> Iterator[Deliver]:
    """Sends a mail and waits until it is there or given up."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    smtp = {"SMTP_URL": f"smtp://127.0.0.1:{port}"}
    app = create_app(settings.model_copy(update=smtp))
    yield lambda letter: send_and_wait(app, letter)
    close(app)
    controller.stop()


def send_and_wait(app: APIFlask, letter: Mail) -> None:
    with app.app_context():
        mailer.send(letter)
    threads: ThreadPoolExecutor = app.extensions["mailer"]
    threads.shutdown(wait=True)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "PAUSES", (0, 0, 0))


def test_link_stands_alone_however_long(deliver: Deliver, sink: Sink) -> None:
    public_url = "https://" + "a-long-name." * 8 + "example.org"
    letter = password_reset_mail("a..b'c@example.org", public_url, TOKEN)
    deliver(letter)
    (message,) = sink.taken
    assert message.get_content_type() == "text/plain"
    assert (message["To"], message["Subject"]) == (letter.to, letter.subject)
    lines = message.get_content().splitlines()
    assert [line for line in lines if "://" in line] == [
        f"{public_url}/password-reset/{TOKEN}"
    ]


def test_third_try_succeeds(deliver: Deliver, sink: Sink) -> None:
    sink.refusals = 2
    deliver(Mail("a@example.org", "Hi", "Hi.\n"))
    assert (sink.offers, len(sink.taken)) == (3, 1)


def test_gives_up_after_three_tries(
    deliver: Deliver, sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    sink.refusals = 9
    deliver(Mail("a@example.org", "Hi", "Hi.\n"))
    assert (sink.offers, sink.taken) == (3, [])
    assert "Mail given up" in caplog.messages
    assert "a@example.org" not in caplog.text


def test_what_nobody_expected_is_logged(
    app: APIFlask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(mail, "_try_to_send", lambda _mail: 1 / 0)
    send_and_wait(app, Mail("a@example.org", "Hi", "Hi.\n"))
    assert "ZeroDivisionError" in caplog.text


def test_is_printed_without_a_server(
    app: APIFlask, capsys: pytest.CaptureFixture[str]
) -> None:
    send_and_wait(app, Mail("a@example.org", "Hi", "Hi there.\n"))
    printed = capsys.readouterr().err
    assert "To: a@example.org" in printed
    assert "Hi there." in printed
