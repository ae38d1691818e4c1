"""Settings, read once from the environment and from `.env`."""

import hmac
import secrets
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from limits import RateLimitItem, parse
from pydantic import (
    AfterValidator,
    BeforeValidator,
    PositiveInt,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

Network = IPv4Network | IPv6Network
DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
IN_MEMORY = {None, "", ":memory:"}  # SQLite's: a database for each connection


class InvalidSettings(Exception):
    """One line that names the variable to correct."""


def _comma_separated(value: object) -> object:
    if not isinstance(value, str):
        return value
    return [item.strip() for item in value.split(",") if item.strip()]


def _database_url(value: str) -> str:
    try:
        url = make_url(value)
        nowhere = url.drivername == "sqlite" and url.database in IN_MEMORY
        usable = url.drivername in DRIVERS and not nowhere
    except ArgumentError:
        usable = False
    if not usable:
        message = "use sqlite:///file or postgresql://user:password@host:5432/name"
        raise ValueError(message)
    return value


def _base_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        message = "use http://host or https://host"
        raise ValueError(message)
    return value.rstrip("/")


def _origin(value: str) -> str:
    parts = urlsplit(value)
    if value != f"{parts.scheme}://{parts.netloc}" or value != _base_url(value):
        message = f"{value!r} is no origin such as https://example.org"
        raise ValueError(message)
    return value


def _smtp_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        message = "use smtp://host:port or smtps://host:port"
        raise ValueError(message)
    return value


def _redis_url(value: str) -> str:
    if urlsplit(value).scheme not in {"redis", "rediss"}:
        message = "use redis://host:6379/0"
        raise ValueError(message)
    return value


def _network(value: object) -> Network:
    return ip_network(str(value), strict=False)


def _rate_limit(value: object) -> RateLimitItem:
    return value if isinstance(value, RateLimitItem) else parse(str(value))


Strings = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_comma_separated)]
Origins = Annotated[
    tuple[Annotated[str, AfterValidator(_origin)], ...],
    NoDecode,
    BeforeValidator(_comma_separated),
]
Networks = Annotated[
    tuple[Annotated[Network, BeforeValidator(_network)], ...],
    NoDecode,
    BeforeValidator(_comma_separated),
]
RateLimit = Annotated[RateLimitItem, BeforeValidator(_rate_limit)]


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        arbitrary_types_allowed=True,
        validate_default=True,
    )

    environment: Literal["development", "production"] = "development"
    database_url: Annotated[str, AfterValidator(_database_url)] = "sqlite:///blog.db"
    secret_key: SecretStr | None = None
    public_url: Annotated[str, AfterValidator(_base_url)] | None = None
    allowed_hosts: Strings = ()
    redis_url: Annotated[str, AfterValidator(_redis_url)] | None = None
    smtp_url: Annotated[str, AfterValidator(_smtp_url)] | None = None
    mail_from: str = "noreply@localhost"
    cors_origins: Origins = ()
    trusted_proxies: Networks = ()
    metrics_token: SecretStr | None = None
    access_token_ttl: PositiveInt = 900
    refresh_token_ttl: PositiveInt = 1_209_600
    login_rate_limit: RateLimit = parse("10/5minutes")
    login_address_rate_limit: RateLimit = parse("100/5minutes")
    login_name_rate_limit: RateLimit = parse("100/hour")
    auth_rate_limit: RateLimit = parse("60/minute")
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] | None = None

    @model_validator(mode="after")
    def _check_secret_key(self) -> Self:
        if self.secret_key and len(self.secret_key.get_secret_value().encode()) < 32:
            message = "SECRET_KEY: use at least 32 bytes"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _check_production(self) -> Self:
        for name in ("secret_key", "smtp_url"):
            if self.in_production and getattr(self, name) is None:
                message = f"{name.upper()}: production needs it"
                raise ValueError(message)
        return self

    @property
    def in_production(self) -> bool:
        return self.environment == "production"

    @property
    def hosts(self) -> frozenset[str]:
        """The names this server goes by; that in PUBLIC_URL is always one of them."""
        own = urlsplit(self.public_url or "http://127.0.0.1").hostname or ""
        return frozenset(host.lower() for host in (own, *self.allowed_hosts))

    @property
    def origins(self) -> frozenset[str]:
        """Whose pages may open sockets here, besides those of the host they ask."""
        own = [self.public_url] if self.public_url else []
        urls = (urlsplit(url.lower()) for url in (*own, *self.cors_origins))
        return frozenset(f"{url.scheme}://{url.netloc}" for url in urls)

    @property
    def sqlalchemy_url(self) -> str:
        url = make_url(self.database_url)
        url = url.set(drivername=DRIVERS[url.drivername])
        return url.render_as_string(hide_password=False)

    @cached_property
    def signing_key(self) -> bytes:
        """The secret, or in development one that lasts until the next start."""
        secret = self.secret_key.get_secret_value() if self.secret_key else None
        return (secret or secrets.token_urlsafe(32)).encode()

    @cached_property
    def cookie_key(self) -> str:
        """Derived, so that nothing signed for one use is ever good for another."""
        return hmac.digest(self.signing_key, b"session cookie", "sha256").hex()

    @property
    def served_over_https(self) -> bool:
        return bool(self.public_url and self.public_url.startswith("https://"))

    @property
    def logs_json(self) -> bool:
        return (self.log_format or ("json" if self.in_production else "text")) == "json"


def load_settings(**overrides: Any) -> Settings:
    """Raises InvalidSettings with the first fault, in a line for the terminal."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        name = str(fault["loc"][0]).upper() + ": " if fault["loc"] else ""
        message = fault["msg"].removeprefix("Value error, ")
        raise InvalidSettings(f"{name}{message}") from None
