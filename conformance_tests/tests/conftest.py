"""A good request to every operation of the document, for tests to spoil somewhere."""

import json
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.administrator import Administrator
from quintet_conformance.cases import cases
from quintet_conformance.openapi import Document, Operation
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

Json = Any

METHODS = {"GET", "HEAD", "PUT", "POST", "DELETE", "PATCH"}
ENDS_TOKENS = {"logout", "refresh_tokens", "change_password", "delete_account"}
FOR_ADMINS = {"list_users", "update_user"}
OF_EACH_REQUEST = frozenset({"date", "x-request-id"})
JSON = {"Content-Type": "application/json"}
NEEDS_USER: Json = [{"bearerAuth": []}]

# Which operations a test runs for when it takes an argument of this name.
OPERATIONS: dict[str, Callable[[str, Json], bool]] = {
    "any_operation": lambda method, node: True,
    "reading_operation": lambda method, node: method == "GET",
    "conditional_operation": lambda method, node: "304" in node["responses"],
    "unconditional_operation": lambda method, node: "304" not in node["responses"],
    "bodiless_operation": lambda method, node: "requestBody" not in node,
    "writing_operation": lambda method, node: "requestBody" in node,
    "patching_operation": lambda method, node: method == "PATCH",
    "creating_operation": lambda method, node: "201" in node["responses"],
    "guarded_operation": lambda method, node: node["security"] == NEEDS_USER,
    "personal_operation": lambda method, node: {} in node["security"],
}


@cache
def _document(path: Path) -> Document:
    return Document.load(path)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    document = _document(cases.directory.parent / "openapi.yaml")
    for argument in OPERATIONS.keys() & set(metafunc.fixturenames):
        found = [
            pytest.param(operation, id=operation.id, marks=_marks(operation))
            for operation in _chosen(document, argument)
        ]
        metafunc.parametrize(argument, found)
    if "siblings" in metafunc.fixturenames:
        _parametrize_paths(metafunc, document)


def _parametrize_paths(metafunc: pytest.Metafunc, document: Document) -> None:
    """Run for the operations of each path; with each method they leave, if asked to."""
    paths = sorted(document.content["paths"])
    siblings = {path: _at(document, path) for path in paths}
    if "wrong_method" not in metafunc.fixturenames:
        metafunc.parametrize("siblings", siblings.values(), ids=siblings)
        return
    wrong = [(path, method) for path in paths for method in _left(siblings[path])]
    metafunc.parametrize(
        ("siblings", "wrong_method"),
        [(siblings[path], method) for path, method in wrong],
        ids=[f"{method} {path}" for path, method in wrong],
    )


def _at(document: Document, path: str) -> list[Operation]:
    return [each for each in document.operations.values() if each.path == path]


def _left(siblings: list[Operation]) -> list[str]:
    taken = {operation.method for operation in siblings}
    return sorted(METHODS - taken - ({"HEAD"} if "GET" in taken else set()))


def _chosen(document: Document, argument: str) -> list[Operation]:
    belongs = OPERATIONS[argument]
    return [
        operation
        for _, operation in sorted(document.operations.items())
        if belongs(operation.method, _node(document, operation))
    ]


def _node(document: Document, operation: Operation) -> Json:
    return document.content["paths"][operation.path][operation.method.lower()]


def _marks(operation: Operation) -> list[pytest.MarkDecorator]:
    """Everybody's posts change the list of all tags: it is read while nobody writes."""
    return [pytest.mark.serial] if operation.id == "list_tags" else []


