"""How do people's words stand on paper, in whatever script they wrote? {% load paper %} in the templates of
`templates/pdf/`.

A browser finds the direction of a text by itself (`dir="auto"`); what lays out paper is told it.
"""

import re
import unicodedata

from django import template
from django.utils.safestring import SafeString

from safeguarding.markup import format_html, format_html_join

register = template.Library()
_BREAK = SafeString("<br>")
_PARAGRAPHS = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")


@register.filter
def direction(text: object) -> str:
    """ "rtl" where the first letter of `text` is of a script that runs from right to left, as `dir="auto"` has it."""
    for character in str(text):
        kind = unicodedata.bidirectional(character)
        if kind in ("L", "R", "AL"):
            return "ltr" if kind == "L" else "rtl"
    return "ltr"


@register.filter
def paragraphs(text: object, name: str = "") -> SafeString:
    """`text` as paragraphs, each in its own direction; single line breaks are kept. `name`: what it is called, before
    the first.

    Like `linebreaks`, escaped like everywhere.
    """
    found = _PARAGRAPHS.split(re.sub(r"\r\n?", "\n", str(text)))
    called = format_html("<b>{}:</b> ", name) if name else SafeString("")
    rows = ((direction(part), "" if number else called, _lines(part)) for number, part in enumerate(found))
    return format_html_join("\n", '<p dir="{}">{}{}</p>', rows)


def _lines(part: str) -> SafeString:
    return format_html_join(_BREAK, "{}", ((line,) for line in part.split("\n")))
