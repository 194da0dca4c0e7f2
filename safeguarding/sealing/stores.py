"""Where do files lie: in a folder of this machine, or in a bucket at a provider that speaks S3?

A store raises `FileNotFoundError` for what it does not hold, and `FilesAway` where the provider does not answer or
refuses. Both say which names they hold, and how much of their disk is free.
"""

import logging
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage

from .exceptions import FilesAway

_MISSING = ("NoSuchKey", "404")
# What a page waits for a provider at most, in seconds. Others than pages ask more than once.
_TO_CONNECT, _TO_ANSWER, _TRIES = 2, 5, 3
# After one that did not answer nobody waits for it again so soon: a page with a photograph must not hold up a call for
# a lead.
SILENCE = 30.0
_SILENT = frozenset({"EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "ConnectionClosedError"})
logger = logging.getLogger("harbour.files")


class FolderStore(FileSystemStorage):
    """A folder that this process can write."""

    def names(self) -> Iterator[str]:
        """Of what cannot be read an error, never nothing: what is not there would go from its copies."""
        folder = Path(self.location)
        for part in folder.iterdir() if folder.exists() else ():
            for path in part.iterdir() if part.is_dir() else ():
                yield f"{part.name}/{path.name}"

    def is_there(self) -> bool:
        """Whether anything was ever kept there, on this disk: one that is not mounted is not an empty one."""
        return Path(self.location).exists()

    def free_part(self) -> float:
        """How much of its disk is free, from 0 to 1."""
        folder = Path(self.location)
        disk = shutil.disk_usage(next(path for path in (folder, *folder.parents) if path.exists()))
        return disk.free / disk.total


class BucketStore(Storage):
    """Objects that nobody but Harbour is given: what is sealed is passed on chunk by chunk, and no address of it leaves
    here.

    Without a key of its own it is found as the AWS programs find theirs: in the environment, a file, or from the
    machine.
    """

    def __init__(
        self,
        *,
        bucket: str,
        prefix: str = "",
        endpoint: str = "",
        region: str = "",
        key_id: str = "",
        secret_key: str = "",
    ) -> None:
        self.bucket, self.prefix, self.endpoint, self.region = bucket, prefix, endpoint, region
        self._key_id, self._secret_key = key_id, secret_key
        self._silent_until = 0.0

    @cached_property
    def client(self) -> Any:
        return self._client()

    def names(self) -> Iterator[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix)
        with self._asked():
            for page in pages:
                for found in page.get("Contents", ()):
                    yield found["Key"].removeprefix(self.prefix)

    def is_there(self) -> bool:
        return True

    def free_part(self) -> float:
        """The disk of this machine does not fill with what is kept elsewhere."""
        return 1.0

    def delete(self, name: str) -> None:
        """One that is not there is no error."""
        with self._asked():
            self.client.delete_object(**self._object(name))

    def get_modified_time(self, name: str) -> datetime:
        with self._asked():
            changed: datetime = self.client.head_object(**self._object(name))["LastModified"]
        return changed

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Names are never made twice (`files.new_name`): nothing to ask."""
        return name

    def is_public(self, name: str) -> bool:
        """Whether somebody without a key is given an object."""
        from botocore import UNSIGNED
        from botocore.exceptions import BotoCoreError, ClientError

        stranger = self._client(signature_version=UNSIGNED)
        try:
            stranger.get_object(**self._object(name))
        except (BotoCoreError, ClientError):
            return False
        finally:
            stranger.close()
        return True

    def _save(self, name: str, content: File) -> str:
        """In one piece, whole or not at all.

        Of what is inside: a `File` without a name counts as nothing, and nothing would be kept.
        """
        body = cast(IO[bytes], content.file)
        body.seek(0)
        with self._asked():
            self.client.put_object(**self._object(name), Body=body, ContentType="application/octet-stream")
        return name

    def _open(self, name: str, mode: str = "rb") -> File:
        with self._asked():
            found = self.client.get_object(**self._object(name))
        return File(cast(IO[bytes], _Coming(found["Body"], self._asked)), name)

    @contextmanager
    def _asked(self) -> Iterator[None]:
        """What a provider can answer, as this module's two errors.

        Of the rest only its name is told: messages quote keys.
        """
        from botocore.exceptions import BotoCoreError, ClientError
        from urllib3.exceptions import HTTPError

        if time.monotonic() < self._silent_until:
            raise FilesAway("it did not answer just now")
        try:
            yield
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in _MISSING:
                raise FileNotFoundError from None
            reason = code
        except (BotoCoreError, HTTPError, ValueError) as error:
            reason = type(error).__name__
        else:
            return
        if reason in _SILENT:
            self._silent_until = time.monotonic() + SILENCE
        logger.warning("the store of files cannot be used: %s", reason)
        raise FilesAway(reason)

    def _object(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket, "Key": f"{self.prefix}{name}"}

    def _client(self, **more: Any) -> Any:
        """Loaded here: a school with a folder does not pay for it in each process."""
        from boto3 import Session
        from botocore.config import Config

        config = Config(
            connect_timeout=_TO_CONNECT,
            read_timeout=_TO_ANSWER,
            retries={"total_max_attempts": 1 if settings.ROLE == "web" else _TRIES, "mode": "standard"},
            # Others than AWS know neither buckets as names of hosts nor its newer checksums. What is sealed checks
            # itself.
            s3={"addressing_style": "path" if self.endpoint else "auto"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            **more,
        )
        with self._asked():
            return Session().client(
                "s3",
                endpoint_url=self.endpoint or None,
                region_name=self.region or None,
                aws_access_key_id=self._key_id or None,
                aws_secret_access_key=self._secret_key or None,
                config=config,
            )


Store = FolderStore | BucketStore


class _Coming:
    """An object while it comes in: read once, from its beginning."""

    def __init__(self, body: Any, asked: Callable[[], AbstractContextManager[None]]) -> None:
        self._body, self._asked = body, asked

    def read(self, size: int = -1) -> bytes:
        with self._asked():
            part: bytes = self._body.read(size if size >= 0 else None)
        return part

    def close(self) -> None:
        self._body.close()
