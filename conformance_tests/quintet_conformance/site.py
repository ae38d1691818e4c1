"""The server under test as a place where tests make their users and posts."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

import httpx

from quintet_conformance import names
from quintet_conformance.client import Connection
from quintet_conformance.operations import Client

Json = Any
Answer = TypeVar("Answer")


class PreparationError(Exception):
    """What a test needs to begin with could not be made."""


class Member(Client):
    """A signed-in user."""

    def __init__(
        self, connection: Connection, account: Json, password: str, tokens: Json
    ) -> None:
        authorization = {"Authorization": f"Bearer {tokens['access_token']}"}
        super().__init__(connection, headers=authorization)
        self.account: Json = account
        self.id: int = account["id"]
        self.username: str = account["username"]
        self.email: str = account["email"]
        self.password = password
        self.access_token: str = tokens["access_token"]
        self.refresh_token: str = tokens["refresh_token"]


class Site:
    """Makes clients, users and posts at one server."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def anonymous(self) -> Client:
        return Client(self.connection)

    def new_member(self, **registration: str) -> Member:
        """Register a user of a random name and sign in."""
        details = {
            "username": names.username(),
            "email": names.email(),
            "password": names.PASSWORD,
            **registration,
        }
        account = _made(self.anonymous().register(**details), 201)
        return self.sign_in(account, details["password"])

    def sign_in(self, account: Json, password: str) -> Member:
        tokens = self.anonymous().login(username=account["username"], password=password)
        return Member(self.connection, account, password, _made(tokens, 200))

    def new_post(self, author: Client, **fields: Json) -> Json:
        """Create a post, published unless `status` says otherwise; give its JSON."""
        details = {
            "title": names.title(),
            "body": "Some *text*.",
            "status": "published",
        }
        return _made(author.create_post(**{**details, **fields}), 201)


def together(count: int, call: Callable[[int], Answer]) -> list[Answer]:
    """Call `call(0)`, `call(1)`… in threads that start at the same moment."""
    barrier = Barrier(count)

    def start(number: int) -> Answer:
        barrier.wait()
        return call(number)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(start, range(count)))


def _made(response: httpx.Response, status: int) -> Json:
    if response.status_code != status:
        msg = f"needed {status}, got {response.status_code}: {response.text[:500]}"
        raise PreparationError(msg)
    return response.json()
