"""`flask --app app create-admin`: an admin, from options or the environment."""

import click
from flask.cli import with_appcontext
from pydantic import ValidationError

from app.accounts.admin import create_admin
from app.accounts.schemas import Registration
from app.cli import refusals_in_one_line
from app.extensions import db
from app.validation import field_errors


# Idiom: click reads an option from the command line or from the environment, asks for
# what is in neither, and shows its exceptions as one line.
@click.command("create-admin")
@click.option("--username", envvar="ADMIN_USERNAME", prompt=True)
@click.option("--email", envvar="ADMIN_EMAIL", prompt=True)
@click.option("--password", envvar="ADMIN_PASSWORD", prompt=True, hide_input=True)
@with_appcontext
@refusals_in_one_line()
def create_admin_command(username: str, email: str, password: str) -> None:
    """Make an admin, of ADMIN_USERNAME, ADMIN_EMAIL and ADMIN_PASSWORD."""
    registration = _check(username=username, email=email, password=password)
    account = create_admin(db.session(), registration)
    db.session.commit()
    click.echo(f"{account.username} is an admin.")


def _check(**values: str) -> Registration:
    """Raises with the first variable that will not do."""
    try:
        return Registration.model_validate(values)
    except ValidationError as error:
        fault = field_errors(error.errors())[0]
        message = f"ADMIN_{fault.field.upper()}: {fault.message}"
        raise click.ClickException(message) from error
