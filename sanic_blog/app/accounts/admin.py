"""What admins do with accounts."""

from pydantic import MISSING
from sqlalchemy import ColumnElement, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.accounts.schemas import (
    USERS_CURSOR,
    Account,
    Registration,
    UserChanges,
    UserQuery,
)
from app.accounts.services import ACCOUNT, register
from app.accounts.users import ACTIVE_ADMIN, Caller, is_named
from app.database import Reader, contains_word, word_pattern
from app.errors import Conflict, FieldError, Forbidden, NotFound
from app.pagination import Listing, Page
from app.validation import MAX_WORDS, fold

USERS = Listing(USERS_CURSOR, select(*ACCOUNT), (User.id,))
WITH_ROLE = User.role == bindparam("role")
WITH_WORD = [
    or_(contains_word(User.username, f"word{n}"), contains_word(User.email, f"word{n}"))
    for n in range(MAX_WORDS)
]


async def create_admin(session: AsyncSession, registration: Registration) -> Account:
    """Raises Conflict unless the name is free, or an admin's already."""
    try:
        account = await register(session, registration)
    except Conflict:
        known = await session.scalar(
            select(User).where(is_named(registration.username))
        )
        if known is None or known.role != "admin" or not known.is_active:
            raise
        return Account.model_validate(known)
    await session.execute(
        update(User).where(User.id == account.id).values(role="admin")
    )
    return account.model_copy(update={"role": "admin"})


async def list_users(reader: Reader, query: UserQuery) -> Page[Account]:
    conditions: list[ColumnElement[bool]] = []
    values: dict[str, str] = {}
    if query.role is not MISSING:
        conditions.append(WITH_ROLE)
        values["role"] = query.role
    if query.q is not MISSING:
        for n, word in enumerate(query.q.split()):
            conditions.append(WITH_WORD[n])
            values[f"word{n}"] = word_pattern(word)
    rows, next_cursor = await USERS.fetch(reader, query, conditions, values)
    items = [Account.model_validate(row) for row in rows]
    return Page[Account](items=items, next_cursor=next_cursor)


async def update_user(
    session: AsyncSession, caller: Caller, username: str, changes: UserChanges
) -> Account:
    """Nobody changes themselves, so an admin remains: the caller, locked as one."""
    admins, user = await _lock_admins_and(session, username)
    if caller.id not in admins:
        raise Forbidden
    if user is None:
        raise NotFound
    given = changes.model_dump()
    changed = {
        name: value for name, value in given.items() if getattr(user, name) != value
    }
    if changed and user.id == caller.id:
        message = "Another admin has to do this."
        raise Conflict(*(FieldError(name, "self", message) for name in changed))
    for name, value in changed.items():
        setattr(user, name, value)
    if changed.get("is_active") is False:
        user.token_version += 1  # ends its tokens, for good
    await session.flush()
    return Account.model_validate(user)


async def _lock_admins_and(
    session: AsyncSession, username: str
) -> tuple[set[int], User | None]:
    """In the order of ids, so that two admins who meet here do not deadlock."""
    statement = (
        select(User)
        .where(or_(is_named(username), ACTIVE_ADMIN))
        .order_by(User.id)
        .with_for_update(key_share=True)
    )
    users = (await session.scalars(statement)).all()
    admins = {user.id for user in users if user.role == "admin" and user.is_active}
    named = [user for user in users if fold(user.username) == fold(username)]
    return admins, named[0] if named else None
