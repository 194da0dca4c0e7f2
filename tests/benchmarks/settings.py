"""The settings of a measurement: those of Harbour in its own process, with a floor to stand on and a silent queue."""

import os

os.environ.setdefault("HTTPS", "false")
# A notice rings the bell of the queue. Here nobody listens, and no test of speed waits for a network.
os.environ["REDIS_URL"] = ""

from safeguarding.settings import *  # noqa: F403
from safeguarding.settings import INSTALLED_APPS, LOGGING

INSTALLED_APPS = [*INSTALLED_APPS, "tests.benchmarks"]
ROOT_URLCONF = "tests.benchmarks.urls"
LOGGING = LOGGING | {"root": {"handlers": ["console"], "level": "ERROR"}}
# The floor: what Django needs to know who is signed in, and nothing of Harbour.
FLOOR_MIDDLEWARE = [
    "safeguarding.accounts.session_store.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
# A print is measured to its end.
PRINT_WAIT = 60.0
# A measurement asks more often than anybody's work does, and is told so by nobody.
MOST_SEARCHES = MOST_NAMES = MOST_FILES_OUT = (10**6, 10**6)
