"""Django's admin: editors look after the blog, admins after everything."""

import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts.models import User
from blog.models import Comment, Post, Tag
from tests.conftest import PASSWORD, Person, SignUp, assert_problem, write_post

pytestmark = pytest.mark.django_db


def sign_in(name: str) -> Client:
    client = Client()
    form = {"username": name, "password": PASSWORD}
    answer = client.post("/admin/login/?next=/admin/", form)
    assert answer.status_code == 302, answer.content
    return client


@pytest.fixture
def editor(sign_up: SignUp) -> Client:
    sign_up("kim", "editor")
    return sign_in("KIM")


@pytest.fixture
def root(sign_up: SignUp) -> Client:
    sign_up("root", "admin")
    return sign_in("root@example.org")


def form(**changed: Any) -> dict[str, Any]:
    """What a browser sends for a post without tags and comments."""
    values = {"title": "A title", "body": "One\r\ntwo", "status": "draft", **changed}
    for prefix in ("post_tags", "comments"):
        values |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    return values | changed


def test_member_has_no_way_in(sign_up: SignUp) -> None:
    sign_up("ada")
    answer = Client().post("/admin/login/", {"username": "ada", "password": PASSWORD})
    assert answer.status_code == 200
    assert b"staff account" in answer.content


def test_attempts_count_here_too(sign_up: SignUp) -> None:
    sign_up("kim", "editor")
    for _ in range(10):
        Client().post("/admin/login/", {"username": "kim", "password": "wrong"})
    answer = Client().post("/admin/login/", {"username": "kim", "password": PASSWORD})
    assert answer.status_code == 200
    credentials = {"username": "kim", "password": PASSWORD}
    assert_problem(
        Person().post("/api/v1/auth/login", credentials), 429, "rate_limited"
    )


@pytest.mark.parametrize("page", ["post", "tag", "comment"])
def test_lists_and_searches(editor: Client, sign_up: SignUp, page: str) -> None:
    ada = sign_up("ada")
    slug = write_post(ada, title="Needle", tags=["needle"])["slug"]
    ada.post(f"/api/v1/posts/{slug}/comments", {"body": "needle"})
    for word, found in [("needle", 1), ("haystack", 0)]:
        answer = editor.get(f"/admin/blog/{page}/?q={word}")
        assert answer.context["cl"].result_count == found


def test_pages_have_no_inline_script(editor: Client, sign_up: SignUp) -> None:
    write_post(sign_up("ada"), tags=["a"])
    post = Post.objects.get()
    for path in ("/admin/", "/admin/blog/post/", f"/admin/blog/post/{post.pk}/change/"):
        answer = editor.get(path)
        assert answer.status_code == 200
        assert "default-src 'self'" in answer["Content-Security-Policy"]
        inline = re.findall(
            rb"<script(?![^>]*(?:src|application/json))", answer.content
        )
        assert not inline


def test_editor_writes_a_post(editor: Client) -> None:
    tag = Tag.objects.create(name="a")
    values = form(**{"post_tags-TOTAL_FORMS": "1", "post_tags-0-tag": tag.pk})
    answer = editor.post("/admin/blog/post/add/", values)
    assert answer.status_code == 302, answer.content
    post = Post.objects.get()
    assert (post.slug, post.body, post.author.username) == (
        "a-title",
        "One\ntwo",
        "kim",
    )
    assert (post.body_html, post.version) == ("<p>One\ntwo</p>\n", 1)
    assert [tag.name for tag in post.tags.all()] == ["a"]
    assert LogEntry.objects.count() == 1


def test_editor_changes_a_post(editor: Client, sign_up: SignUp) -> None:
    write_post(sign_up("ada"), title="Old", status="draft")
    post = Post.objects.get()
    path = f"/admin/blog/post/{post.pk}/change/"
    same = form(title=post.title, body=post.body)
    assert editor.post(path, same).status_code == 302
    post.refresh_from_db()
    assert post.version == 1
    editor.post(path, form(title="New", body="*x*", status="published"))
    post.refresh_from_db()
    assert (post.title, post.slug, post.version) == ("New", "old", 2)
    assert post.body_html == "<p><em>x</em></p>\n"
    assert post.published_at == post.updated_at


