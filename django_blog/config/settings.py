"""Django's settings; what differs from server to server is in the environment."""

import hmac
import secrets
import sys
from urllib.parse import urlsplit

from common.logs import logging_config
from config import values
from config.environment import choice, comma_separated, rate_limit, read, required

ENVIRONMENT = read("ENVIRONMENT", choice("development", "production"), "development")
IN_PRODUCTION = ENVIRONMENT == "production"

# Idiom: Django's technical pages are for whoever runs `manage.py runserver`; gunicorn
# answers in development what it answers in production.
DEBUG = "runserver" in sys.argv and not IN_PRODUCTION

# Secrets. Access tokens are signed with the key itself, cookies with one made from it.
_key = read("SECRET_KEY", values.key, None)
if IN_PRODUCTION:
    required("SECRET_KEY", _key)
SECRET_IS_MADE_UP = _key is None
SIGNING_KEY = _key or secrets.token_bytes(values.MIN_KEY_BYTES)
SECRET_KEY = hmac.digest(SIGNING_KEY, b"cookies", "sha256").hex()

# Where it is reached
PUBLIC_URL = read("PUBLIC_URL", values.base_url, None)
SERVED_OVER_HTTPS = bool(PUBLIC_URL and PUBLIC_URL.startswith("https://"))
OWN_HOST = urlsplit(PUBLIC_URL or "http://127.0.0.1").hostname or ""
ALLOWED_HOSTS = [OWN_HOST, *read("ALLOWED_HOSTS", comma_separated(values.host), [])]
if not IN_PRODUCTION:
    ALLOWED_HOSTS = ["*"]
# Idiom: Django believes a header that the proxy sets; `public_scheme` sets this one.
SECURE_PROXY_SSL_HEADER = ("PUBLIC_SCHEME", "https")
TRUSTED_PROXIES = read("TRUSTED_PROXIES", comma_separated(values.network), [])
CORS_ALLOWED_ORIGINS = read("CORS_ORIGINS", comma_separated(values.origin), [])
CORS_URLS_REGEX = "^/api/"
CORS_ALLOW_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
CORS_ALLOW_HEADERS = ["Authorization", "Content-Type", "If-None-Match", "X-Request-ID"]
CORS_EXPOSE_HEADERS = ["ETag", "Link", "Location", "Retry-After", "X-Request-ID"]
CORS_PREFLIGHT_MAX_AGE = 600

