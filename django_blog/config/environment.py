"""Reads and checks what the environment, or `.env`, says; `settings.py` lists it."""

import os
from collections.abc import Callable
from typing import TypeVar

from dotenv import load_dotenv
from limits import RateLimitItem

from config import values
from config.values import BASE_DIR

T = TypeVar("T")
Default = TypeVar("Default")

load_dotenv(BASE_DIR / ".env")


class InvalidSettings(Exception):
    """One line that names the variable to correct."""


def read(name: str, parse: Callable[[str], T], default: Default) -> T | Default:
    """Takes an empty variable for none; raises InvalidSettings for a bad one."""
    text = os.environ.get(name)
    if not text:
        return default
    try:
        return parse(text)
    except ValueError as error:
        raise InvalidSettings(f"{name}: {error}") from None


def required(name: str, value: T | None) -> T:
    if value is None:
        raise InvalidSettings(f"{name}: production needs it")
    return value


def choice(*words: str) -> Callable[[str], str]:
    def parse_choice(text: str) -> str:
        if text not in words:
            raise ValueError(f"use {' or '.join(words)}")
        return text

    return parse_choice


def comma_separated(parse_item: Callable[[str], T]) -> Callable[[str], list[T]]:
    def parse_items(text: str) -> list[T]:
        return [parse_item(item.strip()) for item in text.split(",") if item.strip()]

    return parse_items


def rate_limit(name: str, default: str) -> RateLimitItem:
    return read(name, values.rate_limit, values.rate_limit(default))
