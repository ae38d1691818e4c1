"""The mails that the server sent, as the runner's mail sink stores them."""

import hashlib
import re
import time
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import TypeVar

from quintet_conformance import names

PATIENCE = 10.0
PAUSE = 0.02
SLOW_PREFIX = "slow."
LINK = re.compile(r"^\S+/password-reset/(?P<token>[A-Za-z0-9_-]{43})\r?$", re.MULTILINE)

Thing = TypeVar("Thing")


def folder_of(root: Path, address: str) -> Path:
    """Give each recipient a folder whose name any file system takes."""
    return root / hashlib.sha256(address.lower().encode()).hexdigest()[:32]


class Mailbox:
    """Reads what arrived for an address."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def messages(self, address: str) -> list[EmailMessage]:
        """List what has arrived so far, oldest first."""
        files = sorted(folder_of(self.root, address).glob("*.eml"))
        return [
            message_from_bytes(file.read_bytes(), EmailMessage, policy=policy.default)
            for file in files
        ]

    def reset_tokens(self, address: str) -> list[str]:
        """List the tokens of the reset links that have arrived so far."""
        texts = [message.get_content() for message in self.messages(address)]
        return [match["token"] for text in texts if (match := LINK.search(text))]

    def wait_for(
        self, address: str, *, count: int = 1, seconds: float = PATIENCE
    ) -> list[EmailMessage]:
        """Wait until `count` messages have arrived, and fail when they do not."""
        return _wait(lambda: self.messages(address), count, seconds, "mails", address)

    def wait_for_reset_token(self, address: str, *, count: int = 1) -> str:
        """Wait for the `count`-th mail with a reset link, and give its token."""
        return _wait(
            lambda: self.reset_tokens(address), count, PATIENCE, "reset links", address
        )[count - 1]

    @staticmethod
    def slow_address() -> str:
        """Give an address about which the mail server says nothing for 3 s."""
        return f"{SLOW_PREFIX}{names.email()}"


def _wait(
    look: Callable[[], list[Thing]], count: int, seconds: float, what: str, address: str
) -> list[Thing]:
    deadline = time.monotonic() + seconds
    while len(found := look()) < count:
        if time.monotonic() > deadline:
            msg = f"{len(found)} of {count} {what} to {address} in {seconds} s"
            raise AssertionError(msg)
        time.sleep(PAUSE)
    return found
