"""Does what is sealed open with its own key, in its own place, and nowhere else?"""

from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from safeguarding.sealing import crypto
from safeguarding.sealing.crypto import DoesNotOpen

PLACE = "concerns.account.facts:1"


@pytest.fixture(scope="module")
def key() -> AESGCM:
    return AESGCM(crypto.new_key())


@given(words=st.binary(max_size=500))
def test_words_come_back_as_they_were(key, words):
    record = uuid4().bytes
    sealed = crypto.seal(key, record, PLACE, words)
    assert crypto.record_in(sealed) == record
    assert crypto.open_sealed(key, PLACE, sealed) == words
    assert len(words) < 8 or words not in sealed


@given(place=st.text(max_size=60).filter(lambda p: p != PLACE))
def test_in_another_place_they_do_not_open(key, place):
    sealed = crypto.seal(key, uuid4().bytes, PLACE, b"He was quiet.")
    with pytest.raises(DoesNotOpen):
        crypto.open_sealed(key, place, sealed)


@given(at=st.integers(min_value=0), turned=st.integers(min_value=1, max_value=255))
def test_one_changed_bit_anywhere_is_noticed(key, at, turned):
    sealed = bytearray(crypto.seal(key, uuid4().bytes, PLACE, b"He was quiet at register."))
    sealed[at % len(sealed)] ^= turned
    with pytest.raises(DoesNotOpen):
        crypto.open_sealed(key, PLACE, bytes(sealed))


def test_another_key_does_not_open_them(key):
    sealed = crypto.seal(key, uuid4().bytes, PLACE, b"He was quiet.")
    with pytest.raises(DoesNotOpen):
        crypto.open_sealed(AESGCM(crypto.new_key()), PLACE, sealed)


@pytest.mark.parametrize("never_sealed", [b"", b"He was quiet.", b"\x02" + bytes(60), bytes(60)])
def test_what_was_never_sealed_names_no_record(never_sealed):
    assert crypto.record_in(never_sealed) == b""


def test_the_same_words_are_never_sealed_alike(key):
    record = uuid4().bytes
    assert len({crypto.seal(key, record, PLACE, b"Quiet.") for _ in range(50)}) == 50


def test_a_key_unwraps_with_its_own_outer_key_and_use_only():
    outer, inner, subject, record = crypto.new_key(), crypto.new_key(), uuid4(), uuid4()
    wrapped = crypto.wrap(outer, inner, crypto.of_record(record, subject))
    assert crypto.unwrap(outer, wrapped, crypto.of_record(record, subject)) == inner
    for other, bound in (
        (crypto.new_key(), crypto.of_record(record, subject)),
        (outer, crypto.of_record(record, uuid4())),
        (outer, crypto.of_record(uuid4(), subject)),
        (outer, crypto.of_subject(subject, 1)),
    ):
        with pytest.raises(DoesNotOpen):
            crypto.unwrap(other, wrapped, bound)
    with pytest.raises(DoesNotOpen):
        crypto.unwrap(outer, b"", crypto.of_record(record, subject))
