"""A manifest is read when it follows its schema, and refused with the place if not."""

import shutil
from pathlib import Path

import pytest

from quintet_conformance.runner.manifest import ManifestError, load_manifest

SCHEMA = Path(__file__).parents[2] / "shared_spec" / "variant.schema.json"
MANIFEST = """
name = "Small"
profiles = ["api"]
known_failures = ["test_posts.py::test_one[a b]"]
[commands]
migrate = ["true"]
load_demo = ["true"]
create_admin = ["true"]
serve = ["small", "--port", "{port}"]
serve_production = ["small", "--port={port}", "--workers={workers}"]
test = ["pytest"]
"""


@pytest.fixture
def load(tmp_path):
    shutil.copy(SCHEMA, tmp_path)
    folder = tmp_path / "small_blog"
    folder.mkdir()

    def read(text):
        (folder / "variant.toml").write_text(text)
        return load_manifest(folder, tmp_path)

    return read


def test_a_manifest(load):
    manifest = load(MANIFEST)
    assert (manifest.key, manifest.name) == ("small", "Small")
    assert manifest.command("serve", port=9) == ["small", "--port", "9"]
    production = manifest.command("serve_production", port=9, workers=2)
    assert production == ["small", "--port=9", "--workers=2"]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('name = "Small"', "", "name"),
        ('["api"]', '["web"]', "profiles"),
        ('"{port}"', '"8000"', "commands.serve"),
        (', "--workers={workers}"', "", "commands.serve_production"),
        ('test = ["pytest"]', 'test = "pytest"', "commands.test"),
        ("[commands]", '[commands]\nreset = ["true"]', "reset"),
        ("test_posts.py::", "POST-01 ", "known_failures"),
        ("[commands]", "[commands", "variant.toml"),
    ],
)
def test_a_faulty_manifest(load, old, new, complaint):
    with pytest.raises(ManifestError, match=complaint):
        load(MANIFEST.replace(old, new))


def test_no_manifest(tmp_path):
    with pytest.raises(ManifestError, match=r"variant\.toml"):
        load_manifest(tmp_path, tmp_path)
