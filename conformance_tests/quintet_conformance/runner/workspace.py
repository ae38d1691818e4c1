"""The files of an implementation: which they are, a copy of them, their fingerprint."""

import hashlib
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

# Without git (an unpacked archive) these are known not to belong to a project.
CACHES = frozenset(
    {"__pycache__", ".git", ".nox", ".venv", ".env", ".mypy_cache", ".ruff_cache"}
    | {".pytest_cache", ".coverage", "reports", "build", "dist"}
)


LIST_FILES = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]


def project_files(directory: Path) -> list[Path]:
    """List the files that belong to a folder, relative to it; ignored ones do not."""
    listed = subprocess.run(
        LIST_FILES,
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        names = filter(None, listed.stdout.split("\0"))
        files = [Path(name) for name in names]
    else:
        files = [path.relative_to(directory) for path in directory.rglob("*")]
    kept = (path for path in files if not CACHES.intersection(path.parts))
    return sorted(path for path in kept if (directory / path).is_file())


def copy_project(source: Path, target: Path) -> None:
    for path in project_files(source):
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source / path, target / path)


def fingerprint(directories: Iterable[Path]) -> str:
    """Hash the names and contents of all files: what a result depends on."""
    digest = hashlib.sha256()
    for directory in directories:
        for path in project_files(directory):
            content = hashlib.sha256((directory / path).read_bytes()).hexdigest()
            digest.update(f"{directory.name}/{path.as_posix()} {content}\n".encode())
    return digest.hexdigest()
