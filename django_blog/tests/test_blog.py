"""Posts, drafts, versions, likes, comments, lists and tags."""

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from blog.models import Comment, Like, Post
from tests.conftest import Person, SignUp, assert_problem, together, write_post

pytestmark = pytest.mark.django_db
racing = pytest.mark.django_db(transaction=True)

SUMMARY = [
    "slug",
    "title",
    "excerpt",
    "status",
    "tags",
    "author",
    "likes_count",
    "is_liked",
    "comments_count",
    "version",
    "created_at",
    "updated_at",
    "published_at",
]


def slugs(client: Person, path: str) -> list[str]:
    return [item["slug"] for item in client.get(f"/api/v1/{path}").json()["items"]]


def test_create_post(sign_up: SignUp) -> None:
    ada = sign_up("ada")
    new = {"title": " Straße ", "body": "# A\r\n\r\nb", "tags": ["B", "a", "b "]}
    answer = ada.post("/api/v1/posts", new)
    post = answer.json()
    assert answer["Location"] == "/api/v1/posts/stra-e"
    assert (post["title"], post["body"]) == ("Straße", "# A\n\nb")
    assert (post["tags"], post["status"]) == (["a", "b"], "draft")
    assert (post["body_html"], post["excerpt"]) == ("<h2>A</h2>\n<p>b</p>\n", "A b")
    assert (post["version"], post["published_at"]) == (1, None)
    assert post["created_at"] == post["updated_at"]


def test_members_come_in_the_order_of_the_document(sign_up: SignUp) -> None:
    ada = sign_up("ada")
    post = write_post(ada)
    assert list(post) == [*SUMMARY, "body", "body_html"]
    (item,) = ada.get("/api/v1/posts").json()["items"]
    assert list(item) == SUMMARY


@racing
def test_slugs_of_one_title(sign_up: SignUp) -> None:
    tokens = sign_up("ada").tokens

    def write(_: int) -> str:
        person = Person()
        person.use(tokens)
        return str(write_post(person, title="One title")["slug"])

    expected = {"one-title"} | {f"one-title-{n}" for n in range(2, 9)}
    assert set(together(8, write)) == expected


@pytest.mark.parametrize(
    ("role", "sees"), [("member", False), ("editor", True), ("admin", True)]
)
def test_draft_is_for_its_author_and_editors(
    sign_up: SignUp, anybody: Person, role: str, sees: bool
) -> None:
    ada, other = sign_up("ada"), sign_up("eve", role)
    path = f"/api/v1/posts/{write_post(ada, status='draft')['slug']}"
    assert ada.get(path).status_code == 200
    assert_problem(anybody.get(path), 404, "not_found")
    assert (other.get(path).status_code == 200) is sees
    assert (other.patch(path, {"title": "New"}).status_code == 200) is sees
    for answer in (
        ada.put(f"{path}/like"),
        ada.post(f"{path}/comments", {"body": "x"}),
    ):
        assert_problem(answer, 409, "conflict", ("status", "state"))
    assert slugs(other, "posts") == []


def test_publishing_and_taking_back(sign_up: SignUp, anybody: Person) -> None:
    ada = sign_up("ada")
    post = write_post(ada, tags=["a"])
    path = f"/api/v1/posts/{post['slug']}"
    anybody_path = f"{path}/comments"
    ada.post(anybody_path, {"body": "x"})
    draft = ada.patch(path, {"status": "draft"}).json()
    assert draft["published_at"] == post["published_at"]
    assert slugs(anybody, "posts") == []
    assert slugs(ada, "me/drafts") == [post["slug"]]
    assert anybody.get("/api/v1/tags").json() == {"items": []}
    again = ada.patch(path, {"status": "published"}).json()
    assert again["published_at"] == post["published_at"]
    assert (again["comments_count"], again["version"]) == (1, 3)


