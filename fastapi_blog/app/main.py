"""The application, put together. Start reading here."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from app import docs, health, metrics
from app.accounts import account_pages
from app.accounts import api as accounts
from app.accounts import pages as accounts_pages
from app.blog import api as blog
from app.blog import feeds, live, post_pages
from app.blog import pages as blog_pages
from app.config import Settings, load_settings
from app.database import Database
from app.live import Live
from app.mail import Mailer
from app.middleware import add_middleware
from app.problems import add_error_handlers
from app.rate_limits import Limiter
from app.static_files import static_files
from app.todos import api as todos
from app.todos import pages as todos_pages

logger = logging.getLogger(__name__)


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or load_settings()
    if settings.secret_key is None:
        logger.warning("SECRET_KEY is not set: tokens end with this process")
    app = FastAPI(
        title="Quintet blog API",
        version="0.1.0",
        openapi_url=None,  # see docs.py
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        lifespan=_lifespan,
    )
    app.state.settings = settings
    app.state.live = Live(settings)
    app.state.database = Database(settings.sqlalchemy_url, app.state.live.publish)
    app.state.limiter = Limiter(settings)
    app.state.mailer = Mailer(settings)
    for router in (*accounts.routers, *blog.routers, todos.router):
        app.include_router(router)
    for pages in (
        accounts_pages,
        account_pages,
        blog_pages,
        post_pages,
        feeds,
        todos_pages,
    ):
        app.include_router(pages.router)
    for router in (live.router, docs.router, health.router, metrics.router):
        app.include_router(router)
    app.mount("/static", static_files)
    add_error_handlers(app)
    add_middleware(app, settings)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    await app.state.live.open()
    yield
    await app.state.live.close()
    await app.state.limiter.close()
    await app.state.database.close()
