"""The project's settings, whatever the environment of whoever runs the tests says."""

import os
import tempfile
from pathlib import Path

POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL")  # without it: SQLite

for name in ("REDIS_URL", "SMTP_URL", "CORS_ORIGINS", "METRICS_TOKEN", "ALLOWED_HOSTS"):
    os.environ.pop(name, None)
os.environ |= {
    "PYTHON_DOTENV_DISABLED": "1",
    "ENVIRONMENT": "development",
    "DATABASE_URL": POSTGRES_URL or "sqlite:///unused.db",
    "PUBLIC_URL": "http://blog.test",
    "SECRET_KEY": "for the tests alone, of 32 bytes or more",
    "TRUSTED_PROXIES": "127.0.0.1",
}

from config.settings import *  # noqa: E402, F403 - of the environment above
from config.settings import DATABASES  # noqa: E402 - to be changed below

# A hash that takes no time; what it costs is the subject of a test of its own.
PASSWORD_HASHERS = ["tests.hashers.QuickHasher"]
if not POSTGRES_URL:
    # A file: threads that race in a test cannot share a database in memory.
    DATABASES["default"]["TEST"] = {"NAME": Path(tempfile.mkdtemp()) / "test.db"}
