"""What does a page say? Its HTML on one line: where a template breaks its lines is nobody's matter. And whose its forms
are.
"""

import re
from typing import Any


def on_one_line(answer: Any) -> str:
    """The HTML of an answer, with one space wherever white space stands."""
    return " ".join(answer.content.decode().split())


def author_in(page: str) -> str:
    """Whose the forms of a page are, as they say it. The lock that lies over a page is left out: it takes a secret."""
    [author] = set(re.findall(r'name="author" value="([^"]*)"', page.partition("<main")[2].partition("</main>")[0]))
    return author
