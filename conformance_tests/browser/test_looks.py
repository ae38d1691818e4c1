"""Every page as it looks: to axe-core, on a narrow screen, in pictures."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from looks import LOOKS
from window import SIZES

from quintet_conformance.web.markup import parse
from quintet_conformance.web.outline import outline

SCHEMES = ("light", "dark")
NARROWEST = {"width": 360, "height": 740}
OVERHANG = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(params=LOOKS)
def look(request):
    return LOOKS[request.param]


@pytest.fixture
def show(look, new_window, state_of):
    def shown(**options):
        # Colours that are on their way to others would be judged half-way.
        window = new_window(
            state=state_of(look.who), reduced_motion="reduce", **options
        )
        look.show(window)
        return window

    return shown


@pytest.mark.requirement("A11Y-01")
def test_axe_finds_nothing(show):
    page = show(bypass_csp=True).page  # axe-core is a foreign script
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page).response["violations"]
        told = [
            f"{each['id']} ({len(each['nodes'])}): {each['nodes'][0]['html']}"
            for each in found
        ]
        assert not told, f"in {scheme}: {'; '.join(told)}"


@pytest.mark.requirement("A11Y-05")
def test_nothing_scrolls_sideways(show, look, pytestconfig):
    window = show()
    folder = pytestconfig.getoption("--screenshots")
    if folder:
        _keep(window.page, folder, look.name)
    for size in (NARROWEST, *SIZES.values()):
        window.page.set_viewport_size(size)
        assert window.page.evaluate(OVERHANG) <= 0, f"at {size['width']} px"


def _keep(page, folder: Path, name: str) -> None:
    """Leave an outline of the page, and a picture for each width and scheme."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = outline(parse(page.content()))
    (folder / f"{name}.txt").write_text("\n".join([*lines, ""]), encoding="utf-8")
    for width, size in SIZES.items():
        page.set_viewport_size(size)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            path = folder / f"{name}-{width}-{scheme}.png"
            page.screenshot(path=path, full_page=True)
