"""How is this installation configured? Every setting, read from the environment; `.env.example` lists them."""

from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from safeguarding.environment import (
    DATABASE_URLS,
    KEYS_DATABASE_URLS,
    address,
    bucket,
    context_keys,
    database,
    env,
    given,
    number,
    read_own,
    secret,
)

BASE_DIR = Path(__file__).resolve().parent.parent

env.read_env(env.str("HARBOUR_ENV_FILE", default=str(BASE_DIR / ".env")))
# Run-time data, never committed: embedded servers, assets of pages, uploaded files. An empty setting is as none.
VAR = Path(env.str("HARBOUR_VAR", default="") or BASE_DIR / "var").resolve()
# The role that this process plays on both databases.
if (ROLE := env.str("HARBOUR_ROLE", default="web")) not in DATABASE_URLS:
    raise ImproperlyConfigured(f"HARBOUR_ROLE is {ROLE!r}; it must be one of {', '.join(DATABASE_URLS)}.")
_addresses = (*DATABASE_URLS.values(), *KEYS_DATABASE_URLS.values())
EMBEDDED_DATABASE = not given(*_addresses)
EMBEDDED_QUEUE = not given("REDIS_URL")
# With nothing configured at all this is the demo school, for this machine alone.
DEMO = env.bool("HARBOUR_DEMO", default=EMBEDDED_DATABASE and not given("SECRET_KEY"))
# Servers whose address is not given are started by `manage.py up`, which writes how to reach them to these files: one
# for each role, and a process reads that of its own.
for _own, _names in {f"database.{ROLE}.env": _addresses, "queue.env": ("REDIS_URL",)}.items():
    if not given(*_names):
        read_own(VAR / _own, _names)

# --- the web server's port, processes and limits. That file asks the environment, into which .env has been read by now.
from safeguarding.web_limits import *  # noqa: E402, F403

# --- which installation is this
DEBUG = False
# With a database of our own a key is made beside it, before anything is signed.
SECRET_KEY = secret("SECRET_KEY", "insecure-until-make-run-writes-one" if EMBEDDED_DATABASE else None)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
# Practice is for this machine alone: its passwords stand on the sign-in page.
HOST = "127.0.0.1" if DEMO else env.str("LISTEN_ON", default="127.0.0.1")
BASE_URL = env.str("BASE_URL", default=f"http://localhost:{PORT}")  # noqa: F405
CSRF_TRUSTED_ORIGINS = [BASE_URL] if BASE_URL.startswith("https://") else []

# --- apps, from the ground up: each may use only those above it, and so may its facts (`facts.sql`)
INSTALLED_APPS = [
    "safeguarding",
    "safeguarding.audit",
    "safeguarding.accounts",
    "safeguarding.sealing",
    "safeguarding.uploads",
    "children",
    "safeguarding.printing",
    "safeguarding.staff",
    "safeguarding.training",
    "safeguarding.concerns",
    "safeguarding.adults",
    "safeguarding.plans",
    "sharing.events",
    "sharing.notice",
    "sharing.transfers",
    "sharing.received",
    "sharing.requests",
    "retention",
    "safeguarding.self_check",
    "safeguarding.reports",
    "safeguarding.governors",
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
    "auditlog",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    # Around all others: what they answer by themselves (a file of the page, the way to https) goes through it too.
    "safeguarding.middleware.NoStoreMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "safeguarding.middleware.ScriptMiddleware",
    "safeguarding.accounts.session_store.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "safeguarding.middleware.FullDiskMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Before everything that asks who is signed in.
    "safeguarding.cross_site.CrossSiteMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "safeguarding.accounts.sessions.SessionStateMiddleware",
    "safeguarding.middleware.SignInRequiredMiddleware",
    "safeguarding.middleware.RequestContextMiddleware",
    # Inside the transaction of the request: it asks who may see what.
    "children.middleware.LedOnMiddleware",
    "safeguarding.front.refusing.RefusedBodyMiddleware",
]

