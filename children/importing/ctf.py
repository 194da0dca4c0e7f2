"""What does a Common Transfer File say? XML from another school, read as hostile: no DTD, no entities, capped in size,
in depth and in what is said of one child.

The file is read pupil by pupil and each is let go of, so that memory stays flat (domain reference 3.5).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from children import codes
from children.facts import Earlier

from . import values
from .problems import FileRefused, Severity, worst_first
from .reading import MAX_BYTES, MAX_ROWS
from .rows import Facts, Parsed, kind_of, require, tidy_names
from .values import Notes

MAX_DEPTH = 50
# Of one child, or before the first: each is held until the child has been read. A real one has a few thousand.
MAX_ELEMENTS = 50_000
# Of one text or one element with its attributes, which is held whole.
MAX_PIECE = 2**20


@dataclass(slots=True)
class Header:
    """Who sent the file and whom it is for: authority and establishment numbers, empty where the file does not say."""

    source: str = ""
    authority: str = ""
    establishment: str = ""


class _InPieces:
    """A file in which an element ends at least once in `MAX_PIECE` bytes: `since` counts them, and is set back."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self.since = stream, 0

    def read(self, size: int) -> bytes:
        piece = self._stream.read(size)
        self.since += len(piece)
        if self.since > MAX_PIECE:
            raise FileRefused(
                "This file has a longer text than a transfer file has. Ask the other school to send it again."
            )
        return piece


class TransferFile:
    """Reads a transfer file. `header` is filled as soon as the first pupil has been read."""

    def __init__(self, stream: BinaryIO, *, today: date) -> None:
        self._stream = stream
        self._birth = values.dates(born=True, today=today)
        self._day = values.dates()
        self.header = Header()

    def parse(self) -> Iterator[Parsed]:
        """Each pupil as a `Parsed`, numbered from 1.

        Raises `FileRefused` for a file that is not one, or is not whole.
        """
        self._stream.seek(0, 2)
        if self._stream.tell() > MAX_BYTES:
            raise FileRefused(f"This file is larger than {MAX_BYTES // 1024**2} MB. Ask for it in parts.")
        self._stream.seek(0)
        number = 0
        for number, pupil in enumerate(self._pupils(), 1):
            if number > MAX_ROWS:
                raise FileRefused(f"This file has more than {MAX_ROWS:,} children. Ask for it in parts.")
            yield self._parse_one(number, pupil)
        if not number:
            raise FileRefused("This transfer file names no children. Ask the other school to send it again.")

    def _events(self) -> Iterator[tuple[str, Element]]:
        """What the parser meets, or a refusal that says what is wrong with the file."""
        stream = _InPieces(self._stream)
        try:
            for event in iterparse(stream, events=("start", "end"), forbid_dtd=True):
                stream.since = 0
                yield event
        except DefusedXmlException:
            raise FileRefused(
                "This file carries instructions for the program that reads it (a DTD or entities), which a "
                "transfer file "
                "never has. Nothing in it was followed. Do not open it elsewhere; tell whoever sent it, "
                "and whoever looks "
                "after your computers."
            ) from None
        except (ParseError, UnicodeError, LookupError, ValueError) as error:
            raise FileRefused(
                f"This file is damaged or was cut off{_where(error)}. Nothing was taken from it. Ask the "
                "other school to "
                "send it again."
            ) from None

    def _pupils(self) -> Iterator[Element]:
        depth = since = 0
        parents: list[Element] = []
        for event, element in self._events():
            if event == "start":
                depth += 1
                since += 1
                _check(element, depth, since)
                parents.append(element)
                continue
            depth -= 1
            parents.pop()
            if depth == 1 and element.tag == "Header":
                self._read_header(element)
            if depth == 2 and element.tag.lower() == "pupil":
                yield element
                parents[-1].clear()
                since = 0

    def _read_header(self, header: Element) -> None:
        self.header = Header(
            source=_text(header, "SourceSchool/SchoolName"),
            authority=_text(header, "DestSchool/LEA"),
            establishment=_text(header, "DestSchool/Estab"),
        )

    def _parse_one(self, number: int, pupil: Element) -> Parsed:
        notes = Notes()
        facts = {name: value for name, value in self._facts(pupil, notes) if value not in (None, "", [])}
        tidy_names(facts)
        _limit(facts, notes)
        require(facts, notes, {"surname": "Surname", "forename": "Forename", "date_of_birth": "DOB"})
        return Parsed(number, facts, worst_first(notes.problems), kind_of(notes.problems))

    def _facts(self, pupil: Element, notes: Notes) -> Iterator[tuple[str, Any]]:
        def read(path: str, reader: values.Reader) -> Any:
            notes.column = path.rpartition("/")[2]
            return reader(_text(pupil, path), notes)

        basic = "BasicDetails"
        yield "upn", read("UPN", values.pupil_number)
        yield "former_upn", read(f"{basic}/FormerUPN", values.pupil_number)
        yield "surname", read("Surname", values.name)
        yield "forename", read("Forename", values.name)
        yield "middle_names", read(f"{basic}/MiddleNames", values.name)
        yield "known_surname", read(f"{basic}/PreferredSurname", values.name)
        yield "known_forename", read(f"{basic}/PreferredForename", values.name)
        yield "former_surname", read(f"{basic}/FormerSurname", values.name)
        yield "date_of_birth", read("DOB", self._birth)
        yield "sex", read("Sex" if pupil.find("Sex") is not None else "Gender", values.sex)
        yield "year_group", read(f"{basic}/NCyearActual", values.year_group)
        yield "ethnicity", read(f"{basic}/Ethnicity", values.coded("ethnicity"))
        yield "first_language", read(f"{basic}/Languages/Type/Language", values.coded("language"))
        yield "in_care", read("LookedAfter/InCare", values.yes_no)
        yield "care_authority", _text(pupil, "LookedAfter/CareAuthority")[:3]
        yield "sen_provision", read("SENhistory/SEN/SENprovision", values.coded("sen"))
        yield "sen_needs", self._needs(pupil, notes)
        yield "address", _address(pupil.find("Address"))
        yield "adults", [adult for e in pupil.iterfind("Contacts/Contact") if (adult := _adult(e, notes))]
        schools = (self._earlier(e, notes) for e in pupil.iterfind("SchoolHistory/School"))
        yield "earlier", list({Earlier(**school).key: school for school in schools if any(school.values())}.values())
        notes.column = ""

    def _needs(self, pupil: Element, notes: Notes) -> list[Any]:
        notes.column = "SENtype"
        read = values.coded("sen_need")
        needs = [read(_text(e, "SENtype"), notes) for e in pupil.iterfind("SENhistory/SENneeds/SENneed")]
        return list(dict.fromkeys(need for need in needs if need))

    def _earlier(self, school: Element, notes: Notes) -> Facts:
        notes.column = "SchoolHistory"
        return {
            "name": _text(school, "SchoolName"),
            "local_authority": _text(school, "LEA")[:3],
            "establishment": _text(school, "Estab")[:4],
            "entered_on": self._day(_text(school, "EntryDate"), notes),
            "left_on": self._day(_text(school, "LeavingDate"), notes),
        }


