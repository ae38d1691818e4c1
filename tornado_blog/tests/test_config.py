"""A wrong setting stops the start with one line that names the variable."""

import pytest

from app.config import InvalidSettings, load_settings
from tests.conftest import run_module

SECRET = "s" * 32


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://localhost/blog"),
        ("DATABASE_URL", "postgresql+psycopg://localhost/blog"),
        ("DATABASE_URL", "blog.db"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "postgresql://ada:secret@localhost"),
        ("DATABASE_URL", "postgresql://ada:secret@localhost:port/blog"),
        ("ENVIRONMENT", "staging"),
        ("SECRET_KEY", "short"),
        ("PUBLIC_URL", "blog.example.org"),
        ("PUBLIC_URL", "https://example.org/blog"),
        ("PUBLIC_URL", "https://example.org:port"),
        ("ALLOWED_HOSTS", "*"),
        ("REDIS_URL", "http://localhost"),
        ("REDIS_URL", "redis://localhost:6379/events"),
        ("SMTP_URL", "localhost:25"),
        ("SMTP_URL", "smtp://localhost:port"),
        ("MAIL_FROM", "The blog"),
        ("CORS_ORIGINS", "*"),
        ("CORS_ORIGINS", "null"),
        ("CORS_ORIGINS", "https://example.org/path"),
        ("CORS_ORIGINS", "https://example.org,https://example.net/"),
        ("TRUSTED_PROXIES", "10.0.0.300"),
        ("METRICS_TOKEN", "two words"),
        ("ACCESS_TOKEN_TTL", "0"),
        ("REFRESH_TOKEN_TTL", "soon"),
        ("REFRESH_TOKEN_TTL", "315360001"),
        ("LOGIN_RATE_LIMIT", "often"),
        ("AUTH_RATE_LIMIT", "60/minute;600/hour"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_wrong_value_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidSettings) as refusal:
        load_settings(_env_file=None)
    line = str(refusal.value)
    assert line.startswith(f"{name}: ")
    assert "\n" not in line
    assert "secret" not in line


@pytest.mark.parametrize("name", ["secret_key", "smtp_url"])
def test_production_needs(name: str) -> None:
    given = {"secret_key": SECRET, "smtp_url": "smtp://localhost:25"}
    del given[name]
    with pytest.raises(InvalidSettings, match=f"{name.upper()}: production needs it"):
        load_settings(_env_file=None, environment="production", **given)


def test_empty_variable_is_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGIN_RATE_LIMIT", "")
    monkeypatch.setenv("CORS_ORIGINS", "")
    settings = load_settings(_env_file=None)
    assert str(settings.login_rate_limit) == "10 per 5 minute"
    assert settings.cors_origins == ()


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORS_ORIGINS", "https://example.org, http://127.0.0.1:5173")
    monkeypatch.setenv("TRUSTED_PROXIES", "127.0.0.1,10.0.0.0/8,2001:db8::/32")
    settings = load_settings(_env_file=None)
    assert settings.cors_origins == ("https://example.org", "http://127.0.0.1:5173")
    assert [str(network) for network in settings.trusted_proxies] == [
        "127.0.0.1/32",
        "10.0.0.0/8",
        "2001:db8::/32",
    ]


def test_logs_are_json_in_production() -> None:
    given = {"secret_key": SECRET, "smtp_url": "smtp://localhost:25", "_env_file": None}
    assert load_settings(environment="production", **given).logs_json
    assert not load_settings(environment="development", **given).logs_json
    assert not load_settings(
        environment="production", log_format="text", **given
    ).logs_json


def test_own_host_is_always_allowed() -> None:
    settings = load_settings(
        _env_file=None,
        public_url="https://Blog.example.org",
        allowed_hosts="a.test,B.test",
    )
    assert settings.hosts == {"blog.example.org", "a.test", "b.test"}


def test_secret_is_made_up_in_development() -> None:
    first, second = load_settings(_env_file=None), load_settings(_env_file=None)
    assert first.signing_key == first.signing_key != second.signing_key


@pytest.mark.parametrize(
    "module",
    [
        ["app.server"],
        ["app.demo"],
        ["app.accounts", "create-admin"],
        ["alembic", "check"],
    ],
)
def test_command_ends_with_one_line(module: list[str]) -> None:
    done = run_module(*module, DATABASE_URL="mysql://localhost/blog")
    assert done.returncode == 1
    assert done.stderr.startswith("DATABASE_URL: ")
    assert done.stderr.count("\n") == 1
