"""`manifest.json`: everything that belongs to a file, each with its digest. The same lies in every volume."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from .json_text import BadFile, read, written
from .record import DOCUMENTS, ENTRIES, LONGEST_NAME, ensure_format
from .record import FORMAT as FORMAT
from .record import NAME as RECORD

NAME = "manifest.json"
VOLUMES = 1_000
# A volume has at most so many pages and bytes: what e-mail and portals take, and a person can staple.
PAGES, LARGEST = 200, 50 * 2**20


@dataclass(frozen=True, slots=True)
class Attached:
    """One attachment of a file: its name, its SHA-256, its bytes, and the number of the volume that holds it."""

    name: str
    sha256: str
    size: int
    volume: int

    @classmethod
    def of(cls, name: str, content: bytes, volume: int) -> "Attached":
        return cls(name, sha256(content), len(content), volume)


@dataclass(frozen=True, slots=True)
class Volume:
    """One volume: its number from 1, how many pages it has, and the digest of what stands on them (`pages.digest`)."""

    number: int
    pages: int
    digest: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What belongs to a file. `signed_by` is the id of the signing key in hexadecimal letters."""

    file: UUID
    volumes: tuple[Volume, ...]
    attached: tuple[Attached, ...]
    entries: int
    signed_by: str

    @property
    def count(self) -> int:
        """The number of volumes."""
        return len(self.volumes)

    def to_json(self) -> bytes:
        """The content of `manifest.json`."""
        return written(
            {
                "format": FORMAT,
                "file": str(self.file),
                "entries": self.entries,
                "signed_by": self.signed_by,
                "volumes": [{"number": v.number, "pages": v.pages, "digest": v.digest} for v in self.volumes],
                "attached": [
                    {"name": a.name, "sha256": a.sha256, "size": a.size, "volume": a.volume} for a in self.attached
                ],
            }
        )

    @classmethod
    def from_json(cls, content: bytes) -> "Manifest":
        """What `to_json` wrote. Raises `BadFile`."""
        fields = read(content, NAME)
        ensure_format(fields)
        file, entries = fields.key("file"), fields.number("entries", least=0, most=ENTRIES)
        signed_by = fields.line("signed_by", 8, may_be_empty=False)
        volumes, attached = [], []
        for one in fields.objects("volumes", VOLUMES):
            pages = one.number("pages", least=1, most=PAGES)
            volumes.append(Volume(one.number("number", least=1, most=VOLUMES), pages, one.digest("digest")))
            one.done()
        for one in fields.objects("attached", DOCUMENTS + 1):
            name, digest = one.line("name", LONGEST_NAME, may_be_empty=False), one.digest("sha256")
            size = one.number("size", least=0, most=LARGEST)
            attached.append(Attached(name, digest, size, one.number("volume", least=1, most=VOLUMES)))
            one.done()
        fields.done()
        return cls(file, tuple(volumes), tuple(attached), entries, signed_by)._ensured()

    def _ensured(self) -> "Manifest":
        if not self.volumes or [one.number for one in self.volumes] != list(range(1, self.count + 1)):
            raise BadFile(
                "The volumes in manifest.json are not numbered from 1. Ask the school that sent it to make it again."
            )
        if len({one.name for one in self.attached}) != len(self.attached):
            raise BadFile(
                "manifest.json names an attachment twice. Ask the school that sent it to make the file again."
            )
        if any(one.volume > self.count for one in self.attached) or RECORD not in {one.name for one in self.attached}:
            raise BadFile(
                "manifest.json does not say where everything lies. Ask the school that sent it to make it again."
            )
        return self

    def volume_of(self, digest: str) -> Volume:
        """The volume whose pages have this digest. Raises `BadFile`."""
        for one in self.volumes:
            if one.digest == digest:
                return one
        raise BadFile(
            "The pages of this file are not those that were signed. Ask the school that sent it for another copy."
        )

    def ensure_attached(self, number: int, attachments: Mapping[str, bytes]) -> None:
        """Refuse a volume whose attachments are not exactly those that it should hold. Raises `BadFile`.

        `attachments` are those of the volume but the manifest and its signature.
        """
        expected = {one.name: one for one in self.attached if one.volume == number}
        if expected.keys() != attachments.keys():
            raise BadFile(f"Volume {number} of this file does not hold what it should. Ask for another copy.")
        for name, content in attachments.items():
            if (expected[name].size, expected[name].sha256) != (len(content), sha256(content)):
                raise BadFile(f"“{name}” inside this file is not what was signed. Ask for another copy.")


def sha256(content: bytes) -> str:
    """A digest as manifests write it."""
    return hashlib.sha256(content).hexdigest()
