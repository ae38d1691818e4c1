"""A request before any handler sees it: its id, its place in the count, its body."""

from collections.abc import Awaitable

from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    RequestStartLine,
    ResponseStartLine,
)

from app.logs import current_request_id, request_id_of
from app.pending import Pending

MAX_BODY_BYTES = 1_048_576
MOST_DISCARDED = 8 * MAX_BODY_BYTES
LONGEST_LENGTH = 18  # digits of a Content-Length that is worth a closer look
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Intake(HTTPMessageDelegate):
    # Idiom: Tornado keeps any body before it asks a handler, and answers one over its
    # limit with a bare 400 and a closed connection. Here the rest of a long one is read
    # and dropped, so that whoever sends it gets to see the answer; one that is far too
    # long is answered at once, whereupon Tornado closes the connection.
    def __init__(
        self,
        router: HTTPMessageDelegate,
        connection: HTTPConnection,
        pending: Pending,
    ) -> None:
        self.router = router
        self.connection = connection
        self.pending = pending
        self.received = 0
        self.handed_over = False

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        current_request_id.set(request_id_of(headers))
        self.pending.add(self.connection)
        self.headers = headers
        path = start_line.path if isinstance(start_line, RequestStartLine) else ""
        self.takes_forms = not path.startswith("/api/")
        prepared = self.router.headers_received(start_line, headers)
        if announced_length(headers) > MOST_DISCARDED:
            self.finish()
        return prepared

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        kept = self.received <= MAX_BODY_BYTES and not self.handed_over
        self.received += len(chunk)
        if self.received > MOST_DISCARDED:
            self.finish()
        return self.router.data_received(chunk) if kept else None

    def finish(self) -> None:
        if not self.handed_over:
            self.handed_over = True
            self._forget_bad_form()
            self.router.finish()

    def _forget_bad_form(self) -> None:
        # Idiom: Tornado parses forms unasked, and one that it cannot read is 400 before
        # any handler is asked: in the API, where no body may be wanted, and for a body
        # of which only the beginning was kept.
        length = max(self.received, announced_length(self.headers))
        if self.takes_forms and length <= MAX_BODY_BYTES:
            return
        if self.headers.get("Content-Type", "").startswith(FORMS):
            del self.headers["Content-Type"]

    def on_connection_close(self) -> None:
        """Called when the client leaves before its request is complete."""
        self.pending.discard(self.connection)
        if not self.handed_over:
            self.router.on_connection_close()


def announced_length(headers: HTTPHeaders) -> int:
    """Of what is no number, or a list, 0: Tornado refuses such a request by itself."""
    length = headers.get("Content-Length", "")
    if not (length.isascii() and length.isdigit()):
        return 0
    return int(length[:LONGEST_LENGTH])
