"""`manage.py load_demo`: the blog that every demo shows, through the same services."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from accounts import services as accounts
from accounts.models import User
from blog import services as blog
from blog.models import Comment, Post
from todos import services as todos

DATA = Path(__file__).parents[2] / "demo_data.json"

Data = dict[str, Any]


class Command(BaseCommand):
    help = "Fills an empty database with accounts, posts and to-dos to look at."

    def handle(self, *_args: Any, **_options: Any) -> None:
        data = json.loads(DATA.read_text(encoding="utf-8"))
        names = [user["username"] for user in data["users"]]
        if User.objects.filter(username__in=names).exists():
            self.stdout.write("The demo data is there already.")
            return
        with transaction.atomic():
            _load(data)
        self.stdout.write(f"Sign in as {', '.join(names)}.")


def _load(data: Data) -> None:
    users = {user["username"]: _load_user(**user) for user in data["users"]}
    for post in data["posts"]:
        _load_post(users, post)
    for follow in data["follows"]:
        accounts.follow(users[follow["follower"]], follow["followed"])
    for todo in data["todos"]:
        _load_todo(users[todo.pop("user")], **todo)


def _load_user(
    *, username: str, email: str, password: str, bio: str, role: str, created_at: str
) -> User:
    user = accounts.register(username=username, email=email, password=password)
    user.bio, user.role = bio, role
    user.created_at = datetime.fromisoformat(created_at)
    user.save()
    return user


def _load_post(users: dict[str, User], data: Data) -> None:
    texts = {name: data[name] for name in ("title", "body", "tags", "status")}
    slug = blog.create_post(users[data["author"]], **texts)["slug"]
    for name in data["liked_by"]:
        blog.like_post(users[name], slug)
    for comment in data["comments"]:
        made = blog.create_comment(users[comment["author"]], slug, body=comment["body"])
        Comment.objects.filter(pk=made["id"]).update(created_at=comment["created_at"])
    published_at = data["published_at"]
    Post.objects.filter(slug=slug).update(
        created_at=data["created_at"],
        updated_at=published_at or data["created_at"],
        published_at=published_at,
    )


def _load_todo(user: User, *, completed: bool, due_on: str | None, **data: Any) -> None:
    day = date.fromisoformat(due_on) if due_on else None
    todo = todos.create_todo(user, due_on=day, **data)
    todos.update_todo(user, todo.pk, completed=completed)
