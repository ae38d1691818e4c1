"""What a handler may ask for: services by their type, the database by a decorator."""

from functools import wraps

from sanic_ext.extensions.http.extension import HTTPExtension
from sanic_ext.extensions.injection.extension import InjectionExtension

from app.accounts.passwords import Attempts
from app.config import Settings
from app.database import Database
from app.decorators import Arguments, Handler, Result, View
from app.live import Live
from app.rate_limits import Limiter
from app.request import App, Request
from app.templating import FOLDER, StrictTemplating


def add_dependencies(app: App) -> None:
    """A handler's parameter of one of these types gets its value."""
    # Idiom: sanic-ext also validates, documents and shares with origins. `routing.py`,
    # `openapi.py` and `middleware.py` say why that is done by hand here.
    app.extend(
        extensions=[InjectionExtension, HTTPExtension, StrictTemplating],
        built_in_extensions=False,
        config={
            "cors": False,
            "templating_enable_async": False,
            "templating_path_to_templates": FOLDER,
        },
    )
    app.ext.add_dependency(Settings, _settings)
    app.ext.add_dependency(Database, _database)
    app.ext.add_dependency(Live, _live)
    app.ext.add_dependency(Limiter, _limiter)
    app.ext.add_dependency(Attempts, _attempts)


def _settings(request: Request) -> Settings:
    return request.app.ctx.settings


def _database(request: Request) -> Database:
    return request.app.ctx.database


def _live(request: Request) -> Live:
    return request.app.ctx.live


def _limiter(request: Request) -> Limiter:
    return request.app.ctx.limiter


def _attempts(request: Request) -> Attempts:
    context = request.app.ctx
    return Attempts(context.database, context.limiter, request.address)


def reading(
    handler: Handler[View, Arguments, Result],
) -> Handler[View, Arguments, Result]:
    """`request.ctx.reader` is a connection, for as long as the handler runs."""

    @wraps(handler)
    async def handle(
        view: View,
        request: Request,
        /,
        *arguments: Arguments.args,
        **named: Arguments.kwargs,
    ) -> Result:
        async with request.app.ctx.database.reading() as request.ctx.reader:
            return await handler(view, request, *arguments, **named)

    return handle


def writing(
    handler: Handler[View, Arguments, Result],
) -> Handler[View, Arguments, Result]:
    """`request.ctx.session` is a transaction; when it is over, the mails go out."""

    # Idiom: sanic-ext closes nothing that it injects, and of what a response middleware
    # raises Sanic only takes note. So the transaction ends here, before the answer.
    @wraps(handler)
    async def handle(
        view: View,
        request: Request,
        /,
        *arguments: Arguments.args,
        **named: Arguments.kwargs,
    ) -> Result:
        context = request.app.ctx
        async with context.database.writing() as request.ctx.session:
            result = await handler(view, request, *arguments, **named)
        for mail in request.ctx.mails:
            context.background.start(context.mailer.send(mail))
        return result

    return handle
