"""Every page there is to see, as a visitor and as a user of the demo data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from window import Window

READER, EDITOR = "eleni", "astrid"  # the second one is an admin
POST = "/posts/five-instruments-one-score"
ANOTHERS = "/posts/fifty-increments-out-of-five-hundred"
DRAFT = "/posts/server-sent-events-when-nobody-answers-back"
NOT_MAILED = "/password-reset/" + "a" * 43


@dataclass(frozen=True)
class Look:
    """A page, who looks at it, and what they have sent to come to see it."""

    name: str
    path: str
    who: str = ""
    status: int = 200
    action: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)

    def show(self, window: Window) -> None:
        window.open(self.path, self.status)
        if self.action:
            window.fill_in(self.action, **self.typed)


def _all() -> Iterator[Look]:
    yield Look("start", "/")
    yield Look("start-last-page", "/?page=3")
    yield Look("search", "/?q=sqlite")
    yield Look("search-nothing", "/?q=zebrafish")
    yield Look("search-refused", f"/?q={'a' * 101}", status=422)
    yield Look("post", POST)
    yield Look("post-with-code", ANOTHERS)
    yield Look("tag", "/tags/databases")
    yield Look("author", "/authors/kacper")
    for name in ("login", "register", "password-reset"):
        yield Look(name, f"/{name}")
    yield Look("new-password", NOT_MAILED)
    yield Look("not-found", "/nothing", status=404)
    yield Look("not-possible", "/logout", status=405)
    yield from _of_users()
    yield from _mistaken()


def _of_users() -> Iterator[Look]:
    yield Look("start-signed-in", "/", READER)
    yield Look("post-signed-in", ANOTHERS, READER)
    yield Look("post-of-mine", POST, EDITOR)
    yield Look("draft", DRAFT, EDITOR)
    yield Look("edit", f"{POST}/edit", EDITOR)
    yield Look("author-signed-in", "/authors/kacper", READER)
    for name in ("new", "drafts", "feed", "account", "todos"):
        yield Look(name, f"/{name}", EDITOR)
    yield Look("todos-completed", "/todos?show=completed", EDITOR)
    yield Look("not-allowed", f"{POST}/edit", READER, status=403)
    yield Look("not-found-signed-in", "/nothing", READER, status=404)


def _mistaken() -> Iterator[Look]:
    def mistaken(path: str, action: str, who: str = "", /, **typed: str) -> Look:
        name = action.strip("/").replace("/", "-").partition("-aaa")[0]
        return Look(f"mistakes-{name}", path, who, action=action, typed=typed)

    yield mistaken("/register", "/register", username="a b", email="nobody")
    yield mistaken("/login", "/login", username="eleni", password="not this one")
    yield mistaken("/password-reset", "/password-reset", email="nobody")
    yield mistaken(NOT_MAILED, NOT_MAILED, new_password="short")
    yield mistaken("/new", "/new", READER, tags="a b, -")
    yield mistaken(ANOTHERS, f"{ANOTHERS}/comments", READER)
    yield mistaken("/todos", "/todos", READER)
    yield mistaken("/account", "/account", READER, email="nobody", bio="a" * 501)
    yield mistaken("/account", "/account/password", READER, new_password="short")
    yield mistaken("/account", "/account/delete", READER)


LOOKS = {look.name: look for look in _all()}
