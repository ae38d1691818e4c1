"""The application, put together. Start reading here."""

import logging
import re
from collections.abc import Collection

from tornado.routing import HostMatches, PathMatches, Rule

from app import docs, health, metrics, static_files, ui_modules
from app.accounts import account_pages
from app.accounts import api as accounts
from app.accounts import pages as accounts_pages
from app.api import ApiHandler
from app.application import Blog
from app.blog import api as blog
from app.blog import feeds, live, post_pages
from app.blog import pages as blog_pages
from app.config import Settings
from app.handler import UnknownHostHandler
from app.pages import TEMPLATES, PageHandler
from app.sessions import cookie_settings
from app.todos import api as todos
from app.todos import pages as todos_pages

logger = logging.getLogger(__name__)


def create_app(settings: Settings, port: int) -> Blog:
    if settings.secret_key is None:
        logger.warning("SECRET_KEY is not set: tokens end with this process")
    rules: list[Rule] = [*health.routes]
    if settings.in_production:
        rules.append(Rule(_others(settings.hosts), UnknownHostHandler))
    rules += [*accounts.routes, *blog.routes, *todos.routes]
    rules += [*live.routes, *docs.routes, *metrics.routes]
    rules.append(Rule(PathMatches("/(?:api|ws)/.*"), ApiHandler))
    rules += [*accounts_pages.routes, *account_pages.routes]
    rules += [*blog_pages.routes, *post_pages.routes, *feeds.routes]
    rules += [*todos_pages.routes, *static_files.routes]
    app = Blog(
        settings,
        port,
        rules,
        default_handler_class=PageHandler,
        log_function=metrics.log_request,
        template_path=str(TEMPLATES),
        ui_modules=ui_modules,
        websocket_max_message_size=live.MESSAGE_BYTES,
        websocket_ping_interval=live.PING_SECONDS,
        **cookie_settings(settings),
    )
    # Idiom: given above, `static_path` would come with routes of Tornado's own, before
    # all others and for /robots.txt too. Here it tells `static_url` where to look.
    app.settings["static_path"] = str(static_files.FOLDER)
    return app


def _others(hosts: Collection[str]) -> HostMatches:
    # Idiom: Tornado routes by host before it routes by path, so a `Host` that is not
    # ours needs no code in any handler. Probes, which come first, may use numbers.
    names = "|".join(map(re.escape, sorted(hosts)))
    return HostMatches(re.compile(f"(?!(?:{names})$)"))
