"""Settings, read once from the environment and from `.env`."""

import hmac
import secrets
from functools import cached_property
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from limits import RateLimitItem, parse
from pydantic import (
    AfterValidator,
    BeforeValidator,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url

from app import config_values as values
from app.config_values import Network

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}


class InvalidSettings(Exception):
    """One line that names the variable to correct."""


Hosts = Annotated[
    tuple[Annotated[str, AfterValidator(values.host)], ...],
    NoDecode,
    BeforeValidator(values.comma_separated),
]
Origins = Annotated[
    tuple[Annotated[str, AfterValidator(values.origin)], ...],
    NoDecode,
    BeforeValidator(values.comma_separated),
]
Networks = Annotated[
    tuple[Annotated[Network, BeforeValidator(values.network)], ...],
    NoDecode,
    BeforeValidator(values.comma_separated),
]
DatabaseUrl = Annotated[str, AfterValidator(values.database_url)]
BaseUrl = Annotated[str, AfterValidator(values.base_url)]
RedisUrl = Annotated[str, AfterValidator(values.redis_url)]
SmtpUrl = Annotated[str, AfterValidator(values.smtp_url)]
Sender = Annotated[str, AfterValidator(values.sender)]
Key = Annotated[SecretStr, AfterValidator(values.key)]
Token = Annotated[SecretStr, AfterValidator(values.token)]
Seconds = Annotated[int, BeforeValidator(values.seconds)]
RateLimit = Annotated[RateLimitItem, BeforeValidator(values.rate_limit)]


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        arbitrary_types_allowed=True,
        validate_default=True,
    )

    environment: Literal["development", "production"] = "development"
    database_url: DatabaseUrl = "sqlite:///blog.db"
    secret_key: Key | None = None
    public_url: BaseUrl | None = None
    allowed_hosts: Hosts = ()
    redis_url: RedisUrl | None = None
    smtp_url: SmtpUrl | None = None
    mail_from: Sender = "noreply@localhost"
    cors_origins: Origins = ()
    trusted_proxies: Networks = ()
    metrics_token: Token | None = None
    access_token_ttl: Seconds = 900
    refresh_token_ttl: Seconds = 1_209_600
    login_rate_limit: RateLimit = parse("10/5minutes")
    login_address_rate_limit: RateLimit = parse("100/5minutes")
    login_name_rate_limit: RateLimit = parse("100/hour")
    auth_rate_limit: RateLimit = parse("60/minute")
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] | None = None

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
        return frozenset({own, *self.allowed_hosts})

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
