"""Is a transfer file or a workbook that means harm refused in words, within a second of a processor and 50 MB?"""

import io
import tracemalloc
from collections.abc import Callable
from datetime import date

import pytest

from children.importing.ctf import MAX_ELEMENTS, TransferFile
from children.importing.problems import FileRefused
from children.importing.workbooks import open_workbook
from safeguarding.concerns.importing.columns import EXPECTED
from tests.patterns import seconds_of

from .test_workbooks import ROWS, book

SECONDS, MEGABYTES = 1.0, 50
_INSTRUCTIONS, _DAMAGED, _TOO_MANY = "carries instructions", "damaged", "more of one child"
_TOO_LONG = "longer text"
_LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))


def ctf(inside: str, head: str = "", encoding: str = "utf-8") -> bytes:
    return f'<?xml version="1.0" encoding="{encoding}"?>{head}<CTfile>{inside}</CTfile>'.encode(encoding)


def told(entities: str, inside: str = "&a;") -> bytes:
    """A transfer file with a DTD of its own."""
    return ctf(f"<Header>{inside}</Header>", f"<!DOCTYPE CTfile [{entities}]>")


# What it is: the bytes, and what the refusal says.
TRANSFER_FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "a billion laughs": (lambda: told(f'<!ENTITY a0 "ha">{_LAUGHS}', "&a9;"), _INSTRUCTIONS),
    "one long entity, used often": (lambda: told(f'<!ENTITY a "{"a" * 50_000}">', "&a;" * 50_000), _INSTRUCTIONS),
    "an entity of itself": (lambda: told('<!ENTITY a "&b;"><!ENTITY b "&a;">'), _INSTRUCTIONS),
    "a file of this machine": (lambda: told('<!ENTITY a SYSTEM "file:///etc/passwd">'), _INSTRUCTIONS),
    "a page of another machine": (lambda: told('<!ENTITY a SYSTEM "http://192.0.2.1/a">'), _INSTRUCTIONS),
    "an entity of a DTD from outside": (
        lambda: told('<!ENTITY % a SYSTEM "http://192.0.2.1/a.dtd">%a;', ""),
        _INSTRUCTIONS,
    ),
    "a DTD from outside": (lambda: ctf("", '<!DOCTYPE CTfile SYSTEM "http://192.0.2.1/a.dtd">'), _INSTRUCTIONS),
    "a DTD in other letters": (
        lambda: ctf("&a;", '<!DOCTYPE CTfile [<!ENTITY a SYSTEM "file:///etc/passwd">]>', "utf-16"),
        _INSTRUCTIONS,
    ),
    "another file that is to be included": (
        lambda: ctf(
            '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>',
        ),
        "names no children",
    ),
    "a hundred thousand elements in one another": (lambda: ctf("<a>" * 100_000), "nested deeper"),
    "a million elements beside one another": (lambda: ctf("<a/>" * 1_000_000), _TOO_MANY),
    "a child of a million telephones": (
        lambda: ctf(f"<CTFpupilData><Pupil>{'<Phone/>' * 1_000_000}</Pupil></CTFpupilData>"),
        _TOO_MANY,
    ),
    "a name of ten million letters": (
        lambda: ctf(f"<CTFpupilData><Pupil><Surname>{'a' * 10_000_000}</Surname></Pupil></CTFpupilData>"),
        _TOO_LONG,
    ),
    "half a million attributes": (
        lambda: ctf(f"<Header {' '.join(f'a{n}=""' for n in range(500_000))}/>"),
        _TOO_LONG,
    ),
    "letters that nobody knows": (lambda: ctf("").replace(b"utf-8", b"x-none"), _DAMAGED),
    "half of it": (lambda: ctf("<Header>" + "a" * 1_000_000)[:900_000], _DAMAGED),
}
_DTD = '<!DOCTYPE sst [<!ENTITY a0 "ha">' + _LAUGHS + "]>"
WORKBOOKS: dict[str, tuple[Callable[[], io.BytesIO], str]] = {
    "a billion laughs in a cell": (
        lambda: book(**{"xl/sharedStrings.xml": f"{_DTD}<sst><si><t>&a9;</t></si></sst>"}),
        _INSTRUCTIONS,
    ),
    "a file of this machine in a cell": (
        lambda: book(
            **{
                "xl/worksheets/s.xml": '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet>&a;</worksheet>'
            }
        ),
        _INSTRUCTIONS,
    ),
    "a DTD beside its styles": (
        lambda: book(**{"xl/styles.xml": '<!DOCTYPE a SYSTEM "http://192.0.2.1/a.dtd"><styleSheet/>'}),
        _INSTRUCTIONS,
    ),
    "a sheet that unpacks to 30 MB of nothing": (lambda: book(ROWS + " " * 30 * 2**20), "far larger"),
    "a sheet that leads out of the workbook": (lambda: book(**{"../../a.xml": "<a/>"}), "leads out"),
}


def read_transfer_file(content: bytes) -> None:
    for _ in TransferFile(io.BytesIO(content), today=date(2026, 11, 20)).parse():
        pass


def read_workbook(content: io.BytesIO) -> None:
    content.seek(0)
    for _ in open_workbook(content, EXPECTED).records:
        pass


CASES = [pytest.param(read_transfer_file, *TRANSFER_FILES[what], id=what) for what in TRANSFER_FILES]
CASES += [pytest.param(read_workbook, *WORKBOOKS[what], id=what) for what in WORKBOOKS]


@pytest.mark.parametrize(("read", "made", "says"), CASES)
def test_hostile_xml_is_refused_within_a_second_of_a_processor_and_50_mb(read, made, says):
    content = made()

    def refused():
        with pytest.raises(FileRefused, match=says):
            read(content)

    # Take the fastest of a few runs: other programs share the processor.
    seconds = SECONDS + 1
    for _ in range(5):
        if seconds > SECONDS:
            seconds = min(seconds, seconds_of(refused))
    tracemalloc.start()
    try:
        refused()
        megabytes = tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()
    assert (seconds <= SECONDS, megabytes <= MEGABYTES) == (True, True), f"{seconds:.2f} s and {megabytes:.0f} MB"


def test_at_least_twelve_are_asked():
    assert len(CASES) >= 12


def test_a_child_with_much_said_of_it_is_taken():
    much = "<Phone/>" * (MAX_ELEMENTS - 10)
    pupil = f"<Pupil><Surname>A</Surname><Forename>B</Forename><DOB>2018-03-02</DOB>{much}</Pupil>"
    read_transfer_file(ctf(f"<CTFpupilData>{pupil * 2}</CTFpupilData>"))
