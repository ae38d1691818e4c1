"""The fixtures of tests: clients, users, posts and the means to watch a server."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from quintet_conformance import site as sites
from quintet_conformance.administrator import Administrator
from quintet_conformance.client import Connection
from quintet_conformance.contract import Contract
from quintet_conformance.mailbox import Mailbox
from quintet_conformance.not_run import not_run
from quintet_conformance.operations import Client
from quintet_conformance.recorder import Recorder
from quintet_conformance.settings import Settings
from quintet_conformance.site import Member, Site
from quintet_conformance.tokens import Forger

Json = Any
OF_PROGRAMS = frozenset({"server", "connection", "keep-alive"})
MemberFactory = Callable[..., Member]


@dataclass(frozen=True)
class Run:
    """What the fixtures of one run share."""

    settings: Settings
    contract: Contract
    recorder: Recorder

    @contextmanager
    def site(self, url: str) -> Iterator[Site]:
        connection = Connection(
            url,
            self.contract,
            self.recorder,
            is_behind_proxy=self.settings.is_behind_proxy,
        )
        with connection.http:
            yield Site(connection)


RUN = pytest.StashKey[Run]()


@pytest.fixture(scope="session")
def run(pytestconfig: pytest.Config) -> Run:
    """What this run was given."""
    found = pytestconfig.stash.get(RUN, None)
    if found is None or found.settings.base_url is None:
        msg = "name the server to judge: --base-url http://127.0.0.1:9000"
        raise pytest.UsageError(msg)
    return found


@pytest.fixture(scope="session")
def site(run: Run) -> Iterator[Site]:
    """The server under test."""
    with run.site(str(run.settings.base_url)) as found:
        yield found


@pytest.fixture(scope="session")
def instances(run: Run, site: Site) -> Iterator[list[Client]]:
    """Each server behind the address: that one, unless several were named."""
    with ExitStack() as stack:
        named = [stack.enter_context(run.site(url)) for url in run.settings.instances]
        yield [each.anonymous() for each in named or [site]]


@pytest.fixture(scope="session")
def of_programs(run: Run) -> frozenset[str]:
    """The header fields in which servers behind one address differ.

    They name the program and what it does with the connection, not the answer.
    """
    return OF_PROGRAMS if run.settings.instances else frozenset()


@pytest.fixture
def anonymous(site: Site) -> Client:
    """A caller without a token."""
    return site.anonymous()


@pytest.fixture
def new_member(site: Site) -> MemberFactory:
    """Register and sign in another user; details may be given."""
    return site.new_member


@pytest.fixture
def member(site: Site) -> Member:
    """A signed-in user that nobody else uses."""
    return site.new_member()


@pytest.fixture
def other_member(site: Site) -> Member:
    """A second signed-in user."""
    return site.new_member()


@pytest.fixture(scope="session")
def bystanders(site: Site) -> Callable[[int], list[Member]]:
    """Signed-in users whom many tests share: their accounts are left as they are.

    They may write, like and follow; nobody counts what they wrote, liked or followed.
    """
    made: list[Member] = []

    def give(count: int) -> list[Member]:
        made.extend(site.new_member() for _ in range(count - len(made)))
        return made[:count]

    return give


@pytest.fixture(scope="session")
def administrator(run: Run, site: Site) -> Administrator:
    """The admin that the run was given."""
    username, password = run.settings.admin_username, run.settings.admin_password
    if not (username and password):
        not_run("needs --admin-username and --admin-password")
    return Administrator(site, username, password)


@pytest.fixture
def new_privileged_member(
    site: Site, administrator: Administrator
) -> Iterator[Callable[[str], Member]]:
    """Make a user of a role, which ends with the test so that admins do not pile up."""
    made: list[Member] = []

    def make(role: str) -> Member:
        made.append(site.new_member())
        administrator.set_role(made[-1].username, role)
        return made[-1]

    yield make
    for member in made:
        administrator.set_role(member.username, "member")


@pytest.fixture
def editor(new_privileged_member: Callable[[str], Member]) -> Member:
    """A signed-in editor."""
    return new_privileged_member("editor")


@pytest.fixture
def admin(new_privileged_member: Callable[[str], Member]) -> Member:
    """A signed-in admin, not the one that the run was given."""
    return new_privileged_member("admin")


@pytest.fixture
def new_post(site: Site) -> Callable[..., Json]:
    """Create a post of an author, published by default, and give its JSON."""
    return site.new_post


@pytest.fixture
def together() -> Callable[..., list[Any]]:
    """Call a function `count` times at the same moment."""
    return sites.together


@pytest.fixture(scope="session")
def mailbox(run: Run) -> Mailbox:
    """The mails that the server sent."""
    if run.settings.mailbox is None:
        not_run("needs --mailbox, the folder of a mail sink")
    return Mailbox(run.settings.mailbox)


@pytest.fixture(scope="session")
def short_lived(run: Run) -> Iterator[Site]:
    """A second server on the same data whose limits and lifetimes are short."""
    if run.settings.short_url is None:
        not_run("needs --short-url, a server with the short settings")
    with run.site(run.settings.short_url) as found:
        yield found


@pytest.fixture(scope="session")
def forge_token(run: Run) -> Forger:
    """Vary an access token and sign it with the server's key."""
    if run.settings.secret_key is None:
        not_run("needs --secret-key")
    return Forger(run.settings.secret_key)
