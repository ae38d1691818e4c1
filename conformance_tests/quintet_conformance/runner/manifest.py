"""What an implementation says of itself in `variant.toml`."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jsonschema_rs import Draft202012Validator

MANIFEST = "variant.toml"
FOLDER_SUFFIX = "_blog"


class ManifestError(Exception):
    """The manifest is missing or does not follow its schema."""


@dataclass(frozen=True)
class Manifest:
    """An implementation: where it is and how it is run."""

    directory: Path
    name: str
    profiles: tuple[str, ...]
    commands: Mapping[str, list[str]]
    known_failures: tuple[str, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The short name that sessions and reports use."""
        return self.directory.name.removesuffix(FOLDER_SUFFIX)

    @property
    def is_live(self) -> bool:
        return "live" in self.profiles

    def command(self, name: str, **values: object) -> list[str]:
        return [part.format(**values) for part in self.commands[name]]

    @property
    def adoption(self) -> str:
        """Name the command that takes over the schema of another implementation."""
        return "adopt" if "adopt" in self.commands else "migrate"


def load_manifest(directory: Path, spec: Path) -> Manifest:
    """Read and validate the manifest of an implementation's folder."""
    path = directory / MANIFEST
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"{path}: {error}"
        raise ManifestError(msg) from error
    schema = json.loads((spec / "variant.schema.json").read_text(encoding="utf-8"))
    faults = [
        f"{'.'.join(map(str, error.instance_path)) or 'the file'}: {error.message}"
        for error in Draft202012Validator(schema).iter_errors(content)
    ]
    if faults:
        msg = f"{path}: {'; '.join(faults)}"
        raise ManifestError(msg)
    return Manifest(
        directory=directory,
        name=content["name"],
        profiles=tuple(content["profiles"]),
        commands=content["commands"],
        known_failures=tuple(content.get("known_failures", ())),
        links=content.get("links", {}),
    )
