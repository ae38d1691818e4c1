"""What holds whatever the operation: paths, methods, bodies, headers."""

import base64
import hashlib
import json
from typing import Any
from unittest import mock

import pytest
from django.db import OperationalError
from django.test import Client

from common.middleware import API_POLICY
from common.problems import exception_handler
from tests.conftest import Person, SignUp, assert_problem, write_post

pytestmark = pytest.mark.django_db
LIMIT = 1_048_576


def send(
    person: Any, body: bytes, content_type: str = "application/json", **headers: Any
) -> Any:
    return person.generic(
        "POST", "/api/v1/todos", body, content_type=content_type, **headers
    )


@pytest.mark.parametrize(
    "path",
    [
        "nope",
        "posts/",
        "posts/A-b",
        "posts/a%00",
        "posts/" + "a" * 91,
        "users/ab",
        "users/%C3%A9%C3%A9%C3%A9",
        "tags/a_b",
        "tags/" + "a" * 31,
    ],
)
def test_path_that_cannot_be_is_not_found(anybody: Person, path: str) -> None:
    assert_problem(anybody.get(f"/api/v1/{path}"), 404, "not_found")


@pytest.mark.parametrize(
    "part", ["0", "01", "-1", "1.0", "\u0661", "9223372036854775808", "9" * 5000]
)
def test_id_that_cannot_be_is_not_found(sign_up: SignUp, part: str) -> None:
    assert_problem(sign_up("ada").get(f"/api/v1/todos/{part}"), 404, "not_found")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/v1/posts", "GET, POST, HEAD, OPTIONS"),
        ("/api/v1/posts/x", "GET, PATCH, DELETE, HEAD, OPTIONS"),
        ("/api/v1/auth/login", "POST, OPTIONS"),
        ("/api/docs", "GET, HEAD, OPTIONS"),
        ("/healthz", "GET, HEAD, OPTIONS"),
    ],
)
def test_allow_names_all_methods(anybody: Person, path: str, allowed: str) -> None:
    answer = anybody.options(path)
    assert (answer.status_code, answer["Allow"]) == (204, allowed)
    answer = anybody.put(path)
    assert_problem(answer, 405, "method_not_allowed")
    assert answer["Allow"] == allowed


def test_head_is_get_without_the_body(sign_up: SignUp) -> None:
    ada = sign_up("ada")
    for path in ("/api/v1/posts", "/api/v1/me", "/api/v1/posts/none"):
        got, head = ada.get(path), ada.head(path)
        assert (head.status_code, head.content) == (got.status_code, b"")
        same = {"Content-Type", "Content-Length", "ETag", "Cache-Control"}
        assert {n: got.headers.get(n) for n in same} == {
            n: head.headers.get(n) for n in same
        }


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed_json"),
        (b"{", 400, "malformed_json"),
        (b'\xef\xbb\xbf{"title":"x"}', 400, "malformed_json"),
        ('{"title":"x"}'.encode("utf-16"), 400, "malformed_json"),
        (b'{"title":"\xff"}', 400, "malformed_json"),
        (b'{"position":NaN}', 400, "malformed_json"),
        (b'{"position":' + b"9" * 5000 + b"}", 400, "malformed_json"),
        (b"[" * 100_000, 400, "malformed_json"),
        (b'{"title":"' + b"x" * LIMIT + b'"}', 413, "content_too_large"),
        (b"[]", 422, "validation_error"),
        (b"null", 422, "validation_error"),
        (b'{"title":"\\ud800"}', 422, "validation_error"),
        (b'{"\\ud800":1}', 422, "validation_error"),
    ],
)
def test_body(sign_up: SignUp, body: bytes, status: int, code: str) -> None:
    answer = send(sign_up("ada"), body)
    assert answer.status_code == status, answer.content
    assert answer.json()["code"] == code


def test_body_of_exactly_the_limit_is_read(sign_up: SignUp) -> None:
    body = b'{"title":"x"}'
    assert send(sign_up("ada"), body.ljust(LIMIT)).status_code == 201


