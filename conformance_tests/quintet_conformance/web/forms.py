"""Forms as people fill them in and browsers send them."""

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from urllib.parse import urlencode, urljoin

from turbohtml import Document, Element

from quintet_conformance.web.markup import attribute, tokens_of, words

# What the specification itself keeps in hidden fields; others prove the origin.
KNOWN_HIDDEN = frozenset({"next", "version", "show"})
BUTTONS = frozenset({"submit", "button", "reset", "image"})
CONTROLS = "input, textarea, select, button"

Pairs = list[tuple[str, str]]


class FormError(AssertionError):
    """A page has no such form, or a form no such field."""


class Form:
    """One form of a page."""

    def __init__(self, document: Document, element: Element, page: str) -> None:
        self.document = document
        self.element = element
        self.page = page
        self.action = urljoin(page, attribute(element, "action"))
        self.method = (element.attr("method") or "get").lower()

    @cached_property
    def controls(self) -> dict[str, list[Element]]:
        """All named controls, those that point to the form from outside included."""
        found: dict[str, list[Element]] = {}
        for control in self._elements():
            if name := attribute(control, "name"):
                found.setdefault(name, []).append(control)
        return found

    def _elements(self) -> Iterator[Element]:
        identity = attribute(self.element, "id")
        for control in self.document.select(CONTROLS):
            owner = control.attr("form")
            is_inside = control.closest("form") is self.element
            if is_inside if owner is None else owner == identity != "":
                yield control

    @property
    def hidden(self) -> dict[str, str]:
        return {
            name: _value(controls[0])
            for name, controls in self.controls.items()
            if _kind(controls[0]) == "hidden"
        }

    @property
    def proof(self) -> dict[str, str]:
        """The hidden fields that prove where the form came from."""
        return {
            name: value
            for name, value in self.hidden.items()
            if name not in KNOWN_HIDDEN
        }

    @property
    def visible(self) -> dict[str, list[Element]]:
        return {
            name: controls
            for name, controls in self.controls.items()
            if _kind(controls[0]) not in BUTTONS | {"hidden"}
        }

    def control(self, name: str) -> Element:
        if name not in self.controls:
            known = sorted(self.controls)
            msg = f"the form {self.action} has no field {name!r}, only {known}"
            raise FormError(msg)
        return self.controls[name][0]

    def value(self, name: str) -> str:
        """Give what would be sent when nothing is typed; line ends as LF."""
        self.control(name)
        sent = dict(self.data())
        return re.sub(r"\r\n?", "\n", sent.get(name, ""))

    def choices(self, name: str) -> list[str]:
        """List what a list of choices, radio buttons or buttons offer."""
        control = self.control(name)
        if control.tag == "select":
            return [_value(option) for option in control.select("option")]
        return [_value(each) for each in self.controls[name]]

    def label(self, name: str) -> str:
        return label_of(self.document, self.control(name))

    def message(self, name: str) -> str:
        """Give the text of the elements that describe a field."""
        named = tokens_of(self.control(name), "aria-describedby")
        found = (self.document.select_one(f'[id="{each}"]') for each in named)
        return " ".join(map(words, found))

    @property
    def mistaken(self) -> set[str]:
        """Names of the fields that the page calls invalid."""
        return {
            name
            for name, controls in self.controls.items()
            if any(attribute(each, "aria-invalid") == "true" for each in controls)
        }

    def data(
        self, values: Mapping[str, str] | None = None, without: Collection[str] = ()
    ) -> Pairs:
        """Give what a browser sends: fields as they are but for the given ones.

        A value that a list of choices does not offer can be sent all the same.
        """
        typed = dict(values or {})
        for name in typed:
            self.control(name)
        pairs = []
        for name, controls in self.controls.items():
            if name in without:
                continue
            if name in typed:
                pairs.append((name, typed[name]))
            else:
                pairs += [(name, value) for value in _sent(controls)]
        return [(name, _with_crlf(value)) for name, value in pairs]


def forms_of(document: Document, page: str) -> list[Form]:
    return [Form(document, element, page) for element in document.select("form")]


def label_of(document: Document, control: Element) -> str:
    """Give the text that names a control."""
    if name := attribute(control, "aria-label").strip():
        return name
    identity = attribute(control, "id")
    labels = document.select(f'label[for="{identity}"]') if identity else []
    if outer := control.closest("label"):
        labels.append(outer)
    return " ".join(filter(None, map(words, labels)))


def encode(pairs: Pairs) -> bytes:
    return urlencode(pairs).encode("ascii")


def _kind(control: Element) -> str:
    if control.tag == "input":
        return (control.attr("type") or "text").lower()
    if control.tag == "button":
        return (control.attr("type") or "submit").lower()
    return control.tag


def _value(control: Element) -> str:
    if control.tag == "textarea":
        return control.text
    if control.tag == "option":
        value = control.attr("value")
        return words(control) if value is None else value
    default = "on" if _kind(control) in {"checkbox", "radio"} else ""
    value = control.attr("value")
    return default if value is None else value


def _sent(controls: list[Element]) -> list[str]:
    sent: list[str] = []
    for control in controls:
        kind = _kind(control)
        if control.attr("disabled") is not None or kind in BUTTONS:
            continue
        if kind == "select":
            options = control.select("option")
            chosen = [each for each in options if each.attr("selected") is not None]
            sent += [_value(each) for each in (chosen or options[:1])]
        elif kind not in {"checkbox", "radio"} or control.attr("checked") is not None:
            sent.append(_value(control))
    return sent


def _with_crlf(value: str) -> str:
    """Browsers send every line end of a field as CRLF."""
    return re.sub(r"\r\n?|\n", "\r\n", value)
