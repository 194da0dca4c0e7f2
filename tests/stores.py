"""The stores of files that tests use: in memory, in a folder, and with a provider that speaks S3, on this machine."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.storage import InMemoryStorage

from safeguarding.sealing.stores import FolderStore

KEY = {"key_id": "harbour", "secret_key": "never-in-a-log"}


class MemoryStore(InMemoryStorage):
    """The store of every test that does not ask for another one."""

    free_part = FolderStore.free_part

    def is_there(self) -> bool:
        return True

    def names(self) -> Iterator[str]:
        for folder in self.listdir("")[0]:
            for name in self.listdir(folder)[1]:
                yield f"{folder}/{name}"


@dataclass(frozen=True)
class Lying:
    """A store as somebody sees it who has its disk: every object, as it lies, and a way to spoil one.

    `away`: it answers no more.
    """

    contents: Callable[[], dict[str, bytes]]
    put: Callable[[str, bytes], object]
    away: Callable[[], None]


def use(settings: Any, backend: str, **options: Any) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": f"safeguarding.sealing.stores.{backend}", "OPTIONS": options}
    }


@pytest.fixture(scope="session")
def provider() -> Iterator[str]:
    """The address of something that speaks S3."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Lying:
    at = tmp_path / "store"
    use(settings, "FolderStore", location=at)

    def contents() -> dict[str, bytes]:
        return {str(path.relative_to(at)): path.read_bytes() for path in at.rglob("*") if path.is_file()}

    def put(name: str, content: bytes) -> None:
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        (at / name).write_bytes(content)

    def away() -> None:
        """A folder in whose place there is something that is none: root may read whatever it likes."""
        at.rename(tmp_path / "kept") if at.exists() else None
        at.write_text("not a folder")

    return Lying(contents, put, away)


@pytest.fixture
def bucket(settings: Any, provider: str) -> Lying:
    import boto3

    name, options = f"harbour-{uuid4()}", {"endpoint": provider, "region": "eu-west-2", **KEY}
    client = boto3.client(
        "s3",
        endpoint_url=provider,
        region_name="eu-west-2",
        aws_access_key_id=KEY["key_id"],
        aws_secret_access_key=KEY["secret_key"],
    )
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    use(settings, "BucketStore", bucket=name, prefix="school/", **options)

    def contents() -> dict[str, bytes]:
        found = client.list_objects_v2(Bucket=name).get("Contents", [])
        return {
            one["Key"].removeprefix("school/"): client.get_object(Bucket=name, Key=one["Key"])["Body"].read()
            for one in found
        }

    def away() -> None:
        use(settings, "BucketStore", bucket=name, prefix="school/", **options | {"endpoint": "http://127.0.0.1:9"})

    return Lying(contents, lambda key, content: client.put_object(Bucket=name, Key=f"school/{key}", Body=content), away)


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest) -> Lying:
    """Whatever holds for one store holds for the other."""
    lying: Lying = request.getfixturevalue(request.param)
    return lying


@contextmanager
def refusing(code: str, status: int = 403) -> Iterator[str]:
    """A provider that answers everything with one error."""
    said = f"<Error><Code>{code}</Code><Message>{KEY['secret_key']}</Message></Error>".encode()

    class Refuses(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_PUT = do_DELETE = answer

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Refuses) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