def test_tags_alone_are_a_change_too(editor: Client, sign_up: SignUp) -> None:
    write_post(sign_up("ada"))
    post, tag = Post.objects.get(), Tag.objects.create(name="a")
    path = f"/admin/blog/post/{post.pk}/change/"
    values = form(title=post.title, body=post.body, status=post.status)
    values |= {"post_tags-TOTAL_FORMS": "1", "post_tags-0-tag": tag.pk}
    assert editor.post(path, values).status_code == 302
    post.refresh_from_db()
    assert post.version == 2


def test_rules_of_the_api_hold(editor: Client) -> None:
    answer = editor.post("/admin/blog/post/add/", form(title="a\x01b", body=" "))
    assert b"Leave out control characters." in answer.content
    answer = editor.post("/admin/blog/tag/add/", {"name": "-"})
    assert b"This is not of the right form." in answer.content
    editor.post("/admin/blog/tag/add/", {"name": "Async"})
    assert Tag.objects.get().name == "async"


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [("publish", "draft", "published"), ("take_back", "published", "draft")],
)
def test_publishing(
    editor: Client, sign_up: SignUp, action: str, before: str, after: str
) -> None:
    ada = sign_up("ada")
    for _ in range(2):
        write_post(ada, status=before)
    chosen = {"action": action, "_selected_action": [p.pk for p in Post.objects.all()]}
    editor.post("/admin/blog/post/", chosen)
    assert {(p.status, p.version) for p in Post.objects.all()} == {(after, 2)}


def test_deleting(editor: Client, sign_up: SignUp) -> None:
    ada = sign_up("ada")
    for _ in range(3):
        slug = write_post(ada)["slug"]
        ada.post(f"/api/v1/posts/{slug}/comments", {"body": "x"})
    first, *others = Post.objects.all()
    editor.post(f"/admin/blog/post/{first.pk}/delete/", {"post": "yes"})
    assert Post.objects.count() == 2
    chosen = {"action": "delete_selected", "post": "yes"}
    editor.post(
        "/admin/blog/post/", {**chosen, "_selected_action": [p.pk for p in others]}
    )
    assert not (Post.objects.exists() or Comment.objects.exists())


def test_accounts_are_for_admins(editor: Client, root: Client) -> None:
    assert editor.get("/admin/accounts/user/").status_code == 403
    assert root.get("/admin/accounts/user/?role=editor").status_code == 200
    assert root.get("/admin/accounts/user/add/").status_code == 403


def test_admin_changes_a_role(root: Client, sign_up: SignUp) -> None:
    ada = sign_up("ada")
    path = f"/admin/accounts/user/{ada.user.pk}/change/"
    assert root.post(path, {"role": "editor", "is_active": "on"}).status_code == 302
    assert ada.user.role == "editor"


def test_admin_deactivates_others_but_not_themselves(
    root: Client, sign_up: SignUp
) -> None:
    ada = sign_up("ada")
    chosen = {"_selected_action": [user.pk for user in User.objects.all()]}
    answer = root.post(
        "/admin/accounts/user/", {"action": "deactivate", **chosen}, follow=True
    )
    assert b"Another admin has to do this." in answer.content
    assert_problem(ada.get("/api/v1/me"), 401, "invalid_token")
    root.post("/admin/accounts/user/", {"action": "activate", **chosen})
    assert all(user.is_active for user in User.objects.all())


def test_deactivated_editor_is_signed_out(editor: Client) -> None:
    User.objects.update(is_active=False)
    assert editor.get("/admin/").status_code == 302


def test_new_password_signs_out(editor: Client) -> None:
    user = User.objects.get()
    user.set_password("another quiet walk")
    user.save()
    assert editor.get("/admin/").status_code == 302
