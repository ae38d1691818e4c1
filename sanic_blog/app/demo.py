"""`python -m app.demo`: a blog to look at, loaded through the services.

Whatever is there already stays as it is, so it may be run again.
"""

import asyncio
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.accounts.schemas import Registration
from app.accounts.services import follow, register
from app.accounts.users import Caller, is_named
from app.blog import models
from app.blog.comments import create_comment
from app.blog.schemas import NewComment, NewPost
from app.blog.services import create_post, like_post
from app.config import InvalidSettings, load_settings
from app.database import Database
from app.errors import AppError
from app.todos.models import Todo
from app.todos.schemas import NewTodo, TodoChanges
from app.todos.services import create_todo, update_todo

DATA = Path(__file__).with_name("demo_data.json")
Entry = dict[str, Any]


def main() -> None:
    try:
        asyncio.run(_load(json.loads(DATA.read_text(encoding="utf-8"))))
    except (InvalidSettings, AppError) as error:
        sys.exit(str(error))


async def _load(data: dict[str, list[Entry]]) -> None:
    database = Database(load_settings().sqlalchemy_url)
    async with database.writing() as session:
        callers = {u["username"]: await _load_user(session, u) for u in data["users"]}
        for post in data["posts"]:
            await _load_post(session, callers, post)
        for pair in data["follows"]:
            await follow(session, callers[pair["follower"]], pair["followed"])
        for todo in data["todos"]:
            await _load_todo(session, callers[todo["user"]], todo)
    await database.close()
    sys.stdout.write(f"The demo has {len(data['posts'])} posts. Sign in as one of:\n")
    for user in data["users"]:
        line = f"  {user['username']:12} {user['password']:24} {user['role']}\n"
        sys.stdout.write(line)


async def _load_user(session: AsyncSession, entry: Entry) -> Caller:
    find = select(User).where(is_named(entry["username"]))
    user = await session.scalar(find)
    if user is None:
        names = ("username", "email", "password")
        await register(session, Registration(**{name: entry[name] for name in names}))
        user = (await session.scalars(find)).one()
        user.bio, user.role = entry["bio"], entry["role"]
        user.created_at = datetime.fromisoformat(entry["created_at"])
        await session.flush()
    return Caller(
        user.id, user.username, user.email, user.role, user.token_version, uuid4()
    )


async def _load_post(
    session: AsyncSession, callers: dict[str, Caller], entry: Entry
) -> None:
    author = callers[entry["author"]]
    post = models.Post
    same = (post.author_id == author.id, post.title == entry["title"])
    if await session.scalar(select(post.id).where(*same)):
        return
    names = ("title", "body", "tags", "status")
    new = NewPost.model_validate({name: entry[name] for name in names})
    slug = (await create_post(session, author, new)).slug
    await _date_post(session, slug, entry)
    for username in entry["liked_by"]:
        await like_post(session, callers[username], slug)
    for comment in entry["comments"]:
        await _load_comment(session, callers[comment["author"]], slug, comment)


async def _date_post(session: AsyncSession, slug: str, entry: Entry) -> None:
    created_at = datetime.fromisoformat(entry["created_at"])
    published_at = entry["published_at"] and datetime.fromisoformat(
        entry["published_at"]
    )
    dates = {
        "created_at": created_at,
        "updated_at": published_at or created_at,
        "published_at": published_at,
    }
    await session.execute(
        update(models.Post).where(models.Post.slug == slug).values(**dates)
    )


async def _load_comment(
    session: AsyncSession, author: Caller, slug: str, entry: Entry
) -> None:
    new = NewComment(body=entry["body"])
    comment = await create_comment(session, author, slug, new)
    created_at = datetime.fromisoformat(entry["created_at"])
    dated = update(models.Comment).where(models.Comment.id == comment.id)
    await session.execute(dated.values(created_at=created_at))


async def _load_todo(session: AsyncSession, caller: Caller, entry: Entry) -> None:
    same = (Todo.user_id == caller.id, Todo.title == entry["title"])
    if await session.scalar(select(Todo.id).where(*same)):
        return
    names = ("title", "notes", "due_on", "position")
    new = NewTodo.model_validate({name: entry[name] for name in names})
    todo = await create_todo(session, caller, new)
    if entry["completed"]:
        await update_todo(session, caller, todo.id, TodoChanges(completed=True))


if __name__ == "__main__":
    main()
