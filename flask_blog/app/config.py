"""Settings, read once from the environment and `.env`, checked, for `app.config`."""

import hmac
import secrets
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from click import ClickException
from limits import RateLimitItem, parse
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import URL, make_url

from app import config_values as values
from app.config_values import Network

DRIVERS = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg"}
# Made once, before the server starts its workers: they take each other's tokens.
DEVELOPMENT_KEY = secrets.token_urlsafe(32)


class InvalidSettings(ClickException):
    """One line that names the variable to correct; `flask` shows click's ones so."""


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
    """Each name in capitals becomes a key of `app.config`."""

    # Idiom: Flask takes its settings from an object's attributes in capitals and checks
    # nothing. This object is a pydantic model, so a wrong value never gets that far.
    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        arbitrary_types_allowed=True,
        validate_default=True,
    )

    ENVIRONMENT: Literal["development", "production"] = "development"
    DATABASE_URL: DatabaseUrl = "sqlite:///blog.db"
    # Not under Flask's own name, which is that of the key derived for cookies.
    TOKEN_KEY: Key | None = Field(default=None, validation_alias="SECRET_KEY")
    PUBLIC_URL: BaseUrl | None = None
    ALLOWED_HOSTS: Hosts = ()
    REDIS_URL: RedisUrl | None = None
    SMTP_URL: SmtpUrl | None = None
    MAIL_FROM: Sender = "noreply@localhost"
    CORS_ORIGINS: Origins = ()
    TRUSTED_PROXIES: Networks = ()
    METRICS_TOKEN: Token | None = None
    ACCESS_TOKEN_TTL: Seconds = 900
    REFRESH_TOKEN_TTL: Seconds = 1_209_600
    LOGIN_RATE_LIMIT: RateLimit = parse("10/5minutes")
    LOGIN_ADDRESS_RATE_LIMIT: RateLimit = parse("100/5minutes")
    LOGIN_NAME_RATE_LIMIT: RateLimit = parse("100/hour")
    AUTH_RATE_LIMIT: RateLimit = parse("60/minute")
    LOG_LEVEL: Literal["debug", "info", "warning", "error"] = "info"
    LOG_FORMAT: Literal["text", "json"] | None = None

    @model_validator(mode="after")
    def _check_production(self) -> Self:
        needed = {"SECRET_KEY": self.TOKEN_KEY, "SMTP_URL": self.SMTP_URL}
        for name, value in needed.items():
            if self.IN_PRODUCTION and value is None:
                message = f"{name}: production needs it"
                raise ValueError(message)
        return self

    @property
    def IN_PRODUCTION(self) -> bool:
        return self.ENVIRONMENT == "production"

    @property
    def HOSTS(self) -> frozenset[str]:
        """The names this server goes by; that in PUBLIC_URL is always one of them."""
        own = urlsplit(self.PUBLIC_URL or "http://127.0.0.1").hostname or ""
        return frozenset({own, *self.ALLOWED_HOSTS})

    @property
    def ORIGINS(self) -> frozenset[str]:
        """Whose pages may open sockets, under whatever name they ask for us."""
        addresses = filter(None, (self.PUBLIC_URL, *self.CORS_ORIGINS))
        parts = [urlsplit(address.lower()) for address in addresses]
        return frozenset(f"{part.scheme}://{part.netloc}" for part in parts)

    @property
    def SIGNING_KEY(self) -> bytes:
        """The secret, or in development one that lasts until the next start."""
        secret = self.TOKEN_KEY.get_secret_value() if self.TOKEN_KEY else None
        return (secret or DEVELOPMENT_KEY).encode()

    @property
    def SECRET_KEY(self) -> str:
        """Derived, so that nothing signed for one use is ever good for another."""
        return hmac.digest(self.SIGNING_KEY, b"session cookie", "sha256").hex()

    @property
    def SQLALCHEMY_DATABASE_URI(self) -> URL:
        url = make_url(self.DATABASE_URL)
        if url.drivername == "sqlite":
            # Flask-SQLAlchemy would put the file into its instance folder.
            url = url.set(database=str(Path(url.database or "").absolute()))
        return url.set(drivername=DRIVERS[url.drivername])

    @property
    def SQLALCHEMY_BINDS(self) -> dict[str, dict[str, Any]]:
        """A second engine: reads need no transaction, and changing modes costs time."""
        url = self.SQLALCHEMY_DATABASE_URI
        return {"reading": {"url": url, "isolation_level": "AUTOCOMMIT"}}

    @property
    def SERVED_OVER_HTTPS(self) -> bool:
        return bool(self.PUBLIC_URL and self.PUBLIC_URL.startswith("https://"))

    @property
    def LOGS_JSON(self) -> bool:
        return (self.LOG_FORMAT or ("json" if self.IN_PRODUCTION else "text")) == "json"


def load_settings(**overrides: Any) -> Settings:
    """Raises InvalidSettings with the first fault, in a line for the terminal."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        name = str(fault["loc"][0]).upper() + ": " if fault["loc"] else ""
        message = fault["msg"].removeprefix("Value error, ")
        raise InvalidSettings(f"{name}{message}") from None
