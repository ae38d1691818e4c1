"""A caller over HTTP whose every answer is held against the contract."""

import json as json_module
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import httpx

from quintet_conformance import names, wire
from quintet_conformance.contract import REFUSED_BY_SERVER, Contract
from quintet_conformance.exchanges import Exchange
from quintet_conformance.not_run import not_run
from quintet_conformance.recorder import Recorder
from quintet_conformance.transport import Transport

REMEMBERED = 1_000  # addresses: most are asked for again, and taking one apart is slow
NO_BODY = object()
# Bad Request, and a version of HTTP that there is not.
REFUSED_BY_PROXIES = frozenset({400, 505})

Json = Any
Query = Mapping[str, Json] | Sequence[tuple[str, Json]] | str
Fields = Mapping[str, str | bytes | None]


class Connection:
    """A server as all clients share it: its address, its rules, the open sockets."""

    def __init__(
        self,
        base_url: str,
        contract: Contract,
        recorder: Recorder,
        *,
        is_behind_proxy: bool = False,
    ) -> None:
        self.url = httpx.URL(base_url)
        self.contract = contract
        self.recorder = recorder
        self.is_behind_proxy = is_behind_proxy
        self.http = Transport(self.url)
        self.target = lru_cache(REMEMBERED)(self._target)

    def note(self, exchange: Exchange, *, server_may_refuse: bool = False) -> None:
        """Keep what came; end a test as not run where the server was never asked.

        Every answer of the server has a name; what a proxy refuses by itself has none.
        """
        status, headers = exchange.response.status_code, exchange.response.headers
        is_refusal = status in REFUSED_BY_PROXIES and "X-Request-ID" not in headers
        is_admitted = server_may_refuse and status in REFUSED_BY_SERVER
        if self.is_behind_proxy and is_refusal and not is_admitted:
            not_run(f"the proxy before the server refused with {status}")
        self.recorder.add(exchange)

    def _target(self, path: str) -> httpx.URL:
        """Address a path exactly as it is written, without normalising it."""
        return self.url.copy_with(raw_path=path.encode("ascii"))


class Caller:
    """Sends anything from an address of its own, anonymous unless it has a token."""

    def __init__(
        self, connection: Connection, *, headers: Mapping[str, str] | None = None
    ) -> None:
        self.connection = connection
        self.headers = {"X-Forwarded-For": names.address(), **(headers or {})}

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Query = (),
        headers: Fields | None = None,
        json: Json = NO_BODY,
        content: bytes | None = None,
        server_may_refuse: bool = False,
    ) -> httpx.Response:
        """Send anything; `path` and a `query` given as text go out unaltered.

        `server_may_refuse` admits what an HTTP server answers by itself to requests
        that never reach the application. A header field of None is left out.
        """
        fields: dict[str, str | bytes | None] = {**self.headers}
        if json is not NO_BODY and content is None:
            content = json_module.dumps(json).encode("ascii")
            fields["Content-Type"] = "application/json"
        fields.update(headers or {})
        response = self.connection.http.request(
            method,
            self.connection.target(path + _query_text(query)),
            headers=_header_list(fields),
            content=content,
        )
        return self._examined(response, server_may_refuse=server_may_refuse)

    def raw(
        self,
        method: str,
        path: str,
        parts: Iterable[bytes],
        *,
        server_may_refuse: bool = True,
    ) -> httpx.Response | None:
        """Send these bytes on a connection of their own; None when it is just closed.

        `method` and `path` only name the request for the contract.
        """
        url = self.connection.target(path)
        response = wire.exchange(url, method, parts)
        if response is None:
            return None
        return self._examined(response, server_may_refuse=server_may_refuse)

    def raw_request(
        self,
        method: str,
        target: str,
        *,
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        server_may_refuse: bool = True,
    ) -> httpx.Response | None:
        """Send a request head as given, with Host, the client's address and token."""
        fields = [("Host", self.connection.url.netloc.decode("ascii"))]
        fields += [*self.headers.items(), *headers]
        written = wire.head(method, target, [*fields, ("Connection", "close")])
        known = target if target.isascii() and target.startswith("/") else "/"
        parts = [written, body]
        return self.raw(method, known, parts, server_may_refuse=server_may_refuse)

    def _examined(
        self, response: httpx.Response, *, server_may_refuse: bool
    ) -> httpx.Response:
        contract = self.connection.contract
        exchange = contract.identify(response)
        self.connection.note(exchange, server_may_refuse=server_may_refuse)
        contract.check(exchange, server_may_refuse=server_may_refuse)
        return response


def _header_list(fields: Fields) -> list[tuple[bytes, bytes]]:
    return [
        (name.encode("ascii"), text if isinstance(text, bytes) else text.encode())
        for name, text in fields.items()
        if text is not None
    ]


def _query_text(query: Query) -> str:
    if not query:
        return ""
    return "?" + (query if isinstance(query, str) else urlencode(query, doseq=True))
