"""An implementation that the demo shows."""

from collections.abc import Iterator
from dataclasses import dataclass

from quintet_conformance.runner.manifest import Manifest

LINKS_OF_PROFILES = {"web": ("Site", "/")}
LINKS_OF_ALL = (("API docs", "/api/docs"), ("Posts as JSON", "/api/v1/posts?limit=3"))


@dataclass(frozen=True)
class Exhibit:
    """One implementation on its port."""

    manifest: Manifest
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def links(self) -> Iterator[tuple[str, str]]:
        """Name what there is to open, and where."""
        for profile in self.manifest.profiles:
            if profile in LINKS_OF_PROFILES:
                name, path = LINKS_OF_PROFILES[profile]
                yield name, self.url + path
        for name, path in (*LINKS_OF_ALL, *self.manifest.links.items()):
            yield name, self.url + path
