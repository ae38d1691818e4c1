"""The application, put together. Start reading here."""

from sanic import Blueprint, Sanic
from sanic.config import Config

from app.accounts import account_pages
from app.accounts import api as accounts
from app.accounts import pages as accounts_pages
from app.background import Background
from app.blog import api as blog
from app.blog import live, post_pages
from app.blog import pages as blog_pages
from app.blog.feeds import feeds
from app.config import Settings, load_settings
from app.database import Database
from app.dependencies import add_dependencies
from app.docs import docs
from app.health import health
from app.live import Live
from app.logs import add_request_log
from app.mail import Mailer
from app.metrics import metrics
from app.middleware import add_middleware
from app.openapi import build_document
from app.paths import add_patterns
from app.problems import ProblemHandler
from app.rate_limits import Limiter
from app.request import MOST_DISCARDED, App, Context, Request
from app.routing import read_json, write_json
from app.sessions import add_sessions
from app.static_files import static
from app.todos import api as todos
from app.todos import pages as todo_pages

SERVER: dict[str, str | bool | int | float | None] = {
    "FALLBACK_ERROR_FORMAT": "text",
    "GRACEFUL_SHUTDOWN_TIMEOUT": 5.0,
    "REQUEST_MAX_HEADER_SIZE": 16_384,
    "REQUEST_MAX_SIZE": MOST_DISCARDED,
    "WEBSOCKET_MAX_SIZE": 4096,
    # Proxies give up a connection on which nothing moves for a minute.
    "WEBSOCKET_PING_INTERVAL": 20,
}


def create_app(settings: Settings | None = None) -> App:
    app = Sanic(
        "blog",
        config=Config(SERVER),
        ctx=Context(settings=settings or load_settings()),
        request_class=Request,  # type: ignore[arg-type]  # its types know no other
        error_handler=ProblemHandler(),
        loads=read_json,
        dumps=write_json,
        configure_logging=False,  # see server.py
        strict_slashes=True,
    )
    setup_services(app)
    setup_middleware(app)
    setup_api(app)
    setup_pages(app)
    setup_operations(app)
    return app


def setup_services(app: App) -> None:
    add_dependencies(app)
    app.before_server_start(open_services)
    app.after_server_stop(close_services)


async def open_services(app: App) -> None:
    """In each worker, once its event loop is there."""
    settings = app.ctx.settings
    app.ctx.live = Live(settings)
    await app.ctx.live.open()
    app.ctx.database = Database(settings.sqlalchemy_url, app.ctx.live.publish)
    app.ctx.limiter = Limiter(settings)
    app.ctx.mailer = Mailer(settings)
    app.ctx.background = Background()


async def close_services(app: App) -> None:
    await app.ctx.background.close()
    await app.ctx.live.close()
    await app.ctx.limiter.close()
    await app.ctx.database.close()


def setup_middleware(app: App) -> None:
    add_request_log(app)
    add_middleware(app, app.ctx.settings)


def setup_api(app: App) -> None:
    """Version and prefix of all operations are said here, once."""
    add_patterns(app)
    api = Blueprint.group(
        *accounts.blueprints,
        *blog.blueprints,
        todos.todos,
        version=1,
        version_prefix="/api/v",
    )
    app.blueprint(api)


def setup_pages(app: App) -> None:
    add_sessions(app)
    pages = Blueprint.group(
        accounts_pages.pages,
        account_pages.pages,
        blog_pages.pages,
        post_pages.pages,
        todo_pages.pages,
    )
    app.blueprint(pages)
    app.blueprint([feeds, live.sockets, static])


def setup_operations(app: App) -> None:
    app.blueprint([docs, health, metrics])
    app.before_server_start(write_document)


async def write_document(app: App) -> None:
    app.ctx.document = build_document(app)
