"""Is the root the one of RFC 6962, however it was come by?"""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguarding.audit.seals.merkle import EMPTY, Frontier, leaf_hash, node_hash

entries = st.lists(st.binary(max_size=8), max_size=70)


def naive(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, word for word: split at the largest power of two below n."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + naive(leaves[:split]) + naive(leaves[split:])).digest()


def grown(leaves: list[bytes]) -> Frontier:
    tree = Frontier()
    for leaf in leaves:
        tree.append(leaf)
    return tree


@given(entries)
def test_the_root_of_the_frontier_is_that_of_the_whole_tree(contents: list[bytes]) -> None:
    leaves = [leaf_hash(content) for content in contents]
    tree = grown(leaves)
    assert (tree.size, tree.root()) == (len(leaves), naive(leaves))


@given(entries, st.data())
def test_a_tree_that_went_on_from_any_point_is_the_same_and_each_beginning_keeps_its_root(
    contents: list[bytes], data: st.DataObject
) -> None:
    leaves = [leaf_hash(content) for content in contents]
    cut = data.draw(st.integers(0, len(leaves)))
    before = grown(leaves[:cut])
    kept = Frontier.from_bytes(before.size, before.to_bytes())
    assert kept.root() == naive(leaves[:cut])
    for leaf in leaves[cut:]:
        kept.append(leaf)
    assert kept.root() == naive(leaves)


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=40, unique=True), st.data())
def test_whatever_is_done_to_the_leaves_changes_the_root(contents: list[bytes], data: st.DataObject) -> None:
    leaves = [leaf_hash(content) for content in contents]
    at = data.draw(st.integers(0, len(leaves) - 1))
    changed = data.draw(st.sampled_from(["edit", "remove", "double", "swap", "shorten"]))
    done = {
        "edit": [*leaves[:at], leaf_hash(b"another"), *leaves[at + 1 :]],
        "remove": [*leaves[:at], *leaves[at + 1 :]],
        "double": [*leaves[: at + 1], leaves[at], *leaves[at + 1 :]],
        "swap": [*leaves[:at], *reversed(leaves[at : at + 2]), *leaves[at + 2 :]],
        "shorten": leaves[:at],
    }[changed]
    assert (grown(done).root() == grown(leaves).root()) == (done == leaves)


def test_the_known_answers_of_certificate_transparency() -> None:
    """The vectors that every implementation of RFC 6962 is tried with (google/certificate-transparency, merkletree
    tests).
    """
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    roots = {
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    tree = Frontier()
    assert tree.root() == EMPTY
    for content in inputs:
        tree.append(leaf_hash(bytes.fromhex(content)))
        if expected := roots.get(tree.size):
            assert tree.root().hex() == expected


def test_an_entry_does_not_pass_for_a_node() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


@pytest.mark.parametrize(("size", "packed"), [(3, b"x" * 32), (1, b"x" * 31), (0, b"x" * 32)])
def test_a_frontier_of_another_size_is_refused(size: int, packed: bytes) -> None:
    with pytest.raises(ValueError, match=r"leaves have|whole hashes"):
        Frontier.from_bytes(size, packed)