ROOT_URLCONF = "safeguarding.urls"
WSGI_APPLICATION = "safeguarding.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "safeguarding.rendering.Templates",
        "NAME": "django",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "safeguarding.context.page",
            ],
            "builtins": ["safeguarding.templatetags.harbour", "safeguarding.templatetags.forms"],
        },
    },
]
FORM_RENDERER = "safeguarding.forms.Renderer"

# --- databases: of the records and of the keys
DATABASES = {"default": database(DATABASE_URLS[ROLE], ROLE), "keys": database(KEYS_DATABASE_URLS[ROLE], ROLE)}
DATABASE_ROUTERS = ["safeguarding.sealing.router.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Who asks is signed for (audit/signing.py): the web server for people, the worker for its own tasks too. `migrate` puts
# both keys into the database, where nobody but its functions reads them. Each process is given its own.
CONTEXT_KEYS = context_keys(ROLE)

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
# A request does not wait for a queue that is away: the row is written, the next beat finds it. One that hangs costs a
# second.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 1, "socket_timeout": 1, "max_retries": 0}
CELERY_TASK_PUBLISH_RETRY = False

# Only the limits of sign-in are kept in it: in all web processes together, without Redis in each by itself.
CACHES = {
    "default": {"BACKEND": "safeguarding.tries.SharedTries", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# --- mail: a link and no personal data
# Without a server nothing is sent and nothing counts as sent. Never the console: a log is no place for addresses.
MAIL_IS_SET_UP = DEMO or bool(secret("EMAIL_URL", ""))
EMAIL_CONFIG = address(
    "EMAIL_URL", "dummymail://", parts=env.email_url_config, like="smtp+tls://USER:PASSWORD@mail.example.sch.uk:587"
)
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="harbour@localhost")

# --- people
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["safeguarding.accounts.passwords.BoundedArgon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "safeguarding.accounts.passwords.NotTooLong"},
    {"NAME": "safeguarding.accounts.passwords.NotFromABreach"},
    {"NAME": "safeguarding.accounts.passwords.NotOurWords"},
]
# Of django-guardian the permission models alone are used (`children/grants.py`): nobody anonymous, no users or groups.
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = GUARDIAN_MONKEY_PATCH_GROUP = False
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "safeguarding.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "safeguarding.accounts.forms.signing_in.SignInForm",
    "change_password": "safeguarding.accounts.forms.signing_in.ChangePasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
# A school is one address: the library's limits by address would lock out everybody at 8:45, so the tight one is by
# account and device (accounts/devices.py).
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "10/5m/key,300/m/ip"}
# --- notes of people without an account, by the link of their school: how many in an hour
# From one address: a tablet at reception, or a coach full of visitors behind one router, and no more.
OUTSIDE_NOTES_FROM_ADDRESS = 20
# By one link: more than a school reads in an hour. A flood from many addresses must not bury what somebody meant.
OUTSIDE_NOTES_BY_LINK = 60
# --- second factor: everybody who can open a record (accounts/permissions.py, `needs_second_factor`)
MFA_ADAPTER = "safeguarding.accounts.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "safeguarding.accounts.forms.factors.CodeForm",
    "activate_totp": "safeguarding.accounts.forms.factors.AppForm",
}
MFA_TOTP_ISSUER = "Harbour"
# A telephone's clock may be half a minute off. `factors.take_code` sees to it that no code works twice in that time.
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_PASSKEY_LOGIN_ENABLED = False
MFA_RECOVERY_CODES_SHOW_ONCE = True
# No rule about addresses: nobody signs in by one.
MFA_ALLOW_UNVERIFIED_EMAIL = True

