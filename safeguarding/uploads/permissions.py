"""Who decides about a file: withholds it, takes it out, has a picture as it came, with what it says of where and when?

Each app says it of its own files.
"""

from collections.abc import Callable
from typing import Any

from safeguarding.accounts.models import User
from safeguarding.accounts.services import LEADS
from safeguarding.exceptions import NotAllowed

from .models import StoredFile

_decides: dict[type[StoredFile], Callable[[User, Any], bool]] = {}
_ways: list[Callable[[User], bool]] = []


def decided_by(
    model: type[StoredFile], decides: Callable[[User, Any], bool], also: Callable[[User], bool] | None = None
) -> None:
    """Say who decides about files of this kind; `also` tells who might beside those whose role does."""
    _decides[model] = decides
    if also is not None:
        _ways.append(also)


def files_to_decide(user: User) -> bool:
    """Whether the person might decide about a file, whatever their roles say."""
    return any(way(user) for way in _ways)


def may_decide(user: User, file: StoredFile) -> bool:
    return _decides[type(file)](user, file)


def ensure_decides(user: User, file: StoredFile) -> None:
    """Raise `NotAllowed` unless `user` decides about this file."""
    if not may_decide(user, file):
        raise NotAllowed(LEADS)