def test_last_of_a_repeated_member_counts(sign_up: SignUp) -> None:
    answer = send(sign_up("ada"), b'{"title":"a","title":"b"}')
    assert answer.json()["title"] == "b"


@pytest.mark.parametrize(
    ("media_type", "accepted"),
    [
        ("application/json", True),
        ("Application/JSON; charset=UTF-8", True),
        ('application/json;charset="utf-8"', True),
        ("application/json; charset=latin-1", False),
        ("application/json; q=1", False),
        ("application/problem+json", False),
        ("application/merge-patch+json", False),
        ("text/plain", False),
        ("", False),
    ],
)
def test_media_type(sign_up: SignUp, media_type: str, accepted: bool) -> None:
    answer = send(sign_up("ada"), b'{"title":"x"}', media_type)
    assert answer.status_code == (201 if accepted else 415)


def test_encoded_body_is_refused(sign_up: SignUp) -> None:
    answer = send(sign_up("ada"), b"{}", HTTP_CONTENT_ENCODING="identity")
    assert_problem(answer, 415, "unsupported_media_type")


def test_patch_takes_merge_patch(sign_up: SignUp) -> None:
    ada: Any = sign_up("ada")
    merge = "application/merge-patch+json"
    answer = ada.generic("PATCH", "/api/v1/me", b"{}", content_type=merge)
    assert answer.status_code == 200
    answer = ada.generic("PATCH", "/api/v1/me", b"{}", content_type="text/plain")
    assert_problem(answer, 415, "unsupported_media_type")
    assert answer["Accept-Patch"] == f"application/json, {merge}"


def test_operation_without_body_ignores_one(sign_up: SignUp) -> None:
    ada: Any = sign_up("ada")
    path = "/api/v1/todos?completed=true"
    answer = ada.generic("DELETE", path, b"x", content_type="text/plain")
    assert answer.status_code == 204


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        ("", "not_authenticated"),
        ("Basic abc", "invalid_token"),
        ("Bearer", "invalid_token"),
        ("Bearer  {token}", "invalid_token"),
        ("Bearer {token},Bearer {token}", "invalid_token"),
        ("Bearer {token} x", "invalid_token"),
        ("Bearer \u00e9", "invalid_token"),
        ("bEARER {token}", None),
    ],
)
def test_authorization(sign_up: SignUp, authorization: str, code: str | None) -> None:
    ada = sign_up("ada")
    token = ada.tokens["access_token"]
    ada.credentials(HTTP_AUTHORIZATION=authorization.format(token=token))
    answer = ada.get("/api/v1/me")
    if code is None:
        assert answer.status_code == 200
        return
    assert_problem(answer, 401, code)
    reason = ' error="invalid_token"' if code == "invalid_token" else ""
    assert answer["WWW-Authenticate"] == f"Bearer{reason}"


def test_conditional_get(sign_up: SignUp) -> None:
    ada = sign_up("ada")
    path = f"/api/v1/posts/{write_post(ada)['slug']}"
    answer = ada.get(path)
    digest = hashlib.sha256(answer.content).digest()
    tag = f'"{base64.urlsafe_b64encode(digest)[:22].decode()}"'
    assert answer["ETag"] == tag
    for held in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        for method in (ada.get, ada.head):
            same = method(path, HTTP_IF_NONE_MATCH=held)
            assert (same.status_code, same.content) == (304, b"")
            assert same["Vary"] == "Authorization"
            assert same["Cache-Control"] == "private, no-cache"
            assert "Content-Length" not in same
    assert ada.get(path, HTTP_IF_NONE_MATCH='"x"').status_code == 200
    ada.put(f"{path}/like")
    assert ada.get(path, HTTP_IF_NONE_MATCH=tag).status_code == 200
    assert "Vary" not in ada.get("/api/v1/tags")
    assert ada.get("/api/v1/posts/none", HTTP_IF_NONE_MATCH="*").status_code == 404


def test_what_is_not_conditional_is_not_stored(sign_up: SignUp) -> None:
    answer = sign_up("ada").get("/api/v1/me", HTTP_IF_NONE_MATCH="*")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert "ETag" not in answer


