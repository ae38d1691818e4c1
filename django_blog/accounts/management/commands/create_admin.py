"""`manage.py create_admin`: an admin, from the environment."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.serializers import RegistrationSerializer
from accounts.services import create_admin
from common.errors import AppError
from common.validation import field_errors


class Command(BaseCommand):
    help = "Makes an admin of ADMIN_USERNAME, ADMIN_EMAIL and ADMIN_PASSWORD."

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            admin = create_admin(**_read_registration())
        except AppError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{admin.username} is an admin.")


def _read_registration() -> dict[str, str]:
    """Raises CommandError with the first variable that will not do."""
    names = ("username", "email", "password")
    values = {name: os.environ.get(f"ADMIN_{name.upper()}", "") for name in names}
    serializer = RegistrationSerializer(data=values)
    if not serializer.is_valid():
        fault = field_errors(serializer.errors)[0]
        raise CommandError(f"ADMIN_{fault.field.upper()}: {fault.message}")
    registration: dict[str, str] = serializer.validated_data
    return registration
