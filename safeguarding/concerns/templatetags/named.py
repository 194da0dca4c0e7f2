"""How does a list print a child of a concern? Without a template of its own: fifty of them are a tenth of a list's page."""

from django.template import Library
from django.template.defaultfilters import truncatechars
from django.utils.html import format_html
from django.utils.safestring import SafeString

from safeguarding.addresses import address_of
from safeguarding.concerns.services.named import Named

register = Library()
_NOBODY = format_html('<span class="{}">Nobody named yet</span>', "hb-muted")
# As much of a description as stands in for a name.
_WORDS = 60


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
