"""`flask --app app load-demo`: a blog to look at, loaded through the services.

Whatever is there already stays as it is, so it may be run again.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import click
from flask.cli import with_appcontext
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.schemas import Registration
from app.accounts.services import follow, register
from app.accounts.users import Caller, is_named
from app.blog import models
from app.blog.comments import create_comment
from app.blog.schemas import NewComment, NewPost
from app.blog.services import create_post, like_post
from app.cli import refusals_in_one_line
from app.extensions import db
from app.todos.models import Todo
from app.todos.schemas import NewTodo, TodoChanges
from app.todos.services import create_todo, update_todo

DATA = Path(__file__).with_name("demo_data.json")
Entry = dict[str, Any]


@click.command("load-demo")
@with_appcontext
@refusals_in_one_line()
def load_demo_command() -> None:
    """Load a blog to look at. What is there already stays as it is."""
    data = json.loads(DATA.read_text(encoding="utf-8"))
    _load(db.session(), data)
    db.session.commit()
    click.echo(f"The demo has {len(data['posts'])} posts. Sign in as one of:")
    for user in data["users"]:
        click.echo(f"  {user['username']:12} {user['password']:24} {user['role']}")


def _load(session: Session, data: dict[str, list[Entry]]) -> None:
    callers = {user["username"]: _load_user(session, user) for user in data["users"]}
    for post in data["posts"]:
        _load_post(session, callers, post)
    for pair in data["follows"]:
        follow(session, callers[pair["follower"]], pair["followed"])
    for todo in data["todos"]:
        _load_todo(session, callers[todo["user"]], todo)


def _load_user(session: Session, entry: Entry) -> Caller:
    find = select(User).where(is_named(entry["username"]))
    user = session.scalar(find)
    if user is None:
        names = ("username", "email", "password")
        register(session, Registration(**{name: entry[name] for name in names}))
        user = session.scalars(find).one()
        user.bio, user.role = entry["bio"], entry["role"]
        user.created_at = datetime.fromisoformat(entry["created_at"])
        session.flush()
    return Caller(
        user.id, user.username, user.email, user.role, user.token_version, uuid4()
    )


def _load_post(session: Session, callers: dict[str, Caller], entry: Entry) -> None:
    author = callers[entry["author"]]
    post = models.Post
    same = (post.author_id == author.id, post.title == entry["title"])
    if session.scalar(select(post.id).where(*same)):
        return
    names = ("title", "body", "tags", "status")
    new = NewPost.model_validate({name: entry[name] for name in names})
    slug = (create_post(session, author, new)).slug
    _date_post(session, slug, entry)
    for username in entry["liked_by"]:
        like_post(session, callers[username], slug)
    for comment in entry["comments"]:
        _load_comment(session, callers[comment["author"]], slug, comment)


def _date_post(session: Session, slug: str, entry: Entry) -> None:
    created_at = datetime.fromisoformat(entry["created_at"])
    published_at = entry["published_at"] and datetime.fromisoformat(
        entry["published_at"]
    )
    dates = {
        "created_at": created_at,
        "updated_at": published_at or created_at,
        "published_at": published_at,
    }
    session.execute(update(models.Post).where(models.Post.slug == slug).values(**dates))


def _load_comment(session: Session, author: Caller, slug: str, entry: Entry) -> None:
    new = NewComment(body=entry["body"])
    comment = create_comment(session, author, slug, new)
    created_at = datetime.fromisoformat(entry["created_at"])
    dated = update(models.Comment).where(models.Comment.id == comment.id)
    session.execute(dated.values(created_at=created_at))


def _load_todo(session: Session, caller: Caller, entry: Entry) -> None:
    same = (Todo.user_id == caller.id, Todo.title == entry["title"])
    if session.scalar(select(Todo.id).where(*same)):
        return
    names = ("title", "notes", "due_on", "position")
    new = NewTodo.model_validate({name: entry[name] for name in names})
    todo = create_todo(session, caller, new)
    if entry["completed"]:
        update_todo(session, caller, todo.id, TodoChanges(completed=True))
