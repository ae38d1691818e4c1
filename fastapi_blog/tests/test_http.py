"""What holds for every request: methods, bodies, problems, header fields, caching."""

import base64
import hashlib
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from app.config import Settings
from app.middleware import EXPOSED_HEADERS
from tests.conftest import (
    PASSWORD,
    SignUp,
    assert_problem,
    connect,
    running,
    write_post,
)

pytestmark = pytest.mark.anyio
LOGIN = "/api/v1/auth/login"
JSON = {"Content-Type": "application/json"}


async def test_unknown_path_and_trailing_slash(client: httpx.AsyncClient) -> None:
    for path in ("/api/v1/nothing", "/api/v1/posts/", "/api/v1"):
        answer = await client.get(path)
        assert_problem(answer, 404, "not_found")


@pytest.mark.parametrize(
    "path",
    [
        "todos/0",
        "todos/01",
        "todos/+1",
        "todos/1.0",
        "todos/٧",
        "todos/9223372036854775808",
        "todos/" + "9" * 5000,
        "posts/A",
        "posts/%00",
        "posts/a--b",
        "posts/" + "a" * 91,
        "users/ab",
        "users/%E2%84%AAelvin",
        "tags/a%0A",
        "posts/x/comments/-1",
    ],
)
async def test_path_that_cannot_be_is_not_found(
    client: httpx.AsyncClient, sign_up: SignUp, path: str
) -> None:
    ada = await sign_up("ada")
    answer = await client.get(f"/api/v1/{path}", headers=ada.headers)
    assert_problem(answer, 404, "not_found")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/v1/posts", "GET, POST, HEAD, OPTIONS"),
        ("/api/v1/posts/x", "GET, PATCH, DELETE, HEAD, OPTIONS"),
        ("/api/v1/posts/x/like", "PUT, DELETE, OPTIONS"),
        ("/healthz", "GET, HEAD, OPTIONS"),
    ],
)
async def test_allow_names_all_methods(
    client: httpx.AsyncClient, path: str, allowed: str
) -> None:
    options = await client.options(path)
    assert (options.status_code, options.headers["allow"]) == (204, allowed)
    refused = await client.request("TRACE", path)
    assert_problem(refused, 405, "method_not_allowed")
    assert refused.headers["allow"] == allowed


async def test_head_is_get_without_the_body(client: httpx.AsyncClient) -> None:
    for path in ("/api/v1/tags", "/api/v1/posts/x", "/healthz"):
        get, head = await client.get(path), await client.head(path)
        assert head.status_code == get.status_code
        assert head.content == b""
        for answer in (get, head):
            del answer.headers["x-request-id"]
        assert head.headers == get.headers
    assert (await client.head(LOGIN)).status_code == 405


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xef\xbb\xbf{}", 400),
        ('{"username":"a"}'.encode("utf-16"), 400),
        (b'{"username":"\xe9"}', 400),
        (b'{"username":NaN}', 400),
        (b"[" * 100_000, 400),
        (b'{"x":' + b"9" * 5000 + b"}", 400),
        (b"null", 422),
        (b"[]", 422),
        (b'"text"', 422),
        (b'{"username":"\\ud800","password":"x"}', 422),
        (b'{"\\ud800":1}', 422),
        (b'{"username":"a\\u0000","password":"x"}', 422),
        (b'{"username":"a","username":"b","password":"x"}', 401),
        (b'{"username":"a","password":"x"}' + b" " * (1_048_576 - 31), 401),
        (b'{"username":"a","password":"x"}' + b" " * (1_048_577 - 31), 413),
    ],
)
async def test_body(client: httpx.AsyncClient, content: bytes, status: int) -> None:
    answer = await client.post(LOGIN, content=content, headers=JSON)
    codes = {
        400: "malformed_json",
        401: "invalid_credentials",
        413: "content_too_large",
        422: "validation_error",
    }
    assert answer.status_code == status, answer.text
    assert answer.json()["code"] == codes[status]


@pytest.mark.parametrize(("padding", "status"), [(1_048_545, 401), (1_048_546, 413)])
async def test_chunked_body_is_whole_or_refused(
    client: httpx.AsyncClient, padding: int, status: int
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b" " * padding
        yield b'{"username":"a","password":"x"}'

    answer = await client.post(LOGIN, content=chunks(), headers=JSON)
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("media_type", "taken"),
    [
        ("application/json", True),
        ("Application/JSON ; Charset=UTF-8", True),
        ('application/json;charset="utf-8"', True),
        ("application/json; charset=latin-1", False),
        ("application/json; profile=x", False),
        ("application/merge-patch+json", False),
        ("application/problem+json", False),
        ("text/plain", False),
        ("", False),
    ],
)
async def test_media_type(
    client: httpx.AsyncClient, media_type: str, taken: bool
) -> None:
    headers = {"Content-Type": media_type}
    answer = await client.post(LOGIN, content=b"{}", headers=headers)
    if taken:
        assert answer.status_code == 422
    else:
        assert_problem(answer, 415, "unsupported_media_type")
        assert "accept-patch" not in answer.headers


