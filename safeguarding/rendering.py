"""What happens to a page last, before it leaves? Whatever was put into its text is told to this reader: in one place,
for every page.

A page that had to remember it would one day forget. A piece rendered without a request is part of a page that has one;
paper says itself who reads it (`printing/paper.py`). An app says what it does in its `panels.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.template.backends.django import DjangoTemplates, Template
from django.utils.safestring import SafeString, mark_safe


@dataclass(frozen=True)
class Showing:
    """What a page is for: its view says so by `request.showing`. `own`: children whose story it tells, or whom it names
    itself.

    `only_own`: a child's file, or paper: whoever reads, nobody else is named inside its text. `writes`: the reader's
    own words, in which they find everybody whose card they may find; `said`: whom they mention in them, where words of
    others stand beside.
    `as_typed`: what could not be saved is given back, and nothing is asked.
    """

    own: frozenset[UUID] = frozenset()
    only_own: bool = False
    writes: bool = False
    said: frozenset[str] = frozenset()
    as_typed: bool = False


# The HTML of a page, who asks for it, and what it is for.
Finish = Callable[[str, HttpRequest, Showing], str]
_finishes: list[Finish] = []


def finish_with(finish: Finish) -> None:
    """Let every page pass through this at the end."""
    _finishes.append(finish)


def finished(html: str, request: HttpRequest, showing: Showing | None = None) -> SafeString:
    """The page as it leaves."""
    showing = showing or getattr(request, "showing", None) or Showing()
    for finish in _finishes:
        html = finish(html, request, showing)
    return mark_safe(html)  # noqa: S308  (a page that was rendered; whoever changes it escapes)


class _Finished:
    """A template whose page is finished."""

    def __init__(self, template: Template) -> None:
        self._template = template

    def __getattr__(self, name: str) -> Any:
        return getattr(self._template, name)

    def render(self, context: Any = None, request: HttpRequest | None = None) -> SafeString:
        html: SafeString = self._template.render(context, request)  # type: ignore[assignment]
        return html if request is None else finished(html, request)


class Templates(DjangoTemplates):
    """Django's own engine, with every page finished at the end."""

    def get_template(self, template_name: str) -> Any:
        return _Finished(super().get_template(template_name))

    def from_string(self, template_code: str) -> Any:
        return _Finished(super().from_string(template_code))
