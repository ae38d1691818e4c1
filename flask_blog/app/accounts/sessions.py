"""Browsers that are signed in: begun, looked up, ended."""

from datetime import timedelta

from sqlalchemy import bindparam, delete, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import User, WebSession
from app.accounts.users import Caller
from app.database import Reader, utc_now
from app.security import new_token, token_hash

SESSION_LIFETIME = timedelta(days=14)

# A change of password, or a deactivation, leaves the rows and ends them all the same.
_FIND_CALLER = (
    select(User.id, User.username, User.email, User.role, User.token_version)
    .join(WebSession, WebSession.user_id == User.id)
    .where(
        WebSession.token_hash == bindparam("token_hash"),
        WebSession.expires_at > bindparam("now"),
        WebSession.token_version == User.token_version,
        User.is_active,
    )
)


def begin_session(session: Session, user: User) -> str:
    """Under the user's lock; the user's sessions that have ended are cleared away."""
    now = utc_now()
    ended = or_(
        WebSession.expires_at <= now, WebSession.token_version != user.token_version
    )
    session.execute(delete(WebSession).where(WebSession.user_id == user.id, ended))
    token = new_token()
    session.add(
        WebSession(
            user_id=user.id,
            token_hash=token_hash(token),
            token_version=user.token_version,
            created_at=now,
            expires_at=now + SESSION_LIFETIME,
        )
    )
    session.flush()
    return token


def find_session_caller(reader: Reader, token: str) -> Caller | None:
    parameters = {"token_hash": token_hash(token), "now": utc_now()}
    user = reader.execute(_FIND_CALLER, parameters).one_or_none()
    return Caller(*user) if user else None


def end_session(session: Session, token: str) -> None:
    this = WebSession.token_hash == token_hash(token)
    session.execute(delete(WebSession).where(this))
