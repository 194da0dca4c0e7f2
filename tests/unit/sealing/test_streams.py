"""Is a long thing sealed whole: nothing left out, moved, cut off or opened for another use?"""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguarding.sealing import crypto, streams
from safeguarding.sealing.crypto import DoesNotOpen
from safeguarding.sealing.streams import CHUNK, open_stream, seal_stream

KEY, USE = crypto.new_key(), b"backup of today"
SEALED = CHUNK + 16


def sealed(content):
    out = BytesIO()
    assert seal_stream(KEY, USE, BytesIO(content), out) == len(content)
    return out.getvalue()


def opened(content, key=KEY, use=USE):
    return b"".join(open_stream(key, use, BytesIO(content)))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5])
def test_it_comes_back_as_it_was(size):
    content = bytes(n % 251 for n in range(size))
    assert opened(sealed(content)) == content


def test_a_source_that_gives_little_at_a_time_is_read_to_its_end():
    class Drops(BytesIO):
        def read(self, size=-1):
            return super().read(min(size, 1000))

    content, out = b"word " * 40_000, BytesIO()
    seal_stream(KEY, USE, Drops(content), out)
    assert b"".join(open_stream(KEY, USE, Drops(out.getvalue()))) == content


@given(st.data())
def test_whatever_is_changed_is_noticed(data):
    content = sealed(b"a" * (2 * CHUNK + 100))
    head, chunks = content[:32], [content[32:][at : at + SEALED] for at in range(0, len(content) - 32, SEALED)]
    change = data.draw(
        st.sampled_from(["bit", "cut", "chunk out", "chunks swapped", "chunk twice", "more", "last only"])
    )
    if change == "bit":
        at = data.draw(st.integers(0, len(content) - 1))
        spoiled = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
    elif change == "cut":
        spoiled = content[: data.draw(st.integers(0, len(content) - 1))]
    else:
        spoiled = head + b"".join(
            {
                "chunk out": [chunks[0], chunks[2]],
                "chunks swapped": [chunks[1], chunks[0], chunks[2]],
                "chunk twice": [chunks[0], chunks[0], chunks[1], chunks[2]],
                "more": [*chunks, b"x"],
                "last only": [chunks[2]],
            }[change]
        )
    with pytest.raises(DoesNotOpen):
        opened(spoiled)


def test_for_another_use_or_with_another_key_it_does_not_open():
    content = sealed(b"He was quiet.")
    for key, use in ((crypto.new_key(), USE), (KEY, b"backup of yesterday")):
        with pytest.raises(DoesNotOpen):
            opened(content, key, use)


def test_it_holds_no_more_than_a_chunk_or_two():
    class Counted(BytesIO):
        most = 0

        def read(self, size=-1):
            Counted.most = max(Counted.most, size)
            return super().read(size)

    seal_stream(KEY, USE, Counted(bytes(10 * CHUNK)), BytesIO())
    assert Counted.most <= streams.CHUNK
