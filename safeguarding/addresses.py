"""Where is a page?

What `reverse` and `{% url %}` say, looked up once a process: a list of fifty rows asks a hundred times.
"""

from functools import cache
from typing import Any
from uuid import UUID

from django.template import Context
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as parse_url
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse


def address_of(name: str, *keys: UUID) -> str:
    """The address of the page `name`, of the record or records with these keys.

    Raises `NoReverseMatch` as `reverse` does.
    """
    return _pattern(name, len(keys), get_urlconf(), get_script_prefix()).format(*keys)


@cache
def _pattern(name: str, keys: int, urlconf: str | None, prefix: str) -> str:
    """The address with a place for each key.

    `urlconf`: of which set of pages; `prefix`: below which path of the server.
    """
    places = [UUID(int=place) for place in range(keys)]
    written = reverse(name, args=places, urlconf=urlconf).replace("{", "{{").replace("}", "}}")
    for place in places:
        written = written.replace(str(place), "{}")
    return written


class AddressNode(URLNode):  # type: ignore[misc]
    """`{% url %}` of Django. What it cannot be asked by name and keys alone, Django answers."""

    def render(self, context: Context) -> str:
        keys = [arg.resolve(context) for arg in self.args]
        if self.kwargs or any(type(key) is not UUID for key in keys):
            return super().render(context)  # type: ignore[no-any-return]
        try:
            url = address_of(self.view_name.resolve(context), *keys)
        except NoReverseMatch:
            if self.asvar is None:
                raise
            url = ""
        if self.asvar:
            context[self.asvar] = url
        return "" if self.asvar else url


def url(parser: Parser, token: Token) -> Any:
    """`{% url "concern" concern.pk %}`, as Django's tag of this name is written."""
    node = parse_url(parser, token)
    return AddressNode(node.view_name, node.args, node.kwargs, node.asvar)