@pytest.mark.parametrize("path", ["/api/v1/posts", "/api/v1/nope", "/healthz"])
def test_security_headers(anybody: Person, path: str) -> None:
    answer = anybody.get(path)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Content-Security-Policy"] == API_POLICY
    assert "Strict-Transport-Security" not in answer


def test_https_is_told(settings: Any) -> None:
    settings.SERVED_OVER_HTTPS, settings.SECURE_HSTS_SECONDS = True, 31_536_000
    answer = Client().get("/healthz")
    assert answer["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("given", ["abc-1_Z", "a" * 64])
def test_request_id_of_the_caller_comes_back(anybody: Person, given: str) -> None:
    assert anybody.get("/healthz", HTTP_X_REQUEST_ID=given)["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "a b", "é", "a" * 65, "a\n"])
def test_other_request_id_is_replaced(anybody: Person, given: str) -> None:
    answered = anybody.get("/healthz", HTTP_X_REQUEST_ID=given)["X-Request-ID"]
    assert answered != given
    assert len(answered) == 32


def test_api_reads_and_sets_no_cookie(sign_up: SignUp) -> None:
    ada = sign_up("ada")
    ada.cookies["sessionid"] = "nonsense"
    for path in ("/api/v1/me", "/api/docs", "/api/docs?script="):
        assert not ada.get(path).cookies


def test_cors_is_off_by_default(anybody: Person) -> None:
    answer = anybody.get("/api/v1/posts", HTTP_ORIGIN="https://friend.example")
    assert "Access-Control-Allow-Origin" not in answer


def test_cors(settings: Any) -> None:
    middleware = "corsheaders.middleware.CorsMiddleware"
    settings.MIDDLEWARE = [middleware, *settings.MIDDLEWARE]
    settings.CORS_ALLOWED_ORIGINS = ["https://friend.example"]
    anybody = Person()
    friend, stranger = "https://friend.example", "https://stranger.example"
    answer = anybody.get("/api/v1/posts", HTTP_ORIGIN=friend)
    assert answer["Access-Control-Allow-Origin"] == friend
    assert "ETag" in answer["Access-Control-Expose-Headers"]
    assert "origin" in answer["Vary"].lower()
    answer = anybody.get("/api/v1/nope", HTTP_ORIGIN=stranger)
    assert "Access-Control-Allow-Origin" not in answer
    assert "origin" in answer["Vary"].lower()
    preflight = anybody.options(
        "/api/v1/me", HTTP_ORIGIN=friend, HTTP_ACCESS_CONTROL_REQUEST_METHOD="PATCH"
    )
    assert preflight.status_code == 200
    assert preflight["Access-Control-Max-Age"] == "600"


def test_host_in_production(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["blog.test"]
    allowed_hosts = "common.middleware.allowed_hosts"
    settings.MIDDLEWARE = [allowed_hosts, *settings.MIDDLEWARE]
    anybody = Person()
    for host, status in [("blog.test:80", 200), ("evil.test", 400), ("a b", 400)]:
        assert anybody.get("/api/v1/posts", HTTP_HOST=host).status_code == status
        assert anybody.get("/healthz", HTTP_HOST=host).status_code == 200


def test_unexpected_error_tells_nothing(
    anybody: Person, caplog: pytest.LogCaptureFixture
) -> None:
    with mock.patch("blog.api.Post.objects", new=None):
        answer = anybody.get("/api/v1/posts")
    assert_problem(answer, 500, "internal_error")
    assert b"NoneType" not in answer.content
    assert "Unexpected error" in caplog.text


def test_error_outside_the_api_tells_nothing(anybody: Person) -> None:
    with mock.patch("common.middleware._policy", side_effect=RuntimeError("secret")):
        answer = anybody.get("/nope")
    assert answer.status_code == 500
    assert b"secret" not in answer.content


def test_what_is_away_is_503(caplog: pytest.LogCaptureFixture) -> None:
    problem = exception_handler(OperationalError("no connection"), {})
    assert (problem.status_code, problem["Retry-After"]) == (503, "1")
    assert json.loads(problem.content)["code"] == "unavailable"
    assert "no connection" in caplog.text