class Scene:
    """Three users with what they own; tokens and role of the third one may change."""

    def __init__(self, site: Site, administrator: Callable[[], Administrator]) -> None:
        self.site = site
        self._administrator = administrator

    @cached_property
    def author(self) -> Member:
        return self.site.new_member()

    @cached_property
    def other(self) -> Member:
        return self.site.new_member()

    @cached_property
    def expendable(self) -> Member:
        return self.site.new_member()

    @cached_property
    def admin(self) -> Member:
        administrator = self._administrator()
        administrator.set_role(self._candidate.username, "admin")
        return self._candidate

    @cached_property
    def _candidate(self) -> Member:
        """The same user is made admin by one module after the other."""
        return self.site.new_member()

    def retire_admin(self) -> None:
        if "admin" in self.__dict__:
            self._administrator().set_role(self.admin.username, "member")
            del self.admin

    def operations(self, argument: str) -> list[Operation]:
        """Choose the operations that an argument of this name would run for."""
        return _chosen(self.site.connection.contract.document, argument)

    def caller(self, operation: Operation) -> Client:
        if operation.id in FOR_ADMINS:
            return self.admin
        if (
            operation.path.startswith("/api/v1/auth/")
            and operation.id not in ENDS_TOKENS
        ):
            return self.site.anonymous()
        return self.expendable if operation.id in ENDS_TOKENS else self.author

    @cached_property
    def things(self) -> dict[str, object]:
        """What is there to be read and changed again and again."""
        return self.fresh_things("/{slug}/{name}/{comment_id}/{todo_id}")

    def fresh_things(self, path: str) -> dict[str, object]:
        """Make what the parts of a path stand for."""
        things: dict[str, object] = {"username": self.other.username}
        if "{slug}" in path or "{name}" in path:
            post = self.site.new_post(self.author, tags=[names.tag()])
            things |= {"slug": post["slug"], "name": post["tags"][0]}
        if "{comment_id}" in path:
            comment = self.author.create_comment(things["slug"], body="Well said.")
            things["comment_id"] = comment.json()["id"]
        if "{todo_id}" in path:
            things["todo_id"] = self.author.create_todo(title="Read").json()["id"]
        return things

    def path(self, operation: Operation) -> str:
        """Fill in what exists; what may be deleted is made for this one request."""
        if operation.id == "update_user":
            things: dict[str, object] = {"username": self.expendable.username}
        elif operation.method == "DELETE":
            things = self.fresh_things(operation.path)
        else:
            things = self.things
        return operation.path.format_map(things)

    def body(self, operation: Operation) -> Json:
        """Write a body that would be taken and would change something."""
        password, refresh = self.expendable.password, self.expendable.refresh_token
        bodies: dict[str, dict[str, Json]] = {
            "register": {
                "username": names.username(),
                "email": names.email(),
                "password": names.PASSWORD,
            },
            "login": {"username": self.other.username, "password": self.other.password},
            "refresh_tokens": {"refresh_token": refresh},
            "logout": {"refresh_token": refresh},
            "change_password": {
                "current_password": password,
                "new_password": f"{names.word()} {names.word()}",
            },
            "request_password_reset": {"email": names.email()},
            "confirm_password_reset": {
                "token": names.word(43),
                "new_password": names.PASSWORD,
            },
            "update_account": {"bio": names.title()},
            "delete_account": {"current_password": password},
            "create_post": {
                "title": names.title(),
                "body": "Well *said*.",
                "tags": [names.tag()],
                "status": "published",
            },
            "update_post": {"title": names.title()},
            "create_comment": {"body": names.title()},
            "create_todo": {"title": names.title()},
            "update_todo": {"title": names.title()},
            "update_user": {"role": "editor"},
        }
        return bodies[operation.id]

    def send(
        self,
        operation: Operation,
        *,
        client: Client | None = None,
        path: str | None = None,
        **options: Json,
    ) -> httpx.Response:
        """Send a good request, but for what the options say."""
        if operation.id == "delete_completed_todos":
            options.setdefault("query", "completed=true")
        has_body = operation.method in {"POST", "PATCH"} and "content" not in options
        if has_body and "json" not in options:
            options["json"] = self.body(operation)
        caller = client or self.caller(operation).from_address(names.address())
        response = caller.request(
            operation.method, path or self.path(operation), **options
        )
        if operation.id in ENDS_TOKENS and response.is_success:
            del self.expendable
        return response

    def state(self) -> Json:
        """Read all that a request of this scene could change."""
        slug = self.things["slug"]
        return [
            self.author.get_post(slug).json(),
            self.author.list_comments(slug).json(),
            self.author.get_account().json(),
            self.other.get_account().json(),
            self.expendable.get_account().json(),
            self.author.get_profile(self.other.username).json(),
            self.author.list_posts(author=self.author.username, limit=100).json(),
            self.author.list_drafts(limit=100).json(),
            self.author.list_todos(limit=100).json(),
        ]


