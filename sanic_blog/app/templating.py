"""The environment of the templates: what they may call, how strict they are."""

from pathlib import Path

import jinja2
from sanic_ext import Extend
from sanic_ext.extensions.templating.extension import TemplatingExtension

from app.static_files import static_url
from app.validation import format_day, format_timestamp

FOLDER = Path(__file__).parent / "templates"
# What those who are signed in find in the navigation.
NAVIGATION = (
    ("/new", "Write"),
    ("/feed", "Following"),
    ("/drafts", "Drafts"),
    ("/todos", "To-dos"),
    ("/account", "Account"),
)


class StrictTemplating(TemplatingExtension):  # type: ignore[no-untyped-call]  # its
    # Idiom: sanic-ext makes an environment of its own unless there is one. A misspelled
    # name would be empty in that, and each template asynchronous, which costs time and
    # gains nothing: no template waits for anything.
    name = "stricttemplating"

    def startup(self, bootstrap: Extend) -> None:
        bootstrap.environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(FOLDER),
            autoescape=jinja2.select_autoescape(),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        bootstrap.environment.globals |= {
            "static_url": static_url,
            "navigation": NAVIGATION,
        }
        bootstrap.environment.filters |= {
            "day": format_day,
            "timestamp": format_timestamp,
        }
        super().startup(bootstrap)
