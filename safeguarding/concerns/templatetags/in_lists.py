"""How does a list print a concern? Its parts without templates: fifty rows of them are much of a list's page."""

from collections.abc import Iterable

from django.template import Context, Library
from django.template.defaultfilters import truncatechars
from django.utils.safestring import SafeString

from safeguarding.addresses import address_of
from safeguarding.concerns.models import Concern
from safeguarding.concerns.services.named import Named
from safeguarding.concerns.services.reading import Row
from safeguarding.concerns.services.waiting import Need
from safeguarding.dates import counted, short_day
from safeguarding.markup import format_html, format_html_join
from safeguarding.tables import printed_row
from safeguarding.templatetags.harbour import level, soon, tag

register = Library()
_NOBODY = format_html('<span class="{}">Nobody named yet</span>', "hb-muted")
# As much of a description as stands in for a name.
_WORDS = 60


@register.simple_tag(takes_context=True)
def concern_row(context: Context, row: Row, of_child: bool = False) -> SafeString:
    """A concern in a list of all: when it was logged, which, of what kind, the child or, in the list of one child, that
    child's role in it, how much help, and where it stands.
    """
    concern = row.concern
    cells = [
        short_day(concern.logged_at),
        _which(concern),
        _kind(concern),
        _role_of_child(row) if of_child else named_child(row.child, row.others),
        _need(row),
        stands(row, waited=True),
    ]
    states = {"hot": row.is_now, "warn": row.is_today, "unread": row.is_unread}
    return printed_row(context, cells, (name for name, holds in states.items() if holds))


def _which(concern: Concern) -> SafeString:
    """Its title, or its number where a lead has given it none: beside it stands its kind."""
    who = concern.logged_by.full_name
    if concern.title:
        return concern_link(concern, who)
    address = address_of("concern", concern.pk)
    link = '<a class="hb-lead hb-hit" href="{}">{}</a><span class="sub">{}</span>'
    return format_html(link, address, concern.reference, who)


def _kind(concern: Concern) -> SafeString:
    """The category, and under it what it is more exactly."""
    if concern.category is None:
        return format_html(
            '<span class="hb-muted">{}</span>', "Call for a lead" if concern.called_at else "Not said yet"
        )
    if concern.subcategory is None:
        return format_html("{}", concern.category.name)
    return format_html('{}<span class="sub">{}</span>', concern.category.name, concern.subcategory.name)


def _role_of_child(row: Row) -> SafeString:
    others = counted(row.others, "other child", "other children")
    return format_html(
        "{}{}",
        row.child.role_title if row.child else "",
        format_html('<span class="sub">{} in it</span>', others) if row.others else "",
    )


@register.simple_tag
def named_child(named: Named | None, others: int = 0) -> SafeString:
    """The name with a link to the record, or the description of one nobody could name; and how many others."""
    if named is None:
        return _NOBODY
    # Kept on one line: a number alone on the next says nothing.
    more = f"+\N{NO-BREAK SPACE}{others}" if others else ""
    if named.child_id is None or not named.name:
        said, beside = format_html('<span dir="auto">{}</span>', truncatechars(named.words, _WORDS)), more
    else:
        said = format_html('<a href="{}">{}</a>', address_of("child", named.child_id), named.name)
        beside = "\N{NO-BREAK SPACE}".join(filter(None, (named.class_name, more)))
    return format_html('{} <span class="hb-muted">{}</span>', said, beside) if beside else said


@register.simple_tag
def concern_link(concern: Concern, beside: str) -> SafeString:
    """The concern as the link of its row, and under it its number with what the list says beside it."""
    return format_html(
        '<a class="hb-lead hb-hit" href="{}"><span dir="auto">{}</span></a><span class="sub">{} · {}</span>',
        address_of("concern", concern.pk),
        concern.label,
        concern.reference,
        beside,
    )


def _need(row: Row) -> SafeString:
    """The level of need that a lead has set; until then, how soon its reporter asked for somebody."""
    concern = row.concern
    if concern.level:
        return level(concern.level, row.level)
    return soon(concern.how_soon, row.how_soon)


@register.simple_tag
def stands(row: Row, waited: bool = False) -> SafeString:
    """Where it stands; under it that it is, or may be, entered in error, and when to look at it again.

    `waited`: how long it has waited as well, in a list that has no column for it.
    """
    concern, under = row.concern, [f"Waiting {row.waited}"] if waited and row.waited else []
    if concern.in_error:
        under.append(concern.get_in_error_display())
    says_review = concern.waits is not None and concern.waits.need == Need.REVIEW
    if concern.review_on and concern.status == Concern.Status.DECIDED and not says_review:
        under.append(f"Review {short_day(concern.review_on)}")
    return format_html(
        "{}{}", tag(row.state, row.tone), format_html_join("", '<span class="sub">{}</span>', ((one,) for one in under))
    )


@register.simple_tag
def marked(parts: Iterable[tuple[str, bool]]) -> SafeString:
    """A passage in which the words that were looked for are marked."""
    return format_html_join(
        "", "{}", ([format_html("<mark>{}</mark>", text) if found else text] for text, found in parts)
    )
