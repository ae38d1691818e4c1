"""What all handlers share: settings, database, events, limits, mail, what goes on."""

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from typing import Any, Self

from tornado.httputil import HTTPConnection, HTTPMessageDelegate
from tornado.routing import Rule, URLSpec
from tornado.web import Application

from app.config import Settings
from app.database import Database
from app.intake import Intake
from app.live import Live
from app.mail import Mailer
from app.pending import Pending
from app.rate_limits import Limiter
from app.routing import template_of

logger = logging.getLogger(__name__)


class Blog(Application):
    """Listens within `async with`, and is closed at its end."""

    def __init__(
        self, settings: Settings, port: int, rules: Sequence[Rule], **options: Any
    ) -> None:
        super().__init__(list(rules), **options)
        self.config = settings
        self.public_url = settings.public_url or f"http://127.0.0.1:{port}"
        self.live = Live(settings)
        self.database = Database(settings.sqlalchemy_url, self.live.publish)
        self.limiter = Limiter(settings)
        self.mailer = Mailer(settings)
        self.templates = {
            rule.target: template_of(rule)
            for rule in rules
            if isinstance(rule, URLSpec)
        }
        self.pending = Pending()

    async def __aenter__(self) -> Self:
        await self.live.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.live.close()
        await self.limiter.close()
        await self.database.close()

    # Idiom: an application is itself what a server hands its requests to, so there is
    # room before the router for what concerns a request that no handler has seen yet.
    def start_request(
        self, server_conn: object, request_conn: HTTPConnection
    ) -> HTTPMessageDelegate:
        router = super().start_request(server_conn, request_conn)
        return Intake(router, request_conn, self.pending)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Does something that no request waits for."""
        task = asyncio.create_task(work)
        self.pending.add(task)
        task.add_done_callback(self.pending.discard)

    async def drain(self, seconds: float) -> None:
        """Waits until requests, mails and sockets are done with, but not too long."""
        self.live.close_sockets()
        try:
            await asyncio.wait_for(self.pending.wait_for_nothing(), seconds)
        except TimeoutError:
            logger.warning("Stopping before all was done")
