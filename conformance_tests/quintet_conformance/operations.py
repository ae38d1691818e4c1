"""The client: one method for each operation of the contract.

Parts of the path are positional. Keywords are members of the JSON body where the
operation takes one, else query parameters. Four keywords are never either: `query`,
`headers`, `json` (a whole body) and `content` (a body as bytes).
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from quintet_conformance.client import Caller

API = "/api/v1"
OPTIONS = frozenset({"query", "headers", "json", "content", "server_may_refuse"})

Json = Any


class Client(Caller):
    """A caller that knows the operations by their names."""

    def with_headers(self, headers: Mapping[str, str]) -> "Client":
        """Give a client of the same address that sends these fields as well."""
        return Client(self.connection, headers={**self.headers, **headers})

    def with_token(self, token: str) -> "Client":
        return self.with_headers({"Authorization": f"Bearer {token}"})

    def without_token(self) -> "Client":
        kept = {**self.headers}
        kept.pop("Authorization", None)
        return Client(self.connection, headers=kept)

    def from_address(self, address: str) -> "Client":
        return self.with_headers({"X-Forwarded-For": address})

    # Signing in

    def register(self, **body: Json) -> httpx.Response:
        return self._write("POST", "/auth/register", body)

    def login(self, **body: Json) -> httpx.Response:
        return self._write("POST", "/auth/login", body)

    def refresh_tokens(self, **body: Json) -> httpx.Response:
        return self._write("POST", "/auth/refresh", body)

    def logout(self, **body: Json) -> httpx.Response:
        return self._write("POST", "/auth/logout", body)

    def change_password(self, **body: Json) -> httpx.Response:
        return self._write("POST", "/auth/password", body)

    def request_password_reset(self, **body: Json) -> httpx.Response:
        return self._write("POST", "/auth/password-reset", body)

    def confirm_password_reset(self, **body: Json) -> httpx.Response:
        return self._write("POST", "/auth/password-reset/confirm", body)

    # One's own account

    def get_account(self, **query: Json) -> httpx.Response:
        return self._send("GET", "/me", query)

    def update_account(self, **body: Json) -> httpx.Response:
        return self._write("PATCH", "/me", body)

    def delete_account(self, **body: Json) -> httpx.Response:
        return self._write("POST", "/me/delete", body)

    # Profiles

    def get_profile(self, username: object, **query: Json) -> httpx.Response:
        return self._send("GET", f"/users/{_part(username)}", query)

    def follow(self, username: object, **query: Json) -> httpx.Response:
        return self._send("PUT", f"/users/{_part(username)}/follow", query)

    def unfollow(self, username: object, **query: Json) -> httpx.Response:
        return self._send("DELETE", f"/users/{_part(username)}/follow", query)

    # Posts

    def list_posts(self, **query: Json) -> httpx.Response:
        return self._send("GET", "/posts", query)

    def list_feed(self, **query: Json) -> httpx.Response:
        return self._send("GET", "/feed", query)

    def list_drafts(self, **query: Json) -> httpx.Response:
        return self._send("GET", "/me/drafts", query)

    def create_post(self, **body: Json) -> httpx.Response:
        return self._write("POST", "/posts", body)

    def get_post(self, slug: object, **query: Json) -> httpx.Response:
        return self._send("GET", f"/posts/{_part(slug)}", query)

    def update_post(self, slug: object, **body: Json) -> httpx.Response:
        return self._write("PATCH", f"/posts/{_part(slug)}", body)

    def delete_post(self, slug: object, **query: Json) -> httpx.Response:
        return self._send("DELETE", f"/posts/{_part(slug)}", query)

    def like_post(self, slug: object, **query: Json) -> httpx.Response:
        return self._send("PUT", f"/posts/{_part(slug)}/like", query)

    def unlike_post(self, slug: object, **query: Json) -> httpx.Response:
        return self._send("DELETE", f"/posts/{_part(slug)}/like", query)

    # Comments

    def list_comments(self, slug: object, **query: Json) -> httpx.Response:
        return self._send("GET", f"/posts/{_part(slug)}/comments", query)

    def get_comment(
        self, slug: object, comment_id: object, **query: Json
    ) -> httpx.Response:
        path = f"/posts/{_part(slug)}/comments/{_part(comment_id)}"
        return self._send("GET", path, query)

    def create_comment(self, slug: object, **body: Json) -> httpx.Response:
        return self._write("POST", f"/posts/{_part(slug)}/comments", body)

    def delete_comment(
        self, slug: object, comment_id: object, **query: Json
    ) -> httpx.Response:
        path = f"/posts/{_part(slug)}/comments/{_part(comment_id)}"
        return self._send("DELETE", path, query)

    # Tags

    def list_tags(self, **query: Json) -> httpx.Response:
        return self._send("GET", "/tags", query)

    def get_tag(self, name: object, **query: Json) -> httpx.Response:
        return self._send("GET", f"/tags/{_part(name)}", query)

    # To-dos

    def list_todos(self, **query: Json) -> httpx.Response:
        return self._send("GET", "/todos", query)

    def create_todo(self, **body: Json) -> httpx.Response:
        return self._write("POST", "/todos", body)

    def get_todo(self, todo_id: object, **query: Json) -> httpx.Response:
        return self._send("GET", f"/todos/{_part(todo_id)}", query)

    def update_todo(self, todo_id: object, **body: Json) -> httpx.Response:
        return self._write("PATCH", f"/todos/{_part(todo_id)}", body)

    def delete_todo(self, todo_id: object, **query: Json) -> httpx.Response:
        return self._send("DELETE", f"/todos/{_part(todo_id)}", query)

    def delete_completed_todos(self, **query: Json) -> httpx.Response:
        return self._send("DELETE", "/todos", query)

    # Administration

    def list_users(self, **query: Json) -> httpx.Response:
        return self._send("GET", "/admin/users", query)

    def update_user(self, username: object, **body: Json) -> httpx.Response:
        return self._write("PATCH", f"/admin/users/{_part(username)}", body)

    def _write(self, method: str, path: str, keywords: Json) -> httpx.Response:
        body, options = _split(keywords)
        if "json" in options and body:
            msg = f"members {list(body)} beside a whole body"
            raise TypeError(msg)
        if "content" not in options:
            options.setdefault("json", body)
        return self.request(method, API + path, **options)

    def _send(self, method: str, path: str, keywords: Json) -> httpx.Response:
        parameters, options = _split(keywords)
        if parameters:
            options["query"] = {**options.get("query", {}), **parameters}
        return self.request(method, API + path, **options)


def _split(keywords: dict[str, Json]) -> tuple[dict[str, Json], dict[str, Json]]:
    own = {name: value for name, value in keywords.items() if name not in OPTIONS}
    return own, {name: keywords[name] for name in keywords if name in OPTIONS}


def _part(value: object) -> str:
    """Quote one part of a path so that it stays one part."""
    return quote(str(value), safe="")
