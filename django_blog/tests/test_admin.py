"""Django's admin: editors look after the blog, admins after everything."""

import re
from typing import Any
from unittest import mock

import pytest
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, OperationalError
from django.test import Client
from django.urls import reverse

from accounts.models import User
from blog.models import Comment, Post, Tag
from common.errors import NotFound
from common.mail import Mail
from tests.browser import assert_page
from tests.conftest import PASSWORD, Person, SignUp, assert_problem, write_post
from tests.test_statements import fill

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


def form(post: Post | None = None, *new_tags: Tag, **changed: Any) -> dict[str, Any]:
    """What a browser sends for a post, with line ends as browsers write them."""
    post = post or Post(title="A title", body="One\ntwo")
    names = ("title", "body", "status", "version")
    values = {name: getattr(post, name) for name in names} | changed
    values["body"] = values["body"].replace("\n", "\r\n")
    values["post_tags-INITIAL_FORMS"] = 0
    values["post_tags-TOTAL_FORMS"] = len(new_tags)
    values |= {f"post_tags-{n}-tag": tag.pk for n, tag in enumerate(new_tags)}
    return values


def path_of(thing: Post | Tag | User) -> str:
    name = thing._meta.label_lower.replace(".", "_")
    return reverse(f"admin:{name}_change", args=[thing.pk])


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
    values = form(None, Tag.objects.create(name="a"))
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
    write_post(sign_up("ada"), title="Old", body=" One\ntwo ", status="draft")
    post = Post.objects.get()
    path = path_of(post)
    assert editor.post(path, form(post)).status_code == 302
    post.refresh_from_db()
    assert (post.version, post.body) == (1, " One\ntwo ")
    editor.post(path, form(post, title="New", body="*x*", status="published"))
    post.refresh_from_db()
    assert (post.title, post.slug, post.version) == ("New", "old", 2)
    assert post.body_html == "<p><em>x</em></p>\n"
    assert post.published_at == post.updated_at


def test_tags_alone_are_a_change_too(editor: Client, sign_up: SignUp) -> None:
    write_post(sign_up("ada"))
    post, tag = Post.objects.get(), Tag.objects.create(name="a")
    assert editor.post(path_of(post), form(post, tag)).status_code == 302
    post.refresh_from_db()
    assert post.version == 2


def test_change_of_an_outdated_post_is_refused(editor: Client, sign_up: SignUp) -> None:
    ada = sign_up("ada")
    slug = write_post(ada)["slug"]
    outdated = form(Post.objects.get(), title="Late")
    ada.patch(f"/api/v1/posts/{slug}", {"title": "First"})
    answer = editor.post(path_of(Post.objects.get()), outdated)
    assert b"has changed since you read it" in answer.content
    assert Post.objects.get().title == "First"


def test_rules_of_the_api_hold(editor: Client) -> None:
    values = form(title="a\x01b", body=" ")
    answer = editor.post("/admin/blog/post/add/", values)
    assert b"Leave out control characters." in answer.content
    assert b"Do not leave this empty." in answer.content
    answer = editor.post("/admin/blog/tag/add/", {"name": "-"})
    assert b"This is not of the right form." in answer.content
    editor.post("/admin/blog/tag/add/", {"name": " Async "})
    assert Tag.objects.get().name == "async"
    answer = editor.post("/admin/blog/tag/add/", {"name": "ASYNC"})
    assert b"already" in answer.content or b"violated" in answer.content


def test_at_most_ten_tags(editor: Client) -> None:
    tags = [Tag.objects.create(name=f"t{n}") for n in range(11)]
    answer = editor.post("/admin/blog/post/add/", form(None, *tags))
    assert (answer.status_code, Post.objects.count()) == (200, 0)


