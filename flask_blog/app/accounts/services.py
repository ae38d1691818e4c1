"""Accounts and profiles."""

from pydantic import MISSING
from sqlalchemy import BigInteger, bindparam, delete, exists, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models import Follow, PasswordReset, RefreshToken, User, WebSession
from app.accounts.passwords import check_new_password
from app.accounts.schemas import Account, AccountChanges, Profile, Registration
from app.accounts.users import (
    ACTIVE_ADMIN,
    Caller,
    find_user_id,
    hold_users,
    is_named,
    lock_caller,
)
from app.blog.services import delete_blog_of
from app.database import Reader, delete_in_order, insert_once, utc_now
from app.errors import (
    Conflict,
    FieldError,
    Invalid,
    InvalidToken,
    NotFound,
    Unavailable,
)
from app.security import hash_password
from app.todos.services import delete_todos_of
from app.validation import fold

ACCOUNT = (
    User.id,
    User.username,
    User.email,
    User.bio,
    User.role,
    User.is_active,
    User.created_at,
)


def register(session: Session, registration: Registration) -> Account:
    return account_of(create_user(session, registration))


def create_user(session: Session, registration: Registration) -> User:
    """Raises Conflict that names everything taken."""
    username, email = registration.username, registration.email
    check_new_password("password", registration.password, username, email)
    user = User(
        username=username,
        email=email,
        password=hash_password(registration.password),
        bio="",
        role="member",
        is_active=True,
        token_version=1,
        created_at=utc_now(),
    )
    if not insert_once(session, user):
        _refuse_taken(session, username, email)
    return user


def account_of(user: User) -> Account:
    return Account.model_validate(user)


def _refuse_taken(session: Session, username: str, email: str) -> None:
    wanted = {"username": fold(username), "email": fold(email)}
    rows = session.execute(
        select(func.lower(User.username), func.lower(User.email)).where(
            or_(is_named(username), func.lower(User.email) == wanted["email"])
        )
    )
    taken = {value for row in rows for value in row}
    faults = [
        FieldError(field, "taken", "This is taken.")
        for field, value in wanted.items()
        if value in taken
    ]
    # Without a fault, whoever was first is gone again: another try will succeed.
    raise Conflict(*faults) if faults else Unavailable()


def get_account(reader: Reader, caller: Caller) -> Account:
    statement = select(*ACCOUNT).where(User.id == caller.id)
    row = reader.execute(statement).one_or_none()
    if row is None:
        raise InvalidToken
    return Account.model_validate(row)


def update_account(
    session: Session, caller: Caller, changes: AccountChanges
) -> Account:
    """A new address needs the password, which has been verified if it is given."""
    user = lock_caller(session, caller)
    if changes.bio is not MISSING:
        user.bio = changes.bio
    if changes.email is not MISSING and changes.email != user.email:
        if changes.current_password is MISSING:
            message = "A new address needs your current password."
            raise Invalid(FieldError("current_password", "required", message))
        _change_email(session, user, changes.email)
    return account_of(user)


def _change_email(session: Session, user: User, email: str) -> None:
    try:
        with session.begin_nested():
            user.email = email
    except IntegrityError as error:
        raise Conflict(FieldError("email", "taken", "This is taken.")) from error
    session.execute(delete(PasswordReset).where(PasswordReset.user_id == user.id))


def delete_account(session: Session, caller: Caller) -> None:
    """Raises Conflict for the only active admin."""
    # Admins are locked together, and in order: no two can both be the last to go.
    me_and_admins = or_(User.id == caller.id, ACTIVE_ADMIN)
    statement = select(User).where(me_and_admins).order_by(User.id).with_for_update()
    users = {user.id: user for user in session.scalars(statement)}
    me = users.pop(caller.id, None)
    if me is None or me.token_version != caller.token_version:
        raise InvalidToken
    if me.role == "admin" and not users:
        raise Conflict(FieldError("", "state", "Somebody has to remain an admin."))
    delete_blog_of(session, me.id)
    delete_todos_of(session, me.id)
    _delete_user(session, me)


def _delete_user(session: Session, user: User) -> None:
    follows = or_(Follow.follower_id == user.id, Follow.followed_id == user.id)
    delete_in_order(session, Follow, follows)
    for model in (RefreshToken, PasswordReset, WebSession):
        session.execute(delete(model).where(model.user_id == user.id))
    session.delete(user)
    session.flush()


PROFILE = select(
    User.username,
    User.bio,
    User.created_at,
    select(func.count())
    .where(Follow.followed_id == User.id)
    .scalar_subquery()
    .label("followers_count"),
    select(func.count())
    .where(Follow.follower_id == User.id)
    .scalar_subquery()
    .label("following_count"),
    exists()
    .where(
        Follow.followed_id == User.id,
        Follow.follower_id == bindparam("caller_id", type_=BigInteger),
    )
    .label("is_following"),
).where(func.lower(User.username) == bindparam("username"), User.is_active)


def get_profile(reader: Reader, caller: Caller | None, username: str) -> Profile:
    caller_id = caller.id if caller else None
    parameters = {"username": fold(username), "caller_id": caller_id}
    row = reader.execute(PROFILE, parameters).one_or_none()
    if row is None:
        raise NotFound
    return Profile.model_validate(row)


def follow(session: Session, caller: Caller, username: str) -> None:
    followed_id = find_user_id(session, username)
    if followed_id == caller.id:
        raise Invalid(FieldError("username", "self", "You cannot follow yourself."))
    held = hold_users(session, [caller.id, followed_id])
    if caller.id not in held:
        raise InvalidToken
    if followed_id not in held:
        raise NotFound
    row = Follow(follower_id=caller.id, followed_id=followed_id, created_at=utc_now())
    insert_once(session, row)


def unfollow(session: Session, caller: Caller, username: str) -> None:
    followed_id = find_user_id(session, username)
    session.execute(
        delete(Follow).where(
            Follow.follower_id == caller.id, Follow.followed_id == followed_id
        )
    )
