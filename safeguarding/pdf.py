"""How is a PDF locked that leaves the school? With words that are shown once."""

import secrets
from io import BytesIO

import pikepdf

# No letter or figure that is taken for another: it is typed from paper, in the dark.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def passphrase() -> str:
    """Five groups of five: 124 bits. Shown once and kept nowhere."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(5))


def encrypted(pdf: bytes, words: str) -> bytes:
    """A PDF that opens with these words alone (AES-256, PDF 2.0).

    Nobody has the owner's password: it is thrown away.
    """
    out = BytesIO()
    with pikepdf.Pdf.open(BytesIO(pdf)) as document:
        locks = pikepdf.Encryption(user=words, owner=secrets.token_urlsafe(32), R=6)
        document.save(out, encryption=locks)
    return out.getvalue()
