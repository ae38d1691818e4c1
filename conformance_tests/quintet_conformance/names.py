"""Random names, so that no test depends on what a server already holds.

They come from the operating system: the random-order plugin seeds `random` alike in
all processes of a run, which would give their tests the same names.
"""

import ipaddress
import re
import secrets
import string

# Shared address space (RFC 6598): neither a private network that a server may trust
# as a proxy, nor anybody's public address.
CLIENT_NETWORK = ipaddress.ip_network("100.64.0.0/10")
LETTERS = string.ascii_lowercase
PASSWORD = "correct horse battery staple"  # noqa: S105  # of accounts that the tests make


def word(length: int = 12) -> str:
    """Letters only: valid in a user name, a title, a tag, a search."""
    # One question to the system for all letters: asking for each is ten times slower.
    return "".join(LETTERS[byte % len(LETTERS)] for byte in secrets.token_bytes(length))


def username() -> str:
    return f"u_{word(14)}"


def is_own(name: str) -> bool:
    """Tell whether a user name was made by `username`, in this run or another."""
    return re.fullmatch(r"u_[a-z]{14}", name) is not None


def email() -> str:
    return f"{word(16)}@example.com"


def title() -> str:
    return f"Notes on {word(16)}"


def tag() -> str:
    return f"t-{word(14)}"


def address() -> str:
    return str(CLIENT_NETWORK[secrets.randbelow(CLIENT_NETWORK.num_addresses)])
