"""Assertions that many tests of pages share."""

from quintet_conformance.web.answer import Answer
from quintet_conformance.web.browser import Browser
from quintet_conformance.web.forms import Form
from quintet_conformance.web.markup import attribute, words

FORGED = frozenset({400, 403})


def expect_page(answer: Answer, status: int = 200) -> Answer:
    __tracebackhide__ = True
    assert answer.status == status, f"expected {status}, got {answer.status}"
    assert answer.is_page, f"expected a page, got {answer.headers['Content-Type']}"
    return answer


def expect_advice(answer: Answer, status: int) -> Answer:
    """Expect an error page in the site's frame that tells what to do next."""
    __tracebackhide__ = True
    expect_page(answer, status)
    main = answer.one("main")
    advice = words(main).removeprefix(answer.heading).strip()
    assert advice, "the page says nothing but its heading"
    assert main.select("a[href], form"), "the page offers no way on"
    return answer


def expect_redirect(answer: Answer, place: str) -> None:
    __tracebackhide__ = True
    assert answer.location == place, f"leads to {answer.location}, not {place}"


def expect_success(browser: Browser, answer: Answer, place: str) -> Answer:
    """Expect a redirect, a message on the next page, and none on the one after."""
    __tracebackhide__ = True
    expect_redirect(answer, place)
    page = expect_page(browser.follow(answer))
    assert page.success, f"{place} shows no message of success"
    assert not browser.follow(answer).success, "the message is shown a second time"
    return page


def expect_mistakes(answer: Answer, action: str, *fields: str) -> Form:
    """Expect the form again with mistakes in exactly these fields."""
    __tracebackhide__ = True
    expect_page(answer, 422)
    form = answer.form(action)
    assert form.mistaken == set(fields), (
        f"the page calls {sorted(form.mistaken)} mistaken, not {sorted(fields)}"
    )
    return form


def expect_forged(answer: Answer) -> None:
    __tracebackhide__ = True
    assert answer.status in FORGED, f"expected 403 or 400, got {answer.status}"


def titles(answer: Answer) -> list[str]:
    """List the titles of the posts that a page lists."""
    return [words(each) for each in answer.select("article h2 a")]


def slugs(answer: Answer) -> list[str]:
    """List the slugs of the posts that a page lists."""
    links = answer.select("article h2 a")
    return [attribute(each, "href").rpartition("/")[2] for each in links]


def todos(answer: Answer) -> list[int]:
    """List the ids of the to-dos that a page lists."""
    found = [
        attribute(each, "id").removeprefix("todo-")
        for each in answer.select('[id^="todo-"]')
    ]
    return [int(each) for each in found if each.isdigit()]


def number(answer: Answer, selector: str) -> int:
    """Read the number in the text of an element."""
    found = [word for word in answer.shown(selector).split() if word.isdigit()]
    assert len(found) == 1, f"{selector} shows {answer.shown(selector)!r}: no number"
    return int(found[0])


def is_nobody(browser: Browser) -> bool:
    """Tell whether the server sees a visitor, on pages for all and for users."""
    refused = browser.get("/drafts").status in {302, 303}
    unknown = not browser.open("/password-reset").is_signed_in
    assert refused is unknown, "the pages disagree on whether somebody is signed in"
    return refused
