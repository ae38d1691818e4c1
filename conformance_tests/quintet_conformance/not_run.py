"""How a test ends that cannot be run: it says why, and counts as neither."""

from typing import NoReturn

# The class behind `pytest.skip`, which pytest names nowhere else.
from _pytest.outcomes import Skipped


class NotRunError(Skipped):
    """Ends a test that lacks something it needs; the reason is reported."""


def not_run(reason: str) -> NoReturn:
    raise NotRunError(reason)
