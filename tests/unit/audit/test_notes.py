"""Is a seal read exactly as it was written, and nothing else taken for one?"""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguarding.audit.seals.canonical import canonical, from_moment, moment
from safeguarding.audit.seals.notes import Checkpoint, NoteError, PublicKey, SignedNote, Signer, keys_by_id, notes_in

SIGNER = Signer("harbour.example.org/audit/1", b"\x07" * 32)
KEYS = keys_by_id([SIGNER.public])
SAID = Checkpoint(SIGNER.public.name, 20, b"\x01" * 32, 3, datetime(2026, 11, 25, 9, tzinfo=UTC), 991)

checkpoints = st.builds(
    Checkpoint,
    origin=st.just(SIGNER.public.name),
    size=st.integers(0, 10**18),
    root=st.binary(min_size=32, max_size=32),
    number=st.integers(1, 10**18),
    at=st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC)),
    settled_before=st.integers(0, 2**63),
    is_complete=st.booleans(),
    next_key=st.sampled_from(["", str(SIGNER.public)]),
)


@given(checkpoints)
def test_what_is_signed_is_read_back_and_the_signature_is_good(said: Checkpoint) -> None:
    note = SignedNote.parse(SIGNER.sign(said))
    assert Checkpoint.parse(note.body) == said
    assert note.signed_by(KEYS) == SIGNER.public


@given(st.integers(0, len(SIGNER.sign(SAID)) - 1), st.sampled_from("0123456789ABCabc+/=\n —"))
def test_one_other_character_anywhere_and_it_is_no_longer_our_seal(at: int, character: str) -> None:
    text = SIGNER.sign(SAID)
    changed = text[:at] + character + text[at + 1 :]
    try:
        note = SignedNote.parse(changed)
        believed = note.signed_by(KEYS) is not None and Checkpoint.parse(note.body) == SAID
    except NoteError:
        believed = False
    # The last letter of a base64 text has bits that mean nothing.
    assert believed == (changed == text) or SignedNote.parse(changed) == SignedNote.parse(text)


def test_another_key_of_the_same_name_and_the_same_key_of_another_name_are_others() -> None:
    note = SignedNote.parse(SIGNER.sign(SAID))
    assert note.signed_by(keys_by_id([Signer(SIGNER.public.name, b"\x08" * 32).public])) is None
    assert note.signed_by(keys_by_id([replace(SIGNER.public, name="other")])) is None


def test_keys_and_signatures_are_those_of_signed_notes_elsewhere() -> None:
    """The examples of c2sp.org/signed-note and of Go's golang.org/x/mod/sumdb/note: made by neither of us."""
    for key, note in (
        (
            "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "This is an example message.\n\n— example.com/foo "
            "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n",
        ),
        (
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
            "— PeterNeumann "
            "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n",
        ),
    ):
        public = PublicKey.parse(key)
        assert str(public) == key
        assert SignedNote.parse(note).signed_by(keys_by_id([public])) == public
        assert (
            SignedNote.parse(note.replace("you", "YOU").replace("is an", "is no")).signed_by(keys_by_id([public]))
            is None
        )


@pytest.mark.parametrize(
    "text", ["", "a+b", "a+00000000+AQ==", str(SIGNER.public)[:-2], "x" + str(SIGNER.public), "a b+0+c"]
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        PublicKey.parse(text)
    with pytest.raises(NoteError):
        Signer.parse(text)


def test_a_private_key_is_read_back() -> None:
    assert Signer.parse(SIGNER.private_text()).public == SIGNER.public


def test_notes_are_found_in_whatever_stands_around_them() -> None:
    one, two = SIGNER.sign(SAID), SIGNER.sign(replace(SAID, number=4, next_key=str(SIGNER.public)))
    assert notes_in(f"From: Harbour\n\nKeep this.\n\n{one}\nThere is nothing to do.\n\n{two}") == ([one, two], 0)
    assert notes_in(one.replace("\n", "\r\n")) == ([one], 0)
    assert notes_in(one.replace("\n\n", "\n")) == ([], 1)
    assert notes_in("nothing") == ([], 0)


@given(
    st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC)),
    st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC)),
)
def test_the_order_of_written_times_is_that_of_the_times(one: datetime, two: datetime) -> None:
    assert from_moment(moment(one)) == one
    assert (moment(one) < moment(two)) == (one < two)


def test_an_event_is_written_in_one_way() -> None:
    assert canonical({"verb": "view", "at": "x", "count": 3}) == b'{"at":"x","count":3,"verb":"view"}'
    assert canonical({"verb": "é"}) == '{"verb":"é"}'.encode()
