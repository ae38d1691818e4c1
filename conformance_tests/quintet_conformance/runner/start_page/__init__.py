"""The page that the demo begins with: where the servers are and what to try."""

from collections.abc import Iterable, Iterator
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from threading import Thread
from typing import Any

from quintet_conformance.runner.exhibit import Exhibit

Json = Any

FILES = Path(__file__).parent
HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
PRIVILEGES = {
    "admin": "manages accounts, changes everybody’s posts",
    "editor": "changes everybody’s posts",
    "member": "writes, likes, follows, keeps a to-do list",
}
NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five"}


def render(exhibits: list[Exhibit], users: list[Json]) -> str:
    """Fill the page in with what runs and who can sign in."""
    count = len(exhibits)
    template = Template((FILES / "page.html").read_text(encoding="utf-8"))
    return template.substitute(
        frameworks="one framework" if count == 1 else f"{NUMBERS[count]} frameworks",
        staff="\n".join(_staff(exhibits)),
        exhibits="\n".join(map(_exhibit, exhibits)),
        accounts="\n".join(map(_account, users)),
        url=escape(exhibits[0].url),
        ports=" ".join(str(exhibit.port) for exhibit in exhibits),
        username=escape(users[0]["username"]),
        password=escape(users[0]["password"]),
        extras="\n".join(_extras(exhibits, users[0])),
    )


class StartPage:
    """Serves the page on its port, in a thread of its own."""

    def __init__(self, port: int, page: str) -> None:
        files = {
            "/": ("text/html; charset=utf-8", page.encode()),
            "/style.css": ("text/css; charset=utf-8", _read("style.css")),
            "/icon.svg": ("image/svg+xml", _read("icon.svg")),
        }

        class Handler(_Handler):
            known = files

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._thread = Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> "StartPage":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Gives what it knows, and nothing else."""

    known: dict[str, tuple[str, bytes]]
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "quintet", ""
    timeout = 10  # a connection that is only kept open ends

    def do_GET(self) -> None:
        missing = ("text/plain; charset=utf-8", b"There is nothing here.\n")
        path = self.path.partition("?")[0]
        media_type, body = self.known.get(path, missing)
        self.send_response(200 if path in self.known else 404)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815  # the name that http.server looks for

    def log_message(self, *_: object) -> None:
        """Keep quiet: the terminal belongs to the guide."""


def _read(name: str) -> bytes:
    return (FILES / name).read_bytes()


def _staff(exhibits: list[Exhibit]) -> Iterator[str]:
    """Draw five lines, as music has them, with a note on the line of each server."""
    for line in range(5):
        height = 16 + 16 * line
        yield f'<path class="line" d="M0 {height}h600"/>'
    for place, exhibit in enumerate(exhibits):
        height = 16 + 16 * ((exhibit.port - 1) % 5)
        x = 60 + place * 480 // max(1, len(exhibits) - 1)
        yield (
            f'<g class="note {escape(exhibit.manifest.key)}">'
            f'<ellipse cx="{x}" cy="{height}" rx="10" ry="7.5" '
            f'transform="rotate(-20 {x} {height})"/>'
            f'<path d="M{x + 9} {height - 3}v-44"/></g>'
        )


def _exhibit(exhibit: Exhibit) -> str:
    name = escape(exhibit.manifest.name)
    links = "".join(
        f'<li><a href="{escape(url)}">{escape(title)}'
        f'<span class="unseen"> of {name}</span></a></li>'
        for title, url in exhibit.links()
    )
    address = escape(exhibit.url.removeprefix("http://"))
    folder = escape(f"{exhibit.manifest.directory.name}/")
    return (
        f'<li class="card {escape(exhibit.manifest.key)}"><h3>{name}</h3>'
        f'<p class="address">{address}<br>{folder}</p><ul>{links}</ul></li>'
    )


def _account(user: Json) -> str:
    role = escape(user["role"])
    return (
        f'<tr><th scope="row">{escape(user["username"])}</th>'
        f"<td><code>{escape(user['password'])}</code></td>"
        f'<td><b class="role {role}">{role}</b></td>'
        f'<td class="may">{PRIVILEGES[user["role"]]}</td></tr>'
    )


def _extras(exhibits: Iterable[Exhibit], admin: Json) -> Iterator[str]:
    """Point at what only one of them has."""
    for exhibit in exhibits:
        for title, path in exhibit.manifest.links.items():
            yield (
                f"<li><h3>{escape(exhibit.manifest.name)} alone: {escape(title)}</h3>"
                f'<p>Sign in at <a href="{escape(exhibit.url + path)}">'
                f"{escape(exhibit.url.removeprefix('http://') + path)}</a> as "
                f"<code>{escape(admin['username'])}</code>. It comes with the "
                "framework; the others have nothing like it.</p></li>"
            )
