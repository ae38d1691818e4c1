"""Django's command line: `python manage.py help`."""

import os
import sys

from django.core.management import execute_from_command_line

from config.environment import InvalidSettings


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except InvalidSettings as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
