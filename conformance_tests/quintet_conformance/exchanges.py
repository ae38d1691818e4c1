"""A request with its response, and how both are shown to a reader."""

import json
import shlex
from dataclasses import dataclass
from http import HTTPStatus

import httpx

from quintet_conformance.openapi import Operation

SHOWN_BODY = 2_000
UNINTERESTING = frozenset(
    {"accept", "accept-encoding", "connection", "content-length", "host", "user-agent"}
)


@dataclass(frozen=True)
class Exchange:
    """One answered request."""

    response: httpx.Response
    operation: Operation | None = None

    @property
    def request(self) -> httpx.Request:
        return self.response.request

    @property
    def operation_id(self) -> str | None:
        return self.operation.id if self.operation else None

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def problem_code(self) -> str | None:
        body = problem_of(self.response)
        code = body.get("code") if body else None
        return code if isinstance(code, str) else None


def problem_of(response: httpx.Response) -> dict[str, object] | None:
    """Give the problem document of a response, or None when it carries none."""
    if not response.headers.get("Content-Type", "").startswith(
        "application/problem+json"
    ):
        return None
    try:
        body = json.loads(response.content)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def as_curl(request: httpx.Request) -> str:
    """Write the request as a command that a reader can paste."""
    words = ["curl", "-i"]
    if request.method == "HEAD":
        words.append("--head")
    elif request.method != "GET":
        words += ["-X", request.method]
    for name, value in request.headers.multi_items():
        if name not in UNINTERESTING:
            words += ["-H", f"{name}: {value}"]
    body = request.content
    if body:
        words += ["--data-binary", _shown(body)]
    return shlex.join([*words, str(request.url)])


def as_text(response: httpx.Response) -> str:
    """Write the response as it would look on the wire."""
    lines = [f"HTTP {response.status_code} {_phrase(response.status_code)}"]
    lines += [f"{name}: {value}" for name, value in response.headers.multi_items()]
    return "\n".join([*lines, "", _shown(response.content)])


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else ""


def _shown(body: bytes) -> str:
    text = body[:SHOWN_BODY].decode("utf-8", "backslashreplace")
    left = len(body) - SHOWN_BODY
    return text if left <= 0 else f"{text}… ({left} more bytes)"
