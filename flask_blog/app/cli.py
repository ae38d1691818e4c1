"""What the commands of this application have in common."""

from collections.abc import Iterator
from contextlib import contextmanager

from click import ClickException
from sqlalchemy.exc import SQLAlchemyError

from app.database import is_outage
from app.errors import AppError, Unavailable


@contextmanager
def refusals_in_one_line() -> Iterator[None]:
    # Idiom: error handlers are for requests. A command has click's own exception.
    try:
        yield
    except AppError as error:
        raise ClickException(str(error)) from error
    except SQLAlchemyError as error:
        if not is_outage(error):
            raise
        raise ClickException(str(Unavailable())) from error
