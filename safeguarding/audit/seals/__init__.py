"""How is it shown that no event was changed, removed or slipped in? Events are numbered, hashed into a tree, and
sealed.

`merkle`, `canonical`, `notes`, `findings` and `checking` need the standard library and `cryptography` alone: the
verifier that an outsider runs (`python -m safeguarding.audit.verifier`) is made of them. The rest talks to the
database.
"""