def _check(element: Element, depth: int, since: int) -> None:
    """Raise `FileRefused` for an element at a depth, the `since`th of a child, that no transfer file has."""
    if depth == 1:
        _check_root(element.tag)
    if depth > MAX_DEPTH:
        raise FileRefused("This file is nested deeper than a transfer file is. Ask the other school to send it again.")
    if since > MAX_ELEMENTS:
        raise FileRefused(
            "This file says more of one child than a transfer file does. Ask the other school to send it again."
        )


def _check_root(tag: str) -> None:
    if tag == "CTfile":
        return
    if tag == "ATFpupilData":
        raise FileRefused(
            "This is an admissions file (ATF), not a Common Transfer File. Ask the other school for the CTF."
        )
    raise FileRefused("This is XML, but not a Common Transfer File: its outermost element should be CTfile.")


def _text(element: Element, path: str) -> str:
    return values.clean(element.findtext(path) or "")


def _address(element: Element | None) -> Facts | None:
    """Either of the two shapes an address has: lines, or the parts of BS 7666."""
    if element is None:
        return None
    parts = element.find("BS7666Address")
    if parts is None:
        lines = [_text(element, f"AddressLine{n}") for n in range(1, 6)]
        return values.address(", ".join(filter(None, lines)), postcode=_text(element, "PostCode"))
    line = ", ".join(filter(None, (_text(parts, tag) for tag in ("SAON", "PAON", "StreetDescriptor"))))
    return values.address(line, _text(parts, "Town"), _text(parts, "AdministrativeArea"), _text(element, "PostCode"))


def _adult(contact: Element, notes: Notes) -> Facts | None:
    if not (surname := _text(contact, "Surname")):
        return None
    relationship = _text(contact, "Relationship")
    order = _text(contact, "Order")
    adult: Facts = {
        "title": _text(contact, "Title"),
        "forename": _text(contact, "Forename"),
        "surname": surname,
        "relationship": codes.label("relationship", relationship) if relationship else "",
        "order": int(order) if order.isdecimal() and len(order) < 4 else 9,
        "email": _text(contact, "Email"),
    }
    for phone in contact.iterfind("Phones/Phone"):
        kind = "mobile" if _text(phone, "TelephoneType") == "M" else "telephone"
        adult.setdefault(kind, _text(phone, "PhoneNo"))
    notes.column = "Responsibility"
    if (held := values.yes_no(_text(contact, "Responsibility"), notes)) is not None:
        adult["responsibility"] = held
    return {name: value for name, value in adult.items() if value not in (None, "")}


_LIMITS = {
    "surname": 150,
    "forename": 150,
    "known_surname": 150,
    "known_forename": 150,
    "middle_names": 200,
    "title": 20,
    "relationship": 100,
    "email": 254,
    "mobile": 30,
    "telephone": 30,
    "name": 200,
    "address": 300,
    "town": 100,
    "county": 100,
    "postcode": 10,
}


def _limit(facts: Facts, notes: Notes) -> None:
    """What does not fit is not cut: the row is rejected and says which element is too long."""
    lists = (facts.get(name, []) for name in ("adults", "earlier", "called"))
    nested = [facts, facts.get("address", {}), *chain.from_iterable(lists)]
    for part in nested:
        for name, value in part.items():
            limit = _LIMITS.get(name)
            if limit and isinstance(value, str) and len(value) > limit:
                notes.note(
                    Severity.REJECT,
                    "too_long",
                    f"{name.replace('_', ' ').capitalize()} has {len(value)} characters; at most {limit} "
                    f"fit. {values.MEND}",
                    name,
                )


def _where(error: Exception) -> str:
    line = getattr(error, "position", (0, 0))[0]
    return f", at line {line}" if line else ""
