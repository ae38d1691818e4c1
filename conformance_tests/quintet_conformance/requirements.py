"""The numbered requirements, read from their Markdown pages."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PROFILE = re.compile(r"^Profile: (?P<profile>[a-z]+)$")
ITEM = re.compile(
    r"^- \*\*(?P<id>[A-Z][A-Z0-9]*-\d{2,3})\*\* (?P<level>MUST|SHOULD) (?P<text>\S.*)$"
)
UNTESTABLE = re.compile(r"\s*\*Untestable over HTTP: (?P<reason>[^*]+)\*$")


class SpecificationError(Exception):
    """The specification itself is malformed."""


@dataclass(frozen=True)
class Requirement:
    """One observable rule of the specification."""

    id: str
    level: str
    text: str
    profile: str
    group: str
    untestable: str | None = None

    @property
    def is_optional(self) -> bool:
        return self.level == "SHOULD"

    def in_words(self) -> str:
        return f"{self.id} {self.level} {self.text}"


def parse_page(markdown: str) -> list[Requirement]:
    """Read one page; a list item that looks like a requirement has to be one."""
    title, profile, items = "", "", list[str]()
    for line in markdown.splitlines():
        if match := PROFILE.match(line):
            profile = match["profile"]
        elif line.startswith("# ") and not title:
            title = line.removeprefix("# ")
        elif line.startswith("- **"):
            items.append(line)
        elif line.startswith(" ") and line.strip() and items:
            items[-1] += f" {line.strip()}"
    if not (title and profile):
        msg = "a page of requirements begins with its title and its profile"
        raise SpecificationError(msg)
    return [_parse_item(item, title, profile) for item in items]


def load_requirements(directory: Path) -> dict[str, Requirement]:
    """Read every page of a directory; ids are unique over all of them."""
    pages = sorted(directory.glob("*.md"))
    return _by_id(found for page in pages for found in _parse_file(page))


def _parse_file(page: Path) -> list[Requirement]:
    try:
        return parse_page(page.read_text(encoding="utf-8"))
    except SpecificationError as error:
        msg = f"{page.name}: {error}"
        raise SpecificationError(msg) from error


def _parse_item(item: str, title: str, profile: str) -> Requirement:
    match = ITEM.match(item)
    if match is None:
        msg = f"not a requirement: {item!r}"
        raise SpecificationError(msg)
    text, untestable = match["text"].strip(), None
    if reason := UNTESTABLE.search(text):
        text, untestable = text[: reason.start()], reason["reason"].strip()
    return Requirement(match["id"], match["level"], text, profile, title, untestable)


def _by_id(requirements: Iterable[Requirement]) -> dict[str, Requirement]:
    numbered: dict[str, Requirement] = {}
    for requirement in requirements:
        if requirement.id in numbered:
            msg = f"{requirement.id} is given twice"
            raise SpecificationError(msg)
        numbered[requirement.id] = requirement
    return numbered
