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
        if headers.get("Content-Type", "").startswith(FORMS):
            # Idiom: Tornado parses forms unasked, and a bad one would be 400 even where
            # no body is wanted. No operation takes a form.
            del headers["Content-Type"]
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
            self.router.finish()

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
