"""What holds for every request: methods, bodies, problems, header fields, caching."""

import base64
import hashlib
from collections.abc import Iterator
from io import BytesIO

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from gunicorn.http.errors import InvalidChunkSize
from sqlalchemy import text

from app import create_app
from app.config import Settings
from app.extensions import db
from app.hooks import SHARED
from tests.conftest import PASSWORD, SignUp, assert_problem, close, write_post

LOGIN = "/api/v1/auth/login"
JSON = {"Content-Type": "application/json"}


def test_unknown_path_and_trailing_slash(client: FlaskClient) -> None:
    for path in ("/api/v1/nothing", "/api/v1/posts/", "/api/v1"):
        answer = client.get(path)
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
def test_path_that_cannot_be_is_not_found(
    client: FlaskClient, sign_up: SignUp, path: str
) -> None:
    ada = sign_up("ada")
    answer = client.get(f"/api/v1/{path}", headers=ada.headers)
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
def test_allow_names_all_methods(client: FlaskClient, path: str, allowed: str) -> None:
    options = client.options(path)
    assert options.status_code == 200
    refused = client.open(path, method="TRACE")
    assert_problem(refused, 405, "method_not_allowed")
    for answer in (options, refused):
        assert sorted(answer.headers["allow"].split(", ")) == sorted(
            allowed.split(", ")
        )


def test_head_is_get_without_the_body(client: FlaskClient) -> None:
    for path in ("/api/v1/tags", "/api/v1/posts/x", "/healthz"):
        get, head = client.get(path), client.head(path)
        assert head.status_code == get.status_code
        assert head.data == b""
        for answer in (get, head):
            del answer.headers["x-request-id"]
        assert head.headers == get.headers
    assert client.head(LOGIN).status_code == 405


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
def test_body(client: FlaskClient, content: bytes, status: int) -> None:
    answer = client.post(LOGIN, data=content, headers=JSON)
    codes = {
        400: "malformed_json",
        401: "invalid_credentials",
        413: "content_too_large",
        422: "validation_error",
    }
    assert answer.status_code == status, answer.text
    assert answer.json["code"] == codes[status]


