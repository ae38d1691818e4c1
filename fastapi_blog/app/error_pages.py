"""What people see of an error: the site's frame, what happened, what to do next."""

from urllib.parse import quote

from fastapi import Request, Response

from app.accounts.users import Caller
from app.errors import AppError, Unavailable
from app.pages import Page
from app.sessions import find_visitor

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


async def error_page(
    request: Request, error: AppError, status: int, headers: dict[str, str]
) -> Response:
    """Who is not signed in, or no longer, is sent to do so."""
    if status == 401:
        return Page(request, None).redirect(_login_path(request))
    page = Page(request, await _visitor_if_known(request, status))
    messages = [fault.message for fault in error.errors]
    return page.render(
        "error.html",
        status=status,
        headers=headers,
        heading=HEADINGS[status],
        detail=" ".join(messages) or DETAILS.get(status, error.detail),
        advice=ADVICE[status],
    )


async def _visitor_if_known(request: Request, status: int) -> Caller | None:
    try:
        return None if status >= 500 else await find_visitor(request)
    except Unavailable:
        return None  # The page tells of another error, and can do without the name.


def _login_path(request: Request) -> str:
    if request.method != "GET":
        return "/login"
    path, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
    return "/login?next=" + quote(f"{path}?{query}" if query else path, safe="")
