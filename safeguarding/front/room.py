"""Is there room for what this process may open: connections of people, and connections to the databases?"""

import resource

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connections

# More than anybody's connections, and less than takes long to list.
_OPEN_FILES = 20_000
# What others hold: the worker's three processes on both databases, the backup, a command or two.
_OTHERS = 20


def raise_open_files() -> None:
    """Let this process have as many connections as the machine allows it: usual are 1,024, on a Mac 256."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _OPEN_FILES)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def refuse_too_many_connections() -> None:
    """Raises `ImproperlyConfigured` where pages could ask PostgreSQL for more connections than it gives.

    While it is away nobody can tell, and the pages that keep what is typed are needed most.
    """
    needed = settings.WEB_WORKERS * settings.WEB_THREADS * len(settings.DATABASES) + _OTHERS
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('max_connections')::int - "
                "current_setting('superuser_reserved_connections')::int"
            )
            given = cursor.fetchone()[0]
    except OperationalError:
        return
    if needed > given:
        raise ImproperlyConfigured(
            f"WEB_WORKERS={settings.WEB_WORKERS} times WEB_THREADS={settings.WEB_THREADS} may need "
            f"{needed} connections, and "
            f"PostgreSQL gives {given}. Make one of them smaller, or PostgreSQL's max_connections larger."
        )