def test_renamed_tag_changes_its_posts(editor: Client, sign_up: SignUp) -> None:
    ada = sign_up("ada")
    write_post(ada, tags=["old", "kept"])
    write_post(ada, tags=["kept"])
    tag = Tag.objects.get(name="old")
    editor.post(path_of(tag), {"name": "New"})
    tagged, other = Post.objects.order_by("id")
    assert {tag.name for tag in tagged.tags.all()} == {"new", "kept"}
    assert (tagged.version, other.version) == (2, 1)
    assert editor.get(f"/admin/blog/tag/{tag.pk}/delete/").status_code == 403


def test_tags_are_taken_off_posts(editor: Client, sign_up: SignUp) -> None:
    write_post(sign_up("ada"), tags=["a", "b", "c"])
    unwanted = Tag.objects.exclude(name="c")
    chosen = {"action": "take_off", "_selected_action": [t.pk for t in unwanted]}
    editor.post("/admin/blog/tag/", chosen)
    post = Post.objects.get()
    assert ([tag.name for tag in post.tags.all()], post.version) == (["c"], 2)


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
    page = editor.get(path_of(first)).content
    comments = f"/admin/blog/comment/?post__id__exact={first.pk}"
    assert f'href="{comments}">1<'.encode() in page
    assert editor.get(comments).context["cl"].result_count == 1
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


def test_errors_are_pages_of_the_site(editor: Client) -> None:
    editor.raise_request_exception = False
    frame = 'action="/logout"'
    assert_page(editor.get("/admin/accounts/user/"), 403, "Not allowed", frame)
    assert_page(editor.get("/admin/nothing/"), 404, "Page not found", frame)
    assert_page(editor.get("/admin/logout/"), 405, "Not possible here", frame)
    for fault, status in ((RuntimeError("secret"), 500), (OperationalError(), 503)):
        with mock.patch("blog.admin.PostAdmin.get_queryset", side_effect=fault):
            answer = editor.get("/admin/blog/post/")
        assert_page(answer, status)
        assert "secret" not in answer.text


def test_admin_changes_a_role(root: Client, sign_up: SignUp) -> None:
    ada = sign_up("ada")
    new = {"role": "editor", "is_active": "on"}
    assert root.post(path_of(ada.user), new).status_code == 302
    assert ada.user.role == "editor"
    own = User.objects.get(username="root")
    answer = root.post(path_of(own), new, follow=True)
    assert b"Another admin has to do this." in answer.content
    own.refresh_from_db()
    assert own.is_active_admin


def test_admin_deactivates_others_but_not_themselves(
    root: Client, sign_up: SignUp
) -> None:
    ada = sign_up("ada")

    def act(action: str, *users: User) -> bytes:
        chosen = {"action": action, "_selected_action": [user.pk for user in users]}
        answer = root.post("/admin/accounts/user/", chosen, follow=True)
        content: bytes = answer.content
        return content

    # All that were selected, or none.
    assert b"Another admin has to do this." in act("deactivate", *User.objects.all())
    assert ada.get("/api/v1/me").status_code == 200
    act("deactivate", ada.user)
    assert_problem(ada.get("/api/v1/me"), 401, "invalid_token")
    act("activate", ada.user)
    assert all(user.is_active for user in User.objects.all())


def test_deactivation_signs_out_for_good(editor: Client, root: Client) -> None:
    assert editor.get("/admin/").status_code == 200
    for action in ("deactivate", "activate"):
        kim = User.objects.get(username="kim")
        chosen = {"action": action, "_selected_action": [kim.pk]}
        root.post("/admin/accounts/user/", chosen)
        assert editor.get("/admin/").status_code == 302


AUTOCOMPLETE = "autocomplete/?app_label=blog&model_name=posttag&field_name=tag&term="


@pytest.mark.parametrize("number", [20, 60])
@pytest.mark.parametrize(
    ("page", "statements"),
    [
        ("blog/post/", 7),
        ("blog/post/?tag=a&q=x&status__exact=published", 7),
        ("blog/tag/", 5),
        ("blog/comment/", 6),
        ("accounts/user/", 7),
        (AUTOCOMPLETE, 4),
    ],
)
def test_lists_cost_the_same_however_long(
    root: Client,
    django_assert_num_queries: Any,
    page: str,
    statements: int,
    number: int,
) -> None:
    fill(User.objects.get(), number)
    User.objects.bulk_create(
        User(username=f"user{n}", email=f"{n}@example.org") for n in range(number)
    )
    Tag.objects.bulk_create(Tag(name=f"a{n}") for n in range(number))
    with django_assert_num_queries(statements):
        assert root.get(f"/admin/{page}").status_code == 200


