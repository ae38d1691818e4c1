"""A wrong setting stops the start with one line that names the variable."""

import os
import runpy
import subprocess
import sys
from typing import Any

import pytest

from config.environment import InvalidSettings
from config.values import BASE_DIR

SECRET = "s" * 32
PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": SECRET,
    "SMTP_URL": "smtps://ada:p%40ss@mail.example.org",
    "PUBLIC_URL": "https://Blog.example.org",
}


def load(monkeypatch: pytest.MonkeyPatch, **environment: str) -> dict[str, Any]:
    for name in (*PRODUCTION, "TRUSTED_PROXIES"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(BASE_DIR / "config" / "settings.py"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://localhost/blog"),
        ("DATABASE_URL", "postgresql+psycopg://localhost/blog"),
        ("DATABASE_URL", "postgresql://localhost:port/blog?what=1"),
        ("DATABASE_URL", "blog.db"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///"),
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
    with pytest.raises(InvalidSettings) as refusal:
        load(monkeypatch, **{name: value})
    line = str(refusal.value)
    assert line.startswith(f"{name}: ")
    assert "\n" not in line
    assert "secret" not in line


@pytest.mark.parametrize("name", ["SECRET_KEY", "SMTP_URL"])
def test_production_needs(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    given = {key: value for key, value in PRODUCTION.items() if key != name}
    with pytest.raises(InvalidSettings, match=f"{name}: production needs it"):
        load(monkeypatch, **given)


def test_production(monkeypatch: pytest.MonkeyPatch) -> None:
    found = load(monkeypatch, **PRODUCTION, ALLOWED_HOSTS="a.test, B.test")
    assert found["ALLOWED_HOSTS"] == ["blog.example.org", "a.test", "b.test"]
    assert found["SIGNING_KEY"] == SECRET.encode()
    assert SECRET not in found["SECRET_KEY"]
    assert found["EMAIL_HOST"] == "mail.example.org"
    assert (found["EMAIL_PORT"], found["EMAIL_USE_SSL"]) == (465, True)
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("ada", "p@ss")
    assert found["LOG_FORMAT"] == "json"
    assert found["SESSION_COOKIE_SECURE"]
    assert not found["DEBUG"]


def test_empty_variable_is_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    found = load(monkeypatch, LOGIN_RATE_LIMIT="", CORS_ORIGINS="", SECRET_KEY="")
    assert str(found["LOGIN_RATE_LIMIT"]) == "10 per 5 minute"
    assert found["CORS_ALLOWED_ORIGINS"] == []


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    origins = "https://example.org, http://127.0.0.1:5173"
    proxies = "127.0.0.1,10.0.0.0/8,2001:db8::/32"
    found = load(monkeypatch, CORS_ORIGINS=origins, TRUSTED_PROXIES=proxies)
    assert found["CORS_ALLOWED_ORIGINS"] == origins.split(", ")
    assert [str(network) for network in found["TRUSTED_PROXIES"]] == [
        "127.0.0.1/32",
        "10.0.0.0/8",
        "2001:db8::/32",
    ]


def test_database_url(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql://ada:p%40ss@db.test:5433/blog?sslmode=require"
    found = load(monkeypatch, DATABASE_URL=url)["DATABASES"]["default"]
    expected = {
        "NAME": "blog",
        "USER": "ada",
        "PASSWORD": "p@ss",
        "HOST": "db.test",
        "PORT": "5433",
    }
    assert expected.items() <= found.items()
    assert found["OPTIONS"]["sslmode"] == "require"
    found = load(monkeypatch, DATABASE_URL="sqlite:///blog.db")["DATABASES"]["default"]
    assert found["NAME"] == BASE_DIR / "blog.db"


def test_secret_is_made_up_in_development(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = load(monkeypatch), load(monkeypatch)
    assert first["SIGNING_KEY"] != second["SIGNING_KEY"]


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=BASE_DIR,
        env={
            "PATH": os.environ["PATH"],
            "PYTHON_DOTENV_DISABLED": "1",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.parametrize("command", [["-m", "gunicorn"], ["manage.py", "load_demo"]])
def test_command_ends_with_one_line(command: list[str]) -> None:
    done = run(*command, DATABASE_URL="mysql://localhost/blog")
    assert done.returncode == 1
    assert done.stderr.startswith("DATABASE_URL: ")
    assert done.stderr.count("\n") == 1


def test_deployment_check_is_clean() -> None:
    done = run(
        "manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION
    )
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout
