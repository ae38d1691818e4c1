"""A mail sink: takes every mail and stores it where the tests look."""

import asyncio
import itertools
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from quintet_conformance.mailbox import SLOW_PREFIX, folder_of

LOOPBACK = "127.0.0.1"
SILENCE = 3.0


class Storing:
    """Writes each message into the folder of each recipient."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.numbers = itertools.count()

    async def handle_RCPT(  # noqa: N802  # the name that aiosmtpd looks for
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if address.startswith(SLOW_PREFIX):
            await asyncio.sleep(SILENCE)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  # likewise
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        number = next(self.numbers)
        for address in envelope.rcpt_tos:
            folder = folder_of(self.root, address)
            folder.mkdir(parents=True, exist_ok=True)
            partial = folder / f"{number:08}.partial"
            partial.write_bytes(envelope.original_content or b"")
            partial.rename(partial.with_suffix(".eml"))
        return "250 OK"


class MailSink:
    """An SMTP server on a free port, in a thread of its own."""

    def __init__(self, root: Path, port: int, host: str = LOOPBACK) -> None:
        self.url = f"smtp://{host}:{port}"
        self._controller = Controller(Storing(root), hostname=host, port=port)

    def __enter__(self) -> "MailSink":
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()
