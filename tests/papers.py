"""Does the double (`printing_double.py`) give the same text as the printer? Compared for every kind of paper.

`COMPARED` names a test that prints each kind. Whatever that test prints is laid out as well, and both texts are equal.
A template without a line fails `tests/integration/printing/test_double.py`.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test.signals import template_rendered

from safeguarding.printing import client
from tests import printing_double
from tests.pdfs import Printed
from tests.postgres import ROOT

_BUNDLE = "requests/test_building.py::test_the_educational_record_has_files_of_its_own"
_FILE = "transfers/test_building.py::test_every_entry_of_the_index_stands_in_the_record_and_on_paper"
# By the name of its template in `templates/pdf/`; tests by their id below `tests/integration/`.
COMPARED = {
    "brief": "concerns/test_brief.py::test_two_steps_from_the_child_to_two_pages",
    "certificate": "retention/test_certificate.py::"
    "test_the_certificate_and_the_register_say_what_was_done_and_name_no_child",
    "chronology": "concerns/test_chronology_pages.py::test_a_chronology_on_paper_is_whole_tagged_and_takes_the_filter",
    "concern": "concerns/test_paper.py::test_the_whole_concern_is_on_paper",
    "concerns": "printing/test_double.py::test_the_list_of_concerns_is_printed",
    "emergency": "concerns/test_emergency_sheet.py::"
    "test_a_sealed_print_needs_its_seal_and_only_those_who_manage_the_school_make_one",
    "form": "concerns/test_paper.py::test_the_paper_form_is_for_everybody_and_names_nobody",
    "forms": "concerns/test_paper_forms.py::"
    "test_a_lead_makes_numbered_forms_once_and_prints_those_that_nobody_has_used",
    "governors_report": "governors/test_pages.py::test_the_page_the_paper_and_the_workbook_say_the_same",
    "letter": "concerns/test_referrals.py::test_the_pages_of_a_referral_from_the_concern_to_the_printed_letter",
    "minutes": "concerns/test_meetings.py::"
    "test_the_page_of_a_meeting_saves_shows_both_and_keeps_what_a_signed_out_author_typed",
    "notice": "sharing/test_notice_pages.py::test_it_is_laid_out_on_paper_once_and_by_nobody_who_asks_for_it",
    "outside": "concerns/test_outside.py::test_a_new_link_ends_the_old_one_and_only_managers_make_one",
    "pack": "sharing/test_packs.py::test_what_was_not_chosen_and_who_is_not_named_stands_nowhere_in_a_pack",
    "plans": "plans/test_on_paper.py::test_a_plan_is_told_whole_with_its_dates_their_rules_and_its_people",
    "released_index": _BUNDLE,
    "released_item": _BUNDLE,
    "released_left_out": _BUNDLE,
    "released_letter": _BUNDLE,
    "report": "concerns/test_paper.py::test_a_reporter_prints_her_own_words_and_nobody_elses",
    "request_letter": "requests/test_case_pages.py::test_a_letter_begins_from_facts_is_changed_sent_and_printed",
    "transfer_chronology": _FILE,
    "transfer_entries": _FILE,
    "transfer_front": _FILE,
    "transfer_index": _FILE,
    "transfer_slip": _FILE,
}
_TEMPLATES = ROOT / "templates" / "pdf"
_EXTENDS = re.compile(r'{% extends "pdf/(\w+)\.html" %}')
# The double has no lines that end and no sheets that are full. On a sheet of 20 metres the printer has none either.
_LARGE = "<style>@page { size: 20000mm }</style></head>"


def kinds() -> set[str]:
    """The templates that extend `pdf/base.html` and that no other extends."""
    found = {path.stem: _EXTENDS.match(path.read_text()) for path in _TEMPLATES.glob("*.html")}
    above = {name: match[1] for name, match in found.items() if match}
    return set(above) - set(above.values())


def ensure_same(html: str, pictures: Mapping[str, bytes] | None = None) -> None:
    """Fail unless printer and double say the same on each sheet, in the same order."""
    # Not with every run: it loads WeasyPrint.
    from safeguarding.printing import layout

    printed = layout.make(html.replace("</head>", _LARGE), pictures)
    assert Printed(printing_double.write(*printing_double.read(html, pictures))).pages() == Printed(printed).pages()


@pytest.fixture(autouse=True)
def _compared(request: pytest.FixtureRequest) -> Iterator[None]:
    """Compare whatever a test of `COMPARED` prints. Fail where it no longer prints its kinds of paper."""
    name = request.node.nodeid.split("@")[0].removeprefix("tests/integration/")
    if not (wanted := {kind for kind, test in COMPARED.items() if test == name}):
        yield
        return
    with pytest.MonkeyPatch.context() as patch, _rendered() as kinds_printed:
        given: list[bytes] = []
        make = client.make

        def noted(key: UUID, content: bytes, **more: Any) -> client.Said:
            given.append(content)
            return make(key, content, **more)

        patch.setattr(client, "make", noted)
        yield
    assert given and wanted <= kinds_printed
    for asked in map(json.loads, given):
        pictures = {name: base64.b64decode(picture) for name, picture in asked.get("pictures", {}).items()}
        for html in asked.get("pages", asked.get("pieces", ())):
            ensure_same(html, pictures)


@contextmanager
def _rendered() -> Iterator[set[str]]:
    """The templates of paper that are rendered inside."""
    found = set[str]()

    def note(template: Any, **signal: Any) -> None:
        if (template.name or "").startswith("pdf/"):
            found.add(Path(template.name).stem)

    template_rendered.connect(note)
    yield found
    template_rendered.disconnect(note)
