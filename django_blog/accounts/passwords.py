"""Checking passwords, and changing or resetting them."""

from datetime import timedelta

from django.contrib.auth.hashers import check_password, identify_hasher, make_password
from django.db import transaction
from django.utils import timezone

from accounts.models import PasswordReset, User
from accounts.tokens import TokenPair, begin_family
from common import mail, rate_limits
from common.errors import FieldError, Invalid, InvalidCredentials
from common.security import new_token, token_hash

RESET_LIFETIME = timedelta(hours=1)


class Attempts:
    """Counts, then checks passwords that come from one address.

    A hash takes long, so none is computed while a lock is held. Whose password was
    right is locked later, and refused when the token version has grown meanwhile.
    """

    def __init__(self, address: str) -> None:
        self.address = address

    def sign_in(self, name: str, password: str) -> User:
        """Raises InvalidCredentials for who is unknown, wrong or inactive, alike."""
        counted_name = name.lower()
        rate_limits.count_login(self.address, counted_name)
        user = User.objects.signing_in_as(name).first()
        if user is None:
            make_password(password)  # takes as long as to check one
            raise InvalidCredentials
        if not check_password(password, user.password) or not user.is_active:
            raise InvalidCredentials
        rate_limits.clear_login(self.address, counted_name)
        return user

    def verify(self, user: User, current_password: str) -> None:
        """Raises Invalid when it is not the user's password."""
        rate_limits.count_login(self.address, user.username.lower())
        if not check_password(current_password, user.password):
            message = "This is not your current password."
            raise Invalid(FieldError("current_password", "incorrect", message))


def check_new_password(field: str, password: str, username: str, email: str) -> None:
    """Raises Invalid for a password that anybody would try first."""
    obvious = {username.lower(), email.lower(), email.lower().partition("@")[0]}
    if password.lower() in obvious:
        message = "Choose something that is not your name or address."
        raise Invalid(FieldError(field, "too_common", message))


def login(user: User, password: str) -> TokenPair:
    """Raises InvalidCredentials when the password was changed since it was checked."""
    rehashed = _rehash(user, password)
    with transaction.atomic():
        return begin_family(_lock_verified(user, rehashed))


def confirm_sign_in(user: User, password: str) -> User:
    """The same for pages, whose session is bound to the user's token version."""
    rehashed = _rehash(user, password)
    with transaction.atomic():
        return _lock_verified(user, rehashed)


def _rehash(user: User, password: str) -> str | None:
    outdated = identify_hasher(user.password).must_update(user.password)
    return make_password(password) if outdated else None


def _lock_verified(user: User, rehashed: str | None) -> User:
    locked = User.objects.active().held().filter(pk=user.pk).first()
    if locked is None or locked.token_version != user.token_version:
        raise InvalidCredentials
    if rehashed:
        locked.password = rehashed
        locked.save(update_fields=["password"])
    return locked


def change_password(user: User, new_password: str) -> TokenPair:
    """Ends every token and session of the user, and begins a new family."""
    new_hash = _hash_new(user, new_password)
    with transaction.atomic():
        return begin_family(_replace_password(user, new_hash))


def replace_password(user: User, new_password: str) -> User:
    """Ends every token and session of a user who signs in to pages, not for tokens."""
    new_hash = _hash_new(user, new_password)
    with transaction.atomic():
        return _replace_password(user, new_hash)


def _hash_new(user: User, new_password: str) -> str:
    check_new_password("new_password", new_password, user.username, user.email)
    return make_password(new_password)


def _replace_password(user: User, new_hash: str) -> User:
    locked = User.objects.lock(user)
    _set_password(locked, new_hash)
    return locked


def _set_password(user: User, new_hash: str) -> None:
    user.password = new_hash
    user.token_version += 1
    user.save(update_fields=["password", "token_version"])
    user.password_resets.all().delete()
    mail.send(mail.password_changed_mail(user.email))


def request_password_reset(email: str, public_url: str) -> None:
    """Does nothing for an unknown or inactive address, or when asked too often."""
    user = User.objects.active().mailed_at(email).first()
    if user and rate_limits.takes_password_reset(user.pk):
        _mail_password_reset(user, public_url)


@transaction.atomic
def _mail_password_reset(user: User, public_url: str) -> None:
    locked = User.objects.active().held().filter(pk=user.pk).first()
    if locked is None:
        return
    token, expires_at = new_token(), timezone.now() + RESET_LIFETIME
    locked.password_resets.expired().delete()
    locked.password_resets.create(token_hash=token_hash(token), expires_at=expires_at)
    mail.send(mail.password_reset_mail(locked.email, public_url, token))


def confirm_password_reset(token: str, new_password: str) -> None:
    """Ends every token and session of the account; of parallel uses one succeeds."""
    owner = _owner_of(token)
    _use_password_reset(owner, token, _hash_new(owner, new_password))
    rate_limits.clear_names([owner.username.lower(), owner.email.lower()])


def _owner_of(token: str) -> User:
    resets = PasswordReset.objects.of(token).usable()
    reset = resets.filter(user__is_active=True).select_related("user").first()
    if reset is None:
        raise _invalid_reset_token()
    owner: User = reset.user
    return owner


@transaction.atomic
def _use_password_reset(owner: User, token: str, new_hash: str) -> None:
    user = User.objects.active().held().filter(pk=owner.pk).first()
    used = PasswordReset.objects.of(token).usable().update(used_at=timezone.now())
    if user is None or not used:
        raise _invalid_reset_token()
    _set_password(user, new_hash)


def _invalid_reset_token() -> Invalid:
    return Invalid(FieldError("token", "invalid", "This link is used up or too old."))