@pytest.fixture(scope="session")
def company(request: pytest.FixtureRequest, site: Site) -> Scene:
    """The users of a scene, who are the same in all modules."""
    return Scene(site, lambda: request.getfixturevalue("administrator"))


@pytest.fixture(scope="module")
def scene(company: Scene) -> Iterator[Scene]:
    """What good requests are made of; its admin is one as long as a module runs."""
    yield company
    company.retire_admin()


@pytest.fixture
def send(scene: Scene) -> Callable[..., httpx.Response]:
    """Send an otherwise good request: `send(operation, headers=…, client=…)`."""
    return scene.send


@pytest.fixture
def good_path(scene: Scene) -> Callable[[Operation], str]:
    """Give a path of an operation to something that exists."""
    return scene.path


@pytest.fixture
def served(anonymous: Client) -> Iterator[None]:
    """Whatever a test sent, the next request is served."""
    yield
    assert anonymous.list_posts(tag="no-such-tag-at-all").status_code == 200


@pytest.fixture
def written() -> Callable[[list[Json]], str]:
    """Put the parts of a case together; its random letters are the same everywhere."""
    letters = names.word(100)

    def write(part: Json) -> str:
        if isinstance(part, str):
            return part
        return letters[: part["random"]] if "random" in part else _repeated(part)

    return lambda parts: "".join(write(part) for part in parts)


@pytest.fixture
def sent(written: Callable[[list[Json]], str]) -> Callable[[Json], str]:
    """Give the JSON of the value of a case as it goes out, unescaped."""

    def write(case: Json) -> str:
        if "raw" in case:
            return str(case["raw"])
        value = written(case["parts"]) if "parts" in case else case["value"]
        return json.dumps(value, ensure_ascii=False)

    return write


@pytest.fixture
def stored(
    written: Callable[[list[Json]], str], sent: Callable[[Json], str]
) -> Callable[[Json], Json]:
    """Give the value of a case as it is answered."""

    def read(case: Json) -> Json:
        if "stored_parts" in case:
            return written(case["stored_parts"])
        return case["stored"] if "stored" in case else json.loads(sent(case))

    return read


@pytest.fixture
def body_with(sent: Callable[[Json], str]) -> Callable[..., dict[str, Json]]:
    """Write a body with the value of a case beside good ones."""

    def write(case: Json, **others: Json) -> dict[str, Json]:
        members = {name: json.dumps(value) for name, value in others.items()}
        members.pop(case["field"], None)
        if "missing" not in case:
            members[case["field"]] = sent(case)
        text = ",".join(f'"{name}":{value}' for name, value in members.items())
        return {"content": f"{{{text}}}".encode(), "headers": JSON}

    return write


def _repeated(part: Json) -> str:
    return str(part["repeat"]) * int(part["times"])


@pytest.fixture(scope="session")
def visible(of_programs: frozenset[str]) -> Callable[[httpx.Response], Json]:
    """Give all that a caller can tell two answers apart by."""

    def everything(response: httpx.Response) -> Json:
        fields = dict(response.headers.items())
        for name in OF_EACH_REQUEST | of_programs:
            fields.pop(name, None)
        return response.status_code, fields, response.content

    return everything
