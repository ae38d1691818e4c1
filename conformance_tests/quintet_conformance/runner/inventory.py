"""What an implementation is made of: lines of code and packages, counted."""

import ast
import io
import re
import tokenize
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from quintet_conformance.runner.environment import LOCK
from quintet_conformance.runner.manifest import Manifest
from quintet_conformance.runner.workspace import project_files

TESTS, MIGRATIONS = "tests", "migrations"
PINNED = re.compile(r"(?P<name>[a-z0-9._-]+)(\[[^]]*\])?==(?P<version>[^ ;]+)")
SILENT = frozenset(
    {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT}
    | {tokenize.DEDENT, tokenize.ENCODING, tokenize.ENDMARKER}
)


@dataclass(frozen=True)
class Inventory:
    """Counts what is in the folder of an implementation."""

    manifest: Manifest

    @cached_property
    def lines(self) -> int:
        return sum(map(code_lines, self._sources(without={TESTS, MIGRATIONS})))

    @cached_property
    def test_lines(self) -> int:
        return sum(map(code_lines, self._sources(within=TESTS)))

    @cached_property
    def direct(self) -> int:
        """Count the dependencies that the project names."""
        text = (self.manifest.directory / "pyproject.toml").read_text(encoding="utf-8")
        return len(tomllib.loads(text)["project"]["dependencies"])

    @cached_property
    def locked(self) -> dict[str, str]:
        """Give the versions of all packages that the lock file installs."""
        text = (self.manifest.directory / LOCK).read_text(encoding="utf-8")
        found = map(PINNED.match, text.splitlines())
        return {match["name"]: match["version"] for match in found if match}

    @property
    def framework(self) -> str:
        """Name the framework with its version."""
        version = self.locked[self.manifest.name.lower()]
        return f"{self.manifest.name} {version}"

    def _sources(
        self, *, within: str = "", without: Iterable[str] = ()
    ) -> Iterable[str]:
        left_out = set(without)
        for path in project_files(self.manifest.directory):
            folders = set(path.parent.parts)
            is_wanted = not (folders & left_out or (within and within not in folders))
            if path.suffix == ".py" and is_wanted:
                yield (self.manifest.directory / path).read_text(encoding="utf-8")


def code_lines(source: str) -> int:
    """Count the lines that hold code: no blank ones, no comments, no docstrings."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in SILENT:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - _docstring_lines(source))


def _docstring_lines(source: str) -> set[int]:
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    lines: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, documented) and ast.get_docstring(node, clean=False):
            text = node.body[0]
            lines.update(range(text.lineno, (text.end_lineno or text.lineno) + 1))
    return lines