@pytest.mark.parametrize(("padding", "status"), [(1_048_545, 401), (1_048_546, 413)])
def test_chunked_body_is_whole_or_refused(
    client: FlaskClient, padding: int, status: int
) -> None:
    content = b" " * padding + b'{"username":"a","password":"x"}'
    answer = client.post(
        LOGIN,
        input_stream=BytesIO(content),
        headers=JSON,
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code == status


class BrokenStream:
    def read(self, _size: int = -1) -> bytes:
        raise InvalidChunkSize(b"zz")


def test_what_gunicorn_cannot_read_is_malformed(client: FlaskClient) -> None:
    broken = {"wsgi.input": BrokenStream(), "wsgi.input_terminated": True}
    answer = client.post(LOGIN, headers=JSON, environ_overrides=broken)
    assert_problem(answer, 400, "malformed_json")


def test_body_that_breaks_off_is_malformed(client: FlaskClient) -> None:
    half = {"wsgi.input_terminated": True, "CONTENT_LENGTH": "1000"}
    body = b'{"username":"a","password":"x"}'
    answer = client.post(LOGIN, data=body, headers=JSON, environ_overrides=half)
    assert_problem(answer, 400, "malformed_json")


@pytest.mark.parametrize(
    ("length", "left"), [(1_048_577, 10), (2_000_000, 10), (9_000_000, 9_000_010)]
)
def test_refused_body_is_read_away_up_to_8_mib(
    client: FlaskClient, length: int, left: int
) -> None:
    stream = BytesIO(b" " * (length + 10))
    announced = {"CONTENT_LENGTH": str(length)}
    answer = client.post(
        LOGIN, input_stream=stream, headers=JSON, environ_overrides=announced
    )
    assert_problem(answer, 413, "content_too_large")
    assert len(stream.read()) == left


def test_wish_for_a_websocket_is_ignored(client: FlaskClient) -> None:
    headers = {"Connection": "Upgrade", "Upgrade": "websocket"}
    assert client.get("/api/v1/tags", headers=headers).status_code == 200


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
def test_media_type(client: FlaskClient, media_type: str, taken: bool) -> None:
    headers = {"Content-Type": media_type}
    answer = client.post(LOGIN, data=b"{}", headers=headers)
    if taken:
        assert answer.status_code == 422
    else:
        assert_problem(answer, 415, "unsupported_media_type")
        assert "accept-patch" not in answer.headers


def test_encoded_body_is_refused(client: FlaskClient) -> None:
    headers = JSON | {"Content-Encoding": "gzip"}
    answer = client.post(LOGIN, data=b"{}", headers=headers)
    assert_problem(answer, 415, "unsupported_media_type")


def test_patch_takes_merge_patch(client: FlaskClient, sign_up: SignUp) -> None:
    ada = sign_up("ada")
    merge_patch = ada.headers | {"Content-Type": "application/merge-patch+json"}
    answer = client.patch("/api/v1/me", data=b"{}", headers=merge_patch)
    assert answer.status_code == 200
    text = ada.headers | {"Content-Type": "text/plain"}
    answer = client.patch("/api/v1/me", data=b"{}", headers=text)
    assert_problem(answer, 415, "unsupported_media_type")
    accepted = "application/json, application/merge-patch+json"
    assert answer.headers["accept-patch"] == accepted


def test_last_of_a_repeated_parameter_counts(client: FlaskClient) -> None:
    assert client.get("/api/v1/posts?limit=0&limit=1").status_code == 200
    assert client.get("/api/v1/posts?limit=1&limit=0").status_code == 422


def test_operation_without_body_ignores_one(client: FlaskClient) -> None:
    headers = {"Content-Type": "text/plain", "Content-Encoding": "br"}
    answer = client.get("/api/v1/tags", data=b"x" * 2_000_000, headers=headers)
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
def test_authorization(client: FlaskClient, value: str | None, code: str) -> None:
    headers = {} if value is None else {"Authorization": value}
    answer = client.get("/api/v1/me", headers=headers)
    assert_problem(answer, 401, code)
    reason = ' error="invalid_token"' if code == "invalid_token" else ""
    assert answer.headers["www-authenticate"] == "Bearer" + reason
    on_open_path = client.get("/api/v1/posts", headers=headers)
    assert on_open_path.status_code == (401 if code == "invalid_token" else 200)
    not_looked_at = client.post(
        LOGIN, json={"username": "a", "password": "b"}, headers=headers
    )
    assert not_looked_at.json["code"] == "invalid_credentials"


def test_authorization_comes_once(client: FlaskClient, sign_up: SignUp) -> None:
    token = sign_up("ada").headers["Authorization"]
    headers = [("Authorization", token), ("Authorization", token)]
    assert_problem(client.get("/api/v1/me", headers=headers), 401, "invalid_token")
    spelled = {"Authorization": token.replace("Bearer", "bEARER")}
    assert client.get("/api/v1/me", headers=spelled).status_code == 200


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
def test_conditional_get(
    client: FlaskClient,
    sign_up: SignUp,
    path: str,
    cache_control: str,
    vary: str | None,
) -> None:
    ada = sign_up("ada")
    write_post(client, ada, tags=["x"])
    answer = client.get(path)
    digest = base64.urlsafe_b64encode(hashlib.sha256(answer.data).digest())
    entity_tag = f'"{digest[:22].decode()}"'
    assert answer.headers["etag"] == entity_tag
    fields = ("etag", "cache-control", "vary")
    expected = [entity_tag, cache_control, vary]
    assert [answer.headers.get(field) for field in fields] == expected
    for held in (entity_tag, f'"x", W/{entity_tag}', "*"):
        for method in ("GET", "HEAD"):
            headers = {"If-None-Match": held}
            answer = client.open(path, method=method, headers=headers)
            assert (answer.status_code, answer.data) == (304, b"")
            assert [answer.headers.get(field) for field in fields] == expected
    other = client.get(path, headers={"If-None-Match": '"x"'})
    assert other.status_code == 200


def test_what_is_not_conditional_is_not_stored(
    client: FlaskClient, sign_up: SignUp
) -> None:
    ada = sign_up("ada")
    for path in ("/api/v1/me", "/api/v1/todos", "/api/v1/feed", "/api/v1/openapi.json"):
        answer = client.get(path, headers=ada.headers)
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers
    missing = client.get("/api/v1/posts/x", headers={"If-None-Match": "*"})
    assert_problem(missing, 404, "not_found")


def test_security_headers(client: FlaskClient) -> None:
    for path in ("/api/v1/posts", "/api/v1/nothing", "/healthz", "/api/docs"):
        headers = client.get(path).headers
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
def test_request_id(client: FlaskClient, given: str, kept: bool) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": given})
    returned = answer.headers["x-request-id"]
    assert (returned == given) == kept
    assert 1 <= len(returned) <= 64


ORIGIN = "https://example.org"


@pytest.fixture
def cors_client(settings: Settings) -> Iterator[FlaskClient]:
    allowing = {"CORS_ORIGINS": (ORIGIN,), "PUBLIC_URL": "https://blog.test"}
    app = create_app(settings.model_copy(update=allowing))
    yield app.test_client()
    close(app)


def test_cors_is_off_by_default(client: FlaskClient) -> None:
    answer = client.get("/api/v1/tags", headers={"Origin": ORIGIN})
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", ["/api/v1/tags", "/api/v1/posts", "/api/v1/nothing"])
@pytest.mark.parametrize("origin", [ORIGIN, "https://example.net", None])
def test_cors(cors_client: FlaskClient, path: str, origin: str | None) -> None:
    headers = {"Origin": origin} if origin else {}
    answer = cors_client.get(path, headers=headers)
    assert "Origin" in answer.headers["vary"].split(", ")
    allowed = {
        name: value
        for name, value in answer.headers.items()
        if name.startswith("Access-Control")
    }
    expected = {"Access-Control-Allow-Origin": ORIGIN, **SHARED}
    assert allowed == (expected if origin == ORIGIN else {})
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_preflight(cors_client: FlaskClient) -> None:
    headers = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization,content-type,x-request-id",
    }
    answer = cors_client.options("/api/v1/me", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["access-control-max-age"] == "600"
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in answer.headers
    headers["Origin"] = "https://example.net"
    answer = cors_client.options("/api/v1/me", headers=headers)
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers


@pytest.fixture
def production(settings: Settings) -> Iterator[FlaskClient]:
    live = {"ENVIRONMENT": "production", "ALLOWED_HOSTS": ("www.test", "[::1]")}
    app = create_app(settings.model_copy(update=live))
    yield app.test_client()
    close(app)


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
def test_host_in_production(
    production: FlaskClient, host: str, path: str, status: int
) -> None:
    answer = production.get(path, headers={"Host": host})
    assert answer.status_code == status
    assert answer.headers["X-Request-ID"]


def test_unexpected_error_tells_nothing(
    app: APIFlask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    @app.get("/api/v1/broken")
    def fail() -> str:
        raise RuntimeError("secret of the house")

    answer = client.get("/api/v1/broken")
    assert_problem(answer, 500, "internal_error")
    assert "secret" not in answer.text
    assert answer.headers["X-Request-ID"]
    assert "secret of the house" in caplog.text


def test_fault_in_a_statement_is_no_outage(app: APIFlask, client: FlaskClient) -> None:
    @app.get("/api/v1/broken")
    def fail() -> str:
        db.session.execute(text("SELECT secret FROM nowhere"))
        return ""

    assert_problem(client.get("/api/v1/broken"), 500, "internal_error")


@pytest.mark.parametrize(
    "away",
    [
        {"DATABASE_URL": "sqlite:////nowhere/blog.db"},
        {"DATABASE_URL": "postgresql://postgres@127.0.0.1:9/blog"},
        {"REDIS_URL": "redis://127.0.0.1:9"},
    ],
)
def test_what_is_away_is_503(settings: Settings, away: dict[str, str]) -> None:
    app = create_app(settings.model_copy(update=away))
    client = app.test_client()
    credentials = {"username": "ada", "password": PASSWORD}
    for answer in (client.get("/readyz"), client.post(LOGIN, json=credentials)):
        assert_problem(answer, 503, "unavailable")
        assert int(answer.headers["Retry-After"]) >= 1
    assert client.get("/healthz").json == {"status": "ok"}
    close(app)