def test_update_post(sign_up: SignUp) -> None:
    ada, eve = sign_up("ada"), sign_up("eve")
    post = write_post(ada, tags=["a"])
    path = f"/api/v1/posts/{post['slug']}"
    assert ada.patch(path, {"title": post["title"], "tags": ["A"]}).json() == post
    changed = ada.patch(path, {"title": "New", "version": 1}).json()
    assert (changed["title"], changed["version"]) == ("New", 2)
    assert (changed["slug"], changed["tags"]) == (post["slug"], ["a"])
    assert ada.patch(path, {"tags": []}).json()["tags"] == []
    stale = ada.patch(path, {"body": "x", "version": 1})
    assert_problem(stale, 409, "stale_version")
    assert stale.json()["current_version"] == 3
    assert_problem(eve.patch(path, {"title": "Mine"}), 403, "forbidden")
    assert ada.patch(path, {"body": "*x*"}).json()["body_html"] == "<p><em>x</em></p>\n"


@racing
def test_version_race_has_one_winner(sign_up: SignUp) -> None:
    ada = sign_up("ada")
    path = f"/api/v1/posts/{write_post(ada)['slug']}"

    def change(n: int) -> int:
        person = Person()
        person.use(ada.tokens)
        return person.patch(path, {"title": f"Title {n}", "version": 1}).status_code

    assert sorted(together(6, change)) == [200] + [409] * 5


def test_delete_post(sign_up: SignUp) -> None:
    ada, eve = sign_up("ada"), sign_up("eve")
    path = f"/api/v1/posts/{write_post(ada, tags=['a'])['slug']}"
    eve.put(f"{path}/like")
    eve.post(f"{path}/comments", {"body": "x"})
    assert_problem(eve.delete(path), 403, "forbidden")
    assert ada.delete(path).status_code == 204
    assert_problem(ada.delete(path), 404, "not_found")
    assert not (Like.objects.exists() or Comment.objects.exists())


@racing
def test_comment_or_like_that_loses_to_a_deletion(sign_up: SignUp) -> None:
    ada = sign_up("ada")
    path = f"/api/v1/posts/{write_post(ada)['slug']}"

    def act(n: int) -> int:
        person = Person()
        person.use(ada.tokens)
        if n == 0:
            return person.delete(path).status_code
        if n % 2:
            return person.put(f"{path}/like").status_code
        return person.post(f"{path}/comments", {"body": "x"}).status_code

    assert set(together(8, act)) <= {201, 204, 404}
    assert not (Like.objects.exists() or Comment.objects.exists())


@racing
def test_likes_count_once_for_each_user(sign_up: SignUp, anybody: Person) -> None:
    people = [sign_up(f"user{n}") for n in range(4)]
    path = f"/api/v1/posts/{write_post(people[0])['slug']}"

    def like(n: int) -> int:
        person = Person()
        person.use(people[n % 4].tokens)
        return person.put(f"{path}/like").status_code

    assert set(together(8, like)) == {204}
    assert anybody.get(path).json()["likes_count"] == 4
    assert people[1].get(path).json()["is_liked"]
    for _ in range(2):
        assert people[1].delete(f"{path}/like").status_code == 204
    post = people[1].get(path).json()
    assert (post["likes_count"], post["is_liked"]) == (3, False)


def test_comments(sign_up: SignUp, anybody: Person) -> None:
    ada, eve = sign_up("ada"), sign_up("eve")
    path = f"/api/v1/posts/{write_post(ada)['slug']}/comments"
    other = f"/api/v1/posts/{write_post(ada)['slug']}/comments"
    answer = eve.post(path, {"body": " <b>hi</b>\r\n"})
    comment = answer.json()
    assert list(comment) == ["id", "body", "author", "created_at"]
    assert comment["body"] == "<b>hi</b>"
    assert answer["Location"] == f"{path}/{comment['id']}"
    assert anybody.get(answer["Location"]).json() == comment
    assert anybody.get(path).json()["items"] == [comment]
    assert_problem(anybody.get(f"{other}/{comment['id']}"), 404, "not_found")
    stranger = sign_up("stranger")
    assert_problem(stranger.delete(answer["Location"]), 403, "forbidden")
    assert ada.delete(answer["Location"]).status_code == 204
    assert_problem(eve.delete(answer["Location"]), 404, "not_found")


