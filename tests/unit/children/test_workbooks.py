"""Are the rows of a workbook read as a CSV file would have them, and is a hostile one refused in words?"""

import io
import zipfile
from xml.sax.saxutils import quoteattr

import pytest

from children.importing.problems import FileRefused
from children.importing.workbooks import is_workbook, open_workbook
from safeguarding.concerns.importing.columns import EXPECTED

_NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_REL = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
ROWS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>Old system, 2024</t></is></c></row>'
    '<row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3" t="s"><v>1</v></c><c r="C3" t="s"><v>2</v></c><c '
    'r="D3" t="inlineStr"><is><t>Details</t></is></c></row>'
    '<row r="4"><c r="A4"><v>412.0</v></c><c r="B4" s="1"><v>45363.4027777778</v></c><c r="C4" '
    't="str"><f>A1</f><v>C356999921023</v></c><c r="D4" t="s"><v>3</v></c></row>'
    '<row r="5"><c r="A5" t="b"><v>1</v></c><c r="B5" s="2"><v>45363</v></c></row>'
)


def book(rows: str = ROWS, **parts: str) -> io.BytesIO:
    content = io.BytesIO()
    given = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook {_NS} {_REL}><sheets><sheet name="Hidden" state="hidden" '
        'r:id="r1"/><sheet name="A" '
        'r:id="r2"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="r1" '
        'Target="worksheets/no.xml"/><Relationship Id="r2" '
        'Target="worksheets/s.xml"/></Relationships>',
        "xl/sharedStrings.xml": f"<sst {_NS}><si><t>Incident "
        "ID</t></si><si><r><t>Da</t></r><r><t>te</t></r></si><si><t>UPN</t></si><si><t>He "
        "was\nlate</t><rPh><t>x</t></rPh></si></sst>",
        "xl/styles.xml": f'<styleSheet {_NS}><numFmts><numFmt numFmtId="170" formatCode="dd/mm/yyyy\\ '
        'hh:mm"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="170"/><xf '
        'numFmtId="14"/></cellXfs></styleSheet>',
        "xl/worksheets/s.xml": f"<worksheet {_NS}><sheetData>{rows}</sheetData></worksheet>",
        **parts,
    }
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as found:
        for name, inside in given.items():
            found.writestr(name, inside)
    content.seek(0)
    return content


def test_dates_numbers_formulas_and_runs_come_out_as_text():
    assert is_workbook(book())
    sheet = open_workbook(book(), EXPECTED)
    assert sheet.headings == ["Incident ID", "Date", "UPN", "Details"]
    assert [(r.number, list(r.cells)) for r in sheet.records] == [
        (4, ["412", "2024-03-12 09:40", "C356999921023", "He was\nlate"]),
        (5, ["TRUE", "2024-03-12"]),
    ]


def test_a_number_that_is_no_day_stays_a_number_and_rows_without_words_are_not_counted():
    first_day = {
        "xl/workbook.xml": f'<workbook {_NS} {_REL}><workbookPr date1904="1"/><sheets><sheet name="A" '
        'r:id="r2"/></sheets></workbook>'
    }
    numbers = ("2958465", "2958466", "1e300", "-3", "nan", "0.5")
    rows = "".join(f'<row r="{n}"><c r="A{n}" s="2"><v>{number}</v></c></row>' for n, number in enumerate(numbers, 2))
    words = '<row r="1"><c r="A1" t="str"><v>Date</v></c><c r="B1" t="str"><v>Details</v></c></row>'
    empty = '<row r="90000"><c r="A90000" t="str"><v> </v></c></row>'

    def dates(**parts):
        return [record.cells[0] for record in open_workbook(book(words + rows + empty, **parts), EXPECTED).records]

    assert dates() == ["9999-12-31", "2958466", "1e300", "-3", "nan", "12:00"]
    assert dates(**first_day)[0] == "2958465"


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("[h]:mm", "45363"),
        ("[$-409]d mmm", "2024-03-12"),
        ("[Red]0.0", "45363"),
        ('0.0" dd"', "45363"),
        ("[" * 200_000, "45363"),
        ("0" * 255 + "dd", "45363"),
    ],
)
def test_day_is_one_by_its_format_however_long_that_is(code, shown):
    formats = f"<numFmts><numFmt numFmtId='170' formatCode={quoteattr(code)}/></numFmts>"
    cells = "<cellXfs><xf numFmtId='0'/><xf numFmtId='170'/></cellXfs>"
    rows = (
        '<row r="1"><c t="str"><v>Date</v></c><c t="str"><v>Details</v></c></row>'
        '<row r="2"><c s="1"><v>45363</v></c></row>'
    )
    given = book(rows, **{"xl/styles.xml": f"<styleSheet {_NS}>{formats}{cells}</styleSheet>"})
    assert [record.cells[0] for record in open_workbook(given, EXPECTED).records] == [shown]


def _unpacks_to_nothing(content: io.BytesIO) -> io.BytesIO:
    """The same workbook with other bytes where the last of its parts is packed."""
    packed = bytearray(content.getvalue())
    start = packed.rfind(b"xl/worksheets/s.xml", 0, packed.find(b"PK\x01\x02")) + len("xl/worksheets/s.xml")
    packed[start : start + 8] = b"\xff" * 8
    return io.BytesIO(packed)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (book(**{"xl/worksheets/s.xml": '<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>'}), "a DTD or entities"),
        (book(**{"xl/worksheets/s.xml": "<worksheet"}), "damaged"),
        (book(**{"xl/workbook.xml": f"<workbook {_NS}/>"}), "damaged"),
        (book('<row r="1"><c t="s"><v>99</v></c></row>'), "damaged"),
        (book('<row r="1"><c r="ZZ1" t="str"><v>x</v></c></row>'), "more than 200 columns"),
        (book('<row r="60001"><c r="A1" t="str"><v>x</v></c></row>'), "more than 50,000 rows"),
        (book(**{"xl/big.xml": "0" * 2**22}), "far larger"),
        (book(**{"../out.xml": "x"}), "leads out"),
        (book(""), "no headings"),
        (io.BytesIO(b"PK\x03\x04 and nothing"), "damaged"),
        (_unpacks_to_nothing(book()), "damaged"),
        (book('<row r="1"><c t="s"><v>-1</v></c></row>'), "damaged"),
        (book('<row r="1"><c><v>twelve</v></c></row>'), "damaged"),
        (book(**{"xl/worksheets/s.xml": '<?xml version="1.0" encoding="x-none"?><worksheet/>'}), "damaged"),
    ],
)
def test_what_cannot_be_read_says_why(given, says):
    with pytest.raises(FileRefused) as refused:
        list(open_workbook(given, EXPECTED).records)
    assert says in str(refused.value)


def test_a_mistake_of_ours_is_not_taken_for_a_damaged_file(monkeypatch):
    def mistaken(*given):
        raise KeyError("no such thing")

    monkeypatch.setattr("children.importing.workbooks._check", mistaken)
    with pytest.raises(KeyError):
        open_workbook(book(), EXPECTED)
