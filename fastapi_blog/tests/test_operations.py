"""Running it: documents, probes, metrics, logs, the server and the demo."""

import json
import logging
import sys
from socket import socket
from typing import Any
from unittest import mock

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import func, select

from app.accounts.models import User
from app.blog.models import Comment, Like, Post
from app.config import Settings
from app.logs import JsonFormatter, logging_config
from app.server import main
from tests.conftest import assert_problem, connect, login, run_module, running

pytestmark = pytest.mark.anyio


async def test_openapi_document(client: httpx.AsyncClient) -> None:
    document = (await client.get("/api/v1/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    operations = {
        operation["operationId"]: operation
        for path in document["paths"].values()
        for operation in path.values()
    }
    assert len(operations) == 36
    assert set(operations["get_post"]["responses"]) == {"200", "304", "401", "404"}
    assert set(operations["update_post"]["requestBody"]["content"]) == {
        "application/json",
        "application/merge-patch+json",
    }
    assert operations["list_posts"]["security"] == [{}, {"bearerAuth": []}]
    schemas = document["components"]["schemas"]
    assert "HTTPValidationError" not in schemas
    for name, schema in schemas.items():
        if schema["type"] == "object":
            assert schema["additionalProperties"] is False, name
            refused = [p for p in schema["properties"].values() if "default" in p]
            assert refused == [] or name in {"NewPost", "NewTodo"}, name


async def test_docs_load_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    page = await client.get("/api/docs")
    assert page.status_code == 200
    assert "://" not in page.text
    sources = [part.partition('"')[0] for part in page.text.split('="')[1:]]
    for path in (source for source in sources if source.startswith("/")):
        assert (await client.get(path)).status_code == 200, path


async def test_probes(client: httpx.AsyncClient) -> None:
    for path in ("/healthz", "/readyz"):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_metrics_count_templates_not_paths(client: httpx.AsyncClient) -> None:
    await client.get("/api/v1/posts/some-post")
    await client.request("PURGE", "/nowhere/at/all")
    text = (await client.get("/metrics")).text
    counted = (
        'http_requests_total{method="GET",route="/api/v1/posts/{slug}",status="404"}'
    )
    assert counted in text
    assert 'method="other",route="unmatched",status="404"' in text
    assert 'http_request_duration_seconds_count{method="GET"' in text
    assert "some-post" not in text


@pytest.mark.parametrize(
    ("token", "given", "status"),
    [
        (None, "Bearer x", 404),
        ("x", None, 404),
        ("x", "Bearer y", 404),
        ("x", "x", 404),
        ("x", "Bearer x", 200),
    ],
)
async def test_metrics_in_production_need_the_token(
    settings: Settings, token: str | None, given: str | None, status: int
) -> None:
    live = {
        "environment": "production",
        "metrics_token": SecretStr(token) if token else None,
    }
    headers = {"Authorization": given} if given else {}
    async with running(settings.model_copy(update=live)) as app, connect(app) as client:
        answer = await client.get("/metrics", headers=headers)
    assert answer.status_code == status


async def test_log_line_of_a_request(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "app.logs")
    headers = {"X-Request-ID": "my-id", "Authorization": "Bearer secret-token"}
    await client.get("/api/v1/posts/a-slug", headers=headers)
    (record,) = (r for r in caplog.records if r.name == "app.logs")
    text = JsonFormatter().format(record)
    line = json.loads(text)
    assert (line["method"], line["status"]) == ("GET", 401)
    assert line["route"] == "/api/v1/posts/{slug}"
    assert line["duration_ms"] >= 0
    assert "secret-token" not in text
    assert "a-slug" not in text


def test_log_config_is_taken_by_logging(settings: Settings) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    for log_format in ("text", "json"):
        changed = settings.model_copy(update={"log_format": log_format})
        logging.config.dictConfig(logging_config(changed))
    root.handlers[:] = handlers
    root.setLevel(level)


def test_json_log_has_the_traceback_in_its_line() -> None:
    error = RuntimeError("häh")
    record = logging.makeLogRecord(
        {"msg": "failed", "exc_info": (RuntimeError, error, None)}
    )
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert json.loads(line)["exception"].endswith("RuntimeError: häh")


@pytest.mark.parametrize(("redis_url", "started"), [(None, 1), ("redis://x", 3)])
def test_several_workers_need_redis(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    redis_url: str | None,
    started: int,
) -> None:
    runs: list[uvicorn.Config] = []

    def serve(app: str, **options: Any) -> None:
        runs.append(uvicorn.Config(app, **options))

    def start(config: uvicorn.Config, sockets: list[socket]) -> mock.Mock:
        sockets[0].close()
        return mock.Mock(run=lambda: runs.append(config))

    monkeypatch.setattr("uvicorn.run", serve)
    monkeypatch.setattr("app.server.Workers", start)
    monkeypatch.setattr("signal.signal", mock.Mock())
    monkeypatch.setattr("app.server.logging_config", lambda _settings: None)
    monkeypatch.setattr(sys, "argv", ["app.server", "--workers", "3", "--port", "0"])
    monkeypatch.setenv("REDIS_URL", redis_url or "")
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    main()
    (config,) = runs
    assert config.workers == started
    assert ("starting one" in capsys.readouterr().err) == (started == 1)
    assert (config.ws_max_size, config.ws_ping_interval) == (4096, 20)
    assert not config.proxy_headers
    assert not config.server_header
    assert config.timeout_keep_alive > 60  # seconds that nginx keeps a connection


async def test_demo_is_loaded_once(application: FastAPI, database_url: str) -> None:
    async def count() -> list[int]:
        async with application.state.database.reading() as reader:
            models = (User, Post, Comment, Like)
            statements = [select(func.count()).select_from(model) for model in models]
            return [await reader.scalar(statement) for statement in statements]

    environment = {"DATABASE_URL": database_url}
    first = run_module("app.demo", **environment)
    assert first.returncode == 0, first.stderr
    loaded = await count()
    assert min(loaded) > 5
    second = run_module("app.demo", **environment)
    assert (second.returncode, second.stdout) == (0, first.stdout)
    assert await count() == loaded
    name, password, _role = first.stdout.splitlines()[1].split()
    async with connect(application) as client:
        await login(client, name, password)
        posts = (await client.get("/api/v1/posts?limit=100")).json()["items"]
    moments = [post["published_at"] for post in posts]
    assert moments == sorted(moments, reverse=True)


async def test_create_admin_from_the_environment(
    application: FastAPI, database_url: str
) -> None:
    environment = {
        "DATABASE_URL": database_url,
        "ADMIN_USERNAME": "boss",
        "ADMIN_EMAIL": "boss@example.org",
        "ADMIN_PASSWORD": "a very long secret",
    }
    for _ in range(2):
        done = run_module("app.accounts", "create-admin", **environment)
        assert (done.returncode, done.stdout) == (0, "boss is an admin.\n")
    refused = run_module(
        "app.accounts", "create-admin", **environment | {"ADMIN_PASSWORD": "short"}
    )
    assert refused.returncode == 1
    assert refused.stderr == "ADMIN_PASSWORD: Use at least 12 characters.\n"
    async with connect(application) as client:
        tokens = await login(client, "boss", environment["ADMIN_PASSWORD"])
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        answer = await client.get("/api/v1/admin/users", headers=headers)
        assert answer.status_code == 200
        assert_problem(await client.get("/api/v1/me"), 401, "not_authenticated")
