"""Running it: documents, probes, metrics, logs, the server and the demo."""

import json
import logging.config
from typing import Any

from pydantic import SecretStr
from sqlalchemy import func, select
from tornado.testing import gen_test

from app.accounts.models import User
from app.blog.models import Comment, Like, Post
from app.logs import JsonFormatter, logging_config
from tests.cases import BlogTestCase, assert_problem, bearer, login
from tests.conftest import run_module

METRICS_TOKENS = (
    (None, "Bearer x", 404),
    ("x", None, 404),
    ("x", "Bearer y", 404),
    ("x", "x", 404),
    ("x", "Bearer x", 200),
)


class TestOperations(BlogTestCase):
    @gen_test
    async def test_openapi_document(self) -> None:
        document = (await self.client.get("/api/v1/openapi.json")).json()
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
        for name, schema in schemas.items():
            if schema["type"] == "object":
                assert schema["additionalProperties"] is False, name
                refused = [p for p in schema["properties"].values() if "default" in p]
                assert refused == [] or name in {"NewPost", "NewTodo"}, name

    @gen_test
    async def test_docs_load_nothing_from_elsewhere(self) -> None:
        page = await self.client.get("/api/docs")
        assert page.code == 200
        assert "://" not in page.text
        sources = [part.partition('"')[0] for part in page.text.split('="')[1:]]
        for path in (source for source in sources if source.startswith("/")):
            assert (await self.client.get(path)).code == 200, path

    @gen_test
    async def test_probes(self) -> None:
        for path in ("/healthz", "/readyz"):
            answer = await self.client.get(path)
            assert (answer.code, answer.json()) == (200, {"status": "ok"})

    @gen_test
    async def test_metrics_count_templates_not_paths(self) -> None:
        await self.client.get("/api/v1/posts/some-post")
        await self.client.request("PURGE", "/nowhere/at/all")
        text = (await self.client.get("/metrics")).text
        route = 'route="/api/v1/posts/{slug}"'
        assert f'http_requests_total{{method="GET",{route},status="404"}}' in text
        assert 'method="other",route="unmatched",status="404"' in text
        assert 'http_request_duration_seconds_count{method="GET"' in text
        assert "some-post" not in text

    @gen_test
    async def test_metrics_in_production_need_the_token(self) -> None:
        for token, given, status in METRICS_TOKENS:
            secret = SecretStr(token) if token else None
            live = {"environment": "production", "metrics_token": secret}
            headers = {"Host": "blog.test"}
            if given:
                headers["Authorization"] = given
            async with self.serving(**live) as client:
                answer = await client.get("/metrics", headers=headers)
            assert answer.code == status

    @gen_test
    async def test_log_line_of_a_request(self) -> None:
        self.caplog.set_level(logging.INFO, "app.logs")
        headers = {"X-Request-ID": "my-id", "Authorization": "Bearer secret-token"}
        await self.client.get("/api/v1/posts/a-slug", headers=headers)
        (record,) = (r for r in self.caplog.records if r.name == "app.logs")
        text = JsonFormatter().format(record)
        line = json.loads(text)
        assert (line["method"], line["status"]) == ("GET", 401)
        assert line["route"] == "/api/v1/posts/{slug}"
        assert line["duration_ms"] >= 0
        assert "secret-token" not in text
        assert "a-slug" not in text

    def test_log_config_is_taken_by_logging(self) -> None:
        root = logging.getLogger()
        handlers, level = root.handlers[:], root.level
        for log_format in ("text", "json"):
            changed = self.settings.model_copy(update={"log_format": log_format})
            logging.config.dictConfig(logging_config(changed))
        root.handlers[:] = handlers
        root.setLevel(level)

    def test_json_log_has_the_traceback_in_its_line(self) -> None:
        error = RuntimeError("häh")
        record = logging.makeLogRecord(
            {"msg": "failed", "exc_info": (RuntimeError, error, None)}
        )
        line = JsonFormatter().format(record)
        assert "\n" not in line
        assert json.loads(line)["exception"].endswith("RuntimeError: häh")

    @gen_test
    async def test_demo_is_loaded_once(self) -> None:
        async def count() -> list[Any]:
            async with self.app.database.reading() as reader:
                models = (User, Post, Comment, Like)
                statements = [
                    select(func.count()).select_from(model) for model in models
                ]
                return [await reader.scalar(statement) for statement in statements]

        environment = {"DATABASE_URL": self.settings.database_url}
        first = run_module("app.demo", **environment)
        assert first.returncode == 0, first.stderr
        loaded = await count()
        assert min(loaded) > 5
        second = run_module("app.demo", **environment)
        assert (second.returncode, second.stdout) == (0, first.stdout)
        assert await count() == loaded
        name, password, _role = first.stdout.splitlines()[1].split()
        await login(self.client, name, password)
        answer = await self.client.get("/api/v1/posts?limit=100")
        posts = answer.json()["items"]
        moments = [post["published_at"] for post in posts]
        assert moments == sorted(moments, reverse=True)

    @gen_test
    async def test_create_admin_from_the_environment(self) -> None:
        environment = {
            "DATABASE_URL": self.settings.database_url,
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
        tokens = await login(self.client, "boss", environment["ADMIN_PASSWORD"])
        answer = await self.client.get("/api/v1/admin/users", headers=bearer(tokens))
        assert answer.code == 200
        assert_problem(await self.client.get("/api/v1/me"), 401, "not_authenticated")
