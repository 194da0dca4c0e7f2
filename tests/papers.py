"""Does the double (`printing_double.py`) give the same text as the printer? Compared for every kind of paper.

`COMPARED` names a test that prints each kind. Whatever that test prints is laid out as well, and both texts are equal.
A template without a line fails `tests/integration/printing/test_double.py`.
"""

import base64
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.conf import settings
from django.test.signals import template_rendered

from safeguarding.printing import client, layout
from tests import printing_double
from tests.pdfs import Printed

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
_TEMPLATES = Path(settings.BASE_DIR, "templates", "pdf")
_EXTENDS = re.compile(r'{% extends "pdf/(\w+)\.html" %}')
_MM = 72 / 25.4
# The margins of a sheet in millimetres, where each sheet says the same.
_HEAD, _FOOT = 24, 22


def kinds() -> set[str]:
    """The templates that extend `pdf/base.html` and that no other extends."""
    found = {path.stem: _EXTENDS.match(path.read_text()) for path in _TEMPLATES.glob("*.html")}
    above = {name: match[1] for name, match in found.items() if match}
    return set(above) - set(above.values())


def body_of(pdf: bytes) -> str:
    """What stands between the margins of the sheets. Runs of white space are one space.

    Without bullets, which each sheet draws after its words: the double has fewer sheets. A hyphen at the end of a line
    is a hyphen.
    """
    bodies = []
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            top = page.get_height() - _HEAD * _MM
            bodies.append(page.get_textpage().get_text_bounded(bottom=_FOOT * _MM, top=top))
    return " ".join(" ".join(bodies).replace("•", " ").replace("\ufffe", "-").split())


def margins_of(pdf: bytes) -> str:
    """What stands in the margins of the first sheet, with the number of all its sheets left out."""
    with pypdfium2.PdfDocument(pdf) as document:
        text, height = document[0].get_textpage(), document[0].get_height()
        said = [text.get_text_bounded(bottom=height - _HEAD * _MM), text.get_text_bounded(top=_FOOT * _MM)]
    return re.sub(r"(Page 1 of) \d+", r"\1", " ".join(" ".join(said).replace("\ufffe", "-").split()))