# What it is made of
INSTALLED_APPS = [
    "config.apps.BlogAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "corsheaders",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "common",
    "accounts",
    "blog",
    "todos",
]
MIDDLEWARE = [
    "common.middleware.RequestLog",
    "common.middleware.cookieless_api",
    "common.middleware.public_scheme",
    "common.middleware.content_length",
    "common.middleware.security_headers",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    *(["corsheaders.middleware.CorsMiddleware"] if CORS_ALLOWED_ORIGINS else []),
    *(["common.middleware.allowed_hosts"] if IN_PRODUCTION else []),
    "django.contrib.sessions.middleware.SessionMiddleware",
    "common.middleware.origin_of_secret_pages",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "common.middleware.page_caching",
    "django.contrib.messages.middleware.MessageMiddleware",
    "common.error_pages.ErrorPages",
    # Not above the sessions: what it refuses is told on a page, which names the user.
    "common.static_files.StaticFiles",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
SILENCED_SYSTEM_CHECKS = [
    "auth.W004",  # names are unique without case, by a constraint on lower(username)
    "security.W005",  # what PUBLIC_URL says of https says nothing of its subdomains
    "security.W008",  # the proxy that ends TLS redirects; it alone knows who needs it
    "security.W021",  # as W005: preloading is for who owns the whole domain
]

# Storage. Services begin transactions, reads need none.
_own_file = values.database_url("sqlite:///blog.db")
DATABASES = {
    "default": {
        **read("DATABASE_URL", values.database_url, _own_file),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"

# Accounts and tokens
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.NameOrEmailBackend"]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "accounts.validators.NewPasswordValidator"}]
PASSWORD_HASHERS = ["accounts.hashers.Argon2idHasher"]
ACCESS_TOKEN_TTL = read("ACCESS_TOKEN_TTL", values.seconds, 900)
REFRESH_TOKEN_TTL = read("REFRESH_TOKEN_TTL", values.seconds, 1_209_600)
LOGIN_URL = "/login"
SECURE_HSTS_SECONDS = 31_536_000 if SERVED_OVER_HTTPS else 0
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []
CSRF_FAILURE_VIEW = "common.error_pages.csrf_failure"

# Cookies. Browsers give them to every port of a host: blogs that run side by side on
# one machine need names of their own.
_own_host = "__Host-" if SERVED_OVER_HTTPS else ""
SESSION_COOKIE_NAME = f"{_own_host}django_session"
CSRF_COOKIE_NAME = f"{_own_host}django_csrf"
MESSAGES_COOKIE_NAME = f"{_own_host}django_messages"
MESSAGE_STORAGE = "common.messages.Messages"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SERVED_OVER_HTTPS
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = CSRF_COOKIE_AGE = 14 * 24 * 3600

# Limits
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # more than the longest query can have
REDIS_URL = read("REDIS_URL", values.redis_url, None)
LOGIN_RATE_LIMIT = rate_limit("LOGIN_RATE_LIMIT", "10/5minutes")
LOGIN_ADDRESS_RATE_LIMIT = rate_limit("LOGIN_ADDRESS_RATE_LIMIT", "100/5minutes")
LOGIN_NAME_RATE_LIMIT = rate_limit("LOGIN_NAME_RATE_LIMIT", "100/hour")
AUTH_RATE_LIMIT = rate_limit("AUTH_RATE_LIMIT", "60/minute")

# The API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["common.negotiation.CompactJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["common.negotiation.StrictJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "common.negotiation.JSONOnly",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "common.openapi.OperationSchema",
    "EXCEPTION_HANDLER": "common.problems.exception_handler",
    "NON_FIELD_ERRORS_KEY": "",
}
_path_parts = {"id": int, "username": str, "post_slug": str, "tag": str}
SPECTACULAR_SETTINGS = {
    "TITLE": "Quintet blog API",
    "VERSION": "0.1.0",
    "OAS_VERSION": "3.1.1",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "PATH_CONVERTER_OVERRIDES": _path_parts,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# Files, sent by the application itself: nothing has to be collected before the start.
STATIC_URL = "/static/"
STORAGES = {"staticfiles": {"BACKEND": "common.static_files.HashedNames"}}
WHITENOISE_USE_FINDERS = True
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_MAX_AGE = 3600
WHITENOISE_AUTOREFRESH = DEBUG

# Mail
MAIL_SERVER = read("SMTP_URL", values.smtp_url, None)
EMAIL_BACKEND = "common.mail.StderrBackend"
EMAIL_TIMEOUT = 10
if IN_PRODUCTION:
    required("SMTP_URL", MAIL_SERVER)
if MAIL_SERVER:
    EMAIL_BACKEND = "common.mail.SmtpBackend"
    EMAIL_HOST, EMAIL_PORT = MAIL_SERVER.host, MAIL_SERVER.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL_SERVER.user, MAIL_SERVER.password
    EMAIL_USE_SSL = MAIL_SERVER.encrypted
DEFAULT_FROM_EMAIL = read("MAIL_FROM", values.sender, "noreply@localhost")

# Logs and metrics
LOG_LEVEL = read("LOG_LEVEL", choice("debug", "info", "warning", "error"), "info")
LOG_FORMAT = read(
    "LOG_FORMAT", choice("text", "json"), "json" if IN_PRODUCTION else "text"
)
LOGGING = logging_config(LOG_LEVEL, LOG_FORMAT)
METRICS_TOKEN = read("METRICS_TOKEN", values.token, None)
