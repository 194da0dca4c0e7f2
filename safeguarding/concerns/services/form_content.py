"""What was typed on a form: how is it kept, compared and measured?"""

from collections.abc import Mapping, Sequence

from safeguarding.keys import number_of

# Field name to the texts typed there.
Content = dict[str, list[str]]


def storable(content: Content) -> Content:
    """PostgreSQL takes every character but the one of number zero, which no keyboard types."""
    return {name.replace("\x00", ""): [text.replace("\x00", "") for text in texts] for name, texts in content.items()}


def same_words(one: Content, other: Content) -> bool:
    """Whether two say the same: a browser sends its lines in one way and its script in another."""
    return _even(one) == _even(other)


def turn_of(content: Content) -> int:
    """How many buttons had been pressed when the page of it was made."""
    return number_of((content.get("turn") or [""])[-1]) or 0


def size_of(content: Mapping[str, Sequence[str]]) -> int:
    """How many bytes the names and texts of a form take."""
    return sum(len(name.encode()) + sum(len(text.encode()) for text in texts) for name, texts in content.items())


def _even(content: Content) -> Content:
    return {
        name: [" ".join(text.split()) for text in texts] for name, texts in storable(content).items() if name != "turn"
    }
