"""What was done, for the next page to tell."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage


class Messages(CookieStorage):
    """Needs no session: visitors are told things, too."""

    cookie_name = settings.MESSAGES_COOKIE_NAME
