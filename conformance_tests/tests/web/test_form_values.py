"""The cases of the specification, sent by forms: the same limits as in the API."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from quintet_conformance import names
from quintet_conformance.cases import cases
from quintet_conformance.helpers import expect
from quintet_conformance.site import Site
from quintet_conformance.web.answer import Answer
from quintet_conformance.web.browser import Browser
from quintet_conformance.web.forms import Pairs
from quintet_conformance.web.helpers import expect_mistakes
from quintet_conformance.web.people import Blog, SignedIn

pytestmark = pytest.mark.requirement("FORM-01", "WEB-22")

Json = Any
Read = Callable[[list[Json]], str]

# The form of each operation, with fields that would do.
FORMS = {
    "register": "/register",
    "create_post": "/new",
    "create_comment": "/posts/{slug}/comments",
    "create_todo": "/todos",
    "update_account": "/account",
}
TYPED = {
    "register": {"password": names.PASSWORD, "next": "/"},
    "create_post": {"title": "Fine", "body": "Fine.", "tags": "", "status": "draft"},
    "create_comment": {},
    "create_todo": {"title": "Fine", "notes": "", "due_on": "", "show": "all"},
    "update_account": {"email": "{email}", "bio": "", "current_password": ""},
}


def can_be_typed(case: Json) -> bool:
    """Tell whether a form can send the value and means by it what the API does."""
    if case["operation"] not in FORMS or {"missing", "raw"} & case.keys():
        return False
    value = case.get("value", "-")
    is_nothing = case["field"] in {"due_on", "status"} and not value
    return isinstance(value, str) and not is_nothing and size(case) < LARGEST


def size(case: Json) -> int:
    """Count the bytes that a form takes for what was put together."""
    return sum(
        len(quote(part["repeat"])) * part["times"]
        for part in case.get("parts", ())
        if isinstance(part, dict) and "repeat" in part
    )


def can_be_listed(case: Json) -> bool:
    """Tell whether commas separate the tags as a list of the API does."""
    tags = case.get("value")
    return isinstance(tags, list) and all(
        isinstance(tag, str) and tag.strip() and "," not in tag for tag in tags
    )


def of(*files: str, accepted: bool) -> list[Any]:
    found = [param for name in files for param in cases(name)]
    return [
        param
        for param in found
        if can_be_typed(param.values[0])
        and param.values[0].get("accepted", False) is accepted
    ]


LARGEST = 1_000_000  # a form is limited to 1 MiB as it is sent
TEXTS = ("strings", "dates", "choices")
TAGS = [param for param in cases("tags") if can_be_listed(param.values[0])]


@pytest.fixture(scope="module")
def clerk(site: Site, blog: Blog) -> SignedIn:
    """Somebody who sends forms all day."""
    return blog.sign_in(site.new_member())


@pytest.fixture(scope="module")
def desk(site: Site, clerk: SignedIn) -> dict[str, str]:
    """What the forms are about."""
    return {
        "slug": site.new_post(clerk.member)["slug"],
        "email": clerk.member.email,
    }


@pytest.fixture(scope="module")
def proofs(clerk: SignedIn, blog: Blog) -> dict[str, tuple[Browser, Pairs]]:
    """Who sends which form, with what proves its origin."""
    visitor = blog.visitor()
    signed_in = (clerk, clerk.proof())
    return {**dict.fromkeys(FORMS, signed_in), "register": (visitor, visitor.proof())}


@pytest.fixture
def send(
    proofs: dict[str, tuple[Browser, Pairs]], desk: dict[str, str]
) -> Callable[..., Answer]:
    """Send the form of an operation, good but for one field."""

    def post(operation: str, field: str, value: str) -> Answer:
        browser, proof = proofs[operation]
        typed = {name: text.format(**desk) for name, text in TYPED[operation].items()}
        if operation == "register":
            typed |= {"username": names.username(), "email": names.email()}
            browser.headers["X-Forwarded-For"] = names.address()
        fields = {**typed, field: value}
        return browser.post(FORMS[operation].format(**desk), [*proof, *fields.items()])

    return post


@pytest.mark.requirement("FORM-02", "FORM-03")
@pytest.mark.parametrize("case", of(*TEXTS, accepted=False))
def test_a_form_refuses_what_the_api_refuses(
    send: Callable[..., Answer], desk: dict[str, str], written: Read, case: Json
) -> None:
    value = written(case["parts"]) if "parts" in case else case["value"]
    answer = send(case["operation"], case["field"], value)
    action = FORMS[case["operation"]].format(**desk)
    expect_mistakes(answer, action, case["field"])


@pytest.mark.requirement("FORM-19")
@pytest.mark.parametrize(
    "case",
    [
        param
        for param in of(*TEXTS, accepted=True)
        if param.values[0]["operation"] != "register"
    ],
)
def test_a_form_takes_what_the_api_takes(
    send: Callable[..., Answer],
    clerk: SignedIn,
    desk: dict[str, str],
    written: Read,
    case: Json,
) -> None:
    value = written(case["parts"]) if "parts" in case else case["value"]
    stored = written(case["stored_parts"]) if "stored_parts" in case else value
    stored = case.get("stored", stored)
    answer = send(case["operation"], case["field"], value)
    assert answer.status in {302, 303}
    assert newest(clerk, case["operation"], desk, answer)[case["field"]] == stored


def newest(
    clerk: SignedIn, operation: str, desk: dict[str, str], answer: Answer
) -> Json:
    """Read what a form made, and take it away again where lists would grow."""
    member = clerk.member
    if operation == "update_account":
        return expect(member.get_account(), 200)
    if operation == "create_post":
        slug = answer.location.removeprefix("/posts/")
        post = expect(member.get_post(slug), 200)
        expect(member.delete_post(slug), 204)
        return post
    if operation == "create_comment":
        (made,) = expect(member.list_comments(desk["slug"]), 200)["items"]
        expect(member.delete_comment(desk["slug"], made["id"]), 204)
        return made
    (made,) = expect(member.list_todos(), 200)["items"]
    expect(member.delete_todo(made["id"]), 204)
    return made


@pytest.mark.requirement("FORM-09", "FORM-02", "FORM-03")
@pytest.mark.parametrize("case", TAGS)
def test_tags_by_form(send: Callable[..., Answer], clerk: SignedIn, case: Json) -> None:
    answer = send("create_post", "tags", ", ".join(case["value"]))
    if not case.get("accepted"):
        expect_mistakes(answer, "/new", "tags")
        return
    post = newest(clerk, "create_post", {}, answer)
    assert post["tags"] == case.get("stored", case["value"])
