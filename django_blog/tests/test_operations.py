"""Running it: documents, probes, metrics, logs, commands, the server."""

import json
import logging
import logging.config
import re
from typing import Any
from unittest import mock

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import OperationalError

from accounts.models import User
from blog.models import Post
from common import rate_limits
from common.logs import JsonFormatter, UnexpectedErrors, logging_config
from tests.conftest import PASSWORD, Person, SignUp, assert_problem
from tests.test_config import run

pytestmark = pytest.mark.django_db


def test_openapi_document(anybody: Person) -> None:
    answer = anybody.get("/api/v1/openapi.json")
    document = answer.json()
    operations = {
        operation["operationId"]: (method, path)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }
    assert document["openapi"].startswith("3.1")
    assert len(operations) == 36
    assert operations["update_post"] == ("patch", "/api/v1/posts/{slug}")
    body = document["paths"]["/api/v1/me"]["patch"]["requestBody"]
    assert set(body["content"]) == {"application/json", "application/merge-patch+json"}
    assert body["required"]
    open_to_all = document["paths"]["/api/v1/auth/login"]["post"]["security"]
    assert open_to_all == []
    either = document["paths"]["/api/v1/posts"]["get"]["security"]
    assert either == [{}, {"bearerAuth": []}]
    problem = document["components"]["schemas"]["Problem"]
    assert problem["required"] == ["code", "detail", "status", "title", "type"]


def test_docs_load_nothing_from_elsewhere(anybody: Person) -> None:
    page = anybody.get("/api/docs").content.decode()
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert addresses
    assert all(address.startswith("/") for address in addresses)
    assert re.findall(r"<script(?![^>]*src=)", page) == []
    for address in addresses:
        answer = anybody.get(address)
        assert answer.status_code == 200, address
        answer.close()


def test_probes(anybody: Person) -> None:
    assert anybody.get("/healthz").json() == {"status": "ok"}
    with mock.patch("common.health._probe"):
        assert anybody.get("/readyz").json() == {"status": "ok"}


@pytest.mark.parametrize("fault", [OperationalError("away"), None])
def test_readiness_needs_database_and_redis(
    anybody: Person, monkeypatch: pytest.MonkeyPatch, fault: Exception | None
) -> None:
    monkeypatch.setattr("common.health.connection", mock.MagicMock())
    monkeypatch.setattr("common.health.close_old_connections", lambda: None)
    if fault:
        monkeypatch.setattr(
            "common.health.connection.cursor", mock.Mock(side_effect=fault)
        )
    else:
        monkeypatch.setattr(rate_limits, "is_ready", lambda: False)
    assert_problem(anybody.get("/readyz"), 503, "unavailable")


def test_metrics_count_templates_not_paths(anybody: Person) -> None:
    anybody.get("/api/v1/posts/some-post")
    anybody.get("/api/v1/nope")
    text = anybody.get("/metrics").content.decode()
    route = 'method="GET",route="/api/v1/posts/{slug}",status="404"'
    assert f"http_requests_total{{{route}}}" in text
    assert 'route="unmatched"' in text
    assert "http_request_duration_seconds_bucket" in text
    assert "some-post" not in text


def test_metrics_in_production_need_the_token(anybody: Person, settings: Any) -> None:
    settings.IN_PRODUCTION = True
    assert_problem(anybody.get("/metrics"), 404, "not_found")
    settings.METRICS_TOKEN = "let me in"
    for token, status in [("wrong", 404), ("let me in", 200)]:
        answer = anybody.get("/metrics", HTTP_AUTHORIZATION=f"Bearer {token}")
        assert answer.status_code == status


