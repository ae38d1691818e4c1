"""The fixtures of tests of pages."""

from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.second_server import SETTINGS
from quintet_conformance.site import Member, Site
from quintet_conformance.web.browser import Browser
from quintet_conformance.web.people import Blog, SignedIn, public_url_of

Json = Any


@pytest.fixture(scope="session")
def blog(site: Site) -> Blog:
    """The pages of the server under test."""
    return Blog(site.connection, public_url_of(site.connection))


@pytest.fixture(scope="session")
def secure_blog(short_lived: Site) -> Blog:
    """The pages of the second server, whose public address is https."""
    return Blog(short_lived.connection, SETTINGS["PUBLIC_URL"])


@pytest.fixture
def visitor(blog: Blog) -> Browser:
    """A browser in which nobody has signed in."""
    return blog.visitor()


@pytest.fixture
def new_visitor(blog: Blog) -> Callable[[], Browser]:
    """Give another browser in which nobody has signed in."""
    return blog.visitor


@pytest.fixture
def sign_in(blog: Blog) -> Callable[[Member], SignedIn]:
    """Give a browser in which a member has signed in through the form."""
    return blog.sign_in


@pytest.fixture
def writer(blog: Blog, member: Member) -> SignedIn:
    """A signed-in browser of a user whom nobody else uses."""
    return blog.sign_in(member)


@pytest.fixture(scope="session")
def author(blog: Blog, site: Site) -> SignedIn:
    """A signed-in author whom many tests share: their account is left as it is."""
    return blog.sign_in(site.new_member())


@pytest.fixture(scope="session")
def reader(blog: Blog, site: Site) -> SignedIn:
    """A signed-in reader whom many tests share: their account is left as it is."""
    return blog.sign_in(site.new_member())


@pytest.fixture(scope="session")
def permanent_post(site: Site, author: SignedIn) -> Json:
    """A published post that no test changes."""
    return site.new_post(author.member)


@pytest.fixture
def post(site: Site, author: SignedIn) -> Json:
    """A published post of the shared author."""
    return site.new_post(author.member)


@pytest.fixture
def place(site: Site, author: SignedIn) -> Callable[[str], str]:
    """Fill `{author}`, `{slug}` and `{tag}` in a path with what is there."""
    tag = names.tag()
    made = site.new_post(author.member, tags=[tag])
    things = {"author": author.username, "slug": made["slug"], "tag": tag}
    return lambda path: path.format(**things)


@pytest.fixture
def draft(site: Site, author: SignedIn) -> Json:
    """A draft of the shared author."""
    return site.new_post(author.member, status="draft")


@pytest.fixture
def editor_browser(blog: Blog, editor: Member) -> SignedIn:
    """A signed-in editor."""
    return blog.sign_in(editor)


@pytest.fixture
def admin_browser(blog: Blog, admin: Member) -> SignedIn:
    """A signed-in admin."""
    return blog.sign_in(admin)
