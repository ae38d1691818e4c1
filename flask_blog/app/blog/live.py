"""The socket of a post: its comments as they come and go."""

import json
import struct
from collections.abc import Collection
from contextlib import suppress
from functools import partial
from socket import SHUT_RDWR, SHUT_WR, SO_SNDTIMEO, SOL_SOCKET, socket
from threading import Thread
from time import monotonic

from apiflask import APIBlueprint
from flask import Flask, Response, current_app, g, request
from flask_sock import Sock
from simple_websocket import ConnectionClosed, Server
from werkzeug.routing.exceptions import WebsocketMismatch
from wsproto.utilities import RemoteProtocolError

from app.blog.queries import find_post_id
from app.errors import Forbidden, MethodNotAllowed, NotFound
from app.extensions import db
from app.live import POST_IS_GONE, Subscriber, current_live
from app.paths import SlugConverter
from app.problems import error_response

MAX_MESSAGE_BYTES = 4096
MOST_MESSAGES = 1000  # sent faster than they are answered
PING_SECONDS = 20
PATROL_SECONDS = 1
SEND_SECONDS = 3
CLOSING_SECONDS = 1

POLICY_VIOLATION = 1008
TOO_BIG = 1009

PONG = '{"type":"pong"}'
BAD_MESSAGE = '{"type":"error","code":"bad_message"}'

# Of APIFlask, which takes every blueprint with a hook for one of its own.
sockets = APIBlueprint("sockets", __name__, enable_openapi=False)
sock = Sock()


class ReadingThread(Thread):
    """Of simple-websocket, which may find a socket closed and not expect it."""

    def run(self) -> None:
        with suppress(ConnectionClosed):
            super().run()


def add_sockets(app: Flask) -> None:
    app.config["SOCK_SERVER_OPTIONS"] = {
        "ping_interval": PING_SECONDS,
        "max_message_size": MAX_MESSAGE_BYTES,
        "thread_class": partial(ReadingThread, daemon=True),
    }
    app.register_blueprint(sockets)
    # Werkzeug's, for a request that wants no socket, where there is nothing else.
    app.register_error_handler(WebsocketMismatch, no_handshake)


@sockets.before_request
def before_handshake() -> None:
    # Idiom: flask-sock shakes hands before it calls the view. Refusals come earlier,
    # and so does the subscription, lest an event fall between: in a blueprint's hook.
    if request.method != "GET":
        raise MethodNotAllowed(("GET",))
    origins = current_app.config["ORIGINS"]
    if not is_allowed_origin(request.headers.get("Origin"), request.host, origins):
        raise Forbidden
    post_id = _find_published()
    g.subscriber = current_live().subscribe(post_id, _take_connection())
    # It may have been taken back before we listened.
    if post_id is None or _find_published() != post_id:
        g.subscriber.offer(POST_IS_GONE)


def is_allowed_origin(
    origin: str | None, host: str, known_origins: Collection[str]
) -> bool:
    """Browsers say whose page it is that opens a socket; nobody else has to."""
    if origin is None:
        return True
    origin = origin.lower()
    return origin in known_origins or origin.partition("://")[2] == host.lower()


def _find_published() -> int | None:
    slug = (request.view_args or {})["slug"]
    if not SlugConverter.accepts(slug):
        return None
    try:
        with db.reading() as reader:
            return find_post_id(reader, None, slug)
    except NotFound:
        return None


def _take_connection() -> socket:
    """The server's, of which simple-websocket gets a duplicate.

    It closes what it is given, and gunicorn miscounts when somebody else has closed a
    connection of its own.
    """
    environ = request.environ
    name = "gunicorn.socket" if "gunicorn.socket" in environ else "werkzeug.socket"
    connection: socket = environ[name]
    # A thread must not hang for ever on somebody who reads nothing.
    connection.setsockopt(SOL_SOCKET, SO_SNDTIMEO, struct.pack("ll", SEND_SECONDS, 0))
    environ[name] = g.duplicate = connection.dup()
    # Compression would keep a third of a megabyte for each socket.
    environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
    return connection


@sock.route("/ws/posts/<slug>", bp=sockets)
def live_comments(ws: Server, slug: str) -> None:  # noqa: ARG001 - the hook has read it
    subscriber: Subscriber = g.subscriber
    with suppress(ConnectionClosed, OSError):
        ws.close(_converse(ws, subscriber))
    ws.thread.join(CLOSING_SECONDS)  # It reads on until the client has closed too.
    _hang_up(subscriber.connection)


def _converse(ws: Server, subscriber: Subscriber) -> int:
    """Until the socket has to be closed; gives the code for that."""
    # Idiom: a thread waits for one thing, and this one has two to do. simple-websocket
    # has a thread of its own that reads and sets a flag, which events set as well here.
    subscriber.ready = ws.event
    while True:
        ws.event.clear()
        # Messages first: to look for one may clear the flag.
        while (message := ws.receive(timeout=0)) is not None:
            if _size(message) > MAX_MESSAGE_BYTES:
                return TOO_BIG
            if len(ws.input_buffer) > MOST_MESSAGES:
                return POLICY_VIOLATION
            ws.send(_answer(message))
        for item in subscriber.take():
            if isinstance(item, int):
                return item
            ws.send(item)
        ws.event.wait(PATROL_SECONDS)  # It is set a little before the socket is closed.


def _size(message: str | bytes) -> int:
    """In bytes, where simple-websocket counts characters."""
    return len(message.encode() if isinstance(message, str) else message)


def _answer(message: str | bytes) -> str:
    try:
        is_ping = isinstance(message, str) and json.loads(message) == {"type": "ping"}
    except (ValueError, RecursionError):
        is_ping = False
    return PONG if is_ping else BAD_MESSAGE


def _hang_up(connection: socket) -> None:
    """Reads what is left: for unread bytes the kernel would reset the connection."""
    with suppress(OSError):
        connection.shutdown(SHUT_WR)
        connection.settimeout(CLOSING_SECONDS)
        deadline = monotonic() + CLOSING_SECONDS
        while monotonic() < deadline and connection.recv(65536):
            pass
    with suppress(OSError):
        connection.shutdown(SHUT_RDWR)


@sockets.after_request
def note_upgrade(response: Response) -> Response:
    # Idiom: flask-sock ends with an answer of 200 that nobody gets. The log does.
    if response.status_code == 200:
        response.status_code = 101
    return response


@sockets.teardown_request
def clear_up(_error: BaseException | None) -> None:
    if subscriber := g.pop("subscriber", None):
        current_live().unsubscribe(subscriber)
    if duplicate := g.pop("duplicate", None):
        duplicate.close()


@sockets.errorhandler(RemoteProtocolError)
@sockets.errorhandler(UnicodeError)  # of a subprotocol that can be none
@sockets.errorhandler(OSError)  # The client has gone.
def no_handshake(_error: Exception) -> Response:
    return error_response(NotFound())
