"""What every page is made of: frame, messages, redirects, forms, and `next`."""

import re
from collections.abc import Awaitable, Callable
from functools import partial, wraps
from typing import Any, Concatenate, TypeVar
from urllib.parse import unquote

import sanic
from sanic.response import HTTPResponse
from sanic_ext import render

from app.csrf import check_csrf, csrf_token
from app.decorators import Arguments, Handler
from app.errors import AppError, Invalid, NotFound
from app.forms import Form, Model
from app.request import Request
from app.routing import Resource
from app.validation import WHITE_SPACE

PAGE_NUMBER = re.compile("[1-9][0-9]{0,8}")
UNSAFE = re.compile(rf"[{WHITE_SPACE}\\\x00-\x1f\x7f-\x9f]")


class PageView(Resource):
    """A class of handlers for one page, which takes only forms that were made here."""

    # Idiom: for this Sanic has request middleware of a blueprint. It also runs before
    # the page of an error, and would call a body forged that was too long to be read.
    async def dispatch_request(
        self, request: Any, *arguments: Any, **named: Any
    ) -> HTTPResponse:
        check_csrf(request)
        return await super().dispatch_request(request, *arguments, **named)


class FormView(PageView):
    """A page with one form, which is shown again when it is refused."""

    template: str

    def show(self, request: Request, form: Form[Any]) -> Awaitable[HTTPResponse]:
        return render_page(request, self.template, status=form.status, form=form)


View = TypeVar("View", bound=FormView)
Validated = Callable[
    Concatenate[View, Request, Model, Arguments], Awaitable[HTTPResponse]
]


def validate_form(
    form_class: type[Form[Model]], *beside: type[AppError]
) -> Callable[
    [Validated[View, Model, Arguments]], Handler[View, Arguments, HTTPResponse]
]:
    """The handler gets what was typed as the model, after the request.

    What is not valid, and `beside` it what services raise, is told in the form. By then
    the transaction of a handler that is @writing is rolled back.
    """
    expected: tuple[type[AppError], ...] = (Invalid, *beside)

    def decorate(
        handler: Validated[View, Model, Arguments],
    ) -> Handler[View, Arguments, HTTPResponse]:
        @wraps(handler)
        async def handle(
            view: View,
            request: Request,
            /,
            *arguments: Arguments.args,
            **named: Arguments.kwargs,
        ) -> HTTPResponse:
            form = form_class.sent(request)
            try:
                body = form.read()
                return await handler(view, request, body, *arguments, **named)
            except expected as error:
                form.refuse(error)
                return await view.show(request, form)

        return handle

    return decorate


async def render_page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **context: Any,
) -> HTTPResponse:
    frame = {
        "caller": request.ctx.viewer,
        "path": request.path,
        "csrf_token": partial(csrf_token, request),
        "take_messages": partial(request.ctx.cookie.pop, "messages", ()),
        "title_prefix": "Error: " if status in {409, 422} else "",
        "q": "",
        "q_error": "",
    }
    return await render(
        template,
        status,
        _cache_headers(request) | (headers or {}),
        app=request.app,
        context=frame | context,
    )


def redirect(request: Request, path: str, message: str = "") -> HTTPResponse:
    """To a page that will show the message, once."""
    if message:
        waiting = request.ctx.cookie.get("messages", [])
        request.ctx.cookie["messages"] = [*waiting, message]
    # Without a type Sanic would call nothing HTML.
    return sanic.redirect(path, _cache_headers(request), 303, "text/plain")


def _cache_headers(request: Request) -> dict[str, str]:
    cache_control = "no-store" if request.ctx.viewer else "private, no-cache"
    return {"Cache-Control": cache_control, "Vary": "Cookie"}


def parameter(request: Request, name: str, default: str = "") -> str:
    """A parameter of the address, of which empty ones are some, too."""
    parameters = request.get_args(keep_blank_values=True)
    return str(parameters.get(name, default))


def page_number(request: Request) -> int:
    """Raises NotFound for what stands in no link of ours."""
    number = parameter(request, "page", "1")
    if not PAGE_NUMBER.fullmatch(number):
        raise NotFound
    return int(number)


def next_path(value: str) -> str:
    """Where to go on: a path of this site, never another one that looks like it."""
    return value if _is_local(value) and _is_local(unquote(value)) else "/"


def _is_local(value: str) -> bool:
    begins_well = value.startswith("/") and not value.startswith("//")
    return begins_well and not UNSAFE.search(value)
