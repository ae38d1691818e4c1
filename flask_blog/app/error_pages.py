"""What people see of an error: the site's frame, what happened, what to do next."""

from typing import Any
from urllib.parse import quote

from flask import Response, request, url_for
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from app.errors import AppError
from app.pages import render, see_other
from app.sessions import Stranger

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


def error_page(error: AppError, status: int, headers: dict[str, str]) -> Response:
    """Who is not signed in, or no longer, is sent to do so."""
    if status == 401:
        return see_other(_login_path())
    messages = [fault.message for fault in error.errors]
    return render(
        "error.html",
        status=status,
        headers=headers,
        user=_visitor_if_known(status),
        heading=HEADINGS[status],
        detail=" ".join(messages) or DETAILS.get(status, error.detail),
        advice=ADVICE[status],
    )


def _visitor_if_known(status: int) -> Any:
    try:
        is_known = status < 500 and current_user.is_authenticated
    except SQLAlchemyError:
        is_known = False  # The page tells of another error, and needs no name.
    return current_user if is_known else Stranger()


def _login_path() -> str:
    if request.method not in {"GET", "HEAD"}:
        return url_for("accounts_pages.login")
    query = request.query_string.decode("latin-1")
    here = f"{request.path}?{query}" if query else request.path
    return url_for("accounts_pages.login") + "?next=" + quote(here, safe="")
