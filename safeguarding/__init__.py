"""Harbour: the safeguarding record of a school."""

# As in pyproject.toml, which is not there where Harbour is installed from an image.
VERSION = "0.1.0"

__all__ = ["VERSION"]
