"""Reads and checks what the environment, or `.env`, says; `settings.py` lists it."""

import os
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import unquote, urlsplit

from dotenv import load_dotenv
from limits import RateLimitItem, parse
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

T = TypeVar("T")
Default = TypeVar("Default")
Network = IPv4Network | IPv6Network
Database = dict[str, Any]

BASE_DIR = Path(__file__).parent.parent
MIN_KEY_BYTES = 32
LOCK_SECONDS = 10
CONNECT_SECONDS = 2
IN_MEMORY = {"", ":memory:"}  # SQLite's: a database for each connection

load_dotenv(BASE_DIR / ".env")


class InvalidSettings(Exception):
    """One line that names the variable to correct."""


def read(name: str, parse: Callable[[str], T], default: Default) -> T | Default:
    """Takes an empty variable for none; raises InvalidSettings for a bad one."""
    text = os.environ.get(name)
    if not text:
        return default
    try:
        return parse(text)
    except ValueError as error:
        raise InvalidSettings(f"{name}: {error}") from None


def required(name: str, value: T | None) -> T:
    if value is None:
        raise InvalidSettings(f"{name}: production needs it")
    return value


def choice(*words: str) -> Callable[[str], str]:
    def parse_choice(text: str) -> str:
        if text not in words:
            raise ValueError(f"use {' or '.join(words)}")
        return text

    return parse_choice


def comma_separated(parse_item: Callable[[str], T]) -> Callable[[str], list[T]]:
    def parse_items(text: str) -> list[T]:
        return [parse_item(item.strip()) for item in text.split(",") if item.strip()]

    return parse_items


def seconds(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise ValueError("use a whole number of seconds, 1 at least")
    return int(text)


def key(text: str) -> bytes:
    if len(text.encode()) < MIN_KEY_BYTES:
        raise ValueError(f"use at least {MIN_KEY_BYTES} bytes")
    return text.encode()


def database(text: str) -> Database:
    file = text.removeprefix("sqlite:///")
    if file != text and file not in IN_MEMORY:
        return _sqlite(BASE_DIR / file)
    if not text.startswith("postgresql://"):
        raise ValueError(
            "use sqlite:///file or postgresql://user:password@host:5432/name"
        )
    return _postgresql(text)


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


def _postgresql(url: str) -> Database:
    try:
        options = conninfo_to_dict(url, connect_timeout=CONNECT_SECONDS)
    except ProgrammingError as error:
        raise ValueError(str(error).strip()) from None
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password"}
    names |= {"HOST": "host", "PORT": "port"}
    values = {name: options.pop(option, "") for name, option in names.items()}
    return {"ENGINE": "common.backends.postgresql", **values, "OPTIONS": options}


def base_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("use http://host or https://host")
    return text.rstrip("/")


def origin(text: str) -> str:
    parts = urlsplit(text)
    if text != f"{parts.scheme}://{parts.netloc}" or text != base_url(text):
        raise ValueError(f"{text!r} is no origin such as https://example.org")
    return text


def redis_url(text: str) -> str:
    if urlsplit(text).scheme not in {"redis", "rediss"}:
        raise ValueError("use redis://host:6379/0")
    return text


class MailServer(NamedTuple):
    host: str
    port: int
    user: str
    password: str
    encrypted: bool


def mail_server(text: str) -> MailServer:
    url = urlsplit(text)
    if url.scheme not in {"smtp", "smtps"} or not url.hostname:
        raise ValueError("use smtp://host:port or smtps://host:port")
    encrypted = url.scheme == "smtps"
    return MailServer(
        host=url.hostname,
        port=url.port or (465 if encrypted else 25),
        user=unquote(url.username or ""),
        password=unquote(url.password or ""),
        encrypted=encrypted,
    )


def network(text: str) -> Network:
    return ip_network(text, strict=False)


def rate_limit(name: str, default: str) -> RateLimitItem:
    return read(name, parse, parse(default))
