"""Accounts and following: what touches more than one table, or needs a lock."""

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.managers import ACTIVE_ADMIN
from accounts.models import Follow, Role, User
from accounts.passwords import check_new_password
from blog.services import lock_blog_of
from common import mail
from common.database import find, insert_once
from common.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    InvalidToken,
    NotFound,
    Unavailable,
)
from common.validation import fold


def register(*, username: str, email: str, password: str) -> User:
    """Raises Conflict that names everything taken."""
    check_new_password("password", password, username, email)
    user = User(username=username, email=email, password=make_password(password))
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise _taken(username, email) from error
    return user


def _taken(username: str, email: str) -> Conflict | Unavailable:
    columns = {"username": fold(username), "email": fold(email)}
    faults = [
        FieldError(field, "taken", "This is taken.")
        for field, value in columns.items()
        if User.objects.filter(**{f"{field}__lower": value}).exists()
    ]
    # Without a fault, whoever was first is gone again: another try will succeed.
    return Conflict(*faults) if faults else Unavailable()


def create_admin(*, username: str, email: str, password: str) -> User:
    """Raises Conflict unless the name is free, or an admin's already."""
    try:
        user = register(username=username, email=email, password=password)
    except Conflict:
        known = User.objects.filter(ACTIVE_ADMIN).named(username).first()
        if known is None:
            raise
        return known
    user.role = Role.ADMIN
    user.save(update_fields=["role"])
    return user


@transaction.atomic
def update_account(
    user: User,
    *,
    email: str | None = None,
    bio: str | None = None,
    current_password: str | None = None,
) -> User:
    """A new address needs the password, which has been verified if it is given."""
    locked = User.objects.lock(user)
    if bio is not None:
        locked.bio = bio
        locked.save(update_fields=["bio"])
    if email is not None and email != locked.email:
        if current_password is None:
            message = "A new address needs your current password."
            raise Invalid(FieldError("current_password", "required", message))
        _change_email(locked, email)
    return locked


def _change_email(user: User, email: str) -> None:
    old_email, user.email = user.email, email
    try:
        with transaction.atomic():
            user.save(update_fields=["email"])
    except IntegrityError as error:
        raise Conflict(FieldError("email", "taken", "This is taken.")) from error
    user.password_resets.all().delete()
    mail.send(mail.email_changed_mail(old_email))


@transaction.atomic
def delete_account(user: User) -> None:
    """Raises Conflict for the only active admin."""
    # Admins are locked together, and in order: no two can both be the last to go.
    users = {
        u.pk: u for u in User.objects.doomed().filter(ACTIVE_ADMIN | Q(pk=user.pk))
    }
    me = users.pop(user.pk, None)
    if me is None or me.token_version != user.token_version:
        raise InvalidToken
    if me.role == Role.ADMIN and not users:
        raise Conflict(FieldError("", "state", "Somebody has to remain an admin."))
    lock_blog_of(me)
    Follow.objects.filter(Q(follower=me) | Q(followed=me)).doom()
    me.delete()


@transaction.atomic
def follow(user: User, username: str) -> None:
    followed = find(User.objects.active().named(username))
    if followed == user:
        raise Invalid(FieldError("username", "self", "You cannot follow yourself."))
    held = set(User.objects.active().held().filter(pk__in=[user.pk, followed.pk]))
    if user not in held:
        raise InvalidToken
    if followed not in held:
        raise NotFound
    # Idiom: following.add() looks first, and then fails if another has been quicker.
    insert_once(Follow(follower=user, followed=followed))


def unfollow(user: User, username: str) -> None:
    user.following.remove(find(User.objects.active().named(username)))


@transaction.atomic
def update_user(admin: User, username: str, **changes: str | bool) -> User:
    """Nobody changes themselves, so an admin remains: the caller, locked as one."""
    named = Q(username__lower=fold(username))
    users = list(User.objects.held().filter(ACTIVE_ADMIN | named))
    if not any(user == admin and user.is_active_admin for user in users):
        raise Forbidden
    user = next((u for u in users if fold(u.username) == fold(username)), None)
    if user is None:
        raise NotFound
    changed = [name for name, value in changes.items() if getattr(user, name) != value]
    if changed and user == admin:
        message = "Another admin has to do this."
        raise Conflict(*(FieldError(name, "self", message) for name in changed))
    for name in changed:
        setattr(user, name, changes[name])
    if "is_active" in changed and not user.is_active:
        user.token_version += 1  # ends its tokens, for good
    user.save(update_fields=[*changed, "token_version"])
    return user
