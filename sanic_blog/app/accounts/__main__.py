"""`python -m app.accounts create-admin`: an admin, from the environment."""

import argparse
import asyncio
import os
import sys

from pydantic import ValidationError

from app.accounts.admin import create_admin
from app.accounts.schemas import Registration
from app.config import InvalidSettings, load_settings
from app.database import Database
from app.errors import AppError
from app.validation import field_errors


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m app.accounts", description=__doc__)
    commands = parser.add_subparsers(required=True)
    commands.add_parser(
        "create-admin", help="reads ADMIN_USERNAME, ADMIN_EMAIL and ADMIN_PASSWORD"
    )
    parser.parse_args()
    try:
        asyncio.run(_create_admin())
    except (InvalidSettings, AppError) as error:
        sys.exit(str(error))


async def _create_admin() -> None:
    database = Database(load_settings().sqlalchemy_url)
    try:
        async with database.writing() as session:
            account = await create_admin(session, _read_registration())
    finally:
        await database.close()
    sys.stdout.write(f"{account.username} is an admin.\n")


def _read_registration() -> Registration:
    """Raises InvalidSettings with the first variable that will not do."""
    names = ("username", "email", "password")
    values = {name: os.environ.get(f"ADMIN_{name.upper()}", "") for name in names}
    try:
        return Registration.model_validate(values)
    except ValidationError as error:
        fault = field_errors(error.errors())[0]
        message = f"ADMIN_{fault.field.upper()}: {fault.message}"
        raise InvalidSettings(message) from error


if __name__ == "__main__":
    main()
