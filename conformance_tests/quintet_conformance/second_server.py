"""The settings of the second server: production, short windows, short lives.

They are a documented part of the suite: whoever judges a server by hand starts the
second one with them.
"""

FRIENDLY_ORIGIN = "https://friend.example"
METRICS_TOKEN = "metrics-of-the-second-server"  # noqa: S105  # of a server for tests

SETTINGS = {
    "ENVIRONMENT": "production",
    "PUBLIC_URL": "https://blog.example",
    "ALLOWED_HOSTS": "127.0.0.1,blog.example",
    "CORS_ORIGINS": FRIENDLY_ORIGIN,
    "METRICS_TOKEN": METRICS_TOKEN,
    "LOGIN_RATE_LIMIT": "3/2seconds",
    "LOGIN_ADDRESS_RATE_LIMIT": "6/2seconds",
    "LOGIN_NAME_RATE_LIMIT": "6/2seconds",
    "AUTH_RATE_LIMIT": "4/2seconds",
    "ACCESS_TOKEN_TTL": "2",
    "REFRESH_TOKEN_TTL": "4",
}
