"""Is a file of children read whatever writes it, and refused in words when it is none?"""

import io
from datetime import date
from pathlib import Path

import pytest

from children.importing import formats
from children.importing.ctf import TransferFile
from children.importing.problems import FileRefused
from children.importing.reading import MAX_BYTES, is_xml, open_sheet

DATA = Path(__file__).parents[2] / "data"
TODAY = date(2026, 11, 20)


def sheet(text, encoding="utf-8"):
    return open_sheet(io.BytesIO(text.encode(encoding) if isinstance(text, str) else text))


def refusal(read):
    with pytest.raises(FileRefused) as refused:
        read()
    return refused.value.sentence


@pytest.mark.parametrize(
    ("name", "product", "encoding"),
    [
        ("sims_pupils.csv", "sims", "utf-8-sig"),
        ("arbor_students.csv", "arbor", "utf-8-sig"),
        ("bromcom_students.csv", "bromcom", "utf-8-sig"),
        ("csv_cp1252.csv", "sims", "cp1252"),
    ],
)
def test_each_product_is_known_by_its_headings(name, product, encoding):
    found = sheet((DATA / name).read_bytes())
    assert formats.recognise(found.headings).key == product
    assert found.encoding == encoding


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_letters_survive_every_encoding(encoding):
    [record] = sheet("UPN,Name\nC356999926001,Zoë Núñez\n", encoding).records
    assert record.cells[1] == "Zoë Núñez"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_delimiter(delimiter):
    found = sheet(f"UPN{delimiter}Name{delimiter}Class\n1{delimiter}2{delimiter}3\n")
    assert found.headings == ["UPN", "Name", "Class"]
    assert [list(r.cells) for r in found.records] == [["1", "2", "3"]]


ADDRESS = "Flat 2, 1, Mill Row, Hollowmoss, Stockport, Greater Manchester"


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize(
    "headings",
    [
        ("UPN", "Legal Surname", "Legal Forename", "Date of Birth", "Address"),
        ("Number", "Family name", "Given name", "Born", "Lives at"),
        ("a", "b", "c", "d", "e"),
    ],
)
def test_commas_in_addresses_divide_nothing(delimiter, headings):
    rows = [headings, *(("C356999926001", "Ashdown", f"Rowan{n}", "14/03/2017", ADDRESS) for n in range(5))]
    found = sheet("".join(delimiter.join(cells) + "\n" for cells in rows))
    assert found.headings == list(headings)
    assert [len(record.cells) for record in found.records] == [5] * 5


def test_headings_stand_under_a_title_of_several_cells():
    found = sheet("Tarnbeck Hollow;;Printed 3 September\nNumber;Family name;Given name;Born\n1;2;3;4\n")
    assert found.headings == ["Number", "Family name", "Given name", "Born"]


def test_columns_of_one_name_are_told_apart():
    assert sheet("UPN,Name,name,Name\n1,2,3,4\n").headings == ["UPN", "Name", "name (2)", "Name (3)"]


def test_rows_are_numbered_as_a_spreadsheet_does_and_empty_ones_left_out():
    assert [r.number for r in sheet('UPN,Name\n1,"a\nb"\n,\n2,c\n').records] == [2, 4]


def test_headings_are_found_under_a_title():
    found = sheet("Tarnbeck Hollow Primary School\n\nUPN,Legal Surname,Legal Forename,Date of Birth\n1,2,3,4\n")
    assert found.headings[0] == "UPN"
    assert [r.number for r in found.records] == [4]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\n\n", "no headings"),
        (b"PK\x03\x04rest", "workbook"),
        (b"%PDF-1.7", "PDF"),
        (b'[{"upn": "C356999926001", "note": "a\n"}]', "looks like JSON"),
        (b'\xef\xbb\xbf\n{"pupils": []}', "looks like JSON"),
        (b"UPN,Name\n1,\x00\x00\n", "not text"),
        (b'UPN,Name\n1,"never closed\n2,b\n', "Row 2 cannot be read: a quotation mark"),
        (b"UPN,Name\n1," + b"x" * 6000 + b"\n", "Row 2, column 2 has 6,000 characters in one cell"),
        ((DATA / "csv_5000_columns.csv").read_bytes(), "5,000 columns"),
    ],
)
def test_what_cannot_be_a_list_of_children_is_refused_in_words(content, says):
    assert says in refusal(lambda: list(sheet(content).records))


class Endless(io.RawIOBase):
    """A file that is as long as one cares to read."""

    def readable(self):
        return True

    def seekable(self):
        return True

    def seek(self, offset, whence=0):
        return offset

    def tell(self):
        return MAX_BYTES + 1

    def readinto(self, buffer):
        buffer[:] = b"a" * len(buffer)
        return len(buffer)


def test_a_file_that_is_too_large_is_refused_without_keeping_it():
    assert "larger than 50 MB" in refusal(lambda: open_sheet(Endless()))
    assert "larger than 50 MB" in refusal(lambda: list(TransferFile(Endless(), today=TODAY).parse()))


@pytest.mark.parametrize(("start", "xml"), [(b"<?xml ", True), (b"\xef\xbb\xbf\n <CTfile>", True), (b"UPN,", False)])
def test_xml_is_told_by_its_first_character(start, xml):
    assert is_xml(io.BytesIO(start)) is xml


def transfer(content):
    return list(TransferFile(io.BytesIO(content), today=TODAY).parse())


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("ctf_entity_bomb.xml", "a DTD or entities"),
        ("ctf_external_entity.xml", "a DTD or entities"),
        ("ctf_truncated.xml", "damaged or was cut off"),
        ("ctf_wrong_root.xml", "an admissions file (ATF)"),
    ],
)
def test_hostile_and_broken_transfer_files_are_refused(name, says):
    assert says in refusal(lambda: transfer((DATA / name).read_bytes()))


