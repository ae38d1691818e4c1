"""What people see of an error: the site's frame, what happened, what to do next."""

import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from common.errors import (
    AppError,
    ContentTooLarge,
    Forbidden,
    ForgedRequest,
    MalformedJson,
    MethodNotAllowed,
    NotAuthenticated,
    NotFound,
)
from common.paths import is_page
from common.problems import STATUSES, ProblemResponse, headers_of, translate

HEADINGS = {
    400: "This cannot be read",
    403: "Not allowed",
    404: "Page not found",
    405: "Not possible here",
    409: "Not possible now",
    413: "Too much at once",
    422: "Not possible",
    429: "Too many attempts",
    500: "Something went wrong",
    503: "Back in a moment",
}
ADVICE = {
    400: "Go back and send the form once more.",
    403: "Go back, reload the page and try again, or sign in as somebody who may.",
    404: "Check the address, search for what you want, or begin at the start page.",
    405: "Go back and use the links and buttons of the page.",
    409: "Go back, reload the page and look how things are now.",
    413: "Go back and send less: a form may have one megabyte.",
    422: "Go back and look again.",
    429: "Wait a little before you try again.",
    500: "It is not your fault, and it has been noted. Try again later.",
    503: "Try again in a moment.",
}
DETAILS = {
    400: "The form did not arrive in one piece.",
    404: "There is no page at this address, or none that you may see.",
    405: "This address does not take what was sent to it.",
    413: "What you sent is larger than this site takes.",
}
DATABASE_IS_AWAY = (OperationalError, InterfaceError)
FORMS_ARE_SENT_BY = {"POST", "PUT", "PATCH", "DELETE"}


class ErrorPages:
    """Answers with a page whatever views, Django or the static files refuse."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_page(request.path):
            return self.get_response(request)
        if _is_too_long(request):
            return error_page(request, ContentTooLarge())
        response = self.get_response(request)
        if response.status_code == 405:
            # Idiom: Django and whitenoise answer a wrong method with a bare status.
            allowed = response["Allow"].split(", ")
            return error_page(request, MethodNotAllowed(allowed))
        return response

    def process_exception(
        self, request: HttpRequest, error: Exception
    ) -> HttpResponse | None:
        """Leaves to Django's own handlers what they know, or what nobody expected."""
        if isinstance(error, (AppError, *DATABASE_IS_AWAY)):
            return error_page(request, translate(error))
        return None


def _is_too_long(request: HttpRequest) -> bool:
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    is_form = request.method in FORMS_ARE_SENT_BY
    return is_form and length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def error_page(request: HttpRequest, error: AppError) -> HttpResponse:
    """Who is not signed in, or no longer, is sent to do so."""
    status = STATUSES[error.code]
    if status == 401:
        return redirect(_login_path(request))
    request.user = _visitor_if_known(request, status)
    messages = [fault.message for fault in error.errors]
    context = {
        "heading": HEADINGS[status],
        "detail": " ".join(messages) or DETAILS.get(status, error.detail),
        "advice": ADVICE[status],
    }
    response = TemplateResponse(
        request, "error.html", context, status=status, headers=headers_of(error)
    )
    return response.render()


def _visitor_if_known(request: HttpRequest, status: int) -> Any:
    visitor = getattr(request, "user", AnonymousUser())
    try:
        is_known = status < 500 and visitor.is_authenticated
    except DATABASE_IS_AWAY:
        is_known = False  # The page tells of another error, and needs no name.
    return visitor if is_known else AnonymousUser()


def _login_path(request: HttpRequest) -> str:
    if request.method in FORMS_ARE_SENT_BY:
        return settings.LOGIN_URL
    return f"{settings.LOGIN_URL}?next=" + quote(request.get_full_path(), safe="")


def _respond(request: HttpRequest, error: AppError) -> HttpResponse:
    """A page for people, a problem for programs."""
    if is_page(request.path):
        return error_page(request, error)
    return ProblemResponse(error)


# What `config/urls.py` and CSRF_FAILURE_VIEW name as Django's own handlers.
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, SessionInterrupted):
        return _uncached(_respond(request, NotAuthenticated()))
    too_large = isinstance(exception, RequestDataTooBig)
    return _respond(request, translate(exception) if too_large else MalformedJson())


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django gives it
    return _respond(request, Forbidden())


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - likewise
    return _respond(request, NotFound())


def server_error(request: HttpRequest) -> HttpResponse:
    # Idiom: Django names no error here; what middleware meets is told nowhere else.
    error = sys.exception()
    told = translate(error) if isinstance(error, DATABASE_IS_AWAY) else AppError()
    return _uncached(_respond(request, told))


def _uncached(response: HttpResponse) -> HttpResponse:
    """For errors of the middleware, which `page_caching` may not get to see."""
    response["Cache-Control"] = "no-store"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - likewise
    return _respond(request, ForgedRequest())
