"""The settings of a test run: Harbour's own, with nothing taken from this machine's `.env` or running servers."""

import os
from pathlib import Path

os.environ["HARBOUR_ENV_FILE"] = os.devnull
os.environ.setdefault("HARBOUR_VAR", str(Path(__file__).resolve().parent.parent / "var" / "test"))
os.environ["SECRET_KEY"] = "only-for-tests-and-therefore-as-long-as-it-is-not-secret-at-all"
os.environ.setdefault("HARBOUR_ROLE", "web")
os.environ["HARBOUR_DEMO"] = "false"
os.environ["HTTPS"] = "false"
os.environ["REDIS_URL"] = ""
# Playwright keeps an event loop in the thread of the tests, which Django takes for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

from safeguarding.settings import *  # noqa: F403
from safeguarding.settings import MIDDLEWARE, STORAGES
from tests.postgres import context_key

# Files that tests attach: in memory, sealed as in any other store.
STORAGES = {**STORAGES, "default": {"BACKEND": "tests.stores.MemoryStore"}}
# A test works as the owner and answers as `web` and as `worker`: it signs for both.
CONTEXT_KEYS = {signer: context_key(signer) for signer in ("web", "worker")}
# Signing in once costs a tenth of a second by design; the tests do it hundreds of times.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# A machine that runs tests is busy: a print is waited for as long as it takes, where a test does not say otherwise.
PRINT_WAIT = 120.0
# Static files are looked for when one is asked for: each client of a test would list them all first.
WHITENOISE_AUTOREFRESH = True
# The tests take what is sent from `django.core.mail.outbox`.
MAIL_IS_SET_UP = True
# Every answer is looked at around the transaction of its request: was it made of records, and is that on record? And
# innermost, where that transaction is open: what a view does, it does as `web`, behind row security.
_CONTEXT = MIDDLEWARE.index("safeguarding.middleware.RequestContextMiddleware")
MIDDLEWARE = [
    *MIDDLEWARE[:_CONTEXT],
    "tests.proof.reads.EveryReadIsRecorded",
    *MIDDLEWARE[_CONTEXT:],
    "tests.walls.AsWeb",
]
