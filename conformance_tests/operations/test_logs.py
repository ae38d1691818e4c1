"""What the log of several workers holds, and what it never holds."""

import json
from datetime import datetime
from typing import Any

import httpx
import pytest
from crew import lines

from quintet_conformance import names
from quintet_conformance.runner.processes import Server

EVERY = {"time", "level", "message", "request_id"}
REQUEST = {*EVERY, "method", "route", "status", "duration_ms"}
LEVELS = {"debug", "info", "warning", "error", "critical"}


@pytest.fixture
def server(launch, sqlite_url, redis_url):
    return launch(
        sqlite_url,
        workers=2,
        ENVIRONMENT="production",
        LOG_FORMAT="",
        REDIS_URL=redis_url,
        METRICS_TOKEN=names.word(20),
    )


def test_each_request_has_one_line_of_json(server):
    with lines(server, 2) as calls:
        told = [ask(call.http, *request) for call in calls for request in requests()]
    log = entries(server)
    for entry in log:
        assert entry.keys() >= EVERY
        assert datetime.fromisoformat(entry["time"]).utcoffset() is not None
        assert entry["level"] in LEVELS
    for response, route in told:
        ours = {"request_id": response.headers["X-Request-ID"], "route": route}
        found = [entry for entry in log if ours.items() <= entry.items()]
        assert len(found) == 1, (ours, found)
        assert found[0].keys() == REQUEST
        assert found[0]["method"] == response.request.method
        assert found[0]["status"] == response.status_code
        assert 0 <= found[0]["duration_ms"] < 60_000


def test_the_log_keeps_secrets(server, implementation):
    secrets = {"key": implementation.workplace.settings["SECRET_KEY"]}
    with lines(server, 2) as calls:
        for number, call in enumerate(calls):
            found = secrets_of_a_visit(call.http)
            secrets |= {f"{name} {number}": text for name, text in found.items()}
    assert all(secrets.values())
    entries(server)
    log = server.log.read_text(encoding="utf-8")
    assert [name for name, text in secrets.items() if text in log] == []


def requests():
    """Give requests, with what the log calls their paths."""
    word = names.word(20)
    return [
        ("GET", f"/api/v1/posts/{word}", "/api/v1/posts/{slug}", {}),
        ("GET", "/api/v1/posts", "/api/v1/posts", {"params": {"q": word}}),
        ("POST", "/api/v1/auth/login", "/api/v1/auth/login", {"content": word}),
        ("DELETE", f"/api/v1/todos/{2**40}", "/api/v1/todos/{todo_id}", {}),
        ("GET", f"/{word}", "unmatched", {}),
        ("GET", f"/tags/{word}", "/tags/{name}", {}),
        ("GET", "/healthz", "/healthz", {"headers": {"X-Request-ID": word}}),
    ]


def ask(client: httpx.Client, method, path, route, options):
    return client.request(method, path, **options), route


def secrets_of_a_visit(client: httpx.Client) -> dict[str, str]:
    """Visit the API and the pages, and name everything that a log has to keep."""
    mistaken, unknown, query = names.word(20), names.word(43), names.word(20)
    account = {
        "username": names.username(),
        "email": names.email(),
        "password": names.word(20),
    }
    assert client.post("/api/v1/auth/register", json=account).status_code == 201
    wrong = client.post("/api/v1/auth/login", json={**account, "password": mistaken})
    assert wrong.is_client_error
    account.pop("email")
    tokens = client.post("/api/v1/auth/login", json=account).json()
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert client.get("/api/v1/me", headers=bearer).status_code == 200
    renewed = client.post(
        "/api/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]}
    ).json()
    client.get("/login", params={"next": f"/{query}"})
    cookies = "".join(cookie.value or "" for cookie in client.cookies.jar)
    client.get(f"/password-reset/{unknown}")
    client.get("/metrics", headers={"Authorization": f"Bearer {mistaken}"})
    return {
        "password": account["password"],
        "mistaken password": mistaken,
        "access token": tokens["access_token"],
        "refresh token": tokens["refresh_token"],
        "renewed access token": renewed["access_token"],
        "renewed refresh token": renewed["refresh_token"],
        "token of a mail": unknown,
        "query": query,
        "cookie": cookies[-20:],
    }


def entries(server: Server) -> list[dict[str, Any]]:
    """Stop the server; each line that it has written is an object."""
    server.stop()
    text = server.log.read_text(encoding="utf-8")
    found = [json.loads(line) for line in text.splitlines()]
    assert all(isinstance(entry, dict) for entry in found)
    return found
