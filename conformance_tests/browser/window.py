"""A window of a real browser, which remembers whatever goes wrong in it."""

from collections.abc import Mapping
from typing import Any

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Request,
    Response,
    StorageState,
    expect,
)

from quintet_conformance import names

Json = Any

PATIENCE = 15_000  # milliseconds, on a machine that has other things to do
SIZES: Mapping[str, Json] = {
    "phone": {"width": 390, "height": 844},
    "desktop": {"width": 1280, "height": 900},
}
KINDS: Mapping[str, Json] = {
    "phone": {"viewport": SIZES["phone"], "has_touch": True, "is_mobile": True},
    "desktop": {"viewport": SIZES["desktop"]},
}
# A page that tells a mistake or an error has the status of one: that is no fault.
OF_STATUS = "Failed to load resource: the server responded with a status of"
STOPPED = "net::ERR_ABORTED"  # the window went elsewhere first


class Window:
    """One page of a context of its own, with the moves of a person."""

    def __init__(
        self,
        browser: Browser,
        base_url: str,
        *,
        kind: str = "desktop",
        state: StorageState | None = None,
        **options: Json,
    ) -> None:
        self.base_url = base_url
        self.username = self.email = ""  # of who has registered here
        self.faults: list[str] = []
        self.context = browser.new_context(
            **KINDS[kind],
            base_url=base_url,
            storage_state=state,
            extra_http_headers={"X-Forwarded-For": names.address()},
            **options,
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("requestfailed", self._on_failure)
        self.page.on("response", self._on_response)

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.base_url)

    def open(self, path: str, status: int = 200) -> None:
        response = self.page.goto(path)
        assert response is not None
        assert response.status == status, f"{path} is {response.status}, not {status}"
        self.expect_no_faults()

    def follow(self, link: str, within: str = "body") -> None:
        """Use the first link of a name."""
        self._click(self.page.locator(within).get_by_role("link", name=link).first)

    def form(self, action: str) -> Locator:
        return self.page.locator(f'form[action="{action}"]')

    def fill_in(self, action: str, **values: str) -> None:
        """Fill fields of a form and press its button."""
        for name, value in values.items():
            control = self.form(action).locator(f'[name="{name}"]')
            if control.evaluate("control => control.tagName") == "SELECT":
                control.select_option(value)
            else:
                control.fill(value)
        self._click(self.form(action).get_by_role("button"))

    def unfold(self, name: str) -> None:
        """Open what a summary of this name hides."""
        self.page.locator("summary").and_(self.page.get_by_text(name)).click()

    def sees(self, selector: str, text: str) -> None:
        expect(self.page.locator(selector)).to_contain_text(text)

    def succeeds(self, path: str) -> None:
        """Expect to be at an address, with a message of success."""
        assert self.path == path, f"leads to {self.path}, not {path}"
        expect(self.page.locator("[role=status]")).to_be_visible()

    def expect_no_faults(self) -> None:
        __tracebackhide__ = True
        assert not self.faults, f"{self.path}: {'; '.join(self.faults)}"

    def _click(self, target: Locator) -> None:
        with self.page.expect_navigation():
            target.click()
        self.expect_no_faults()

    def _on_console(self, message: ConsoleMessage) -> None:
        is_told = message.type in {"error", "warning"}
        if is_told and not message.text.startswith(OF_STATUS):
            self.faults.append(f"the console: {message.text}")

    def _on_failure(self, request: Request) -> None:
        if request.failure != STOPPED:
            self.faults.append(f"{request.url}: {request.failure}")

    def _on_response(self, response: Response) -> None:
        is_part = response.request.resource_type != "document"
        if is_part and response.status >= 400:
            self.faults.append(f"{response.url} is {response.status}")