async def test_encoded_body_is_refused(client: httpx.AsyncClient) -> None:
    headers = JSON | {"Content-Encoding": "gzip"}
    answer = await client.post(LOGIN, content=b"{}", headers=headers)
    assert_problem(answer, 415, "unsupported_media_type")


async def test_patch_takes_merge_patch(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    ada = await sign_up("ada")
    merge_patch = ada.headers | {"Content-Type": "application/merge-patch+json"}
    answer = await client.patch("/api/v1/me", content=b"{}", headers=merge_patch)
    assert answer.status_code == 200
    text = ada.headers | {"Content-Type": "text/plain"}
    answer = await client.patch("/api/v1/me", content=b"{}", headers=text)
    assert_problem(answer, 415, "unsupported_media_type")
    accepted = "application/json, application/merge-patch+json"
    assert answer.headers["accept-patch"] == accepted


async def test_operation_without_body_ignores_one(client: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "text/plain", "Content-Encoding": "br"}
    answer = await client.request(
        "GET", "/api/v1/tags", content=b"x" * 2_000_000, headers=headers
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, "not_authenticated"),
        ("", "not_authenticated"),
        ("Bearer", "invalid_token"),
        ("Bearer  x", "invalid_token"),
        ("Bearer x y", "invalid_token"),
        ("Basic x", "invalid_token"),
        ("Bearer ä", "invalid_token"),
        ("Bearer x.y.z", "invalid_token"),
    ],
)
async def test_authorization(
    client: httpx.AsyncClient, value: str | None, code: str
) -> None:
    headers = [] if value is None else [(b"Authorization", value.encode())]
    answer = await client.get("/api/v1/me", headers=headers)
    assert_problem(answer, 401, code)
    reason = ' error="invalid_token"' if code == "invalid_token" else ""
    assert answer.headers["www-authenticate"] == "Bearer" + reason
    on_open_path = await client.get("/api/v1/posts", headers=headers)
    assert on_open_path.status_code == (401 if code == "invalid_token" else 200)
    not_looked_at = await client.post(
        LOGIN, json={"username": "a", "password": "b"}, headers=headers
    )
    assert not_looked_at.json()["code"] == "invalid_credentials"


