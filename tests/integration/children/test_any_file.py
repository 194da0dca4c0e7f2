"""Whatever stands in its cells, a file is taken or refused in words: it breaks nothing, and the same again changes nothing."""

import csv
import io
from datetime import date

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from children.models import Child, ImportRun
from children.services.imports import read_import, start_import
from tests import factories
from tests.sheets import HEADINGS, finish, number

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
ODD = st.one_of(
    st.text(max_size=12),
    st.text(alphabet="\u200b\xa0\u202e\ufeff\u0301ﷺßŉ?<>=\"',;\n\t", max_size=200),
    st.sampled_from(
        ["", "Rowan", "30/02/2018", "43512", "1/1/17", "12/03/2018", "x" * 400, "ﷺ" * 40, "Year 99", "Yes"]
    ),
)
ROWS = st.lists(
    st.fixed_dictionaries(dict.fromkeys(HEADINGS, ODD) | {"upn": st.one_of(ODD, st.integers(0, 9).map(number))}),
    min_size=1,
    max_size=6,
)


def as_file(rows):
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS.values())
    writer.writerows([one[key] for key in HEADINGS] for one in rows)
    return text.getvalue().encode("utf-8", "replace")


def give(cast, content):
    run = start_import(school=cast.school, file_name="any.csv", chunks=[content], by=cast.office)
    return read_import(run=run, by=cast.office, today=TODAY) if run.status == ImportRun.Status.UPLOADED else run


@pytest.fixture
def cast():
    return factories.staffroom()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
@example(rows=[dict.fromkeys(HEADINGS, "ﷺ" * 8) | {"upn": number(1), "born": "12/03/2018"}])
def test_any_cells(cast, rows):
    content = as_file(rows)
    run = give(cast, content)
    if run.status != ImportRun.Status.READY:
        assert run.refusal.endswith(".")
        return
    before = Child.objects.filter(school=cast.school).count()
    done = finish(run, by=cast.office, today=TODAY, yes=True).summary["done"]
    assert Child.objects.filter(school=cast.school).count() == before + done["joined"]

    again = finish(give(cast, content), by=cast.office, today=TODAY, yes=True).summary["done"]
    assert again == {"joined": 0, "changed": 0, "returned": 0, "left": 0}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400))
@example(content=b"<CTfile><CTFpupilData><Pupil/></CTFpupilData></CTfile>")
@example(content=b"<")
@example(content=b"\xff\xfe")
@example(content=b"UPN,Legal Surname,Legal Forename,Date of Birth\n,,,\n")
def test_any_bytes(cast, content):
    run = give(cast, content)
    assert run.status in (ImportRun.Status.READY, ImportRun.Status.REFUSED, ImportRun.Status.MAPPING)
