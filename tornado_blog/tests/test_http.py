"""What holds for every request: methods, bodies, problems, header fields, caching."""

import base64
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import ClassVar

from tornado.httputil import HTTPHeaders
from tornado.routing import URLSpec
from tornado.testing import gen_test

from app.api import ApiHandler
from app.application import Blog
from app.headers import EXPOSED_HEADERS
from app.routing import unlisted
from tests.cases import PASSWORD, Answer, BlogTestCase, assert_problem, write_post

LOGIN = "/api/v1/auth/login"
JSON = {"Content-Type": "application/json"}
ORIGIN = "https://example.org"
PATHS_THAT_CANNOT_BE = (
    "todos/0",
    "todos/01",
    "todos/+1",
    "todos/1.0",
    "todos/%D9%A7",
    "todos/9223372036854775808",
    "todos/" + "9" * 5000,
    "posts/A",
    "posts/%00",
    "posts/%FF",
    "posts/a--b",
    "posts/" + "a" * 91,
    "users/ab",
    "users/%E2%84%AAelvin",
    "tags/a%0A",
    "posts/x/comments/-1",
)
ALLOWED = {
    "/api/v1/posts": "GET, POST, HEAD, OPTIONS",
    "/api/v1/posts/x": "GET, PATCH, DELETE, HEAD, OPTIONS",
    "/api/v1/posts/x/like": "PUT, DELETE, OPTIONS",
    "/healthz": "GET, HEAD, OPTIONS",
}
BODIES = (
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
    (b'{"username":"a","password":"x"}' + b" " * 8_000_000, 413),
    (b'{"username":"a","password":"x"}' + b" " * 9_000_000, 413),
)
CODES = {
    400: "malformed_json",
    401: "invalid_credentials",
    413: "content_too_large",
    422: "validation_error",
}
MEDIA_TYPES = {
    "application/json": True,
    "Application/JSON ; Charset=UTF-8": True,
    'application/json;charset="utf-8"': True,
    "application/json; charset=latin-1": False,
    "application/json; profile=x": False,
    "application/merge-patch+json": False,
    "application/problem+json": False,
    "application/x-www-form-urlencoded": False,
    "multipart/form-data": False,
    "text/plain": False,
    "": False,
}
AUTHORIZATIONS = {
    None: "not_authenticated",
    "": "not_authenticated",
    "Bearer": "invalid_token",
    "Bearer  x": "invalid_token",
    "Bearer x y": "invalid_token",
    "Basic x": "invalid_token",
    "Bearer ä": "invalid_token",
    "Bearer x.y.z": "invalid_token",
}
CONDITIONAL = (
    ("/api/v1/posts", "private, no-cache", "Authorization"),
    ("/api/v1/posts/a-title", "private, no-cache", "Authorization"),
    ("/api/v1/posts/a-title/comments", "private, no-cache", "Authorization"),
    ("/api/v1/users/ada", "private, no-cache", "Authorization"),
    ("/api/v1/tags", "no-cache", None),
    ("/api/v1/tags/x", "no-cache", None),
)
HOSTS = (
    ("blog.test", "/api/v1/tags", 200),
    ("WWW.test:8004", "/api/v1/tags", 200),
    ("[::1]:8004", "/api/v1/tags", 200),
    ("blog.test", "/api/v1/nothing", 404),
    ("evil.test", "/api/v1/tags", 400),
    ("blog.test.evil.test", "/api/v1/tags", 400),
    ("10.0.0.7:8004", "/healthz", 200),
    ("10.0.0.7:8004", "/readyz", 200),
)
AWAY: tuple[dict[str, str], ...] = (
    {"database_url": "sqlite:////nowhere/blog.db"},
    {"database_url": "postgresql://postgres@127.0.0.1:9/blog"},
    {"redis_url": "redis://127.0.0.1:9"},
)


def in_chunks(
    *chunks: bytes,
) -> Callable[[Callable[[bytes], Awaitable[None]]], Awaitable[None]]:
    async def produce(write: Callable[[bytes], Awaitable[None]]) -> None:
        for chunk in chunks:
            await write(chunk)

    return produce