def test_filters(sign_up: SignUp, anybody: Person) -> None:
    ada, eve = sign_up("ada"), sign_up("eve")
    first = write_post(ada, title="100% _Ada_", body="one TWO", tags=["a", "b"])["slug"]
    second = write_post(eve, title="Other", body="two back\\slash", tags=["b"])["slug"]
    ada.put(f"/api/v1/posts/{second}/like")
    for query, expected in {
        "tag=A": [first],
        "tag=b": [second, first],
        "author=ADA": [first],
        "author=nobody": [],
        "liked_by=Ada": [second],
        "tag=b&author=eve&liked_by=ada&q=two": [second],
        "q=TWO": [second, first],
        "q=one+100%25": [first],
        "q=_ada_": [first],
        "q=%5C": [second],
        "q=%25": [first],
        "q=": [second, first],
        "tag=a%00b": [],
    }.items():
        assert slugs(anybody, f"posts?{query}") == expected, query


def test_all_faults_of_a_query_come_together(anybody: Person) -> None:
    query = "limit=0&cursor=x&tag=&q=" + "a+" * 11
    assert_problem(
        anybody.get(f"/api/v1/posts?{query}"),
        422,
        "validation_error",
        ("limit", "too_small"),
        ("cursor", "invalid"),
        ("tag", "blank"),
        ("q", "too_many"),
    )


def test_feed(sign_up: SignUp) -> None:
    ada, eve, bob = (sign_up(name) for name in ("ada", "eve", "bob"))
    write_post(bob)
    write_post(eve, status="draft")
    expected = [write_post(eve)["slug"]]
    ada.put("/api/v1/users/eve/follow")
    assert slugs(ada, "feed") == expected


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6])
def test_walk_through_pages(sign_up: SignUp, anybody: Person, limit: int) -> None:
    ada = sign_up("ada")
    written = [write_post(ada)["slug"] for _ in range(5)]
    Post.objects.update(published_at=timezone.now())  # all at once
    path, found = f"/api/v1/posts?limit={limit}&author=ada", []
    while path:
        answer = anybody.get(path)
        page = answer.json()
        found += [item["slug"] for item in page["items"]]
        link = answer.headers.get("Link")
        assert (page["next_cursor"] is None) == (link is None)
        path = link.removeprefix("<").partition(">")[0] if link else ""
    assert found == written[::-1]


def test_tags_by_use_then_name(sign_up: SignUp, anybody: Person) -> None:
    ada = sign_up("ada")
    write_post(ada, tags=["b", "a-a", "c"])
    write_post(ada, tags=["c"])
    write_post(ada, tags=["d"], status="draft")
    tags = anybody.get("/api/v1/tags").json()["items"]
    assert [(t["name"], t["posts_count"]) for t in tags] == [
        ("c", 2),
        ("a-a", 1),
        ("b", 1),
    ]
    assert anybody.get("/api/v1/tags/C").json() == {"name": "c", "posts_count": 2}
    assert_problem(anybody.get("/api/v1/tags/d"), 404, "not_found")


@racing
def test_tags_of_parallel_posts(sign_up: SignUp, anybody: Person) -> None:
    tokens = sign_up("ada").tokens

    def write(_: int) -> None:
        person = Person()
        person.use(tokens)
        write_post(person, tags=["x", "y", "z"])

    together(6, write)
    tags = anybody.get("/api/v1/tags").json()["items"]
    assert [tag["posts_count"] for tag in tags] == [6, 6, 6]


def test_caller_who_is_deactivated_meanwhile(sign_up: SignUp) -> None:
    ada = sign_up("ada")
    path = f"/api/v1/posts/{write_post(ada)['slug']}/like"
    User.objects.update(is_active=False)
    assert_problem(ada.put(path), 401, "invalid_token")


def test_lists_walk_an_index(sign_up: SignUp) -> None:
    ada = sign_up("ada").user
    latest = Post.objects.published().order_by("-published_at", "-id")
    lists = {
        "posts_published_idx": latest,
        "posts_author_id_idx": latest.matching(author="ada"),
        "posts_drafts_idx": Post.objects.drafts().by(ada).order_by("-id"),
    }
    is_sqlite = connection.vendor == "sqlite"
    if not is_sqlite:  # PostgreSQL reads so small a table as a whole, if it may.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
    for index, posts in lists.items():
        plan = posts.summaries(ada)[:20].explain()
        assert index in plan or not is_sqlite, plan
        assert "TEMP B-TREE" not in plan, plan
        assert "Sort Key" not in plan, plan
