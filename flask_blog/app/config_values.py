"""How settings are written: what each takes, and what to write instead of the rest.

No message repeats what may hold a password.
"""

import re
from collections.abc import Collection
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import SplitResult, urlsplit

from limits import RateLimitItem, parse
from pydantic import SecretStr
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

Network = IPv4Network | IPv6Network

IN_MEMORY = {None, "", ":memory:"}  # SQLite's: a database for each connection
PORTS = range(1, 65_536)
MIN_KEY_BYTES = 32
SECONDS = re.compile("[1-9][0-9]{0,8}")
LONGEST_SECONDS = 315_360_000  # ten years, far from where dates end
RATE = re.compile("[1-9][0-9]{0,8}/(?:[1-9][0-9]{0,3})?(?:second|minute|hour|day)s?")
HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*|\[[0-9a-f:.]+\]", re.ASCII | re.IGNORECASE)
ADDRESS = r"[^\s@<>,;]+@[^\s@<>,;]+"
SENDER = re.compile(rf"{ADDRESS}|[^@<>,;\r\n]+ <{ADDRESS}>")
TOKEN = re.compile("[!-~]+")
REDIS_DATABASE = re.compile("/?[0-9]*")


def comma_separated(value: object) -> object:
    if not isinstance(value, str):
        return value
    return [item.strip() for item in value.split(",") if item.strip()]


def database_url(value: str) -> str:
    try:
        url = make_url(value)
        found = url.drivername, url.database not in IN_MEMORY, url.port or PORTS[0]
    except (ArgumentError, ValueError):
        found = "", False, 0
    kind, is_somewhere, port = found
    if kind not in {"sqlite", "postgresql"} or not is_somewhere or port not in PORTS:
        message = "use sqlite:///file or postgresql://user:password@host:5432/name"
        raise ValueError(message)
    return value


def key(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value().encode()) < MIN_KEY_BYTES:
        message = f"use at least {MIN_KEY_BYTES} bytes"
        raise ValueError(message)
    return value


def token(value: SecretStr) -> SecretStr:
    advice = "use letters, digits and signs of ASCII, without blanks"
    _matching(TOKEN, value.get_secret_value(), advice)
    return value


def base_url(value: str) -> str:
    parts = _split(value, {"http", "https"})
    if parts is None or value.rstrip("/") != f"{parts.scheme}://{parts.netloc}":
        message = "use http://host or https://host, without a path"
        raise ValueError(message)
    return value.rstrip("/")


def origin(value: str) -> str:
    parts = _split(value, {"http", "https"})
    if parts is None or value != f"{parts.scheme}://{parts.netloc}":
        message = f"{value!r} is no origin such as https://example.org"
        raise ValueError(message)
    return value


def host(value: str) -> str:
    advice = f"{value!r} is no host such as blog.example.org"
    return _matching(HOST, value, advice).lower()


def network(value: object) -> Network:
    try:
        return ip_network(str(value), strict=False)
    except ValueError:
        message = f"{value!r} is no address or network such as 10.0.0.0/8"
        raise ValueError(message) from None


def redis_url(value: str) -> str:
    parts = _split(value, {"redis", "rediss"})
    if parts is None or not REDIS_DATABASE.fullmatch(parts.path):
        message = "use redis://host:6379/0"
        raise ValueError(message)
    return value


def smtp_url(value: str) -> str:
    if _split(value, {"smtp", "smtps"}) is None:
        message = "use smtp://host:port or smtps://host:port"
        raise ValueError(message)
    return value


def sender(value: str) -> str:
    advice = "use blog@example.org or Name <blog@example.org>"
    return _matching(SENDER, value, advice)


def seconds(value: object) -> int:
    if not SECONDS.fullmatch(str(value)) or int(str(value)) > LONGEST_SECONDS:
        message = f"use a whole number of seconds, 1 to {LONGEST_SECONDS}"
        raise ValueError(message)
    return int(str(value))


def rate_limit(value: object) -> RateLimitItem:
    if isinstance(value, RateLimitItem):
        return value
    advice = "use a number and a period, such as 10/5minutes"
    return parse(_matching(RATE, str(value), advice))


def _matching(pattern: re.Pattern[str], value: str, advice: str) -> str:
    if not pattern.fullmatch(value):
        raise ValueError(advice)
    return value


def _split(value: str, schemes: Collection[str]) -> SplitResult | None:
    """Gives None for what has another scheme, no host, blanks, or an odd port."""
    try:
        parts = urlsplit(value)
        port = parts.port or PORTS[0]
    except ValueError:
        return None
    is_whole = parts.hostname and port in PORTS and not re.search(r"\s", value)
    return parts if is_whole and parts.scheme in schemes else None
