"""The fixtures of tests of live comments."""

from collections.abc import Iterator

import pytest

from quintet_conformance.live.sockets import Live
from quintet_conformance.site import Member, Site


@pytest.fixture
def live(site: Site) -> Iterator[Live]:
    """The live comments of the server under test."""
    with Live(site.connection) as found:
        yield found


@pytest.fixture
def secure_live(short_lived: Site) -> Iterator[Live]:
    """The live comments of the second server, which knows other hosts and origins."""
    with Live(short_lived.connection) as found:
        yield found


@pytest.fixture(scope="session")
def followed_author(site: Site) -> Member:
    """Whose posts are followed: their account is left as it is."""
    return site.new_member()


@pytest.fixture(scope="session")
def commenter(site: Site) -> Member:
    """Who comments on them: their account is left as it is."""
    return site.new_member()


@pytest.fixture
def followed(site: Site, followed_author: Member) -> str:
    """The slug of a published post without comments."""
    return str(site.new_post(followed_author)["slug"])


@pytest.fixture
def hidden(site: Site, followed_author: Member) -> str:
    """The slug of a draft of the same author."""
    return str(site.new_post(followed_author, status="draft")["slug"])
