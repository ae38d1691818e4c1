"""Fixtures of tests that look at a server's pages through a real Chromium.

The looks are at the demo data, which no test changes before all have been shown: what
writes is marked `last`.
"""

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, StorageState, sync_playwright
from window import KINDS, Window

from quintet_conformance.fixtures import Run
from quintet_conformance.not_run import not_run

Json = Any
NewWindow = Callable[..., Window]
SCRIPTS = {"with script": True, "without script": False}


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("conformance")
    group.addoption("--chromium", metavar="FILE", help="the browser to look with")
    group.addoption(
        "--screenshots",
        metavar="DIR",
        type=Path,
        help="where to leave pictures and outlines of the pages",
    )


@pytest.fixture(scope="session")
def chromium(pytestconfig) -> Iterator[Browser]:
    """The browser: the machine's own, never a download."""
    program = pytestconfig.getoption("--chromium")
    if not program:
        not_run("needs --chromium, the path of a Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        yield browser
        browser.close()


@pytest.fixture
def new_window(chromium, run: Run) -> Iterator[NewWindow]:
    """Open windows that share nothing, of whatever kind."""
    opened: list[Window] = []

    def open_window(**options: Json) -> Window:
        opened.append(Window(chromium, str(run.settings.base_url), **options))
        return opened[-1]

    yield open_window
    for window in opened:
        window.context.close()
    for window in opened:
        window.expect_no_faults()


@pytest.fixture(params=KINDS)
def kind(request) -> str:
    """Phone and desktop: the test runs for each."""
    return str(request.param)


@pytest.fixture(params=SCRIPTS)
def new_visitor_window(request, kind, new_window) -> Callable[[], Window]:
    """Open windows of a kind, with JavaScript and without: the test runs for each."""
    has_script = SCRIPTS[request.param]
    return lambda: new_window(kind=kind, java_script_enabled=has_script)


@pytest.fixture(scope="session")
def state_of(chromium, run: Run) -> Callable[[str], StorageState | None]:
    """Give the cookies of a user of the demo data, signed in; nobody has none."""
    text = (run.settings.spec / "demo_data.json").read_text(encoding="utf-8")
    passwords = {
        user["username"]: user["password"] for user in json.loads(text)["users"]
    }

    @cache
    def state(username: str) -> StorageState | None:
        if not username:
            return None
        window = Window(chromium, str(run.settings.base_url))
        window.open("/login")
        window.fill_in("/login", username=username, password=passwords[username])
        window.open("/drafts")
        found = window.context.storage_state()
        window.context.close()
        return found

    return state
