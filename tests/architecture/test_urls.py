"""Does every page say who may open it? Default deny: a view that declares nothing is a mistake, and is found here."""

import re
from collections.abc import Iterator

from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, path

from safeguarding.accounts.capabilities import CAPABILITIES
from safeguarding.accounts.permissions import anyone_signed_in, requires

# Pages that anybody on the network may open without signing in. Each with its reason; there should be few.
PUBLIC = {
    "call_lead": "a call must not wait for a password: a page whose session has ended still calls, by its signed key",
    "take_reset": "somebody who cannot sign in types the two halves of a code",
    "new_start": "and then a new password; only a session that has had both halves gets here",
    "with_microsoft": "leads to the school's own page of signing in elsewhere",
    "with_microsoft_back": "and back from there; asks for sign-in by nature",
    "with_google": "the same",
    "with_google_back": "the same",
    "accessibility": "how accessible Harbour is, for who cannot sign in too; asks the database nothing",
    "health": "the container's health check; says ok and nothing else",
    "log_concern": "keeps what was typed when the session ended meanwhile; asks for sign-in before it shows anything",
    "log_autosave": "the same, every few seconds while it is being typed; answers with a time",
    "privacy_notice": "what a school does with information about children is for everybody to read; shows nothing else",
    "privacy_notice_paper": "the same on paper",
    "outside": "somebody without an account leaves a concern; shows the name of the school and whom to ring",
    "outside_slip": "and its number, for whoever has just left it",
    "report_add": "the same, for something added to a report",
}
# The only pages that are not Harbour's own. Signing in is theirs to decide.
LIBRARIES = ("allauth.",)


def views(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Name (or address) and callback of every page under `patterns`."""
    for entry in patterns:
        address = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from views(entry.url_patterns, address)
        else:
            yield entry.name or address, entry.callback


def undeclared(patterns: list[URLPattern | URLResolver]) -> list[str]:
    """Pages whose view declares no rule."""
    return [
        name
        for name, view in views(patterns)
        if not hasattr(view, "rule") and not view.__module__.startswith(LIBRARIES)
    ]


def test_every_view_declares_its_rule():
    assert undeclared(get_resolver().url_patterns) == []


def unknown_capabilities(patterns: list[URLPattern | URLResolver]) -> set[str]:
    """What views ask for that no app has registered. A view is declared before every app has."""
    asked = (re.match(r"requires (\w+)", getattr(view, "rule", "")) for _, view in views(patterns))
    return {found[1] for found in asked if found} - set(CAPABILITIES.entries)


def test_every_view_asks_for_a_capability_that_there_is():
    assert unknown_capabilities(get_resolver().url_patterns) == set()


def test_a_view_that_asks_for_a_capability_that_there_is_not_is_found():
    asks = [requires(capability)(lambda request: HttpResponse()) for capability in ("view_concerns", "veiw_concerns")]
    assert unknown_capabilities([path("a", view) for view in asks]) == {"veiw_concerns"}


def test_a_view_that_declares_nothing_is_found():
    def forgotten(request):
        return HttpResponse()

    @anyone_signed_in
    def declared(request):
        return HttpResponse()

    assert undeclared([path("a/", forgotten, name="forgotten"), path("b/", declared, name="declared")]) == ["forgotten"]


def test_the_pages_open_to_the_public_are_the_ones_named_here():
    found = {name for name, view in views(get_resolver().url_patterns) if getattr(view, "rule", "") == "public"}
    assert found == set(PUBLIC)


def test_what_is_open_without_sign_in_is_exactly_what_says_public():
    """The middleware lets a view through by `login_required = False`; only `@public` may set it."""
    open_views = {
        name
        for name, view in views(get_resolver().url_patterns)
        if not getattr(view, "login_required", True) and not view.__module__.startswith(LIBRARIES)
    }
    assert open_views == set(PUBLIC)


def test_addresses_take_only_uuids():
    """A name or a number in an address ends up in histories and logs."""

    def loose(patterns, prefix=""):
        for entry in patterns:
            address = prefix + str(entry.pattern)
            if isinstance(entry, URLResolver):
                yield from loose(entry.url_patterns, address)
            elif any(kind != "UUIDConverter" for kind in _kinds(entry)):
                yield address

    assert list(loose(get_resolver().url_patterns)) == []


def _kinds(entry: URLPattern) -> list[str]:
    return [type(converter).__name__ for converter in entry.pattern.converters.values()]