def test_log_line_of_a_request(
    anybody: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    anybody.get("/api/v1/users/ada?secret=1", HTTP_X_REQUEST_ID="abc")
    (record,) = [r for r in caplog.records if hasattr(r, "route")]
    record.request_id = "abc"
    line = json.loads(JsonFormatter().format(record))
    assert line.pop("time").endswith("+00:00")
    assert line.pop("duration_ms") >= 0
    message = line.pop("message")
    assert message.startswith("GET /api/v1/users/{username} 404 ")
    assert line == {
        "level": "info",
        "request_id": "abc",
        "method": "GET",
        "route": "/api/v1/users/{username}",
        "status": 404,
    }


@pytest.mark.parametrize(
    ("extra", "fault", "passes"),
    [
        ({}, None, True),
        ({"status_code": 404}, None, False),
        ({"status_code": 403}, PermissionError("no"), False),
        ({"status_code": 503}, None, False),
        ({"status_code": 500}, RuntimeError("no"), True),
    ],
)
def test_of_djangos_own_lines_exceptions_remain(
    extra: dict[str, int], fault: Exception | None, passes: bool
) -> None:
    raised = (type(fault), fault, None) if fault else None
    record = logging.LogRecord("x", 40, "x", 1, "at %s", ("/path",), raised)
    record.__dict__.update(extra)
    assert UnexpectedErrors().filter(record) is passes
    assert ("/path" in record.getMessage()) == (not extra)


@pytest.mark.parametrize("form", ["json", "text"])
def test_log_config_is_taken_by_logging(form: str) -> None:
    logging.config.DictConfigurator(logging_config("info", form)).configure_formatter(
        logging_config("info", form)["formatters"]["line"]
    )


def test_json_log_has_the_traceback_in_its_line() -> None:
    error = RuntimeError("unexpected")
    fault = (type(error), error, None)
    record = logging.LogRecord("x", 40, "x", 1, "m", (), fault)
    text = JsonFormatter().format(record)
    assert "\n" not in text
    assert "RuntimeError: unexpected" in json.loads(text)["exception"]


def test_demo_is_loaded_once(anybody: Person) -> None:
    for _ in range(2):
        call_command("load_demo", verbosity=0)
    assert (User.objects.count(), Post.objects.count()) == (6, 24)
    newest = anybody.get("/api/v1/posts?limit=1").json()["items"][0]
    assert newest["published_at"] == newest["updated_at"]
    assert newest["published_at"].startswith("2026-")
    credentials = {"username": "astrid", "password": "north-window-lamp"}
    answer = anybody.post("/api/v1/auth/login", credentials)
    assert answer.status_code == 200


def test_create_admin_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, sign_up: SignUp
) -> None:
    values = {"USERNAME": "root", "EMAIL": "root@example.org", "PASSWORD": PASSWORD}
    for name, value in values.items():
        monkeypatch.setenv(f"ADMIN_{name}", value)
    for _ in range(2):
        call_command("create_admin", verbosity=0)
    assert User.objects.get().is_superuser
    monkeypatch.setenv("ADMIN_EMAIL", "root")
    with pytest.raises(
        CommandError, match="ADMIN_EMAIL: This is not of the right form"
    ):
        call_command("create_admin")
    sign_up("ada")
    monkeypatch.setenv("ADMIN_EMAIL", "ada@example.org")
    monkeypatch.setenv("ADMIN_USERNAME", "ada")
    with pytest.raises(CommandError, match="taken"):
        call_command("create_admin")


def test_superuser_of_django_is_an_admin() -> None:
    root = User.objects.create_superuser("root", "root@example.org", PASSWORD)
    assert (root.role, root.is_staff, root.token_version) == ("admin", True, 1)
    assert root.has_perm("accounts.change_user")
    root.full_clean()
    for field, value in [("username", "a b c"), ("username", "ab"), ("email", "a@b")]:
        with pytest.raises(ValidationError, match=field):
            User(**{"username": "eve", "email": "e@b.co", field: value}).full_clean()


def test_settings_refuse_in_one_line() -> None:
    done = run("manage.py", "migrate", LOG_LEVEL="loud")
    assert done.stderr == "LOG_LEVEL: use debug or info or warning or error\n"
