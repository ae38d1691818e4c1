"""A copy holds what belongs to a project; a fingerprint changes with it alone."""

import subprocess

from quintet_conformance.runner.workspace import (
    copy_project,
    fingerprint,
    project_files,
)


def make_project(root):
    for name in ("app/main.py", "app/__pycache__/main.pyc", ".env", "blog.db"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (root / ".gitignore").write_text("*.db\n.env\n")


def names(root):
    return [path.as_posix() for path in project_files(root)]


def test_with_git_its_ignored_files_stay_behind(tmp_path):
    make_project(tmp_path / "project")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    assert names(tmp_path / "project") == [".gitignore", "app/main.py"]
    copy_project(tmp_path / "project", tmp_path / "copy")
    assert (tmp_path / "copy" / "app" / "main.py").read_text() == "app/main.py"


def test_without_git_caches_stay_behind(tmp_path):
    make_project(tmp_path)
    assert names(tmp_path) == [".gitignore", "app/main.py", "blog.db"]


def test_the_fingerprint_follows_the_content(tmp_path):
    make_project(tmp_path)
    before = fingerprint([tmp_path])
    (tmp_path / "app" / "__pycache__" / "other.pyc").write_text("x")
    assert fingerprint([tmp_path]) == before
    (tmp_path / "app" / "main.py").write_text("changed")
    assert fingerprint([tmp_path]) != before
