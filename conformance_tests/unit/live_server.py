"""A small server of live comments, in this process or in one of its own."""

import json
import sys
from http import HTTPStatus

from websockets.datastructures import Headers
from websockets.http11 import Response
from websockets.sync.server import Server, serve

NEWEST = "/api/v1/posts?limit=1"
PAGES = {"/readyz": "{}", NEWEST: '{"items":[]}'}


def answer(_connection, request):
    """Give these pages; refuse a path that ends in a status with that."""
    if request.path in PAGES:
        body = PAGES[request.path].encode()
        return Response(200, "OK", Headers({"Content-Length": str(len(body))}), body)
    status = request.path.rpartition("/")[2]
    if status.isdigit():
        phrase, length = HTTPStatus(int(status)).phrase, {"Content-Length": "5"}
        return Response(int(status), phrase, Headers(length), b"Never")
    return None


def serving(handler, port: int = 0) -> Server:
    return serve(handler, "127.0.0.1", port, process_request=answer)


def listen(connection):
    for _ in connection:
        pass


if __name__ == "__main__":
    posts = [{"slug": slug} for slug in sys.argv[2:]]
    PAGES[NEWEST] = json.dumps({"items": posts})
    serving(listen, int(sys.argv[1])).serve_forever()