class TestMessages(BlogTestCase):
    @gen_test
    async def test_unknown_path_and_trailing_slash(self) -> None:
        for path in ("/api/v1/nothing", "/api/v1/posts/", "/api/v1"):
            for method in ("GET", "POST", "OPTIONS", "PURGE"):
                answer = await self.client.request(method, path)
                assert_problem(answer, 404, "not_found")

    @gen_test
    async def test_path_that_cannot_be_is_not_found(self) -> None:
        ada = await self.sign_up("ada")
        for path in PATHS_THAT_CANNOT_BE:
            with self.subTest(path):
                answer = await self.client.get(f"/api/v1/{path}", headers=ada.headers)
                assert_problem(answer, 404, "not_found")

    @gen_test
    async def test_allow_names_all_methods(self) -> None:
        for path, allowed in ALLOWED.items():
            options = await self.client.options(path)
            assert (options.code, options.headers["Allow"]) == (204, allowed)
            refused = await self.client.request("TRACE", path)
            assert_problem(refused, 405, "method_not_allowed")
            assert refused.headers["Allow"] == allowed

    @gen_test
    async def test_head_is_get_without_the_body(self) -> None:
        for path in ("/api/v1/tags", "/api/v1/posts/x", "/healthz", "/static/docs.js"):
            headers = {"X-Request-ID": "the-same"}
            get = await self.client.get(path, headers=headers)
            head = await self.client.head(path, headers=headers)
            assert (head.code, head.body) == (get.code, b"")
            for answer in (get, head):
                del answer.headers["Date"]
            assert dict(head.headers) == dict(get.headers)
        assert (await self.client.head(LOGIN)).code == 405

    @gen_test
    async def test_body(self) -> None:
        for content, status in BODIES:
            with self.subTest(content[:40], length=len(content)):
                answer = await self.client.post(LOGIN, body=content, headers=JSON)
                assert answer.code == status, answer.text
                assert answer.json()["code"] == CODES[status]

    @gen_test
    async def test_chunked_body_is_whole_or_refused(self) -> None:
        end = b'{"username":"a","password":"x"}'
        for padding, status in (
            (1_048_545, 401),
            (1_048_546, 413),
            (9_000_000, 413),
        ):
            body = in_chunks(b" " * padding, end)
            answer = await self.client.post(LOGIN, body_producer=body, headers=JSON)
            assert answer.code == status

    @gen_test
    async def test_connection_goes_on_after_a_long_body(self) -> None:
        long = b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        head = long % LOGIN.encode() + b"Content-Length: 2000000\r\n\r\n"
        next_request = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        answers = await self.talk(head + b" " * 2_000_000, next_request)
        statuses = [answer.split(b" ")[1] for answer in answers]
        assert statuses == [b"413", b"200"]

    @gen_test
    async def test_far_too_long_body_is_refused_before_it_comes(self) -> None:
        head = b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        announced = head % LOGIN.encode() + b"Content-Length: 50000000\r\n\r\n"
        (answer,) = await self.talk(announced)
        assert b" 413 " in answer
        assert b"X-Request-Id" in answer

    @gen_test
    async def test_media_type(self) -> None:
        for media_type, taken in MEDIA_TYPES.items():
            headers = {"Content-Type": media_type}
            answer = await self.client.post(LOGIN, body=b"{}", headers=headers)
            if taken:
                assert answer.code == 422
            else:
                assert_problem(answer, 415, "unsupported_media_type")
                assert "Accept-Patch" not in answer.headers

    @gen_test
    async def test_encoded_body_is_refused(self) -> None:
        headers = JSON | {"Content-Encoding": "gzip"}
        answer = await self.client.post(LOGIN, body=b"{}", headers=headers)
        assert_problem(answer, 415, "unsupported_media_type")

    @gen_test
    async def test_patch_takes_merge_patch(self) -> None:
        ada = await self.sign_up("ada")
        merge_patch = ada.headers | {"Content-Type": "application/merge-patch+json"}
        url = "/api/v1/me"
        answer = await self.client.patch(url, body=b"{}", headers=merge_patch)
        assert answer.code == 200
        text = ada.headers | {"Content-Type": "text/plain"}
        answer = await self.client.patch(url, body=b"{}", headers=text)
        assert_problem(answer, 415, "unsupported_media_type")
        accepted = "application/json, application/merge-patch+json"
        assert answer.headers["Accept-Patch"] == accepted

    @gen_test
    async def test_operation_without_body_ignores_one(self) -> None:
        for media_type in ("text/plain", "multipart/form-data; boundary=x"):
            headers = {"Content-Type": media_type, "Content-Encoding": "br"}
            answer = await self.client.get(
                "/api/v1/tags", body=b"x" * 2_000_000, headers=headers
            )
            assert answer.code == 200

    @gen_test
    async def test_authorization(self) -> None:
        for value, code in AUTHORIZATIONS.items():
            headers = {} if value is None else {"Authorization": value}
            answer = await self.client.get("/api/v1/me", headers=headers)
            assert_problem(answer, 401, code)
            reason = ' error="invalid_token"' if code == "invalid_token" else ""
            assert answer.headers["WWW-Authenticate"] == "Bearer" + reason
            on_open_path = await self.client.get("/api/v1/posts", headers=headers)
            assert on_open_path.code == (401 if code == "invalid_token" else 200)
            credentials = {"username": "a", "password": "b"}
            not_looked_at = await self.client.post(
                LOGIN, json=credentials, headers=headers
            )
            assert not_looked_at.json()["code"] == "invalid_credentials"

    @gen_test
    async def test_authorization_comes_once(self) -> None:
        token = (await self.sign_up("ada")).headers["Authorization"]
        headers = HTTPHeaders()
        headers.add("Authorization", token)
        headers.add("Authorization", token)
        answer = await self.client.get("/api/v1/me", headers=headers)
        assert_problem(answer, 401, "invalid_token")
        spelled = {"Authorization": token.replace("Bearer", "bEARER")}
        assert (await self.client.get("/api/v1/me", headers=spelled)).code == 200

    async def talk(self, *requests: bytes) -> list[bytes]:
        """Writes requests on one connection, each when the one before is answered."""
        stream = await self.connect()
        answers = []
        for request in requests:
            await stream.write(request)
            head = await stream.read_until(b"\r\n\r\n")
            length = int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
            answers.append(head + await stream.read_bytes(length))
        stream.close()
        return answers


