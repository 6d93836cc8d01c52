"""Every setting, from the environment alone; docs/configuration.md lists the variables."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from core.limits import MAX_SOURCE_MAP_BYTES
from core.logs import CONSOLE, JSON, configure_structlog, logging_settings
from missionscope.cors import ALLOWED_HEADERS, EXPOSED_HEADERS, PREFLIGHT_S
from missionscope.databases import read_database
from missionscope.environment import (
    get_data_directory,
    get_debugger_port,
    get_exporter_url,
    get_flag,
    get_inner_hosts,
    get_key_file,
    get_key_url,
    get_list,
    get_mail_address,
    get_number,
    get_origins,
    get_pair,
    get_public_url,
    get_secret,
    get_text,
    refuse,
    split_url,
)

BASE_DIR = Path(__file__).resolve().parent.parent

# --- where it runs -------------------------------------------------------------------------------------------------
DEBUG = get_flag("MISSIONSCOPE_DEBUG", default=False)
MISSIONSCOPE_HOST = get_text("MISSIONSCOPE_HOST", "127.0.0.1")
MISSIONSCOPE_PORT = get_number("MISSIONSCOPE_PORT", 8700, least=1, most=65535)
MISSIONSCOPE_URL = get_public_url("MISSIONSCOPE_URL")
MISSIONSCOPE_DATA_DIR = get_data_directory("MISSIONSCOPE_DATA_DIR", Path("data"))
SECRET_KEY = get_secret("MISSIONSCOPE_SECRET_KEY", MISSIONSCOPE_DATA_DIR / "secret_key")
_public = urlsplit(MISSIONSCOPE_URL)
IS_HTTPS = _public.scheme == "https"
# The server itself speaks plain HTTP: an https address means a proxy in front.
MISSIONSCOPE_PROXY_COUNT = get_number("MISSIONSCOPE_PROXY_COUNT", int(IS_HTTPS), least=0, most=10)
ALLOWED_HOSTS = get_list("MISSIONSCOPE_ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]"))
if _public.hostname and _public.hostname not in ALLOWED_HOSTS:
    ALLOWED_HOSTS.append(_public.hostname)
if MISSIONSCOPE_HOST not in {"0.0.0.0", "::", *ALLOWED_HOSTS}:  # noqa: S104 — compared, not bound
    ALLOWED_HOSTS.append(MISSIONSCOPE_HOST)
if "*" in ALLOWED_HOSTS:
    refuse("MISSIONSCOPE_ALLOWED_HOSTS", "must name the hosts; * would accept any.")
CSRF_TRUSTED_ORIGINS = [MISSIONSCOPE_URL] if MISSIONSCOPE_URL else []

# --- limits on what senders may ask of it --------------------------------------------------------------------------
MISSIONSCOPE_MAX_BODY_BYTES = get_number("MISSIONSCOPE_MAX_BODY_BYTES", 64 << 20, least=1 << 10, most=1 << 30)
MISSIONSCOPE_MAX_WAITING_BYTES = get_number("MISSIONSCOPE_MAX_WAITING_BYTES", 512 << 20, least=1 << 20, most=64 << 30)
MISSIONSCOPE_BODY_TIMEOUT_S = get_number("MISSIONSCOPE_BODY_TIMEOUT_S", 30, least=1, most=600)
MISSIONSCOPE_DECODERS = get_number("MISSIONSCOPE_DECODERS", 0 if os.cpu_count() == 1 else 2, least=0, most=64)
MISSIONSCOPE_MAX_SOCKETS = get_number("MISSIONSCOPE_MAX_SOCKETS", 2000, least=1, most=100_000)
MISSIONSCOPE_LIVE_RIGHTS_S = get_number("MISSIONSCOPE_LIVE_RIGHTS_S", 30, least=1, most=3600)
MISSIONSCOPE_LIVE_SEND_S = get_number("MISSIONSCOPE_LIVE_SEND_S", 10, least=1, most=600)
MISSIONSCOPE_WRONG_KEYS_PER_MINUTE = get_number("MISSIONSCOPE_WRONG_KEYS_PER_MINUTE", 60, least=1, most=100_000)
MISSIONSCOPE_PROJECT_REQUESTS_PER_S = get_number("MISSIONSCOPE_PROJECT_REQUESTS_PER_S", 0, least=0, most=1_000_000)
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_SOURCE_MAP_BYTES
"""The most that any address takes; `missionscope.uploads` holds each to its own limit, before the body is read."""
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

# --- what it is made of --------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "missionscope",
    "accounts",
    "bodies",
    "traces",
    "llmlog",
    "plans",
    "metrics",
    "faults",
    "live",
    "search",
    "analysis",
    "alerts",
    "ingest",
    "api",
    "web",
    "demo",
    "tap",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "corsheaders",
    "csp",
    "django_htmx",
    "axes",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "missionscope.identified.IdentifiedMiddleware",
    "missionscope.statements.StatementsMiddleware",
]
ROOT_URLCONF = "missionscope.urls"
ASGI_APPLICATION = "missionscope.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "web.context_processors.shell",
            ]
        },
    }
]
LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

# --- where it keeps things -----------------------------------------------------------------------------------------
DATABASE_URL = get_text("DATABASE_URL")
DATABASES = {"default": read_database(DATABASE_URL, MISSIONSCOPE_DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MISSIONSCOPE_STAGE7_AMQP_URL = get_text("MISSIONSCOPE_STAGE7_AMQP_URL")
if MISSIONSCOPE_STAGE7_AMQP_URL and split_url(
    "MISSIONSCOPE_STAGE7_AMQP_URL", MISSIONSCOPE_STAGE7_AMQP_URL
).scheme not in {"amqp", "amqps"}:
    refuse("MISSIONSCOPE_STAGE7_AMQP_URL", "must begin with amqp:// or amqps://, or be unset.")
MISSIONSCOPE_STAGE7_PROJECT = get_text("MISSIONSCOPE_STAGE7_PROJECT", "default")

REDIS_URL = get_text("REDIS_URL")
if REDIS_URL and split_url("REDIS_URL", REDIS_URL).scheme not in {"redis", "rediss", "unix"}:
    refuse("REDIS_URL", "must begin with redis://, rediss:// or unix://, or be unset.")
IS_SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
REDIS_PREFIX = get_text("MISSIONSCOPE_REDIS_PREFIX", f"missionscope-{Path(str(DATABASES['default']['NAME'])).stem}")
MISSIONSCOPE_WORKERS = get_number("MISSIONSCOPE_WORKERS", 1, least=1, most=64)
if MISSIONSCOPE_WORKERS > 1 and (IS_SQLITE or not REDIS_URL):
    refuse("MISSIONSCOPE_WORKERS", "can only be more than 1 with DATABASE_URL (PostgreSQL) and REDIS_URL.")
if REDIS_URL:
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [REDIS_URL], "prefix": REDIS_PREFIX},
        }
    }
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": REDIS_PREFIX,
        }
    }
else:
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# --- metrics -------------------------------------------------------------------------------------------------------
MISSIONSCOPE_METRIC_POINTS_DAYS = get_number("MISSIONSCOPE_METRIC_POINTS_DAYS", 14, least=1, most=400)
MISSIONSCOPE_METRIC_MINUTES_DAYS = get_number("MISSIONSCOPE_METRIC_MINUTES_DAYS", 30, least=1, most=400)
MISSIONSCOPE_METRIC_SERIES = get_number("MISSIONSCOPE_METRIC_SERIES", 2000, least=1, most=1_000_000)
MISSIONSCOPE_METRIC_PROJECT_SERIES = get_number(
    "MISSIONSCOPE_METRIC_PROJECT_SERIES", 100_000, least=1, most=100_000_000
)

# --- alerts --------------------------------------------------------------------------------------------------------
MISSIONSCOPE_SMTP_HOST = get_text("MISSIONSCOPE_SMTP_HOST")
MISSIONSCOPE_SMTP_SECURITY = get_text("MISSIONSCOPE_SMTP_SECURITY", "starttls").lower()
if MISSIONSCOPE_SMTP_SECURITY not in {"starttls", "tls", "none"}:
    refuse("MISSIONSCOPE_SMTP_SECURITY", "must be starttls, tls or none.")
_smtp_port = {"starttls": 587, "tls": 465, "none": 25}[MISSIONSCOPE_SMTP_SECURITY]
MISSIONSCOPE_SMTP_PORT = get_number("MISSIONSCOPE_SMTP_PORT", _smtp_port, least=1, most=65535)
MISSIONSCOPE_SMTP_USER = get_text("MISSIONSCOPE_SMTP_USER")
MISSIONSCOPE_SMTP_PASSWORD = get_text("MISSIONSCOPE_SMTP_PASSWORD")
MISSIONSCOPE_MAIL_FROM = get_mail_address("MISSIONSCOPE_MAIL_FROM", "missionscope@localhost")
MISSIONSCOPE_WEBHOOK_ALLOW = get_inner_hosts("MISSIONSCOPE_WEBHOOK_ALLOW")
MISSIONSCOPE_ALERT_DAYS = get_number("MISSIONSCOPE_ALERT_DAYS", 90, least=1, most=3650)

# --- people --------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
AXES_FAILURE_LIMIT = get_number("MISSIONSCOPE_LOGIN_FAILURES", 10, least=1, most=1000)
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = ["ip_address"]
AXES_CLIENT_IP_CALLABLE = "accounts.addresses.get_client_address"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"

# --- tokens of stage7's SecurityManager, which read missions -----------------------------------------------------
MISSIONSCOPE_TOKEN_KEY_URL = get_key_url("MISSIONSCOPE_TOKEN_KEY_URL")
MISSIONSCOPE_TOKEN_KEY_FILE = get_key_file("MISSIONSCOPE_TOKEN_KEY_FILE")
if MISSIONSCOPE_TOKEN_KEY_URL and MISSIONSCOPE_TOKEN_KEY_FILE:
    refuse("MISSIONSCOPE_TOKEN_KEY_FILE", "cannot be set beside MISSIONSCOPE_TOKEN_KEY_URL: there is one key.")
MISSIONSCOPE_TOKEN_KEY_TIMEOUT_S = get_number("MISSIONSCOPE_TOKEN_KEY_TIMEOUT_S", 2, least=1, most=30)
MISSIONSCOPE_TOKEN_KEY_EVERY_S = get_number("MISSIONSCOPE_TOKEN_KEY_EVERY_S", 10, least=1, most=3600)
MISSIONSCOPE_TOKEN_KEY_AGE_S = get_number("MISSIONSCOPE_TOKEN_KEY_AGE_S", 3600, least=1, most=7 * 24 * 3600)
MISSIONSCOPE_TOKEN_USERS = get_pair("MISSIONSCOPE_TOKEN_USERS", "stage7 stage7-api")
MISSIONSCOPE_TOKEN_SERVICES = get_pair("MISSIONSCOPE_TOKEN_SERVICES", "SecurityManager stage7-services")
if MISSIONSCOPE_TOKEN_USERS == MISSIONSCOPE_TOKEN_SERVICES:
    refuse("MISSIONSCOPE_TOKEN_SERVICES", "must differ from MISSIONSCOPE_TOKEN_USERS: users' tokens need a type.")
if get_text("MISSIONSCOPE_TOKEN_PROJECT") and not (MISSIONSCOPE_TOKEN_KEY_URL or MISSIONSCOPE_TOKEN_KEY_FILE):
    refuse("MISSIONSCOPE_TOKEN_PROJECT", "needs MISSIONSCOPE_TOKEN_KEY_URL or MISSIONSCOPE_TOKEN_KEY_FILE beside it.")
MISSIONSCOPE_TOKEN_PROJECT = get_text("MISSIONSCOPE_TOKEN_PROJECT", "default")
MISSIONSCOPE_TOKEN_LEEWAY_S = get_number("MISSIONSCOPE_TOKEN_LEEWAY_S", 30, least=0, most=300)

# --- what browsers are told ----------------------------------------------------------------------------------------
_socket_origin = [MISSIONSCOPE_URL.replace("http", "ws", 1)] if MISSIONSCOPE_URL else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'", *_socket_origin],
        "worker-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$", r"^api/"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if MISSIONSCOPE_PROXY_COUNT else None
CORS_ALLOWED_ORIGINS = get_origins("MISSIONSCOPE_CORS_ORIGINS")
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_CREDENTIALS = True
CORS_ALLOW_HEADERS = list(ALLOWED_HEADERS)
CORS_EXPOSE_HEADERS = list(EXPOSED_HEADERS)
CORS_PREFLIGHT_MAX_AGE = PREFLIGHT_S

# --- files that pages load -----------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
IS_STATIC_COLLECTED = get_flag("MISSIONSCOPE_STATIC_COLLECTED", default=False)
_storage = "whitenoise.storage.CompressedManifestStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": _storage if IS_STATIC_COLLECTED else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# --- REST ----------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "api.authentication.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["api.rendering.FastJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api.parsing.BoundedJSONParser"],
    "EXCEPTION_HANDLER": "api.errors.answer_error",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "MissionScope",
    "VERSION": "1",
    "DESCRIPTION": "Missions of AI agents: what happened, when, and why. Every 64-bit integer is a decimal string.",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "EffectiveStatus": "api.fields.STATUSES",
        "StatusCode": "api.fields.CODES",
        "AlertRuleKind": "api.alert_fields.KIND_NAMES",
        "AlertChannelKind": "alerts.records.CHANNEL_KINDS",
        "ErrorStatus": "faults.records.STATUSES",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# --- first start ---------------------------------------------------------------------------------------------------
MISSIONSCOPE_SAMPLES = get_flag("MISSIONSCOPE_SAMPLES", default=True)
MISSIONSCOPE_BOOTSTRAP_USER = get_text("MISSIONSCOPE_BOOTSTRAP_USER")
MISSIONSCOPE_BOOTSTRAP_PASSWORD = get_text("MISSIONSCOPE_BOOTSTRAP_PASSWORD")
MISSIONSCOPE_BOOTSTRAP_KEY = get_text("MISSIONSCOPE_BOOTSTRAP_KEY")
if MISSIONSCOPE_BOOTSTRAP_PASSWORD and not MISSIONSCOPE_BOOTSTRAP_USER:
    refuse("MISSIONSCOPE_BOOTSTRAP_PASSWORD", "needs MISSIONSCOPE_BOOTSTRAP_USER beside it.")
MISSIONSCOPE_CELERY_WORKER = get_flag("MISSIONSCOPE_CELERY_WORKER", default=True)

# --- logs ----------------------------------------------------------------------------------------------------------
_level = get_text("MISSIONSCOPE_LOG_LEVEL", "INFO").upper()
if _level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
    refuse("MISSIONSCOPE_LOG_LEVEL", "must be debug, info, warning or error.")
_form = get_text("MISSIONSCOPE_LOG_FORMAT", JSON)
if _form not in {JSON, CONSOLE}:
    refuse("MISSIONSCOPE_LOG_FORMAT", "must be json or console.")
configure_structlog()
LOGGING = logging_settings(_level, _form)

# --- its own traces, and the debugger ------------------------------------------------------------------------------
OTEL_EXPORTER_OTLP_ENDPOINT = get_exporter_url("OTEL_EXPORTER_OTLP_ENDPOINT")
MISSIONSCOPE_DEBUGPY = get_debugger_port("MISSIONSCOPE_DEBUGPY")
if MISSIONSCOPE_DEBUGPY and MISSIONSCOPE_WORKERS > 1:
    refuse("MISSIONSCOPE_DEBUGPY", "needs MISSIONSCOPE_WORKERS=1: several processes cannot share the port.")
