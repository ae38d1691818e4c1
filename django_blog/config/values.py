"""How settings are written: what each takes, and what to write instead of the rest.

No message repeats what may hold a password.
"""

import re
from collections.abc import Collection
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from limits import RateLimitItem, parse
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

Network = IPv4Network | IPv6Network
Database = dict[str, Any]

BASE_DIR = Path(__file__).parent.parent
LOCK_SECONDS = 10
CONNECT_SECONDS = 2
IN_MEMORY = {"", ":memory:"}  # SQLite's: a database for each connection
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


def database_url(value: str) -> Database:
    file = value.removeprefix("sqlite:///")
    if file != value and file not in IN_MEMORY:
        return _sqlite(BASE_DIR / file)
    options = _conninfo(value) if value.startswith("postgresql://") else {}
    port = options.get("port") or str(PORTS[0])
    if not (options.get("dbname") and port.isdecimal() and int(port) in PORTS):
        message = "use sqlite:///file or postgresql://user:password@host:5432/name"
        raise ValueError(message)
    return _postgresql(options)


def _sqlite(path: Path) -> Database:
    return {
        "ENGINE": "common.backends.sqlite",
        "NAME": path,
        "OPTIONS": {
            "timeout": LOCK_SECONDS,
            # Two transactions that read and then write would lose an update by default.
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL",
        },
    }


def _conninfo(url: str) -> Database:
    """Gives nothing for what libpq cannot read."""
    try:
        return conninfo_to_dict(url, connect_timeout=CONNECT_SECONDS)
    except ProgrammingError:
        return {}


def _postgresql(options: Database) -> Database:
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password"}
    names |= {"HOST": "host", "PORT": "port"}
    values = {name: options.pop(option, "") for name, option in names.items()}
    return {"ENGINE": "common.backends.postgresql", **values, "OPTIONS": options}


def key(value: str) -> bytes:
    if len(value.encode()) < MIN_KEY_BYTES:
        message = f"use at least {MIN_KEY_BYTES} bytes"
        raise ValueError(message)
    return value.encode()


def token(value: str) -> str:
    advice = "use letters, digits and signs of ASCII, without blanks"
    return _matching(TOKEN, value, advice)


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


def network(value: str) -> Network:
    try:
        return ip_network(value, strict=False)
    except ValueError:
        message = f"{value!r} is no address or network such as 10.0.0.0/8"
        raise ValueError(message) from None


def redis_url(value: str) -> str:
    parts = _split(value, {"redis", "rediss"})
    if parts is None or not REDIS_DATABASE.fullmatch(parts.path):
        message = "use redis://host:6379/0"
        raise ValueError(message)
    return value


class MailServer(NamedTuple):
    host: str
    port: int
    user: str
    password: str
    encrypted: bool


def smtp_url(value: str) -> MailServer:
    parts = _split(value, {"smtp", "smtps"})
    if parts is None:
        message = "use smtp://host:port or smtps://host:port"
        raise ValueError(message)
    encrypted = parts.scheme == "smtps"
    return MailServer(
        host=parts.hostname or "",
        port=parts.port or (465 if encrypted else 25),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        encrypted=encrypted,
    )


def sender(value: str) -> str:
    advice = "use blog@example.org or Name <blog@example.org>"
    return _matching(SENDER, value, advice)


def seconds(value: str) -> int:
    if not SECONDS.fullmatch(value) or int(value) > LONGEST_SECONDS:
        message = f"use a whole number of seconds, 1 to {LONGEST_SECONDS}"
        raise ValueError(message)
    return int(value)


def rate_limit(value: str) -> RateLimitItem:
    advice = "use a number and a period, such as 10/5minutes"
    return parse(_matching(RATE, value, advice))


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
