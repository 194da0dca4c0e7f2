"""What work has been done since the test began? `count("prints")` where it is done; `tests/costs.py` puts it down to
the test.
"""

from collections import Counter

# In the order in which it is printed: statements of Django’s connections, copies of both databases, prints, pages that
# a browser opened, and installations, or processes of one, that were started.
WORK = ("statements", "copies", "prints", "pages", "installations")
work: Counter[str] = Counter()


def count(kind: str, number: int = 1) -> None:
    """Put work down to the test that runs now. `kind` is one of `WORK`."""
    if kind not in WORK:
        raise KeyError(kind)
    work[kind] += number
