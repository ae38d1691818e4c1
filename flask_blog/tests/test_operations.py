"""Running it: documents, probes, metrics, logs, the server and the demo."""

import json
import logging
import logging.config
import re
import signal
import subprocess
import sys
import time

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import func, select

from app import create_app
from app.accounts.models import User
from app.blog.models import Comment, Like, Post
from app.config import Settings
from app.logs import JsonFormatter, logging_config
from tests.conftest import (
    PASSWORD,
    PROJECT,
    SignUp,
    assert_problem,
    bearer,
    close,
    login,
    reading,
    run_command,
    write_post,
)
from tests.follower import Follower


def test_openapi_document(client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").json
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
    assert not {"HTTPError", "ValidationError"} & set(schemas)  # APIFlask's
    for name, schema in schemas.items():
        if schema["type"] == "object":
            assert schema["additionalProperties"] is False, name
            refused = [p for p in schema["properties"].values() if "default" in p]
            assert refused == [] or name in {"NewPost", "NewTodo"}, name


def test_docs_load_nothing_from_elsewhere(client: FlaskClient) -> None:
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert "://" not in page.text
    sources = [part.partition('"')[0] for part in page.text.split('="')[1:]]
    for path in (source for source in sources if source.startswith("/")):
        assert client.get(path, buffered=True).status_code == 200, path


def test_probes(client: FlaskClient) -> None:
    for path in ("/healthz", "/readyz"):
        answer = client.get(path)
        assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_metrics_count_templates_not_paths(client: FlaskClient) -> None:
    client.get("/api/v1/posts/some-post")
    client.open("/nowhere/at/all", method="PURGE")
    text = client.get("/metrics").text
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
def test_metrics_in_production_need_the_token(
    settings: Settings, token: str | None, given: str | None, status: int
) -> None:
    live = {
        "ENVIRONMENT": "production",
        "METRICS_TOKEN": SecretStr(token) if token else None,
    }
    app = create_app(settings.model_copy(update=live))
    headers = {"Authorization": given} if given else {}
    answer = app.test_client().get(
        "/metrics", base_url="http://blog.test", headers=headers
    )
    close(app)
    assert answer.status_code == status


def test_log_line_of_a_request(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "app.logs")
    headers = {"X-Request-ID": "my-id", "Authorization": "Bearer secret-token"}
    client.get("/api/v1/posts/a-slug", headers=headers)
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
        changed = settings.model_copy(update={"LOG_FORMAT": log_format})
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


def start_server(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--bind", "127.0.0.1:0", *arguments],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def stop_server(server: subprocess.Popen[str], workers: int) -> str:
    """Waits until its workers are up, then gives what it printed until its end."""
    assert server.stdout
    lines = []
    while workers:
        lines.append(server.stdout.readline())
        workers -= "Booting worker" in lines[-1]
    began = time.monotonic()
    server.send_signal(signal.SIGTERM)
    rest = server.stdout.read()
    assert server.wait(timeout=10) == 0
    assert time.monotonic() - began < 10
    server.stdout.close()
    return "".join(lines) + rest


@pytest.mark.parametrize(
    ("redis_url", "started"), [("", 1), ("redis://127.0.0.1:9", 2)]
)
def test_several_workers_need_redis(
    database_url: str, redis_url: str, started: int
) -> None:
    environment = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    printed = stop_server(start_server("--workers", "2", **environment), started)
    assert printed.count("Booting worker") == started
    assert ("starting one" in printed) == (started == 1)
    assert "Without SECRET_KEY" in printed
    assert "Traceback" not in printed


def test_server_stops_at_sigterm(database_url: str) -> None:
    printed = stop_server(start_server(DATABASE_URL=database_url), 1)
    assert "Traceback" not in printed


def test_server_closes_sockets_at_sigterm(
    database_url: str, client: FlaskClient, sign_up: SignUp
) -> None:
    slug = write_post(client, sign_up("ada"))["slug"]
    server = start_server(DATABASE_URL=database_url)
    listening = None
    while listening is None:
        listening = re.search(r"http://127.0.0.1:(\d+)", server.stdout.readline())
    follower = Follower(int(listening[1]), slug)
    printed = stop_server(server, 1)
    assert follower.socket.recv(100) == b"\x88\x02\x03\xe9"  # Close, 1001
    follower.socket.close()
    assert "GET /ws/posts/{slug} 101 " in printed
    assert "Traceback" not in printed


def test_demo_is_loaded_once(app: APIFlask, client: FlaskClient) -> None:
    def count() -> list[int]:
        with reading(app) as reader:
            models = (User, Post, Comment, Like)
            statements = [select(func.count()).select_from(model) for model in models]
            return [reader.scalar(statement) for statement in statements]

    first = run_command(app, "load-demo")
    assert first.exit_code == 0, first.output
    loaded = count()
    assert min(loaded) > 5
    second = run_command(app, "load-demo")
    assert (second.exit_code, second.output) == (0, first.output)
    assert count() == loaded
    name, password, _role = first.output.splitlines()[1].split()
    login(client, name, password)
    posts = client.get("/api/v1/posts?limit=100").json["items"]
    moments = [post["published_at"] for post in posts]
    assert moments == sorted(moments, reverse=True)


def test_create_admin_from_the_environment(app: APIFlask, client: FlaskClient) -> None:
    environment = {
        "ADMIN_USERNAME": "boss",
        "ADMIN_EMAIL": "boss@example.org",
        "ADMIN_PASSWORD": "a very long secret",
    }
    for _ in range(2):
        done = run_command(app, "create-admin", **environment)
        assert (done.exit_code, done.output) == (0, "boss is an admin.\n")
    short = environment | {"ADMIN_PASSWORD": "short"}
    refused = run_command(app, "create-admin", **short)
    assert refused.exit_code == 1
    assert refused.output == "Error: ADMIN_PASSWORD: Use at least 12 characters.\n"
    taken = environment | {"ADMIN_USERNAME": "other"}
    refused = run_command(app, "create-admin", **taken)
    assert (refused.exit_code, refused.output.count("\n")) == (1, 1)
    tokens = login(client, "boss", environment["ADMIN_PASSWORD"])
    answer = client.get("/api/v1/admin/users", headers=bearer(tokens))
    assert answer.status_code == 200
    assert_problem(client.get("/api/v1/me"), 401, "not_authenticated")


@pytest.mark.parametrize("command", ["load-demo", "create-admin"])
def test_command_without_its_database(settings: Settings, command: str) -> None:
    away = {"DATABASE_URL": "postgresql://postgres@127.0.0.1:9/blog"}
    app = create_app(settings.model_copy(update=away))
    names = {"USERNAME": "boss", "EMAIL": "boss@example.org", "PASSWORD": PASSWORD}
    done = run_command(app, command, **{f"ADMIN_{k}": v for k, v in names.items()})
    assert (done.exit_code, done.output) == (1, "Error: Try again in a moment.\n")
    close(app)