async def test_authorization_comes_once(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    token = (await sign_up("ada")).headers["Authorization"]
    headers = [("Authorization", token), ("Authorization", token)]
    assert_problem(
        await client.get("/api/v1/me", headers=headers), 401, "invalid_token"
    )
    spelled = {"Authorization": token.replace("Bearer", "bEARER")}
    assert (await client.get("/api/v1/me", headers=spelled)).status_code == 200


@pytest.mark.parametrize(
    ("path", "cache_control", "vary"),
    [
        ("/api/v1/posts", "private, no-cache", "Authorization"),
        ("/api/v1/posts/a-title", "private, no-cache", "Authorization"),
        ("/api/v1/posts/a-title/comments", "private, no-cache", "Authorization"),
        ("/api/v1/users/ada", "private, no-cache", "Authorization"),
        ("/api/v1/tags", "no-cache", None),
        ("/api/v1/tags/x", "no-cache", None),
    ],
)
async def test_conditional_get(
    client: httpx.AsyncClient,
    sign_up: SignUp,
    path: str,
    cache_control: str,
    vary: str | None,
) -> None:
    ada = await sign_up("ada")
    await write_post(client, ada, tags=["x"])
    answer = await client.get(path)
    digest = base64.urlsafe_b64encode(hashlib.sha256(answer.content).digest())
    entity_tag = f'"{digest[:22].decode()}"'
    assert answer.headers["etag"] == entity_tag
    fields = ("etag", "cache-control", "vary")
    expected = [entity_tag, cache_control, vary]
    assert [answer.headers.get(field) for field in fields] == expected
    for held in (entity_tag, f'"x", W/{entity_tag}', "*"):
        for method in ("GET", "HEAD"):
            headers = {"If-None-Match": held}
            answer = await client.request(method, path, headers=headers)
            assert (answer.status_code, answer.content) == (304, b"")
            assert [answer.headers.get(field) for field in fields] == expected
    other = await client.get(path, headers={"If-None-Match": '"x"'})
    assert other.status_code == 200


async def test_what_is_not_conditional_is_not_stored(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    ada = await sign_up("ada")
    for path in ("/api/v1/me", "/api/v1/todos", "/api/v1/feed", "/api/v1/openapi.json"):
        answer = await client.get(path, headers=ada.headers)
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers
    missing = await client.get("/api/v1/posts/x", headers={"If-None-Match": "*"})
    assert_problem(missing, 404, "not_found")


async def test_security_headers(client: httpx.AsyncClient) -> None:
    for path in ("/api/v1/posts", "/api/v1/nothing", "/api/docs"):
        headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["x-frame-options"] == "DENY"
        assert "strict-transport-security" not in headers
        policy = headers["content-security-policy"]
        api = "default-src 'none'; frame-ancestors 'none'"
        assert (policy == api) == (path != "/api/docs")


@pytest.mark.parametrize(
    ("given", "kept"),
    [("a-B_9", True), ("a" * 64, True), ("a" * 65, False), ("a b", False), ("", False)],
)
async def test_request_id(client: httpx.AsyncClient, given: str, kept: bool) -> None:
    answer = await client.get("/healthz", headers={"X-Request-ID": given})
    returned = answer.headers["x-request-id"]
    assert (returned == given) == kept
    assert 1 <= len(returned) <= 64


ORIGIN = "https://example.org"


@pytest.fixture
async def cors_client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    allowing = {"cors_origins": (ORIGIN,), "public_url": "https://blog.test"}
    async with (
        running(settings.model_copy(update=allowing)) as app,
        connect(app) as client,
    ):
        yield client


async def test_cors_is_off_by_default(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/tags", headers={"Origin": ORIGIN})
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", ["/api/v1/tags", "/api/v1/posts", "/api/v1/nothing"])
@pytest.mark.parametrize("origin", [ORIGIN, "https://example.net", None])
async def test_cors(
    cors_client: httpx.AsyncClient, path: str, origin: str | None
) -> None:
    headers = {"Origin": origin} if origin else {}
    answer = await cors_client.get(path, headers=headers)
    assert "Origin" in answer.headers["vary"].split(", ")
    allowed = {
        name: value
        for name, value in answer.headers.items()
        if name.startswith("access-control")
    }
    expected = {
        "access-control-allow-origin": ORIGIN,
        "access-control-expose-headers": ", ".join(EXPOSED_HEADERS),
    }
    assert allowed == (expected if origin == ORIGIN else {})
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


async def test_preflight(cors_client: httpx.AsyncClient) -> None:
    headers = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization,content-type,x-request-id",
    }
    answer = await cors_client.options("/api/v1/me", headers=headers)
    assert answer.is_success
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["access-control-max-age"] == "600"
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in answer.headers
    headers["Origin"] = "https://example.net"
    answer = await cors_client.options("/api/v1/me", headers=headers)
    assert answer.is_success
    assert "access-control-allow-origin" not in answer.headers


@pytest.fixture
async def production(settings: Settings) -> AsyncIterator[FastAPI]:
    live = {"environment": "production", "allowed_hosts": ("www.test", "[::1]")}
    async with running(settings.model_copy(update=live)) as app:
        yield app


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        ("blog.test", "/api/v1/tags", 200),
        ("WWW.test:8003", "/api/v1/tags", 200),
        ("[::1]:8003", "/api/v1/tags", 200),
        ("evil.test", "/api/v1/tags", 400),
        ("blog.test.evil.test", "/api/v1/tags", 400),
        ("10.0.0.7:8003", "/healthz", 200),
        ("10.0.0.7:8003", "/readyz", 200),
    ],
)
async def test_host_in_production(
    production: FastAPI, host: str, path: str, status: int
) -> None:
    async with connect(production) as client:
        answer = await client.get(path, headers={"Host": host})
    assert answer.status_code == status
    assert answer.headers["x-request-id"]


async def test_unexpected_error_tells_nothing(
    application: FastAPI, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_request: Request) -> Response:
        raise RuntimeError("secret of the house")

    application.add_route("/api/v1/broken", fail)
    answer = await client.get("/api/v1/broken")
    assert_problem(answer, 500, "internal_error")
    assert "secret" not in answer.text
    assert answer.headers["x-request-id"]
    assert "secret of the house" in caplog.text


@pytest.mark.parametrize(
    "away",
    [
        {"database_url": "sqlite:////nowhere/blog.db"},
        {"database_url": "postgresql://postgres@127.0.0.1:9/blog"},
        {"redis_url": "redis://127.0.0.1:9"},
    ],
)
async def test_what_is_away_is_503(settings: Settings, away: dict[str, str]) -> None:
    async with running(settings.model_copy(update=away)) as app, connect(app) as client:
        credentials = {"username": "ada", "password": PASSWORD}
        for answer in (
            await client.get("/readyz"),
            await client.post(LOGIN, json=credentials),
        ):
            assert_problem(answer, 503, "unavailable")
            assert int(answer.headers["retry-after"]) >= 1
        assert (await client.get("/healthz")).json() == {"status": "ok"}
