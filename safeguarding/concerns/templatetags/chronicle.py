"""How does a page print an entry of a chronology? Without a template of its own: a page has twenty-five."""

from django.template import Library
from django.utils.safestring import SafeString

from children.models import Child
from safeguarding.addresses import address_of
from safeguarding.concerns.chronology import Entry
from safeguarding.dates import clock, day_of_year, full_day
from safeguarding.icons import svg
from safeguarding.markup import format_html, format_html_join
from safeguarding.templatetags.harbour import tag

register = Library()
_NOTHING = SafeString("")
_SIGNIFICANT = format_html('<span class="hb-pin">{}Significant</span>', svg("pin"))


@register.simple_tag
def entry(one: Entry, marked_of: Child | None) -> SafeString:
    """One entry of a timeline: date, what, one sentence, where it comes from.

    `marked_of`: in whose chronology the reader may mark it as significant; None where they may not.
    """
    at = one.clock
    return format_html(
        '<li class="hb-tl__item{}"><p class="hb-tl__date"><b>{}</b>{}</p>'
        '<span class="hb-tl__dot hb-tl__dot--{}">{}</span><div><div class="hb-tl__head"><h4 '
        'class="hb-tl__title">{}</h4>'
        '{}{}</div><div class="hb-tl__text">{}{}</div>{}</div></li>',
        " is-pinned" if one.pin else "",
        day_of_year(one.at),
        f" {clock(at)}" if at else "",
        one.tone,
        svg(one.icon),
        one.title,
        _SIGNIFICANT if one.pin else _NOTHING,
        _tags(one),
        one.sentence,
        format_html(" <b>Why it matters:</b> {}", one.pin.analysis) if one.pin and one.pin.analysis else _NOTHING,
        _source(one, marked_of),
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
