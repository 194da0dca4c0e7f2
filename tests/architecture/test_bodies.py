"""Does each view that reads more than an ordinary form say so? Otherwise it would be refused before it is asked."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from safeguarding.front.limits import Limit, limit_of
from safeguarding.front.limits import _of_view as of_view

from .source import product, templates

TEXT = Limit(settings.MOST_TEXT, settings.FORM_SECONDS)
FILES = Limit(settings.MOST_WITH_FILES, settings.FILES_SECONDS)
ORDINARY = Limit(settings.DATA_UPLOAD_MAX_MEMORY_SIZE, settings.FORM_SECONDS)
SMALLEST = Limit(settings.MOST_OF_A_STRANGER, settings.FORM_SECONDS)


def pages() -> Iterator[URLPattern]:
    waiting: list[Any] = [get_resolver()]
    while waiting:
        one = waiting.pop()
        if isinstance(one, URLResolver):
            waiting.extend(one.url_patterns)
        else:
            yield one


def named(limit: Limit) -> set[str]:
    return {str(page.name) for page in pages() if of_view(page.callback, page.name) == limit}


def test_the_views_that_forms_with_files_lead_to_take_files_and_no_others() -> None:
    texts = [text for _, text in templates()]
    direct = {
        name for text in texts for name in re.findall(r"""<form[^>]*action="{% url '(\w+)'[^>]*multipart""", text)
    }
    attaching = {name for text in texts for name in re.findall(r"{% url '(\w+)' [^%]* as attach_url %}", text)}
    # One button of the log form alone sends files along.
    along = {
        "log_concern" for path, text in templates() if str(path).endswith("concerns/log.html") and "files=True" in text
    }
    # Its form is sent to the page on which it stands.
    here = {"request_places"}
    assert named(FILES) == direct | attaching | along | here
    assert len(direct) >= 3 and len(attaching) >= 5
    holding = [path for path, text in templates() if "multipart/form-data" in text]
    assert len(holding) == len(direct | here) + 2, "and the part that the attaching pages include, and the button"


def test_a_view_that_reads_text_of_any_length_says_so() -> None:
    readers = [
        m
        for m in product()
        # What shows the words once more has no address of its own.
        if "import everything" in m.text and "/views/" in m.path and not m.path.endswith(("unsaved.py", "unproven.py"))
    ]
    assert [m.path for m in readers if not re.search(r"^@takes(_text|_files|\()", m.text, re.MULTILINE)] == []
    assert len(readers) >= 6
    of_items = {"request_items", "request_item", "request_people"}
    of_requests = {"request", "request_letter", "request_approval", *of_items}
    assert named(TEXT) == {"log_autosave", "report_add", "call_lead", "take_police_notice", *of_requests}


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/log/keep/", TEXT),
        ("/log/", FILES),
        ("/children/imports/", FILES),
        ("/staff/", ORDINARY),
        ("/account/sign-in/", SMALLEST),
        ("/health/", SMALLEST),
        ("/nowhere/", SMALLEST),
    ],
)
def test_an_address_has_the_limit_of_its_view(path: str, limit: Limit) -> None:
    assert limit_of(path) == limit


def test_every_page_for_strangers_that_says_nothing_takes_little() -> None:
    public = {str(p.name) for p in pages() if not getattr(p.callback, "login_required", True)}
    said = {str(p.name) for p in pages() if hasattr(p.callback, "body_limit")}
    assert public - said <= named(SMALLEST)
    assert {"health", "account_login"} <= named(SMALLEST)
    assert SMALLEST.size < ORDINARY.size < TEXT.size < FILES.size
