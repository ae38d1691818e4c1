"""What people see of an error: the site's frame, what happened, what to do next."""

from urllib.parse import quote

from sanic.response import HTTPResponse

from app.csrf import SAFE_METHODS
from app.errors import AppError, Unavailable
from app.pages import redirect, render_page
from app.request import Request
from app.sessions import find_visitor, open_session

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
) -> HTTPResponse:
    """Who is not signed in, or no longer, is sent to do so."""
    await open_session(request)  # as it came: what failed leaves no message, no token
    if status == 401:
        request.ctx.viewer = None
        return redirect(request, _login_path(request))
    await _recognise_viewer(request, status)
    messages = [fault.message for fault in error.errors]
    return await render_page(
        request,
        "error.html",
        status=status,
        headers=headers,
        heading=HEADINGS[status],
        detail=" ".join(messages) or DETAILS.get(status, error.detail),
        advice=ADVICE[status],
    )


async def _recognise_viewer(request: Request, status: int) -> None:
    if request.ctx.viewer or status >= 500:
        return
    try:
        looking = find_visitor(request)
        request.ctx.viewer = await request.app.ctx.background.finish(looking)
    except Unavailable:
        return  # The page tells of another error, and can do without the name.


def _login_path(request: Request) -> str:
    if request.method not in SAFE_METHODS:
        return "/login"
    query = f"?{request.query_string}" if request.query_string else ""
    return "/login?next=" + quote(request.path + query, safe="")