ONE = (
    b"<Pupil><UPN>C356999926001</UPN><Surname>Ashdown</Surname><Forename>Rowan</Forename><DOB>2022-01-01</DOB></Pupil>"
)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<html><body/></html>", "outermost element should be CTfile"),
        (b"<CTfile><CTFpupilData/></CTfile>", "names no children"),
        (b"<CTfile>" + b"<a>" * 60 + b"</a>" * 60 + b"</CTfile>", "nested deeper"),
        (b'<?xml version="1.0" encoding="no-such"?><CTfile/>', "damaged"),
        (b"<CTfile><CTFpupilData>" + ONE + b"\x00</CTFpupilData></CTfile>", "damaged"),
        (b'<!DOCTYPE CTfile SYSTEM "http://127.0.0.1:9/x.dtd"><CTfile/>', "a DTD or entities"),
        (b'<!DOCTYPE CTfile [<!ENTITY % a "b">]><CTfile/>', "a DTD or entities"),
    ],
)
def test_xml_that_is_no_transfer_file_is_refused(content, says):
    assert says in refusal(lambda: transfer(content))


def test_xinclude_is_text_nobody_follows():
    content = ONE.replace(
        b"Rowan", b'Rowan<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/hostname"/>'
    )
    [row] = transfer(b"<CTfile><CTFpupilData>" + content + b"</CTFpupilData></CTfile>")
    assert row.facts["forename"] == "Rowan"


def test_a_transfer_file_is_read_child_by_child():
    file = TransferFile(io.BytesIO((DATA / "ctf_inbound.xml").read_bytes()), today=TODAY)
    rows = list(file.parse())
    assert len(rows) == 30
    assert (file.header.authority, file.header.establishment) == ("356", "9999")
    second = rows[1].facts
    assert (second["upn"], second["sex"], second["year_group"]) == ("A356999926017", "F", 0)
    assert [(a["surname"], a["relationship"], a["responsibility"]) for a in second["adults"]] == [
        ("Barlow-Okafor", "Mother", True),
        ("Barlow-Okafor", "Father", True),
        ("Reddy", "Step-parent", False),
    ]
    assert second["earlier"][0]["establishment"] == "9998"


def test_both_words_for_sex_are_read():
    assert {row.facts["sex"] for row in transfer((DATA / "ctf_inbound.xml").read_bytes())} == {"F", "M"}


def test_what_does_not_fit_is_not_cut_but_rejected():
    [row] = transfer(b"<CTfile><CTFpupilData>" + ONE.replace(b"Ashdown", b"A" * 151) + b"</CTFpupilData></CTfile>")
    assert row.kind == "rejected"
    assert [p.code for p in row.problems] == ["too_long"]


@pytest.mark.parametrize("product", formats.PRODUCTS, ids=lambda product: product.key)
def test_every_heading_of_a_product_is_proposed_alone_and_together(product):
    assert formats.guess(list(product.columns)) == product.columns
    for heading, meaning in product.columns.items():
        assert formats.guess([heading]) == {heading: meaning}


@pytest.mark.parametrize(
    ("heading", "meaning"),
    [
        ("NCyearActual", "year_group"),
        ("Year_Group", "year_group"),
        ("isLookedAfter", "in_care"),
        ("PupilDateOfBirth", "date_of_birth"),
        ("Student Forename", "forename"),
        ("Contact1Mobile", "contact_mobile"),
        ("Parent 1 E-mail", "contact_email"),
        ("Pupil Premium", None),
        ("Contact 2 Name", None),
        ("Parent Evening", None),
        ("SENCO", None),
    ],
)
def test_a_heading_is_known_however_its_words_stand(heading, meaning):
    assert formats.guess([heading]).get(heading) == meaning


def test_words_mean_one_field_each():
    meant = {}
    for name, field in formats.FIELDS.items():
        for words in (field.label, *field.hints):
            [(_, found)] = formats.guess([words]).items()
            assert meant.setdefault(words, found) == name


def test_what_a_product_writes_comes_before_what_only_sounds_like_it():
    assert formats.guess(["Surname", "Legal Surname", "Surname known by"]) == {
        "Legal Surname": "surname",
        "Surname known by": "known_surname",
    }


def test_an_empty_cell_means_what_it_means_to_the_product_whose_headings_these_are():
    """A school's own spreadsheet made from Arbor's export, with another word for the UPN."""
    told = {heading: meaning for heading, meaning in formats.ARBOR.columns.items() if heading != "UPN"}
    assert formats.spreadsheet({"Number": "upn", **told}).blank == {"sen_provision": "N", "in_care": "No"}
    assert formats.spreadsheet({"Number": "upn", "Last": "surname", "Looked After": "in_care"}).blank == {}
    assert formats.spreadsheet(dict(formats.SIMS.columns)).blank == {}


def test_a_cell_that_is_too_long_is_called_that():
    says = refusal(lambda: list(sheet(f"UPN,Name\n1,a\n2,{'x' * 200_000}\n").records))
    assert says.startswith(
        "Row 3, column 2 has 200,000 characters in one cell; the list of children has at most 5,000."
    )
    assert "quotation" not in says
    says = refusal(lambda: list(sheet(f'UPN,Name\n1,"a\n{"2,b" * 30}\n' + "3,c\n" * 2000 + '4,"\n').records))
    assert "a quotation mark is missing near there" in says
    assert "more than 2,000,000 characters" in refusal(lambda: list(sheet(f"UPN,Name\n1,{'x' * 2_100_000}\n").records))
