"""Posts, likes, comments and tags."""

import asyncio

import httpx
import pytest

from tests.conftest import Person, SignUp, assert_problem, write_post

pytestmark = pytest.mark.anyio


async def titles(
    client: httpx.AsyncClient, path: str = "/posts", person: Person | None = None
) -> list[str]:
    headers = person.headers if person else {}
    answer = await client.get(f"/api/v1{path}", headers=headers)
    assert answer.status_code == 200, answer.text
    return [post["title"] for post in answer.json()["items"]]


async def test_create_post(client: httpx.AsyncClient, sign_up: SignUp) -> None:
    ada = await sign_up("ada")
    new = {"title": " Naïve — test ", "body": "# Hi\r\n\n*x*", "tags": ["B", "a", "b"]}
    answer = await client.post("/api/v1/posts", json=new, headers=ada.headers)
    assert answer.status_code == 201
    assert answer.headers["location"] == "/api/v1/posts/naive-test"
    post = answer.json()
    moment = post.pop("created_at")
    assert post.pop("updated_at") == moment
    assert post == {
        "slug": "naive-test",
        "title": "Naïve — test",
        "excerpt": "Hi x",
        "status": "draft",
        "tags": ["a", "b"],
        "author": {"username": "ada", "bio": ""},
        "likes_count": 0,
        "is_liked": False,
        "comments_count": 0,
        "version": 1,
        "published_at": None,
        "body": "# Hi\n\n*x*",
        "body_html": "<h2>Hi</h2>\n<p><em>x</em></p>\n",
    }


