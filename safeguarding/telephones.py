"""Telephone numbers on pages: each whole number can be pressed, and an extension stands beside the school's number."""

import re

from django.utils.safestring import SafeString

from safeguarding.markup import format_html, format_html_join

# A whole number, and an extension typed with it. A name, an e-mail address or words around a number are neither.
_NUMBER = re.compile(
    r"(?P<number>\+?[(\d][\d\s().-]*\d)(?:\s*+(?:,\s*+)?(?:ext(?:ension|n)?\.?|x)\s*+\d++)?", re.IGNORECASE
)
# A number of this country inside a sentence that Harbour writes: eleven figures, or after the code of the country ten.
_IN_SENTENCE = re.compile(r"((?<![\w/-])(?:\+44 ?|0)\d(?: ?\d){8,9}(?![\w/-]))")
# Shorter is an extension; 999 and 101 are the shortest that anybody rings.
_SHORTEST = 3
_LINK = '<a class="hb-nowrap" href="tel:{}">{}</a>'


def link(number: str) -> SafeString:
    """A whole telephone number as a link that rings it; any other text as it is, escaped."""
    found = _NUMBER.fullmatch(number.strip())
    # "+44 (0)161 …": the nought in brackets is not dialled after the code of the country.
    dialled = re.sub(r"[\s().-]", "", found["number"].replace("(0)", "")) if found else ""
    if len(dialled) < _SHORTEST:
        return format_html("{}", number)
    return format_html(_LINK, dialled, number)


def in_sentence(text: str) -> SafeString:
    """A sentence of Harbour's with its telephone numbers as links: "ring children’s social care, 0161 496 0710"."""
    pieces = enumerate(_IN_SENTENCE.split(text))
    # Numbers stand between the pieces of the sentence.
    return format_html_join("", "{}", ([link(piece) if place % 2 else piece] for place, piece in pieces))


def beside(extension: str, telephone: str) -> SafeString:
    """0161 496 0000, extension 214: how a colleague is rung, whichever of the two the school has given."""
    if not extension:
        return link(telephone)
    if not telephone:
        return format_html('<span class="hb-nowrap">extension {}</span>', extension)
    return format_html('{}, <span class="hb-nowrap">extension {}</span>', link(telephone), extension)