def test_tags_lead_to_their_posts(editor: Client, sign_up: SignUp) -> None:
    ada = sign_up("ada")
    write_post(ada, tags=["a"])
    write_post(ada, tags=["b"])
    assert (
        b'href="/admin/blog/post/?tag=a">1<' in editor.get("/admin/blog/tag/").content
    )
    answer = editor.get("/admin/blog/post/?tag=a")
    assert answer.context["cl"].result_count == 1


def test_actions_are_in_the_history(editor: Client, sign_up: SignUp) -> None:
    write_post(sign_up("ada"), status="draft")
    post = Post.objects.get()
    chosen = {"action": "publish", "_selected_action": [post.pk]}
    editor.post("/admin/blog/post/", chosen)
    assert (
        b"Status: Published."
        in editor.get(f"/admin/blog/post/{post.pk}/history/").content
    )


@pytest.mark.parametrize(
    "page",
    [
        "blog/post/?status__exact=%00",
        "blog/post/?id__in=99999999999999999999",
        f"blog/post/?published_at__year={'9' * 40}",
        "blog/post/?q=%00",
        "blog/post/99999999999999999999/change/",
        "blog/post/%00/change/",
        f"{AUTOCOMPLETE}%00",
        f"{AUTOCOMPLETE}&page=99999999999999999999",
    ],
)
def test_odd_queries_are_answered(editor: Client, page: str) -> None:
    """What one database finds nothing for, another may not even be asked."""
    assert editor.get(f"/admin/{page}").status_code in {200, 302, 404}


@pytest.mark.parametrize("odd", ["x", "\0", "0", "-1", "9" * 19, "9" * 5000])
def test_odd_tags_are_refused(editor: Client, sign_up: SignUp, odd: str) -> None:
    write_post(sign_up("ada"))
    post = Post.objects.get()
    sent = {**form(post, Tag()), "post_tags-0-tag": odd}
    answer = editor.post(path_of(post), sent)
    assert (answer.status_code, post.tags.count()) == (200, 0)


def test_faster_somebody_else_is_told(editor: Client, sign_up: SignUp) -> None:
    write_post(sign_up("ada"), status="draft")
    chosen = {"action": "publish", "_selected_action": [Post.objects.get().pk]}
    for fault, told in [(NotFound(), "no such thing"), (IntegrityError(), "again")]:
        with mock.patch("blog.services.update_post", side_effect=fault):
            answer = editor.post("/admin/blog/post/", chosen, follow=True)
        assert told in answer.content.decode()


def test_password_is_changed_by_the_rules_of_the_api(
    editor: Client, mails: list[Mail]
) -> None:
    def change(old: str, new: str) -> Any:
        form = {"old_password": old, "new_password1": new, "new_password2": new}
        return editor.post("/admin/password_change/", form)

    new = "another quiet walk"
    for old, wanted, told in [
        ("wrong", new, "not your current password"),
        (PASSWORD, "short", "at least 12 characters"),
        (PASSWORD, "kim@example.org", "not your name or address"),
    ]:
        assert told in change(old, wanted).content.decode()
    assert mails == []
    assert change(PASSWORD, new).status_code == 302
    assert [mail.subject for mail in mails] == ["Your password was changed"]
    assert editor.get("/admin/").status_code == 200
    answers = [change("wrong", new) for _ in range(10)]
    assert "Too many attempts" in answers[-1].content.decode()


def test_new_password_signs_out(editor: Client) -> None:
    user = User.objects.get()
    user.set_password("another quiet walk")
    user.save()
    assert editor.get("/admin/").status_code == 302
