"""Does record.json say the same when it is read back, and is every other JSON refused with a sentence?"""

import json
from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharing.transfer_file.json_text import BadFile
from sharing.transfer_file.manifest import Attached, Manifest, Volume
from sharing.transfer_file.record import ENTRIES, FileChild, FileEntry, FileRecord, FileSchool

from .making import record

WRITTEN = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=80)
LINE = WRITTEN.map(lambda text: " ".join(text.split()))
NAME = LINE.filter(bool)
CLOCK = st.times().map(lambda at: at.replace(fold=0))
ENTRY = st.builds(
    FileEntry,
    key=st.uuids(),
    kind=NAME,
    title=LINE,
    happened=st.none() | st.dates(date(1900, 1, 1)),
    clock=st.none() | CLOCK,
    written_by=LINE,
    texts=st.lists(st.tuples(LINE, WRITTEN), max_size=3).map(tuple),
    documents=st.lists(NAME, max_size=2).map(tuple),
    is_restricted=st.booleans(),
    is_adoption=st.booleans(),
    came_from=LINE,
)
RECORD = st.builds(
    FileRecord,
    file=st.uuids(),
    child=st.builds(
        FileChild,
        upn=st.just("A999912345678") | st.just(""),
        legal_first=NAME,
        legal_last=LINE,
        known_as=LINE,
        date_of_birth=st.none() | st.dates(date(1990, 1, 1)),
    ),
    sent_from=st.builds(
        FileSchool, name=NAME, urn=st.just("100001"), authority=st.just("999"), establishment=st.just("")
    ),
    sent_to=LINE,
    made_on=st.dates(date(2020, 1, 1)),
    entries=st.lists(ENTRY, max_size=4, unique_by=lambda one: one.key).map(tuple),
    is_addition=st.booleans(),
)


@given(RECORD)
def test_it_says_the_same_when_it_is_read_back(said: FileRecord) -> None:
    assert FileRecord.from_json(said.to_json()) == said


def _changed(**changed: Any) -> bytes:
    return json.dumps(json.loads(record().to_json()) | changed).encode()


def _entry(**changed: Any) -> bytes:
    said = json.loads(record().to_json())
    said["entries"][0] |= changed
    return json.dumps(said).encode()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xff", "is not JSON"),
        (b"[]", "is not an object"),
        (b'{"format": NaN}', "is not JSON"),
        (b'{"format": "a", "format": "b"}', "is not JSON"),
        (b'{"a":' * 200_000, "is not JSON"),
        (_changed(format="harbour-file/2"), "Harbour reads"),
        (_changed(file="7"), "is not a UUID"),
        (_changed(is_addition=1), "neither true nor false"),
        (_changed(made_on="18/12/2026"), "is not a day"),
        (_changed(sent_to="a\nb"), "more than one line"),
        (_changed(more="x"), "is not known"),
        (_changed(entries=[{}] * (ENTRIES + 1)), "has more than"),
        (_changed(entries={}), "is not a list"),
        (_entry(kind=""), "is empty"),
        (_entry(title="x" * 501), "is longer than"),
        (_entry(clock="25:00"), "is not a time"),
        (_entry(clock="09:00+01:00"), "is not a time"),
        (_entry(texts=[{"label": "a", "text": "\0"}]), "cannot be kept"),
        (_entry(texts=[{"label": "a", "text": "\ud800"}]), "cannot be kept"),
        (_entry(texts=[{"label": "a"}]), "is missing"),
        (_entry(documents=[""]), "is empty"),
        (_entry(key="00000000-0000-0000-0000-000000000002"), "same key"),
    ],
)
def test_what_is_not_a_record_is_refused_with_a_sentence(content: bytes, says: str) -> None:
    with pytest.raises(BadFile, match=says):
        FileRecord.from_json(content)


@pytest.mark.parametrize("name", ["format", "file", "child", "sent_from", "sent_to", "made_on", "entries"])
def test_a_missing_field_is_named(name: str) -> None:
    said = json.loads(record().to_json())
    del said[name]
    with pytest.raises(BadFile, match=f"“{name}” in record.json is missing"):
        FileRecord.from_json(json.dumps(said).encode())


def test_a_time_without_a_day_of_midnight_stays_a_time() -> None:
    said = record()
    midnight = said.entries[0].__class__(**{**_fields(said.entries[0]), "clock": time()})
    assert FileRecord.from_json(record(midnight).to_json()).entries[0].clock == time()


def _fields(one: FileEntry) -> dict[str, Any]:
    return {name: getattr(one, name) for name in FileEntry.__slots__}


# --- the manifest

_V, _D = Volume(1, 3, "a" * 64), "b" * 64


def _manifest(*attached: Attached, volumes: tuple[Volume, ...] = (_V,)) -> Manifest:
    return Manifest(record().file, volumes, attached or (Attached("record.json", _D, 4, 1),), 2, "0123abcd")


def test_a_manifest_says_the_same_when_it_is_read_back() -> None:
    assert Manifest.from_json(_manifest().to_json()) == _manifest()


@pytest.mark.parametrize(
    ("said", "says"),
    [
        (_manifest(volumes=(Volume(2, 3, _D),)), "not numbered from 1"),
        (_manifest(Attached("record.json", _D, 4, 2)), "where everything lies"),
        (_manifest(Attached("letter.txt", _D, 4, 1)), "where everything lies"),
        (_manifest(*[Attached("record.json", _D, 4, 1)] * 2), "an attachment twice"),
        (_manifest(Attached("record.json", "B" * 64, 4, 1)), "not a SHA-256"),
        (_manifest(volumes=(Volume(1, 201, _D),)), "not a number from 1 to 200"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(said: Manifest, says: str) -> None:
    with pytest.raises(BadFile, match=says):
        Manifest.from_json(said.to_json())
