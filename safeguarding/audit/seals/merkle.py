"""What is the fingerprint of a list that only grows?

The Merkle tree hash of RFC 6962, 2.1. Needs the standard library alone.
"""

from collections.abc import Iterable
from hashlib import sha256

HASH_BYTES = 32
EMPTY = sha256(b"").digest()


def leaf_hash(content: bytes) -> bytes:
    """The hash of one entry, 32 bytes. The prefix keeps an entry from passing for an inner node."""
    return sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees, 32 bytes."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The roots of the perfect subtrees of the first `size` leaves, the largest first: one for each bit of `size`.

    It is all that is needed to go on: a million leaves are at most 20 hashes.
    """

    def __init__(self, size: int = 0, roots: Iterable[bytes] = ()) -> None:
        self.size = size
        self.roots = list(roots)
        if len(self.roots) != size.bit_count():
            raise ValueError(f"{size} leaves have {size.bit_count()} subtrees, not {len(self.roots)}")

    @classmethod
    def from_bytes(cls, size: int, packed: bytes) -> "Frontier":
        """What `to_bytes` wrote. Raises `ValueError` where it is of another size."""
        if len(packed) % HASH_BYTES:
            raise ValueError(f"{len(packed)} bytes are not whole hashes")
        return cls(size, (packed[at : at + HASH_BYTES] for at in range(0, len(packed), HASH_BYTES)))

    def to_bytes(self) -> bytes:
        return b"".join(self.roots)

    def append(self, leaf: bytes) -> None:
        """Add the hash of the next leaf."""
        roots, full = self.roots, self.size
        while full & 1:
            leaf = node_hash(roots.pop(), leaf)
            full >>= 1
        roots.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The Merkle tree hash of all leaves so far, 32 bytes."""
        if not self.roots:
            return EMPTY
        *others, root = self.roots
        for left in reversed(others):
            root = node_hash(left, root)
        return root
