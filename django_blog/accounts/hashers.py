"""Passwords as PHC strings: the form that other servers on this database read too."""

from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import models

PREFIX = "argon2"


class Argon2idHasher(Argon2PasswordHasher):
    memory_cost = 19456
    time_cost = 2
    parallelism = 1
    # Sixteen characters, as many as the salts of the other servers have: theirs would
    # be too short by default, and each server would hash anew what another hashed.
    salt_entropy = 95


class PHCField(models.CharField):
    # Idiom: Django writes the hasher's name before the PHC string, which stays outside.
    def from_db_value(self, value: str, *_: object) -> str:
        return PREFIX + value if value.startswith("$") else value

    def get_prep_value(self, value: Any) -> Any:
        return value.removeprefix(PREFIX)
