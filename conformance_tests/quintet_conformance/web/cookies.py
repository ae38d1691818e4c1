"""Cookies as a browser keeps them for one site."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

OWN_HOST = "__Host-"


@dataclass(frozen=True)
class Cookie:
    """One `Set-Cookie` field."""

    name: str
    value: str
    attributes: dict[str, str]

    @classmethod
    def read(cls, field: str) -> "Cookie":
        pair, *attributes = field.split(";")
        name, _, value = pair.partition("=")
        named = (each.partition("=") for each in attributes)
        return cls(
            name.strip(),
            value.strip(),
            {key.strip().lower(): text.strip() for key, _, text in named},
        )

    @property
    def seconds(self) -> float | None:
        """Give how long it lasts; None when as long as the browser runs."""
        if "max-age" in self.attributes:
            return float(self.attributes["max-age"])
        if "expires" in self.attributes:
            end = parsedate_to_datetime(self.attributes["expires"])
            return (end - datetime.now(UTC)).total_seconds()
        return None

    @property
    def is_removal(self) -> bool:
        return self.seconds is not None and self.seconds <= 0

    def faults(self, *, is_secure: bool) -> Iterator[str]:
        """Name what SESS-07 forbids."""
        if self.attributes.get("path") != "/":
            yield "needs Path=/"
        if "domain" in self.attributes:
            yield "has a Domain"
        if is_secure and not self.name.startswith(OWN_HOST):
            yield f"needs a name that begins with {OWN_HOST}"
        if is_secure and "secure" not in self.attributes:
            yield "needs Secure"
        if self.is_removal:
            return
        if "httponly" not in self.attributes:
            yield "needs HttpOnly"
        if self.attributes.get("samesite", "").lower() != "lax":
            yield "needs SameSite=Lax"


class Jar:
    """What a browser sends back: all cookies here have the path `/`."""

    def __init__(self, values: dict[str, str] | None = None) -> None:
        self.values = dict(values or {})

    def store(self, cookies: Iterable[Cookie], *, is_secure: bool) -> None:
        """Keep, replace and remove; a cookie that breaks its own prefix is ignored."""
        for cookie in cookies:
            needs_secure = cookie.name.startswith(OWN_HOST)
            has_secure = "secure" in cookie.attributes
            if (needs_secure and not has_secure) or (has_secure and not is_secure):
                continue
            if cookie.is_removal:
                self.values.pop(cookie.name, None)
            else:
                self.values[cookie.name] = cookie.value

    def field(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.values.items())

    def copy(self) -> "Jar":
        return Jar(self.values)
