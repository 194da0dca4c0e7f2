"""How is this installation configured? Every setting, read from the environment; `.env.example` lists them."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(env.str("HARBOUR_ENV_FILE", default=str(BASE_DIR / ".env")))
# Run-time data: the embedded servers, built pages' assets, uploaded files. Nothing in it is committed.
VAR = Path(env.str("HARBOUR_VAR", default=str(BASE_DIR / "var"))).resolve()
# Servers whose address is not given are started by `manage.py up`, which writes how to reach them to these files.
DATABASE_URLS = {"web": "DATABASE_URL", "worker": "WORKER_DATABASE_URL", "owner": "OWNER_DATABASE_URL"}


def given(*names: str) -> bool:
    """Whether one of the variables has a value, or a file to read it from."""
    return any(os.environ.get(name) or os.environ.get(f"{name}_FILE") for name in names)


EMBEDDED_DATABASE = not given(*DATABASE_URLS.values())
EMBEDDED_QUEUE = not given("REDIS_URL")
# With nothing configured at all this is the demo school, for this machine alone.
DEMO = env.bool("HARBOUR_DEMO", default=EMBEDDED_DATABASE and not given("SECRET_KEY"))
for _own, _names in {"database.env": DATABASE_URLS.values(), "queue.env": ("REDIS_URL",)}.items():
    if not given(*_names):
        for _name in _names:
            os.environ.pop(_name, None)  # there, but empty
        environ.Env.read_env(VAR / _own)


def secret(name: str, default: str | None = None) -> str:
    """The value of `name`, or the contents of the file that `name_FILE` points to (container secrets).

    Raises `ImproperlyConfigured` with what to do when neither is set and there is no default, or the file cannot be read.
    """
    if path := env.str(f"{name}_FILE", default=""):
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE is {path}, which cannot be read: {error.strerror}.") from None
    value = os.environ.get(name) or default
    if value is None:
        raise ImproperlyConfigured(
            f"{name} is not set. Put it in .env (see .env.example) or point {name}_FILE to a file."
        )
    return value


def number(name: str, default: int, *, least: int, most: int) -> int:
    """The whole number `name`. Raises `ImproperlyConfigured` with what it must be."""
    written = env.str(name, default="").strip() or str(default)
    if not (written.isdecimal() and least <= int(written) <= most):
        raise ImproperlyConfigured(f"{name} is {written!r}; it must be a whole number from {least} to {most}.")
    return int(written)


def address(name: str, default: str | None, *, parts: Callable[[str], dict[str, Any]], like: str) -> dict[str, Any]:
    """The `parts` of the address `name`. Raises `ImproperlyConfigured`, which never shows it: it holds a password."""
    written = secret(name, default) or default or ""
    try:
        return parts(written)
    except (ValueError, ImproperlyConfigured):
        raise ImproperlyConfigured(f"{name} cannot be understood. It must look like {like}.") from None


# --- which installation is this
DEBUG = False
# With a database of our own a key is made beside it, before anything is signed.
SECRET_KEY = secret("SECRET_KEY", "insecure-until-make-run-writes-one" if EMBEDDED_DATABASE else None)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
# Practice is for this machine alone: its passwords stand on the sign-in page.
HOST = "127.0.0.1" if DEMO else env.str("LISTEN_ON", default="127.0.0.1")
PORT = number("PORT", 8000, least=1, most=65535)
WEB_WORKERS = number("WEB_WORKERS", os.cpu_count() or 1, least=1, most=1000)
BASE_URL = env.str("BASE_URL", default=f"http://localhost:{PORT}")
CSRF_TRUSTED_ORIGINS = [BASE_URL] if BASE_URL.startswith("https://") else []

# --- apps, from the ground up: each may use only those above it
INSTALLED_APPS = [
    "safeguarding",
    "safeguarding.accounts",
    "safeguarding.audit",
    "safeguarding.sealing",
    "children",
    "safeguarding.concerns",
    "safeguarding.demo",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "guardian",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "safeguarding.middleware.NoStoreMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "safeguarding.middleware.SignInRequiredMiddleware",
    "safeguarding.middleware.RequestContextMiddleware",
]

ROOT_URLCONF = "safeguarding.urls"
WSGI_APPLICATION = "safeguarding.wsgi.application"

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
                "safeguarding.context.page",
            ],
            "builtins": ["safeguarding.templatetags.harbour"],
        },
    },
]
FORM_RENDERER = "safeguarding.forms.Renderer"

# --- databases: one alias, and the role that this process plays on it
ROLE = env.str("HARBOUR_ROLE", default="web")
if ROLE not in DATABASE_URLS:
    raise ImproperlyConfigured(f"HARBOUR_ROLE is {ROLE!r}; it must be one of {', '.join(DATABASE_URLS)}.")
# With nothing configured, the address of nobody: commands that need no database still work.
_address = address(
    DATABASE_URLS[ROLE],
    "postgres://nobody@127.0.0.1:1/none",
    parts=env.db_url_config,
    like="postgres://ROLE:PASSWORD@localhost:5432/harbour",
)
# A page that takes longer has gone wrong; a migration, or filling a school, may take what it needs.
_timeout = 0 if ROLE == "owner" else 60_000
DATABASES = {
    "default": {
        **_address,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**_address.get("OPTIONS", {}), "options": f"-c timezone=UTC -c statement_timeout={_timeout}"},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- queue
REDIS_URL = secret("REDIS_URL", "")
CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TIMEZONE = "Europe/London"
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_ACKS_LATE = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A request does not wait for a queue that is away: the row is written, the next beat finds it. One that hangs costs a second.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 1, "socket_timeout": 1, "max_retries": 0}
CELERY_TASK_PUBLISH_RETRY = False

# Only the limits of sign-in are kept in it: in all web processes together, without Redis in each by itself.
CACHES = {
    "default": {"BACKEND": "safeguarding.tries.SharedTries", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# --- mail: a link and no personal data
# Without a server nothing is sent and nothing counts as sent. Never the console: a log is no place for addresses of staff.
MAIL_IS_SET_UP = DEMO or bool(secret("EMAIL_URL", ""))
EMAIL_CONFIG = address(
    "EMAIL_URL",
    "dummymail://",
    parts=env.email_url_config,
    like="smtp+tls://USER:PASSWORD@mail.example.sch.uk:587",
)
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="harbour@localhost")

# --- people
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Of django-guardian only the permission models are used (`children/grants.py`): nobody anonymous, nothing added to people or groups.
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = GUARDIAN_MONKEY_PATCH_GROUP = False
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "safeguarding.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "safeguarding.accounts.forms.signing_in.SignInForm",
    "reauthenticate": "safeguarding.accounts.forms.signing_in.SignInAgainForm",
    "change_password": "safeguarding.accounts.forms.signing_in.ChangePasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
# A school is one address: the library's limits by address would lock out everybody at 8:45, so the tight one is by account.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "10/5m/key,300/m/ip"}
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 10 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
# What a page says once after saving stays on the server: a cookie is readable on the disk of a shared computer.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_SAMESITE = "Lax"

# --- transport and browser
SECURE = env.bool("HTTPS", default=not DEMO)
SECURE_SSL_REDIRECT = SECURE
SESSION_COOKIE_SECURE = SECURE
CSRF_COOKIE_SECURE = SECURE
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
TRUSTED_PROXIES = number("TRUSTED_PROXIES", 0, least=0, most=20)
# Other sites learn nothing. With "no-referrer" a browser also hides from our own forms where they come from, and the
# check against forged requests refuses every one of them.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
CSRF_FAILURE_VIEW = "safeguarding.views.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# --- language and time
LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "Europe/London"

# --- files
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [
    ("js", BASE_DIR / "static" / "js"),
    ("images", BASE_DIR / "static" / "images"),
    # Built from static/scss, for the clone as a whole.
    BASE_DIR / "var" / "assets",
]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR / "files"},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- logs say what happened, never to whom: no query strings, no bodies, no parameters
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # The printer tells each of its steps and quotes what it skips.
    "loggers": {"django.request": {"level": "ERROR"}, "weasyprint": {"level": "ERROR"}},
}
