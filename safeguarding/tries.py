"""How often has somebody tried, in all web processes together? Counts in Redis that name nobody, and do without Redis.

The limits of sign-in are counted in this cache (`ACCOUNT_RATE_LIMITS`). Its keys hold user names and addresses, so what
Redis gets is their digest under this installation's secret, with times as the value. While Redis is away each process
counts by itself: sign-in must not need it.
"""

import json
import logging
import time
from typing import Any

from django.core.cache import cache
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from django.utils.crypto import salted_hmac
from redis.exceptions import RedisError

from safeguarding.ages import SLACK

# How long a process counts by itself before it asks again: one that hangs costs a second each time it is asked.
PAUSE = 30.0
logger = logging.getLogger("harbour.tries")


def digest(key: str, prefix: str, version: int) -> str:
    """A key from which nobody can tell, or try out, what was counted."""
    return salted_hmac(__name__, f"{prefix}:{version}:{key}", algorithm="sha256").hexdigest()


class SharedTries(BaseCache):
    """What the limits need of a cache, and no more: `clear` would empty the queue, which is in the same Redis.

    Values are JSON, as nothing that Redis says is run.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        named = params | {"KEY_FUNCTION": digest}
        patience = {"serializer": json, "socket_connect_timeout": 1, "socket_timeout": 1}
        address = server.replace("redis+socket://", "unix://")
        self._shared = RedisCache(address, named | {"OPTIONS": patience})
        self._own = LocMemCache("tries", named)
        self._away_until = 0.0

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(self._ask("add", key, value, timeout, version))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """What is counted under `key`. Of times those that are still to come are let go: the clock was set since."""
        found = self._ask("get", key, default, version)
        return [at for at in found if at <= time.time() + SLACK.total_seconds()] if isinstance(found, list) else found

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._ask("set", key, value, timeout, version)

    def delete(self, key: Any, version: int | None = None) -> bool:
        return bool(self._ask("delete", key, version))

    def _ask(self, method: str, *arguments: Any) -> Any:
        if time.monotonic() >= self._away_until:
            try:
                return getattr(self._shared, method)(*arguments)
            except RedisError as error:
                logger.warning("queue cannot be reached, tries are counted here alone: %s", type(error).__name__)
                self._away_until = time.monotonic() + PAUSE
        return getattr(self._own, method)(*arguments)


def one_more(key: str, *, most: int, seconds: float, now: float) -> bool:
    """Whether something may be done once more under `key`: `most` times in so many seconds, no more. It is counted
    where it may.

    Two in the same moment may both be the last: this keeps a flood out, it is no lock.
    """
    lately = [at for at in cache.get(key, []) if at > now - seconds]
    if len(lately) >= most:
        return False
    cache.set(key, [*lately, now], seconds)
    return True