# --- signing in with the school's own Microsoft or Google accounts (accounts/provider.py): one tenant, by subject
MICROSOFT_TENANT = env.str("MICROSOFT_TENANT", default="")
GOOGLE_DOMAIN = env.str("GOOGLE_DOMAIN", default="")
_entra = f"https://login.microsoftonline.com/{MICROSOFT_TENANT}/v2.0"
_providers: list[dict[str, Any]] = [
    {
        "provider_id": "microsoft",
        "name": "Microsoft",
        "client_id": env.str("MICROSOFT_CLIENT_ID", default=""),
        "secret": secret("MICROSOFT_CLIENT_SECRET", "") if MICROSOFT_TENANT else "",
        "settings": {"server_url": _entra, "issuer": _entra, "must_say": {"tid": MICROSOFT_TENANT}},
    },
    {
        "provider_id": "google",
        "name": "Google",
        "client_id": env.str("GOOGLE_CLIENT_ID", default=""),
        "secret": secret("GOOGLE_CLIENT_SECRET", "") if GOOGLE_DOMAIN else "",
        "settings": {
            "server_url": "https://accounts.google.com",
            "issuer": "https://accounts.google.com",
            "must_say": {"hd": GOOGLE_DOMAIN},
        },
    },
]
SIGN_IN_WITH = [each for each, tenant in zip(_providers, (MICROSOFT_TENANT, GOOGLE_DOMAIN), strict=True) if tenant]
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "provider_class": "safeguarding.accounts.provider.SchoolProvider",
        "OAUTH_PKCE_ENABLED": True,
        "SCOPE": ["openid"],
        "APPS": SIGN_IN_WITH,
    }
}
if {"common", "organizations", "consumers"} & {MICROSOFT_TENANT.lower()}:
    raise ImproperlyConfigured(
        "MICROSOFT_TENANT must be the number of your own tenant, not one that lets everybody in."
    )
_HOSTS = {"login.microsoftonline.com": MICROSOFT_TENANT, "accounts.google.com": GOOGLE_DOMAIN}
SOCIALACCOUNT_ADAPTER = "safeguarding.accounts.provider.SocialAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_QUERY_EMAIL = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_LOGIN_ON_GET = False

# --- sessions (accounts/sessions.py), in seconds; what opens one is said in accounts/session_store.py
SESSION_ENGINE = "safeguarding.accounts.session_store"
SESSION_IDLE, SESSION_IDLE_SHARED = 15 * 60, 5 * 60
SESSION_LONGEST = 10 * 60 * 60
FACTOR_FRESH = 5 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = SESSION_LONGEST
SESSION_COOKIE_HTTPONLY = True
# What a page says once after saving stays on the server: a cookie is readable on the disk of a shared computer.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_SAMESITE = "Lax"

# --- searching and taking out in bulk (accounts/services/bulk.py): how many are enough in an hour, and in a day
# A search each minute for an hour is more than a lead needs who looks up everybody of a busy day.
MOST_SEARCHES = (60, 240)
# While a name is typed the list is asked for four or five times: these are some 200 names in an hour.
MOST_NAMES = (1000, 4000)
# The files of several large concerns. Nobody is held up by it: what is taken out for the police cannot wait.
MOST_FILES_OUT = (60, 240)

# --- transport and browser
SECURE = env.bool("HTTPS", default=not DEMO)
SECURE_SSL_REDIRECT = SECURE
SESSION_COOKIE_SECURE = SECURE
CSRF_COOKIE_SECURE = SECURE
# A browser takes a cookie of such a name from this host alone, over https and for all its pages: no other host of the
# school can put one in its place. Over http it would drop it, and nobody could sign in.
_COOKIES_OF = "__Host-" if SECURE else ""
SESSION_COOKIE_NAME = f"{_COOKIES_OF}sessionid"
CSRF_COOKIE_NAME = f"{_COOKIES_OF}csrftoken"
# Which browsers an account has been signed in with (accounts/devices.py).
DEVICE_COOKIE_NAME = f"{_COOKIES_OF}harbour_device"
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
_ELSEWHERE = [f"https://{host}" for host, tenant in _HOSTS.items() if tenant]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        # The form that leads to a provider is redirected there.
        "form-action": [SELF, *_ELSEWHERE],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