async def test_members_come_in_the_order_of_the_document(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    post = await write_post(client, await sign_up("ada"))
    order = [
        *("slug", "title", "excerpt", "status", "tags", "author", "likes_count"),
        *("is_liked", "comments_count", "version", "created_at", "updated_at"),
        "published_at",
    ]
    assert list(post) == [*order, "body", "body_html"]
    (summary,) = (await client.get("/api/v1/posts")).json()["items"]
    assert list(summary) == order


async def test_slugs_of_one_title(client: httpx.AsyncClient, sign_up: SignUp) -> None:
    ada = await sign_up("ada")
    posts = await asyncio.gather(*(write_post(client, ada) for _ in range(12)))
    numbered = {f"a-title-{number}" for number in range(2, 13)}
    assert {post["slug"] for post in posts} == {"a-title"} | numbered
    await client.delete("/api/v1/posts/a-title-7", headers=ada.headers)
    assert (await write_post(client, ada))["slug"] == "a-title-7"


async def test_draft_is_for_its_author_and_editors(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    ada, bob = await sign_up("ada"), await sign_up("bob")
    editor = await sign_up("edith", role="editor")
    url = "/api/v1/posts/" + (await write_post(client, ada, status="draft"))["slug"]
    statuses = [
        (await client.get(url, headers=headers)).status_code
        for headers in ({}, bob.headers, ada.headers, editor.headers)
    ]
    assert statuses == [404, 404, 200, 200]
    for method, path in (
        ("GET", "/comments"),
        ("PUT", "/like"),
        ("DELETE", "/like"),
        ("PATCH", ""),
        ("DELETE", ""),
    ):
        body: dict[str, str] | None = {} if method == "PATCH" else None
        answer = await client.request(
            method, url + path, json=body, headers=bob.headers
        )
        assert_problem(answer, 404, "not_found")
    for answer in (
        await client.put(f"{url}/like", headers=ada.headers),
        await client.post(f"{url}/comments", json={"body": "x"}, headers=ada.headers),
    ):
        assert_problem(answer, 409, "conflict", ("status", "state"))
    answer = await client.delete(f"{url}/like", headers=ada.headers)
    assert answer.status_code == 204
    assert await titles(client, "/posts", ada) == []
    assert await titles(client, "/me/drafts", ada) == ["A title"]
    assert await titles(client, "/me/drafts", editor) == []


async def test_publishing_and_taking_back(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    ada = await sign_up("ada")
    url = "/api/v1/posts/" + (await write_post(client, ada, status="draft"))["slug"]

    async def patch(**changes: object) -> dict[str, object]:
        answer = await client.patch(url, json=changes, headers=ada.headers)
        assert answer.status_code == 200
        post: dict[str, object] = answer.json()
        return post

    published = await patch(status="published", tags=["x"])
    assert published["published_at"] == published["updated_at"]
    await client.put(f"{url}/like", headers=ada.headers)
    back = await patch(status="draft")
    assert back["published_at"] == published["published_at"]
    assert (await client.get("/api/v1/tags/x")).status_code == 404
    again = await patch(status="published")
    assert (again["published_at"], again["likes_count"]) == (
        published["published_at"],
        1,
    )
    assert (await client.get("/api/v1/tags/X")).json() == {
        "name": "x",
        "posts_count": 1,
    }


async def test_update_post(client: httpx.AsyncClient, sign_up: SignUp) -> None:
    ada, bob = await sign_up("ada"), await sign_up("bob")
    editor = await sign_up("edith", role="editor")
    post = await write_post(client, ada, tags=["one"])
    url = f"/api/v1/posts/{post['slug']}"
    same = {"title": "A title", "body": "A body.", "tags": ["ONE"], "version": 1}
    answer = await client.patch(url, json=same, headers=ada.headers)
    assert answer.json() == post
    answer = await client.patch(url, json={"title": "New"}, headers=ada.headers)
    changed = answer.json()
    assert (changed["slug"], changed["version"]) == (post["slug"], 2)
    assert changed["updated_at"] > post["updated_at"]
    answer = await client.patch(url, json={"tags": ["two"]}, headers=editor.headers)
    assert (answer.json()["tags"], answer.json()["version"]) == (["two"], 3)
    answer = await client.patch(url, json={"body": "*x*"}, headers=ada.headers)
    assert answer.json()["body_html"] == "<p><em>x</em></p>\n"
    assert answer.json()["excerpt"] == "x"
    stale = await client.patch(
        url, json={"title": "Old", "version": 3}, headers=ada.headers
    )
    assert_problem(stale, 409, "stale_version")
    assert stale.json()["current_version"] == 4
    forbidden = await client.patch(url, json={"title": "Mine"}, headers=bob.headers)
    assert_problem(forbidden, 403, "forbidden")


async def test_version_race_has_one_winner(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    ada = await sign_up("ada")
    url = "/api/v1/posts/" + (await write_post(client, ada))["slug"]

    async def patch(number: int, **version: int) -> int:
        changes = {"title": f"Title {number}", **version}
        return (await client.patch(url, json=changes, headers=ada.headers)).status_code

    guarded = await asyncio.gather(*(patch(n, version=1) for n in range(8)))
    assert sorted(guarded) == [200] + 7 * [409]
    assert set(await asyncio.gather(*(patch(n) for n in range(20, 28)))) == {200}
    assert (await client.get(url)).json()["version"] == 10


async def test_delete_post(client: httpx.AsyncClient, sign_up: SignUp) -> None:
    ada, bob = await sign_up("ada"), await sign_up("bob")
    url = "/api/v1/posts/" + (await write_post(client, ada, tags=["x"]))["slug"]
    await client.put(f"{url}/like", headers=bob.headers)
    await client.post(f"{url}/comments", json={"body": "x"}, headers=bob.headers)
    assert_problem(await client.delete(url, headers=bob.headers), 403, "forbidden")
    assert (await client.delete(url, headers=ada.headers)).status_code == 204
    assert_problem(await client.delete(url, headers=ada.headers), 404, "not_found")
    assert (await client.get("/api/v1/tags")).json() == {"items": []}


async def test_comment_or_like_that_loses_to_a_deletion(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    ada, bob = await sign_up("ada"), await sign_up("bob")
    url = "/api/v1/posts/" + (await write_post(client, ada))["slug"]
    body = {"body": "x"}
    answers = await asyncio.gather(
        client.post(f"{url}/comments", json=body, headers=bob.headers),
        client.put(f"{url}/like", headers=bob.headers),
        client.delete(url, headers=ada.headers),
        client.post(f"{url}/comments", json=body, headers=bob.headers),
        client.put(f"{url}/like", headers=ada.headers),
    )
    assert {answer.status_code for answer in answers} <= {201, 204, 404}
    assert (await client.get(url)).status_code == 404


async def test_likes_count_once_for_each_user(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    people = [await sign_up(name) for name in ("ada", "bob", "cat")]
    url = "/api/v1/posts/" + (await write_post(client, people[0]))["slug"]
    answers = await asyncio.gather(
        *(
            client.put(f"{url}/like", headers=p.headers)
            for p in people
            for _ in range(3)
        )
    )
    assert {answer.status_code for answer in answers} == {204}
    post = (await client.get(url, headers=people[1].headers)).json()
    assert (post["likes_count"], post["is_liked"], post["version"]) == (3, True, 1)
    assert not (await client.get(url)).json()["is_liked"]
    for _ in range(2):
        answer = await client.delete(f"{url}/like", headers=people[1].headers)
        assert answer.status_code == 204
    assert (await client.get(url)).json()["likes_count"] == 2


async def test_comments(client: httpx.AsyncClient, sign_up: SignUp) -> None:
    ada, bob, cat = [await sign_up(name) for name in ("ada", "bob", "cat")]
    post, other = await write_post(client, ada), await write_post(client, ada)
    url = f"/api/v1/posts/{post['slug']}/comments"
    answer = await client.post(
        url, json={"body": " <b>x</b>\r\ny "}, headers=bob.headers
    )
    assert answer.status_code == 201
    comment = answer.json()
    assert list(comment) == ["id", "body", "author", "created_at"]
    assert comment["body"] == "<b>x</b>\ny"
    path = f"{url}/{comment['id']}"
    assert answer.headers["location"] == path
    assert (await client.get(path)).json() == comment
    assert (await client.get(url)).json() == {"items": [comment], "next_cursor": None}
    elsewhere = f"/api/v1/posts/{other['slug']}/comments/{comment['id']}"
    assert_problem(await client.get(elsewhere), 404, "not_found")
    gone = await client.delete(elsewhere, headers=bob.headers)
    assert_problem(gone, 404, "not_found")
    assert_problem(await client.delete(path, headers=cat.headers), 403, "forbidden")
    assert (await client.delete(path, headers=ada.headers)).status_code == 204
    assert_problem(await client.delete(path, headers=ada.headers), 404, "not_found")


async def test_filters(client: httpx.AsyncClient, sign_up: SignUp) -> None:
    ada, bob = await sign_up("Ada"), await sign_up("bob")
    one = await write_post(client, ada, title="One", tags=["async-io"], body="100% x_y")
    await write_post(client, bob, title="Two", tags=["b"], body="100 xzy")
    await client.put(f"/api/v1/posts/{one['slug']}/like", headers=bob.headers)
    for query, found in (
        ("", ["Two", "One"]),
        ("?tag=ASYNC-io", ["One"]),
        ("?tag=async", []),
        ("?author=aDA", ["One"]),
        ("?author=%E2%84%AAda", []),
        ("?author=%00", []),
        ("?liked_by=BOB", ["One"]),
        ("?liked_by=BOB&author=bob", []),
        ("?q=", ["Two", "One"]),
        ("?q=100+X", ["Two", "One"]),
        ("?q=100%25", ["One"]),
        ("?q=X_Y", ["One"]),
        ("?q=%5C", []),
        ("?q=one", ["One"]),
        ("?q='+OR+1=1+--", []),
        ("?unknown=1", ["Two", "One"]),
    ):
        assert await titles(client, f"/posts{query}") == found, query


async def test_all_faults_of_a_query_come_together(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/posts?limit=0&cursor=x&q=a%01b&tag=")
    assert answer.status_code == 422
    errors = {(error["field"], error["code"]) for error in answer.json()["errors"]}
    assert errors == {
        ("limit", "too_small"),
        ("cursor", "invalid"),
        ("q", "format"),
        ("tag", "blank"),
    }


async def test_feed(client: httpx.AsyncClient, sign_up: SignUp) -> None:
    ada, bob = await sign_up("ada"), await sign_up("bob")
    await write_post(client, ada, title="Mine")
    await write_post(client, bob, title="Theirs")
    await write_post(client, bob, title="Not yet", status="draft")
    await client.put("/api/v1/users/bob/follow", headers=ada.headers)
    assert await titles(client, "/feed", ada) == ["Theirs"]


async def test_walk_through_pages(client: httpx.AsyncClient, sign_up: SignUp) -> None:
    ada = await sign_up("ada")
    for number in range(5):
        await write_post(client, ada, title=f"Title {number}")
    url, seen = "/api/v1/posts?limit=2&author=ada", []
    while url:
        answer = await client.get(url)
        seen += [post["title"] for post in answer.json()["items"]]
        if len(seen) == 2:  # What comes and goes meanwhile moves nothing.
            await write_post(client, ada, title="Newer")
            await client.delete("/api/v1/posts/title-3", headers=ada.headers)
        link = answer.headers.get("link", "")
        assert bool(link) == bool(answer.json()["next_cursor"])
        url = link.removeprefix("<").partition(">")[0]
        assert not link or "limit=2&author=ada&cursor=" in url
    assert seen == [f"Title {number}" for number in (4, 3, 2, 1, 0)]


async def test_exactly_full_page_is_the_last(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    ada = await sign_up("ada")
    for _ in range(2):
        await write_post(client, ada)
    answer = await client.get("/api/v1/posts?limit=2")
    assert answer.json()["next_cursor"] is None
    assert "link" not in answer.headers


async def test_tags_by_use_then_name(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    ada = await sign_up("ada")
    await write_post(client, ada, tags=["b", "a-b", "ab"])
    await write_post(client, ada, tags=["b", "c"])
    await write_post(client, ada, tags=["hidden"], status="draft")
    tags = (await client.get("/api/v1/tags")).json()["items"]
    assert [(tag["name"], tag["posts_count"]) for tag in tags] == [
        ("b", 2),
        ("a-b", 1),
        ("ab", 1),
        ("c", 1),
    ]
    assert_problem(await client.get("/api/v1/tags/hidden"), 404, "not_found")


async def test_tags_of_parallel_posts(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    ada = await sign_up("ada")
    names = [f"t{number}" for number in range(10)]
    await asyncio.gather(
        *(write_post(client, ada, tags=names[n:] + names[:n]) for n in range(8))
    )
    tags = (await client.get("/api/v1/tags")).json()["items"]
    assert tags == [{"name": name, "posts_count": 8} for name in names]


async def test_caller_who_is_deleted_meanwhile(
    client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    ada, bob = await sign_up("ada"), await sign_up("bob")
    url = "/api/v1/posts/" + (await write_post(client, ada))["slug"]
    deletion = {"current_password": "a long quiet walk"}
    new = {"title": "x", "body": "x"}
    answers = await asyncio.gather(
        client.post("/api/v1/me/delete", json=deletion, headers=bob.headers),
        *(client.put(f"{url}/like", headers=bob.headers) for _ in range(4)),
        *(
            client.post("/api/v1/posts", json=new, headers=bob.headers)
            for _ in range(4)
        ),
        *(client.post("/api/v1/todos", json={"title": "x"}, headers=bob.headers),),
    )
    assert {answer.status_code for answer in answers} <= {201, 204, 401}
    assert (await client.get(url)).json()["likes_count"] == 0
