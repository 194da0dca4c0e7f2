"""Whatever stands in its cells, a file is taken or refused in words: it breaks nothing, and the same again changes
nothing.
"""

import csv
import io
from datetime import date
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
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


BORN = {"upn": number(1), "surname": "Ashdown", "forename": "Rowan", "born": "12/03/2018"}

# Each element of a pupil that Harbour reads, by its path, and the lists beside them.
OF_PUPIL = (
    "UPN",
    "Surname",
    "Forename",
    "DOB",
    "Gender",
    "BasicDetails/FormerUPN",
    "BasicDetails/MiddleNames",
    "BasicDetails/PreferredSurname",
    "BasicDetails/PreferredForename",
    "BasicDetails/FormerSurname",
    "BasicDetails/NCyearActual",
    "BasicDetails/Ethnicity",
    "BasicDetails/Languages/Type/Language",
    "LookedAfter/InCare",
    "LookedAfter/CareAuthority",
    "SENhistory/SEN/SENprovision",
    "Address/AddressLine1",
    "Address/AddressLine2",
    "Address/AddressLine3",
    "Address/PostCode",
)
LISTS = {
    "SENhistory/SENneeds/SENneed": ("SENtype",),
    "SchoolHistory/School": ("LEA", "Estab", "SchoolName", "EntryDate", "LeavingDate"),
    "Contacts/Contact": (
        "Title",
        "Forename",
        "Surname",
        "Relationship",
        "Responsibility",
        "Email",
        "Phones/Phone/PhoneNo",
    ),
}
NUMBER = st.one_of(ODD, st.integers(0, 9).map(number))
DAY = st.one_of(st.sampled_from(["", "2018-03-12", "2017-09-01"]), ODD)
FEW = st.one_of(ODD, st.sampled_from(["Ashdown", "Ann", "Mrs", "OTHER", "SPLD", "MTH", "T", "F"]))
PUPIL = st.fixed_dictionaries(
    dict.fromkeys(OF_PUPIL, FEW)
    | {"UPN": NUMBER, "BasicDetails/FormerUPN": NUMBER, "DOB": DAY}
    | {path: st.lists(st.fixed_dictionaries(dict.fromkeys(parts, FEW)), max_size=3) for path, parts in LISTS.items()}
)
ASHDOWN = {"UPN": number(1), "Surname": "Ashdown", "Forename": "Rowan", "DOB": "2018-03-12"}
MAY = {"UPN": number(2), "Surname": "Marlow", "Forename": "May", "DOB": "2017-03-12"}


def put(parent, path, text):
    """The text at a path under an element, made where it is not there."""
    for tag in path.split("/"):
        found = parent.find(tag)
        parent = ElementTree.SubElement(parent, tag) if found is None else found
    parent.text = "".join(c for c in text if c in "\t\n" or c.isprintable())


def as_transfer_file(pupils):
    root = ElementTree.Element("CTfile")
    data = ElementTree.SubElement(root, "CTFpupilData")
    for facts in pupils:
        pupil = ElementTree.SubElement(data, "Pupil")
        for path, said in facts.items():
            if path not in LISTS:
                put(pupil, path, said)
                continue
            put(pupil, path.rpartition("/")[0], "")
            for entry in said:
                one = ElementTree.SubElement(pupil.find(path.rpartition("/")[0]), path.rpartition("/")[2])
                for name, text in entry.items():
                    put(one, name, text)
    return ElementTree.tostring(root, encoding="utf-8")


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


@settings(max_examples=40)
@given(rows=ROWS)
@example(
    rows=[dict.fromkeys(HEADINGS, "") | BORN | {"address": f"1 Mill Row, {'x' * 150}, Stockport", "postcode": "ß" * 9}]
)
@example(rows=[dict.fromkeys(HEADINGS, "ﷺ" * 8) | {"upn": number(1), "born": "12/03/2018"}])
def test_any_cells(cast, rows):
    content = as_file(rows)
    run = give(cast, content)
    if run.status != ImportRun.Status.READY:
        assert run.refusal.endswith(".")
        return
    take_twice(cast, run, content)


def take_twice(cast, run, content):
    """What was read goes into the list, and the same again changes nothing."""
    before = Child.objects.filter(school=cast.school).count()
    done = finish(run, by=cast.office, today=TODAY, yes=True).summary["done"]
    assert Child.objects.filter(school=cast.school).count() == before + done["joined"]

    again = finish(give(cast, content), by=cast.office, today=TODAY, yes=True).summary["done"]
    assert again == {"joined": 0, "changed": 0, "returned": 0, "left": 0}


@settings(max_examples=40)
@given(pupils=st.lists(PUPIL, min_size=1, max_size=4))
@example(pupils=[ASHDOWN | {"SENhistory/SENneeds/SENneed": [{"SENtype": "OTHER"}, {"SENtype": "SPLD"}]}])
@example(pupils=[ASHDOWN | {"BasicDetails/FormerSurname": "x" * 200}])
@example(pupils=[ASHDOWN | {"SchoolHistory/School": [{"SchoolName": "Fernacre"}, {"SchoolName": "Oak"}, {"LEA": ""}]}])
@example(pupils=[ASHDOWN | {"SchoolHistory/School": [{"LEA": "356", "Estab": "9998", "EntryDate": "2021-09-01"}] * 2}])
@example(pupils=[one | {"BasicDetails/FormerUPN": number(7)} for one in (ASHDOWN, MAY)])
@example(pupils=[ASHDOWN | {"BasicDetails/Languages/Type/Language": "ßßß"}])
def test_any_pupils(cast, pupils):
    content = as_transfer_file(pupils)
    run = give(cast, content)
    assert run.status == ImportRun.Status.READY, run.refusal
    take_twice(cast, run, content)


@settings(max_examples=40)
@given(content=st.binary(max_size=400))
@example(content=b"<CTfile><CTFpupilData><Pupil/></CTFpupilData></CTfile>")
@example(content=b"<")
@example(content=b"\xff\xfe")
@example(content=b"UPN,Legal Surname,Legal Forename,Date of Birth\n,,,\n")
def test_any_bytes(cast, content):
    run = give(cast, content)
    assert run.status in (ImportRun.Status.READY, ImportRun.Status.REFUSED, ImportRun.Status.MAPPING)