CSRF_FAILURE_VIEW = "safeguarding.views.csrf_failure"

# --- seals of the record of events
# Outside the database: who can write the one must not be able to sign in the name of the other.
SEAL_KEY_PATH = Path(env.str("SEAL_KEY_PATH", default=str(VAR / "seal.key")))
# Where the schools' own systems leave their lists of children, a folder for each school. None: lists come by hand.
PUPIL_LIST_FOLDER = Path(env.str("PUPIL_LIST_FOLDER")) if env.str("PUPIL_LIST_FOLDER", default="") else None
ANCHOR_FOLDER = Path(env.str("ANCHOR_FOLDER", default=str(VAR / "anchors")))
ANCHOR_MAIL_TO = env.list("ANCHOR_MAIL_TO", default=[])

# --- keys of what is sealed (docs/keys.md): outside both databases
ROOT_KEY_PATH = Path(env.str("ROOT_KEY_PATH", default=str(VAR / "keys" / "root.key")))
ROOT_KEY_COMMAND = env.str("ROOT_KEY_COMMAND", default="")
EPOCH_KEYS_PATH = Path(env.str("EPOCH_KEYS_PATH", default=str(VAR / "keys" / "epochs.json")))

# --- backups (docs/backups.md): records and keys apart, and both best on another machine
BACKUP_FOLDER = Path(env.str("BACKUP_FOLDER", default=str(VAR / "backups" / "records")))
BACKUP_KEYS_FOLDER = Path(env.str("BACKUP_KEYS_FOLDER", default=str(VAR / "backups" / "keys")))
BACKUP_DAYS = number("BACKUP_DAYS", 35, least=7, most=3650)

# --- language and time
LANGUAGE_CODE = "en-gb"
USE_I18N, USE_TZ = False, True
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
# What people attach, sealed: in a folder, or with a provider. Without a key of its own that is asked as the machine is
# known there.
_bucket = address(
    "FILES_URL", "", parts=bucket, like="s3://BUCKET/PREFIX?endpoint=https://s3.example.org&region=eu-west-2"
)
_files_key = {"key_id": secret("FILES_KEY_ID", ""), "secret_key": secret("FILES_SECRET_KEY", "")}
if bool(_files_key["key_id"]) != bool(_files_key["secret_key"]):
    raise ImproperlyConfigured("FILES_KEY_ID and FILES_SECRET_KEY belong together: set both, or none.")
STORAGES = {
    "default": {"BACKEND": "safeguarding.sealing.stores.BucketStore", "OPTIONS": {**_bucket, **_files_key}}
    if _bucket
    else {"BACKEND": "safeguarding.sealing.stores.FolderStore", "OPTIONS": {"location": VAR / "files"}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- paper (docs/adr/paper.md): where the printer listens, and how long a request waits for it, in seconds
PRINTER_FOLDER = VAR / "printer"
PRINT_WAIT = 1.0

# --- files that people attach (docs/attachments.md): sealed; kept in memory while they come in, never in a file
CLAMD_ADDRESS = env.str("CLAMD_ADDRESS", default="")
FILE_UPLOAD_HANDLERS = ["safeguarding.uploads.handler.InMemory"]
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700

# --- what was changed (`audit/history.py`): the library fills our own table, and reads nothing from a request
AUDITLOG_LOGENTRY_MODEL = "audit.LogEntry"
AUDITLOG_STORE_JSON_CHANGES = AUDITLOG_USE_BASE_MANAGER = AUDITLOG_DISABLE_REMOTE_ADDR = True
# Its own table would stay empty, and would hold names if anything ever wrote to it.
MIGRATION_MODULES = {"auditlog": None}

from safeguarding.log_settings import *  # noqa: E402, F403
