"""What does a page say? Its HTML on one line: where a template breaks its lines is nobody's matter."""

from typing import Any


def on_one_line(answer: Any) -> str:
    """The HTML of an answer, with one space wherever white space stands."""
    return " ".join(answer.content.decode().split())