class TestHeaderFields(BlogTestCase):
    async def expect_conditional(
        self, path: str, cache_control: str, vary: str | None
    ) -> None:
        answer = await self.client.get(path)
        digest = base64.urlsafe_b64encode(hashlib.sha256(answer.body).digest())
        entity_tag = f'"{digest[:22].decode()}"'
        expected = [entity_tag, cache_control, vary]
        assert fields_of(answer) == expected
        for held in (entity_tag, f'"x", W/{entity_tag}', "*"):
            for method in ("GET", "HEAD"):
                headers = {"If-None-Match": held}
                answer = await self.client.request(method, path, headers=headers)
                assert (answer.code, answer.body) == (304, b"")
                assert fields_of(answer) == expected
        other = await self.client.get(path, headers={"If-None-Match": '"x"'})
        assert other.code == 200

    @gen_test
    async def test_conditional_get(self) -> None:
        ada = await self.sign_up("ada")
        await write_post(self.client, ada, tags=["x"])
        for path, cache_control, vary in CONDITIONAL:
            with self.subTest(path):
                await self.expect_conditional(path, cache_control, vary)

    @gen_test
    async def test_what_is_not_conditional_is_not_stored(self) -> None:
        ada = await self.sign_up("ada")
        for path in ("me", "todos", "feed", "openapi.json"):
            answer = await self.client.get(f"/api/v1/{path}", headers=ada.headers)
            assert answer.headers["Cache-Control"] == "no-store"
            assert "ETag" not in answer.headers
        headers = {"If-None-Match": "*"}
        missing = await self.client.get("/api/v1/posts/x", headers=headers)
        assert_problem(missing, 404, "not_found")

    @gen_test
    async def test_security_headers(self) -> None:
        for path in ("/api/v1/posts", "/api/v1/nothing", "/healthz", "/api/docs"):
            headers = (await self.client.get(path)).headers
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"] == "same-origin"
            assert headers["X-Frame-Options"] == "DENY"
            assert "Strict-Transport-Security" not in headers
            assert "Server" not in headers
            policy = headers["Content-Security-Policy"]
            api = "default-src 'none'; frame-ancestors 'none'"
            assert (policy == api) == (path != "/api/docs")

    @gen_test
    async def test_request_id(self) -> None:
        for given, kept in (
            ("a-B_9", True),
            ("a" * 64, True),
            ("a" * 65, False),
            ("a b", False),
            ("", False),
        ):
            headers = {"X-Request-ID": given}
            answer = await self.client.get("/healthz", headers=headers)
            returned = answer.headers["X-Request-ID"]
            assert (returned == given) == kept
            assert 1 <= len(returned) <= 64

    @gen_test
    async def test_cors_is_off_by_default(self) -> None:
        answer = await self.client.get("/api/v1/tags", headers={"Origin": ORIGIN})
        assert "Access-Control-Allow-Origin" not in answer.headers

    @gen_test
    async def test_host_in_production(self) -> None:
        live = {"environment": "production", "allowed_hosts": ("www.test", "[::1]")}
        async with self.serving(**live) as client:
            for host, path, status in HOSTS:
                answer = await client.get(path, headers={"Host": host})
                assert answer.code == status, host
                assert answer.headers["X-Request-ID"]


