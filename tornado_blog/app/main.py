"""The application, put together. Start reading here."""

import logging
import re
from collections.abc import Collection

from tornado.routing import HostMatches, Rule

from app import docs, health, metrics
from app.accounts import api as accounts
from app.application import Blog
from app.blog import api as blog
from app.config import Settings
from app.handler import Handler, UnknownHostHandler
from app.todos import api as todos

logger = logging.getLogger(__name__)


def create_app(settings: Settings, port: int) -> Blog:
    if settings.secret_key is None:
        logger.warning("SECRET_KEY is not set: tokens end with this process")
    rules: list[Rule] = [*health.routes]
    if settings.in_production:
        rules.append(Rule(_others(settings.hosts), UnknownHostHandler))
    rules += [*accounts.routes, *blog.routes, *todos.routes]
    rules += [*docs.routes, *metrics.routes]
    return Blog(
        settings,
        port,
        rules,
        default_handler_class=Handler,
        log_function=metrics.log_request,
    )


def _others(hosts: Collection[str]) -> HostMatches:
    # Idiom: Tornado routes by host before it routes by path, so a `Host` that is not
    # ours needs no code in any handler. Probes, which come first, may use numbers.
    names = "|".join(map(re.escape, sorted(hosts)))
    return HostMatches(re.compile(f"(?!(?:{names})$)"))
