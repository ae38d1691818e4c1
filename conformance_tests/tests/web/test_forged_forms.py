"""A form that does not prove where it came from is refused and changes nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect
from quintet_conformance.site import Site
from quintet_conformance.web.browser import Browser
from quintet_conformance.web.forms import Pairs
from quintet_conformance.web.helpers import expect_forged
from quintet_conformance.web.people import Blog, SignedIn

Json = Any

POST = {"title": "Forged", "body": "Forged.", "tags": "", "status": "published"}
TODO = {"title": "Forged", "notes": "", "due_on": "", "show": "all"}
PASSWORD = {"current_password": names.PASSWORD}
# Each form by its path: what is filled in, and where its page is.
OF_VISITORS = {
    "/register": {"username": "", "email": "", "password": names.PASSWORD, "next": "/"},
    "/login": {"username": "", "password": names.PASSWORD, "next": "/"},
    "/password-reset": {"email": "nobody@example.com"},
    "/password-reset/{token}": {"new_password": names.PASSWORD},
}
OF_USERS = {
    "/logout": {},
    "/new": POST,
    "/posts/{slug}/edit": {**POST, "version": "1"},
    "/posts/{slug}/delete": {},
    "/posts/{slug}/like": {},
    "/posts/{liked}/unlike": {},
    "/posts/{slug}/comments": {"body": "Forged."},
    "/posts/{slug}/comments/{comment}/delete": {},
    "/authors/{other}/follow": {},
    "/authors/{followed}/unfollow": {},
    "/account": {"email": "{email}", "bio": "Forged.", "current_password": ""},
    "/account/password": {**PASSWORD, "new_password": "a long forged password"},
    "/account/delete": PASSWORD,
    "/todos": TODO,
    "/todos/{todo}": TODO,
    "/todos/{todo}/toggle": {"show": "all"},
    "/todos/{todo}/delete": {"show": "all"},
    "/todos/clear-completed": {"show": "all"},
}
FORGERIES = ("missing", "empty", "invented", "of-another-browser")


@dataclass(frozen=True)
class Victim:
    """Somebody with one thing of each kind."""

    browser: SignedIn
    other: SignedIn
    things: dict[str, Json]

    def filled(self, text: str) -> str:
        return text.format(**self.things)

    def state(self) -> list[bytes]:
        """Read all that a forged form could change."""
        member = self.browser.member
        return [
            member.get_account().content,
            member.get_profile(member.username).content,
            member.list_posts(author=member.username).content,
            member.list_todos().content,
        ]


@pytest.fixture(scope="module")
def victim(site: Site, blog: Blog, author: SignedIn, reader: SignedIn) -> Victim:
    member = site.new_member()
    slug, liked = (site.new_post(member)["slug"] for _ in range(2))
    comment = expect(member.create_comment(slug, body="Kept."), 201)
    todo = expect(member.create_todo(title="Kept"), 201)
    expect(member.update_todo(todo["id"], completed=True), 200)
    expect(member.follow(author.username), 204)
    expect(member.like_post(liked), 204)
    things = {"slug": slug, "liked": liked, "comment": comment["id"]}
    things |= {"todo": todo["id"], "email": member.email}
    things |= {"other": reader.username, "followed": author.username}
    return Victim(blog.sign_in(member), reader, things)


@pytest.fixture(params=FORGERIES)
def forge(request: pytest.FixtureRequest) -> Callable[[Browser, Browser], Pairs]:
    """Make what a forged form has in place of the proof."""

    def make(own: Browser, other: Browser) -> Pairs:
        if request.param == "missing":
            return []
        if request.param == "of-another-browser":
            return other.proof()
        proof = own.proof()
        if request.param == "empty":
            return [(name, "") for name, _ in proof]
        return [(name, names.word(len(value))) for name, value in proof]

    return make


@pytest.fixture(scope="module")
def state(victim: Victim) -> list[bytes]:
    """All that a forged form could change, as it was when nothing had been sent."""
    return victim.state()


@pytest.fixture
def unchanged(victim: Victim, state: list[bytes]) -> Iterator[None]:
    """Whatever was sent, all is as before and the victim is signed in."""
    yield
    assert victim.state() == state
    assert victim.browser.open("/drafts").is_signed_in


@pytest.mark.requirement("CSRF-02", "WEB-17")
@pytest.mark.parametrize("form", OF_USERS)
@pytest.mark.usefixtures("unchanged")
def test_a_forged_form_of_a_user_changes_nothing(
    victim: Victim, form: str, forge: Callable[[Browser, Browser], Pairs]
) -> None:
    typed = [(name, victim.filled(value)) for name, value in OF_USERS[form].items()]
    proof = forge(victim.browser, victim.other)
    expect_forged(victim.browser.post(victim.filled(form), [*typed, *proof]))


@pytest.mark.requirement("CSRF-02", "WEB-17")
@pytest.mark.parametrize("form", OF_VISITORS)
def test_a_forged_form_of_a_visitor_changes_nothing(
    visitor: Browser,
    new_visitor: Callable[[], Browser],
    author: SignedIn,
    form: str,
    forge: Callable[[Browser, Browser], Pairs],
) -> None:
    typed = dict(OF_VISITORS[form])
    if form == "/login":
        typed["username"] = author.username
    if form == "/register":
        typed |= {"username": names.username(), "email": names.email()}
    path = form.format(token=names.word(43))
    visitor.open("/login")
    answer = visitor.post(path, [*typed.items(), *forge(visitor, new_visitor())])
    expect_forged(answer)
    assert not visitor.open("/").is_signed_in
    if form == "/register":
        assert visitor.get(f"/authors/{typed['username']}").status == 404
