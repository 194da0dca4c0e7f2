"""Does the store of files work?

Something is written, found, read back and taken out again, before anybody relies on it.
"""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, cast

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from safeguarding.sealing import files
from safeguarding.sealing.exceptions import FilesAway, StoreProblem
from safeguarding.sealing.stores import BucketStore, Store

logger = logging.getLogger("harbour.files")
_KEY = "The provider does not know the key. Check FILES_KEY_ID and FILES_SECRET_KEY, and that the key has not ended."
_NO_KEY = "There is no key to the bucket. Set FILES_KEY_ID and FILES_SECRET_KEY, or what the AWS programs read."
_REGION = "The bucket is in another region. Say which in FILES_URL: region=…."
_SILENT = "The provider does not answer. Check endpoint= in FILES_URL, and that this machine is let through to it."
# What is wrong, by what the provider answers or its client says.
_WRONG = {
    "NoSuchBucket": "There is no bucket of that name. Make it, or mend FILES_URL.",
    "InvalidAccessKeyId": _KEY,
    "SignatureDoesNotMatch": _KEY,
    "ExpiredToken": _KEY,
    "InvalidToken": _KEY,
    "NoCredentialsError": _NO_KEY,
    "PartialCredentialsError": _NO_KEY,
    "AuthorizationHeaderMalformed": _REGION,
    "PermanentRedirect": _REGION,
    "NoRegionError": _REGION,
    "RequestTimeTooSkewed": "The clock of this machine is wrong. Put it right.",
    "SSLError": "The certificate of the provider is not one that this machine trusts. Check endpoint= in FILES_URL.",
    "EndpointConnectionError": _SILENT,
    "ConnectTimeoutError": _SILENT,
    "ReadTimeoutError": _SILENT,
    "ConnectionClosedError": _SILENT,
}
_REFUSED = ("AccessDenied", "AllAccessDisabled", "403")


def try_store() -> None:
    """Raises `StoreProblem` with what is wrong and what to do. Leaves nothing."""
    # A store of its own: a connection that is open is not handed to processes that are started later.
    store = cast(Store, storages.create_storage(cast(dict[str, Any], settings.STORAGES["default"])))
    name, content = files.new_name(), secrets.token_bytes(100_000)
    try:
        with _doing(store, "write into it"):
            store.save(name, ContentFile(content))
        with _doing(store, "read from it"), store.open(name) as file:
            came = file.read()
        with _doing(store, "list what is in it"):
            is_listed = name in store.names()
        is_public = isinstance(store, BucketStore) and store.is_public(name)
        with _doing(store, "delete from it"):
            store.delete(name)
            is_left = name in store.names()
    except StoreProblem:
        with suppress(FilesAway, OSError):
            store.delete(name)
        raise
    if came != content or not is_listed:
        raise StoreProblem(f"{_named(store)} does not give back what is written into it. No files can be kept there.")
    if is_left:
        raise StoreProblem(f"{_named(store)} does not delete: what is taken out of it is still there.")
    if is_public:
        raise StoreProblem(f"{_named(store)} can be read by anybody. Make it private before anything is kept there.")


def warn_if_it_does_not_work() -> None:
    """Say so in the log, when the worker starts.

    Words are saved all the same, and files are refused in words: nothing stops for it.
    """
    try:
        try_store()
    except StoreProblem as problem:
        logger.warning("%s Until then no files can be attached or opened; what is written is saved.", problem.sentence)


@contextmanager
def _doing(store: Store, what: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise StoreProblem(f"{_named(store)} does not give back what is written into it.") from None
    except FilesAway as error:
        if error.reason in _REFUSED:
            wrong = f"Harbour may not {what}. Give its key the rights to put, get, list and delete objects."
        else:
            wrong = _WRONG.get(error.reason, f"It could not {what}: {error.reason}.")
        raise StoreProblem(f"{_named(store)} cannot be used. {wrong}") from None
    except OSError as error:
        raise StoreProblem(
            f"{_named(store)} cannot be used. Harbour could not {what}: {error.strerror}. Give its account "
            "this folder, and room in it."
        ) from None


def _named(store: Store) -> str:
    if isinstance(store, BucketStore):
        return f"The store of files, the bucket {store.bucket} at {store.endpoint or 'AWS'},"
    return f"The store of files, the folder {store.location},"