def fields_of(answer: Answer) -> list[str | None]:
    fields = ("ETag", "Cache-Control", "Vary")
    return [answer.headers.get(field) for field in fields]


class TestCors(BlogTestCase):
    changed_settings: ClassVar[Mapping[str, object]] = {
        "cors_origins": (ORIGIN,),
        "public_url": "https://blog.test",
    }

    @gen_test
    async def test_cors(self) -> None:
        for path in ("/api/v1/tags", "/api/v1/posts", "/api/v1/nothing"):
            for origin in (ORIGIN, "https://example.net", None):
                headers = {"Origin": origin} if origin else {}
                answer = await self.client.get(path, headers=headers)
                assert "Origin" in answer.headers["Vary"].split(",")
                allowed = {
                    name: value
                    for name, value in answer.headers.items()
                    if name.startswith("Access-Control")
                }
                expected = {
                    "Access-Control-Allow-Origin": ORIGIN,
                    "Access-Control-Expose-Headers": ", ".join(EXPOSED_HEADERS),
                }
                assert allowed == (expected if origin == ORIGIN else {})
                transport = answer.headers["Strict-Transport-Security"]
                assert transport == "max-age=31536000"

    @gen_test
    async def test_preflight(self) -> None:
        headers = {
            "Origin": ORIGIN,
            "Access-Control-Request-Method": "PATCH",
            "Access-Control-Request-Headers": "authorization,content-type,x-request-id",
        }
        answer = await self.client.options("/api/v1/me", headers=headers)
        assert answer.code == 204
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert answer.headers["Access-Control-Max-Age"] == "600"
        assert "PATCH" in answer.headers["Access-Control-Allow-Methods"]
        assert "Access-Control-Allow-Credentials" not in answer.headers
        headers["Origin"] = "https://example.net"
        answer = await self.client.options("/api/v1/me", headers=headers)
        assert answer.code == 204
        assert "Access-Control-Allow-Origin" not in answer.headers


class BrokenHandler(ApiHandler):
    @unlisted
    async def get(self) -> None:
        raise RuntimeError("secret of the house")


class UnmarkedHandler(ApiHandler):
    async def get(self) -> None:
        self.write("secret of the house")


class TestFaults(BlogTestCase):
    def get_app(self) -> Blog:
        app = super().get_app()
        broken = URLSpec("/api/v1/broken", BrokenHandler)
        unmarked = URLSpec("/api/v1/unmarked", UnmarkedHandler)
        app.add_handlers(".*", [broken, unmarked])
        return app

    @gen_test
    async def test_unexpected_error_tells_nothing(self) -> None:
        answer = await self.client.get("/api/v1/broken")
        assert_problem(answer, 500, "internal_error")
        assert "secret" not in answer.text
        assert answer.headers["X-Request-ID"]
        assert "secret of the house" in self.caplog.text

    @gen_test
    async def test_method_without_a_mark_is_refused(self) -> None:
        answer = await self.client.get("/api/v1/unmarked")
        assert_problem(answer, 404, "not_found")

    @gen_test
    async def test_what_is_away_is_503(self) -> None:
        for away in AWAY:
            async with self.serving(**away) as client:
                credentials = {"username": "ada", "password": PASSWORD}
                for answer in (
                    await client.get("/readyz"),
                    await client.post(LOGIN, json=credentials),
                ):
                    assert_problem(answer, 503, "unavailable")
                    assert int(answer.headers["Retry-After"]) >= 1
                assert (await client.get("/healthz")).json() == {"status": "ok"}
