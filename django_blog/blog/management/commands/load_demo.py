"""`manage.py load_demo`: a blog to look at, loaded through the services.

Whatever is there already stays as it is, so it may be run again.
"""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.models import User
from accounts.services import follow, register
from blog.models import Comment, Post
from blog.services import create_comment, create_post, like_post
from todos.models import Todo

DATA = Path(__file__).parents[2] / "demo_data.json"
Entry = dict[str, Any]


class Command(BaseCommand):
    help = "Adds accounts, posts and to-dos to look at."

    def handle(self, *_args: Any, **_options: Any) -> None:
        data = json.loads(DATA.read_text(encoding="utf-8"))
        with transaction.atomic():
            _load(data)
        number = len(data["posts"])
        self.stdout.write(f"The demo has {number} posts. Sign in as one of:")
        for user in data["users"]:
            line = f"  {user['username']:12} {user['password']:24} {user['role']}"
            self.stdout.write(line)


def _load(data: dict[str, list[Entry]]) -> None:
    users = {entry["username"]: _load_user(entry) for entry in data["users"]}
    for post in data["posts"]:
        _load_post(users, post)
    for pair in data["follows"]:
        follow(users[pair["follower"]], pair["followed"])
    for todo in data["todos"]:
        _load_todo(users[todo["user"]], todo)


def _load_user(entry: Entry) -> User:
    known = User.objects.named(entry["username"]).first()
    if known:
        return known
    names = ("username", "email", "password")
    user = register(**{name: entry[name] for name in names})
    user.bio, user.role = entry["bio"], entry["role"]
    user.created_at = datetime.fromisoformat(entry["created_at"])
    user.save()
    return user


def _load_post(users: dict[str, User], entry: Entry) -> None:
    author = users[entry["author"]]
    if author.posts.filter(title=entry["title"]).exists():
        return
    names = ("title", "body", "tags", "status")
    slug = create_post(author, **{name: entry[name] for name in names})["slug"]
    Post.objects.filter(slug=slug).update(
        created_at=entry["created_at"],
        updated_at=entry["published_at"] or entry["created_at"],
        published_at=entry["published_at"],
    )
    for name in entry["liked_by"]:
        like_post(users[name], slug)
    for comment in entry["comments"]:
        _load_comment(users[comment["author"]], slug, comment)


def _load_comment(author: User, slug: str, entry: Entry) -> None:
    comment = create_comment(author, slug, body=entry["body"])
    written = Comment.objects.filter(pk=comment["id"])
    written.update(created_at=entry["created_at"])


def _load_todo(user: User, entry: Entry) -> None:
    if user.todos.filter(title=entry["title"]).exists():
        return
    due_on = date.fromisoformat(entry["due_on"]) if entry["due_on"] else None
    names = ("title", "notes", "position")
    new = {name: entry[name] for name in names}
    todo = Todo.objects.create_todo(user, due_on=due_on, **new)
    todo.change(completed=entry["completed"])
