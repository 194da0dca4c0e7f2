"""How do pages print what is said of a date? With a link, where it sends the reader to a setting that they may open."""

from django.template import Context, Library
from django.utils.safestring import SafeString

from safeguarding.addresses import address_of
from safeguarding.concerns.school_decides import manages_school
from safeguarding.markup import format_html
from safeguarding.plans.phases import NO_GROUPS, TIMES

register = Library()


@register.simple_tag(takes_context=True)
def with_setting(context: Context, said: str) -> str | SafeString:
    """What is said of a date, such as why it has no day."""
    if said != NO_GROUPS or not manages_school(context["request"]):
        return said
    before, after = said.split(TIMES)
    return format_html('{}<a href="{}">{}</a>{}', before, address_of("local_times"), TIMES, after)
