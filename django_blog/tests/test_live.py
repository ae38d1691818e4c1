"""Comments as they come and go: who is told what, and when a socket is closed."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import OperationalError, transaction
from django.test import Client

from blog import consumers, services
from blog.models import Comment, Post
from common.live import QUEUE_FRAMES, live
from common.sockets import is_allowed_origin
from tests.browser import Browser, assert_page
from tests.conftest import PASSWORD, Person, SignUp, write_post
from tests.sockets import SlowSocket, Socket

# Events are told after a commit: no transaction around these tests.
pytestmark = pytest.mark.django_db(transaction=True)

PATH = "/ws/posts/a-title"
POST = "/api/v1/posts/a-title"
PAGE = "/posts/a-title"

Scenario = Callable[[Socket], Awaitable[None]]


@pytest.fixture
def ada(sign_up: SignUp) -> Person:
    """The author of a published post."""
    ada = sign_up("ada")
    write_post(ada)
    return ada


def play(scenario: Callable[[], Awaitable[None]]) -> None:
    async def opened() -> None:
        async with live.opened():
            await scenario()

    async_to_sync(opened)()


def follow(scenario: Scenario, path: str = PATH) -> None:
    """Plays with a socket."""

    async def connected() -> None:
        async with Socket(path) as socket:
            await scenario(socket)

    play(connected)


async def call(view: Callable[..., Any], *args: Any, **options: Any) -> Any:
    return await sync_to_async(view)(*args, **options)


async def comment(person: Person, body: str = "Hi.") -> Any:
    answer = await call(person.post, f"{POST}/comments", {"body": body})
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_comments_through_the_api(ada: Person) -> None:
    write_post(ada, title="Other")

    async def scenario(socket: Socket) -> None:
        async with Socket("/ws/posts/other") as other:
            created = await comment(ada, "Grüße\n")
            url = f"{POST}/comments/{created['id']}"
            anybody = (await call(Person().get, url)).json()
            event = {"type": "comment.created", "comment": anybody}
            assert await socket.frame() == event
            await call(ada.delete, url)
            event = {"type": "comment.deleted", "id": created["id"]}
            assert await socket.frame() == event
            assert await other.is_quiet()

    follow(scenario)


def test_comments_through_the_pages(ada: Person) -> None:
    browser = Browser().sign_in()

    async def scenario(socket: Socket) -> None:
        await call(browser.fill_in, PAGE, f"{PAGE}/comments", body="Hi.")
        created = (await socket.frame())["comment"]
        assert (created["body"], created["author"]["username"]) == ("Hi.", "ada")
        await call(browser.fill_in, PAGE, f"{PAGE}/comments/{created['id']}/delete")
        assert await socket.frame() == {"type": "comment.deleted", "id": created["id"]}

    follow(scenario)


@pytest.fixture
def editor(sign_up: SignUp) -> Client:
    client = Client()
    client.force_login(sign_up("eve", "editor").user)
    return client


def test_admin_takes_comments_away(ada: Person, editor: Client) -> None:
    ids = [Comment.objects.create(**new).pk for new in 2 * [_new_comment(ada)]]
    url = "/admin/blog/comment/"
    selected = {"action": "delete_selected", "_selected_action": ids, "post": "yes"}

    async def scenario(socket: Socket) -> None:
        await call(editor.post, f"{url}{ids.pop()}/delete/", {"post": "yes"})
        await call(editor.post, url, selected)
        deleted = [(await socket.frame())["id"] for _ in range(2)]
        assert deleted == [ids[0] + 1, ids[0]]

    follow(scenario)
    assert not Comment.objects.exists()


def _new_comment(person: Person) -> dict[str, Any]:
    return {"post": Post.objects.get(), "author": person.user, "body": "x"}


@pytest.mark.parametrize("how", ["form", "action"])
def test_admin_takes_a_post_back(ada: Person, editor: Client, how: str) -> None:
    post = Post.objects.get()
    url = "/admin/blog/post/"
    form = {"title": "New", "body": "B", "status": "draft", "version": post.version}
    rows = {"post_tags-TOTAL_FORMS": 0, "post_tags-INITIAL_FORMS": 0}

    async def scenario(socket: Socket) -> None:
        if how == "form":
            await call(editor.post, f"{url}{post.pk}/change/", {**form, **rows})
        else:
            chosen = {"action": "take_back", "_selected_action": [post.pk]}
            await call(editor.post, url, chosen)
        assert await socket.close_code() == 4404

    follow(scenario)


@pytest.mark.parametrize(
    "slug", ["unknown", "not-yet", "A_b", "a\0", "é", "a/b", "a" * 9000]
)
def test_nothing_to_follow(ada: Person, slug: str) -> None:
    write_post(ada, title="Not yet", status="draft")
    browser = Browser().sign_in()
    cookie = "; ".join(f"{m.key}={m.value}" for m in browser.cookies.values())

    async def scenario() -> None:
        async with Socket(f"/ws/posts/{slug}", cookie=cookie) as socket:
            assert socket.handshake["type"] == "websocket.accept"
            assert await socket.close_code() == 4404

    play(scenario)


def test_post_that_goes_during_the_handshake(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter([Post.objects.get().pk, None])

    async def look(_slug: str) -> int | None:
        return next(looks)

    monkeypatch.setattr(consumers, "_find", look)

    async def scenario(socket: Socket) -> None:
        assert await socket.close_code() == 4404

    follow(scenario)


@pytest.mark.parametrize("how", ["draft", "delete", "delete_account", "page"])
def test_post_goes(ada: Person, how: str) -> None:
    write_post(ada, title="Kept")
    browser = Browser().sign_in()

    async def scenario(socket: Socket) -> None:
        await comment(ada)
        assert (await socket.frame())["type"] == "comment.created"
        async with Socket("/ws/posts/kept") as other:
            if how == "draft":
                await call(ada.patch, POST, {"status": "draft"})
            elif how == "delete":
                await call(ada.delete, POST)
            elif how == "page":
                await call(browser.fill_in, PAGE, f"{PAGE}/delete")
            else:
                body = {"current_password": PASSWORD}
                await call(ada.post, "/api/v1/me/delete", body)
                assert await other.close_code() == 4404
            assert await socket.close_code() == 4404
            assert how == "delete_account" or await other.is_quiet()

    follow(scenario)


def test_change_of_a_post_is_not_announced(ada: Person) -> None:
    async def scenario(socket: Socket) -> None:
        for changes in ({"title": "New"}, {"tags": ["x"]}, {"status": "published"}):
            answer = await call(ada.patch, POST, changes)
            assert answer.status_code == 200
        assert await socket.is_quiet()

    follow(scenario)


def test_what_is_refused_or_vanishes_is_not_announced(
    ada: Person, sign_up: SignUp
) -> None:
    bob = sign_up("bob")

    async def scenario(socket: Socket) -> None:
        created = await comment(ada)
        await comment(bob)
        for _ in range(2):
            await socket.frame()
        url = f"{POST}/comments"
        await call(bob.post, url, {"body": " "})
        await call(bob.delete, f"{url}/{created['id']}")
        body = {"current_password": PASSWORD}
        gone = await call(bob.post, "/api/v1/me/delete", body)
        assert gone.status_code == 204
        assert await socket.is_quiet()

    follow(scenario)


def test_what_is_rolled_back_is_not_announced(ada: Person) -> None:
    def comment_and_fail() -> None:
        with transaction.atomic():
            services.create_comment(ada.user, "a-title", body="Hi.")
            raise OperationalError

    async def scenario(socket: Socket) -> None:
        with pytest.raises(OperationalError):
            await call(comment_and_fail)
        assert await socket.is_quiet()

    follow(scenario)


def test_messages_of_the_client(ada: Person) -> None:
    bad = {"type": "error", "code": "bad_message"}
    rubbish = "", "ping", "[" * 4096, '{"type":"ping","id":1}', '{"type":"x"}', "1"

    async def scenario(socket: Socket) -> None:
        for text in ('{"type":"ping"}', ' {"type" : "ping"}\n'):
            assert await socket.ask(text=text) == {"type": "pong"}
        for text in rubbish:
            assert await socket.ask(text=text) == bad
        assert await socket.ask(bytes=b'{"type":"ping"}') == bad

    follow(scenario)


def test_slow_reader_is_let_go_and_the_others_are_not(ada: Person) -> None:
    post_id = Post.objects.get().pk

    async def scenario(socket: Socket) -> None:
        async with SlowSocket(PATH) as slow:
            # One frame is on its way to the slow reader, and one waits to be sent.
            for n in range(QUEUE_FRAMES + 3):
                live.publish(post_id, {"type": "comment.deleted", "id": n})
                assert (await socket.frame())["id"] == n
            assert [(await slow.frame())["id"] for _ in range(2)] == [0, 1]
            assert await slow.close_code() == 1013
        assert await socket.is_quiet()

    follow(scenario)


@pytest.mark.parametrize(
    ("origin", "is_allowed"),
    [
        (None, True),
        ("http://blog.test", True),
        ("https://BLOG.test", True),
        ("https://quintet.example", True),
        ("https://friend.example:8443", True),
        ("https://friend.example", False),
        ("http://quintet.example", False),
        ("http://blog.test:81", False),
        ("http://notblog.test", False),
        ("http://[", False),
        ("null", False),
    ],
)
def test_origins(settings: Any, origin: str | None, is_allowed: bool) -> None:
    settings.PUBLIC_URL = "https://Quintet.example/blog"
    settings.CORS_ALLOWED_ORIGINS = ["https://friend.example:8443"]
    assert is_allowed_origin(origin, "blog.test") == is_allowed
    settings.PUBLIC_URL = None
    assert not is_allowed_origin("null", "blog.test")


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (PATH, {"origin": "http://evil.test"}, 403),
        (PATH, {"host": "evil.test"}, 400),
        (PATH, {"host": "a b"}, 400),
        ("/ws/nowhere", {}, 404),
    ],
)
def test_handshakes_that_are_refused(
    settings: Any, path: str, headers: dict[str, str], status: int
) -> None:
    settings.ALLOWED_HOSTS = ["blog.test"]

    async def scenario() -> None:
        async with Socket(path, **headers) as socket:
            assert socket.handshake["status"] == status
            assert (await socket.message())["body"]

    play(scenario)


def test_request_that_is_no_handshake() -> None:
    assert_page(Client().get(PATH), 404)


def test_database_that_is_away(
    ada: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def away(_slug: str) -> None:
        raise OperationalError("no connection")

    monkeypatch.setattr(consumers, "_find", away)

    async def scenario(socket: Socket) -> None:
        assert socket.handshake["status"] == 503

    follow(scenario)
    assert "Unavailable: OperationalError('no connection')" in caplog.text


def test_one_log_line_a_handshake(
    ada: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    async def scenario() -> None:
        for headers, status in (({}, 101), ({"origin": "http://evil.test"}, 403)):
            caplog.clear()
            async with Socket(PATH, **headers):
                pass
            (record,) = caplog.records
            assert record.getMessage().startswith(f"GET /ws/posts/{{slug}} {status} ")

    play(scenario)


def test_page_names_its_socket(ada: Person, sign_up: SignUp) -> None:
    sign_up("bob")
    follows = 'data-live="/ws/posts/a-title"'
    none, thread = '<p class="none">There are none', 'class="thread" role="log"'
    assert_page(Client().get(PAGE), 200, thread, f"{follows}>", none)
    bob, author = Browser().sign_in("bob"), Browser().sign_in()
    assert_page(bob.get(PAGE), 200, f'{follows} data-username="bob">')
    own = f'{follows} data-username="ada" data-moderates>'
    assert_page(author.get(PAGE), 200, own)
    older = Client().get(f"{PAGE}?before=9")
    ada.patch(POST, {"status": "draft"})
    for quiet in (older, author.get(PAGE)):
        assert_page(quiet, 200, thread)
        assert "data-" not in quiet.text
