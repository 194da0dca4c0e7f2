"""How does a page print an entry of a chronology? Without a template of its own: a page has twenty-five."""

from collections.abc import Iterable, Sequence
from math import ceil

from django.template import Library
from django.utils.html import linebreaks
from django.utils.safestring import SafeString

from children.models import Child
from safeguarding.addresses import address_of
from safeguarding.concerns.chronology import Entry, Substance
from safeguarding.dates import clock, day_of_year, full_day, full_moment
from safeguarding.icons import svg
from safeguarding.markup import format_html, format_html_join
from safeguarding.templatetags.harbour import tag

register = Library()
_NOTHING = SafeString("")
# More lines than this fold. So many letters stand on a line of the column, and on one of a telephone.
_LINES, _WIDE, _NARROW = 6, 60, 44
_WORDS = '<blockquote class="hb-words hb-words--entry">{}<cite>The child’s own words</cite></blockquote>'
_SIGNIFICANT = format_html('<span class="hb-pin">{}Significant</span>', svg("pin"))


@register.simple_tag
def entry(one: Entry, marked_of: Child | None) -> SafeString:
    """One entry of a timeline: date, what, its words or one sentence, where it comes from.

    `marked_of`: in whose chronology the reader may mark it as significant; None where they may not.
    """
    at = one.clock
    return format_html(
        '<li class="hb-tl__item{}"><p class="hb-tl__date"><b>{}</b>{}</p>'
        '<span class="hb-tl__dot hb-tl__dot--{}">{}</span><div><div class="hb-tl__head"><h4 '
        'class="hb-tl__title">{}</h4>'
        "{}{}</div>{}{}{}</div></li>",
        " is-pinned" if one.pin else "",
        day_of_year(one.at),
        f" {clock(at)}" if at else "",
        one.tone,
        svg(one.icon),
        one.title,
        _SIGNIFICANT if one.pin else _NOTHING,
        _tags(one),
        said(one),
        format_html('<p class="hb-tl__text"><b>Why it matters:</b> {}</p>', one.pin.analysis)
        if one.pin and one.pin.analysis
        else _NOTHING,
        _source(one, marked_of),
    )


@register.simple_tag
def said(one: Entry) -> SafeString:
    """What an entry says: the whole of it where that stands in this file, else its sentence."""
    if one.substance is None:
        words = SafeString(linebreaks(one.sentence, autoescape=True))
        return format_html('<div class="hb-tl__text" dir="auto">{}</div>', words) if one.sentence else _NOTHING
    whole, what = one.substance, f"{one.title}, {full_day(one.at)}"
    parts = [_folded(whole.told, what)]
    if whole.words:
        words = _folded([("", whole.words)], f"the child’s own words, {full_day(one.at)}")
        parts.append(
            format_html(
                '<blockquote class="hb-words hb-words--entry">{}<cite>The child’s own words</cite></blockquote>', words
            )
        )
    if whole.marks:
        parts.append(_marks(whole))
    parts += [
        format_html(
            '<div class="hb-tl__under"><h5 class="hb-tl__title">{}</h5>{}<p class="hb-tl__src">{} · {}</p></div>',
            under.title,
            said(under),
            full_moment(under.at),
            under.source,
        )
        for under in whole.beside
    ]
    return format_html_join("", "{}", ((part,) for part in parts))


def _marks(whole: Substance) -> SafeString:
    seen = ((where, format_html(": {}", note) if note else _NOTHING) for where, note in whole.marks)
    return format_html(
        '<div class="hb-tl__text"><p><b>Marks seen</b></p><ul class="hb-list">{}</ul></div>',
        format_html_join("", '<li dir="auto"><b>{}</b>{}</li>', seen),
    )


def _folded(parts: Sequence[tuple[str, str]], what: str) -> SafeString:
    """Words; the browser folds what is beyond six lines, and paper prints all of it.

    A screen reader reads all of them. `what` says to it what would be shown.
    """
    words = format_html_join("", "{}", ((_paragraphs(name, text),) for name, text in parts))
    long = _lines(parts, _WIDE) > _LINES, _lines(parts, _NARROW) > _LINES
    if not any(long):
        return format_html('<div class="hb-tl__text" dir="auto">{}</div>', words)
    return format_html(
        '<div class="hb-tl__text hb-clip{}"><div class="hb-clip__text" dir="auto">{}</div>'
        '<details class="hb-unfold hb-clip__all"><summary><span class="hb-show">Show all</span>'
        '<span class="hb-hide">Show less</span><span class="hb-vh"> of: {}</span></summary></details></div>',
        "" if long[0] else " hb-clip--narrow",
        words,
        what,
    )


def _paragraphs(name: str, text: str) -> SafeString:
    found = linebreaks(text, autoescape=True)
    return SafeString(found.replace("<p>", format_html("<p><b>{}:</b> ", name), 1) if name else found)


def _lines(parts: Iterable[tuple[str, str]], letters: int) -> int:
    """About how many lines they take, of so many letters."""
    return sum(
        bool(name) + sum(max(ceil(len(line) / letters), 1) for line in text.splitlines()) for name, text in parts
    )


def _tags(one: Entry) -> SafeString:
    """Whose it is, in the chronology of a family, and where it is in its life."""
    tags = [(tag(child.full_name, "line"),) for child in one.whose]
    if one.tag[0]:
        tags.append((tag(*one.tag),))
    return format_html_join("", "{}", tags)


def _source(one: Entry, marked_of: Child | None) -> SafeString:
    """Where it comes from, with a link to it, and the way to mark it."""
    link = one.link or (address_of("concern", one.concern_id) if one.concern_id else "")
    parts = [format_html('<a href="{}">{}</a>', link, one.reference) if link else one.reference]
    if one.source:
        parts.append(format_html(" · {}", one.source))
    if marked_of and one.place:
        source, key = one.place
        parts.append(
            format_html(
                ' <span class="hb-noprint">· <a href="{}?of={}">{}<span class="hb-vh">: {}, {}</span></a></span>',
                address_of("significant_entry", marked_of.pk, key),
                source,
                "Change what is significant" if one.pin else "Mark as significant",
                one.title,
                full_day(one.at),
            )
        )
    said = format_html_join("", "{}", ((part,) for part in parts if part))
    return format_html('<p class="hb-tl__src">{}</p>', said) if said else _NOTHING
