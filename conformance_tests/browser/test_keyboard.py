"""The pages without a mouse."""

import pytest
from looks import LOOKS
from playwright.sync_api import expect

from quintet_conformance import names

# What is shown and can be used, marked by its place in the document.
MARK_USABLE = """() => {
  const usable = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const shown = [...document.querySelectorAll(usable)].filter(
    (each) => each.checkVisibility({ visibilityProperty: true }) && !each.disabled
  );
  shown.forEach((each, place) => (each.dataset.place = place));
  return shown.length;
}"""
FOCUSED = """() => {
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
  const place = document.activeElement.dataset.place;
  return [place ? Number(place) : null, outlineStyle, parseFloat(outlineWidth),
          document.activeElement.outerHTML.slice(0, 120)];
}"""
PARTS_OF_A_DATE = 4
MOTION = """() => [...document.querySelectorAll("*")].flatMap((each) => {
  const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(each);
  const still = /^0s(, 0s)*$/.test(transitionDuration) && animationName === "none";
  return still && scrollBehavior === "auto" ? [] : [each.tagName];
})"""
CALM = [look.name for look in LOOKS.values() if not look.action and look.status != 422]
SOME = ("start", "post-of-mine", "todos")


@pytest.fixture
def page(request, new_window, state_of):
    """A page that begins with the focus nowhere."""
    look = LOOKS[request.param]
    window = new_window(state=state_of(look.who))
    look.show(window)
    return window.page


@pytest.mark.parametrize("page", CALM, indirect=True)
@pytest.mark.requirement("A11Y-02", "A11Y-03")
def test_the_keyboard_reaches_everything_in_order(page):
    count, reached = page.evaluate(MARK_USABLE), []
    for _ in range(count * 2 + PARTS_OF_A_DATE):
        page.keyboard.press("Tab")
        place, style, width, shown = page.evaluate(FOCUSED)
        if place is None:
            continue
        assert style != "none", f"no outline: {shown}"
        assert width >= 2, f"an outline of {width} px: {shown}"
        if place not in reached:
            reached.append(place)
        if len(reached) == count:
            break
    assert reached == list(range(count))


@pytest.mark.parametrize("page", SOME, indirect=True)
@pytest.mark.requirement("A11Y-02")
def test_the_skip_link_leads_past_the_navigation(page):
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    expect(skip).to_have_attribute("href", "#main")
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    header = page.locator("header :focus")
    expect(page.locator(":focus")).to_have_count(1)
    expect(header).to_have_count(0)


@pytest.mark.parametrize("page", SOME, indirect=True)
@pytest.mark.requirement("A11Y-07")
def test_nothing_moves_for_those_who_ask_for_it(page):
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(MOTION) == []


@pytest.mark.last
@pytest.mark.requirement("A11Y-02", "A11Y-06")
def test_somebody_registers_and_writes_by_keyboard_alone(new_window):
    window = new_window()
    window.open("/register")
    press, page = window.page.keyboard.press, window.page
    page.locator("[name=username]").focus()
    for text in (names.username(), names.email(), names.PASSWORD):
        page.keyboard.type(text)
        press("Tab")
    expect(page.get_by_role("button", name="Register")).to_be_focused()
    with page.expect_navigation():
        press("Enter")
    window.succeeds("/")
    window.open("/new")
    page.locator("[name=title]").focus()
    for text in (title := names.title(), "Some text.", "quiet"):
        page.keyboard.type(text)
        press("Tab")
    press("ArrowDown")
    press("Tab")
    with page.expect_navigation():
        press("Space")
    window.sees("h1", title)
