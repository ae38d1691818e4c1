"""Servers of several implementations over one database that holds the demo data.

`--server NAME=URL` names one, and is given for each; `--mailbox` is the folder of their
mail sink, and `--profile` what all of them claim. A test that takes `player` runs for
each of them; `others` are the rest.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from quintet_conformance.client import Connection
from quintet_conformance.contract import Contract
from quintet_conformance.mailbox import Mailbox
from quintet_conformance.openapi import Document
from quintet_conformance.operations import Client
from quintet_conformance.recorder import Recorder
from quintet_conformance.settings import Settings
from quintet_conformance.site import Member, Site

Json = Any
AT_LEAST = 2
OF_PROFILES = {"test_live.py": "live"}


@dataclass(frozen=True)
class Player:
    """A server and its name."""

    name: str
    site: Site

    def knows(self, client: Client) -> Client:
        """Give the same caller, its address and its token included, at this server."""
        return Client(self.site.connection, headers=client.headers)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--server",
        action="append",
        default=[],
        metavar="NAME=URL",
        help="a server over the database that all share; given for each",
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    profile = OF_PROFILES.get(collection_path.name)
    is_unclaimed = profile and profile not in Settings.of(config).profiles
    return True if is_unclaimed else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "player" in metafunc.fixturenames:
        names = [each.partition("=")[0] for each in metafunc.config.option.server]
        metafunc.parametrize("player", names, indirect=True)


@pytest.fixture(scope="session")
def settings(pytestconfig) -> Settings:
    return Settings.of(pytestconfig)


@pytest.fixture(scope="session")
def document(settings) -> Document:
    return Document.load(settings.spec / "openapi.yaml")


@pytest.fixture(scope="session")
def demo_data(settings) -> Json:
    return json.loads((settings.spec / "demo_data.json").read_text("utf-8"))


@pytest.fixture(scope="session")
def players(pytestconfig, document) -> Iterator[list[Player]]:
    """All servers, each answer of which is held against the contract."""
    given = [each.partition("=") for each in pytestconfig.option.server]
    if len(given) < AT_LEAST:
        message = f"name {AT_LEAST} servers or more: --server NAME=URL"
        raise pytest.UsageError(message)
    contract, recorder = Contract(document), Recorder()
    with ExitStack() as stack:
        made = []
        for name, _, url in given:
            connection = Connection(url, contract, recorder)
            stack.enter_context(connection.http)
            made.append(Player(name, Site(connection)))
        yield made


@pytest.fixture
def player(request, players) -> Player:
    """One of the servers; the test runs for each."""
    found: Player = next(each for each in players if each.name == request.param)
    return found


@pytest.fixture
def others(player, players) -> list[Player]:
    """The servers that come after `player`, going round."""
    place = players.index(player)
    return [*players[place + 1 :], *players[:place]]


@pytest.fixture(scope="session")
def member_of(players) -> Callable[[Player], Member]:
    """Give a user that registered at a server, and whose tokens no test ends."""
    return cache(lambda player: player.site.new_member())


@pytest.fixture
def member(player, member_of) -> Member:
    """The user of `player` that tests share, since hashing passwords is slow."""
    found: Member = member_of(player)
    return found


@pytest.fixture(scope="session")
def demo_member(demo_data, players) -> Callable[[str], Member]:
    """Sign in a user of the demo data, once."""
    passwords = {user["username"]: user["password"] for user in demo_data["users"]}
    signed_in: dict[str, Member] = {}

    def member(username: str) -> Member:
        if username not in signed_in:
            account = {"id": 0, "username": username, "email": ""}
            site = players[0].site
            signed_in[username] = site.sign_in(account, passwords[username])
        return signed_in[username]

    return member


@pytest.fixture(scope="session")
def mailbox(settings) -> Mailbox:
    """The mails that any of the servers sent."""
    if settings.mailbox is None:
        message = "name the folder of the mail sink: --mailbox=DIR"
        raise pytest.UsageError(message)
    return Mailbox(settings.mailbox)
