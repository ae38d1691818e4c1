"""The application, put together. Start reading here."""

from apiflask import APIFlask

from app import docs, health, metrics
from app.accounts import account_pages
from app.accounts import api as accounts
from app.accounts import pages as accounts_pages
from app.accounts.cli import create_admin_command
from app.blog import api as blog
from app.blog import feeds, post_pages
from app.blog import pages as blog_pages
from app.blog.live import add_sockets
from app.config import Settings, load_settings
from app.demo import load_demo_command
from app.extensions import csrf, db, limiter, mailer, migrate
from app.hooks import add_hooks
from app.live import Live
from app.logs import add_request_log
from app.openapi import correct_document
from app.pages import add_templates
from app.paths import add_converters
from app.problems import add_error_handlers
from app.routing import JsonProvider
from app.sessions import add_sessions
from app.static_files import add_static_files
from app.todos import api as todos
from app.todos import pages as todo_pages


def create_app(settings: Settings | None = None) -> APIFlask:
    app = APIFlask(
        __name__,
        title="Quintet blog API",
        version="0.1.0",
        spec_path="/api/v1/openapi.json",
        docs_path=None,  # see docs.py
        json_errors=False,  # see problems.py
    )
    app.config.from_object(settings or load_settings())
    app.json = JsonProvider(app)
    for extension in (db, limiter, mailer):
        extension.init_app(app)
    migrate.init_app(app, db)
    app.extensions["live"] = Live(app.config["REDIS_URL"])
    add_converters(app)
    for api in (*accounts.blueprints, *blog.blueprints, todos.todos):
        app.register_blueprint(csrf.exempt(api))
    for pages in (
        accounts_pages.pages,
        account_pages.pages,
        blog_pages.pages,
        post_pages.pages,
        feeds.feeds,
        todo_pages.pages,
    ):
        app.register_blueprint(pages)
    add_sockets(app)
    for module in (docs, health, metrics):
        app.register_blueprint(module.blueprint)
    correct_document(app)
    add_request_log(app)
    add_hooks(app)
    add_sessions(app)
    add_templates(app)
    add_static_files(app)
    add_error_handlers(app)
    app.cli.add_command(create_admin_command)
    app.cli.add_command(load_demo_command)
    return app
