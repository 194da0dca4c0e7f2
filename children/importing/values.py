"""What does one cell say? Text in, a value out, with a note of whatever a person should know about it.

Every function takes cleaned text and a `Notes` and returns the value, or None where the cell says nothing usable.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache, lru_cache

from children import codes, upn
from children.models import ChildDetail
from children.names import fold
from safeguarding.letters import normal

from .problems import Problem, Severity

MEND = "Mend it in your own system and export the file again."
YES = frozenset({"t", "true", "y", "yes", "1", "in care"})
NO = frozenset({"f", "false", "n", "no", "0", "not in care"})
WITHHELD = frozenset(
    {"address withheld", "withheld", "confidential", "address confidential", "not disclosed", "do not disclose"}
)
TITLES = frozenset({"mr", "mrs", "miss", "ms", "mx", "dr", "rev", "prof", "sir", "lady", "lord", "dame", "fr"})
_MONTHS = {
    m: n for n, m in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
NUMERIC_DATE = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{2}|\d{4})(?:[ T]\d.*)?")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]\d.*)?")
_WORDED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ \-]([a-z]{3})[a-z]*\.?,?[ \-](\d{2}|\d{4})", re.IGNORECASE)
# How a cell begins that a spreadsheet works out, where no name does.
_FORMULA = re.compile(r"[=@+]|-[\d(=+@-]")
_SERIAL = re.compile(r"\d{5}(?:\.0+)?")
_INVISIBLE = dict.fromkeys([0x200B, 0x2060, 0xFEFF, 0x00AD, *range(9), 11, 12, *range(14, 32), 127])
_INVISIBLE |= dict.fromkeys(range(0x202A, 0x202F)) | dict.fromkeys(range(0x2066, 0x206A))


class Notes:
    """Collects the problems of one row. `column` is the heading under which the cell at hand stands."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.column = ""

    def note(self, severity: Severity, code: str, message: str, column: str | None = None) -> None:
        self.problems.append(Problem(severity, self.column if column is None else column, code, message))


Reader = Callable[[str, Notes], object]


def clean(text: str, *, lines: bool = False) -> str:
    """Without invisible characters, non-breaking, doubled or outer spaces; composed. `lines` keeps line breaks."""
    if not (text.isascii() and text.isprintable()):
        text = normal("NFC", text.replace("\r\n", "\n").translate(_INVISIBLE))
        if lines and "\n" in text:
            return "\n".join(part for line in text.split("\n") if (part := " ".join(line.split())))
    return " ".join(text.split())


def shown(text: str) -> str:
    """A value as a message quotes it."""
    return f"‘{text if len(text) <= 60 else text[:57] + '…'}’"


# --- names


@lru_cache(maxsize=4096)
def double_encoded(text: str) -> str:
    """What the text was before it was encoded twice ("ZoÃ«" was "Zoë"), or an empty string if it was not."""
    if text.isascii():
        return ""
    try:
        before = text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return ""
    return before if before != text else ""


def lost_letters(new: object, old: object) -> bool:
    """Whether `new` is `old` with letters turned into question marks on the way: no reason to change anything."""
    if not (isinstance(new, str) and isinstance(old, str) and "?" in new):
        return False
    return len(new) == len(old) and all(one in ("?", other) for one, other in zip(new, old, strict=True))


def name(text: str, notes: Notes) -> str | None:
    """A name, kept as it is written. Warns where letters were lost on the way."""
    if not text:
        return None
    if not text.strip("?"):
        notes.note(
            Severity.WARN,
            "lost_letters",
            "Every letter was lost when the file was saved (“?”). The name was left out. Export again as UTF-8.",
        )
        return None
    if before := double_encoded(text):
        notes.note(
            Severity.WARN,
            "double_encoded",
            f"{shown(text)} looks as if it was encoded twice and should be {shown(before)}. It is kept as "
            f"it stands. {MEND}",
        )
    elif _FORMULA.match(text):
        notes.note(
            Severity.WARN,
            "formula",
            f"{shown(text)} is a formula, which a spreadsheet would work out. It is kept as plain text. {MEND}",
        )
    elif "<" in text or ">" in text:
        notes.note(
            Severity.WARN, "markup", f"{shown(text)} looks like a web page’s code. It is kept as plain text. {MEND}"
        )
    elif "?" in text:
        notes.note(
            Severity.WARN,
            "lost_letters",
            f"{shown(text)} has “?” where a letter was lost. Export the file again as UTF-8.",
        )
    return text


def person(text: str) -> dict[str, str]:
    """The parts of an adult's name: "Mrs Salma Abu Zaid" is Mrs, Salma, Abu Zaid. One word alone is a surname."""
    words = text.split()
    title = words.pop(0) if len(words) > 1 and words[0].rstrip(".").casefold() in TITLES else ""
    if len(words) < 2:
        return {"title": title, "surname": " ".join(words)}
    return {"title": title, "forename": words[0], "surname": " ".join(words[1:])}


# --- dates


@lru_cache(maxsize=8192)
def _read_date(text: str, month_first: bool) -> tuple[date | None, str, str]:
    """(day, code, sentence): the code is empty for a date that can only be read in one way."""
    if found := _ISO.fullmatch(text):
        year, month, day = map(int, found.groups())
    elif found := _WORDED.fullmatch(text):
        day, year = int(found[1]), int(found[3])
        month = _MONTHS.get(found[2].casefold(), 0)
    elif found := NUMERIC_DATE.fullmatch(text):
        day, month, year = map(int, found.groups())
        day, month = (month, day) if month_first else (day, month)
    elif _SERIAL.fullmatch(text) and 20000 <= int(text.split(".")[0]) <= 60000:
        read = date(1899, 12, 30) + timedelta(days=int(text.split(".")[0]))
        return read, "serial_date", f"{shown(text)} is how a spreadsheet numbers {in_words(read)}. Is that the date?"
    else:
        return None, "no_date", f"{shown(text)} is not a date. Write it as day/month/year, such as 12/03/2018."
    short = year < 100
    year += 2000 if short else 0
    order = "month/day/year" if month_first else "day/month/year"
    if not 1 <= month <= 12:
        return None, "impossible_date", f"{shown(text)} has no such month: dates are read as {order}. {MEND}"
    try:
        read = date(year, month, day)
    except ValueError:
        return None, "impossible_date", f"{shown(text)} is a day that does not exist. {MEND}"
    if short:
        return read, "short_year", f"{shown(text)} has a year of two figures. Is it {in_words(read)}?"
    return read, "", ""


def in_words(day: date) -> str:
    """A date as pages write it: 3 September 2026."""
    return f"{day.day} {day:%B %Y}"


def dates(*, month_first: bool = False, born: bool = False, today: date | None = None) -> Reader:
    """A reader of dates as ISO text.

    For a date of birth, what cannot be read rejects the row, and so does the future.
    """

    def read(text: str, notes: Notes) -> str | None:
        if not text:
            return None
        found, code, message = _read_date(text, month_first)
        if found is None:
            notes.note(Severity.REJECT if born else Severity.WARN, code, message)
            return None
        if code:
            notes.note(Severity.ASK if born else Severity.WARN, code, message)
        if born and today is not None:
            if found > today:
                notes.note(Severity.REJECT, "future_birth", f"{shown(text)} is in the future. {MEND}")
                return None
            if not 1 <= (today - found).days // 365 <= 20:
                notes.note(
                    Severity.WARN,
                    "unlikely_birth",
                    f"{in_words(found)} is an unlikely date of birth for a child at school.",
                )
        return found.isoformat()

    return read


# --- numbers, codes and choices


def pupil_number(text: str, notes: Notes) -> str | None:
    """A UPN in capitals. One that cannot be right holds the row."""
    # Full-width letters and figures are the same UPN written otherwise.
    number = normal("NFKC", text).replace(" ", "").upper()
    if not number:
        return None
    if not upn.is_well_formed(number):
        notes.note(
            Severity.HOLD,
            "bad_upn",
            f"{shown(text)} is not a UPN: a letter, then 12 figures (a temporary one ends in a letter). {MEND}",
        )
        return None
    if not upn.is_valid(number):
        right = upn.check_letter(number[1:])
        notes.note(
            Severity.HOLD,
            "bad_upn",
            f"{shown(number)} cannot be right: with these figures its first letter would be {right}. {MEND}",
        )
        return None
    if not upn.authority_is_known(number):
        notes.note(
            Severity.WARN,
            "unknown_authority",
            f"{shown(number)} names authority {number[1:4]}, which is not on the list. Check it.",
        )
    return number


_SEXES = {
    "m": "M",
    "male": "M",
    "boy": "M",
    "1": "M",
    "f": "F",
    "female": "F",
    "girl": "F",
    "2": "F",
    "u": "U",
    "0": "U",
    "9": "U",
}


def sex(text: str, notes: Notes) -> str | None:
    """F, M or U; the older figures 1, 2, 0 and 9 as well (domain reference 3.1)."""
    if not text:
        return None
    found = _SEXES.get(text.casefold())
    if found is None:
        notes.note(
            Severity.WARN,
            "unknown_sex",
            f"{shown(text)} is read as “{ChildDetail.Sex.UNKNOWN.label}”. Harbour knows female, male and not known.",
        )
    return found or "U"


_YEAR = re.compile(r"(?:national curriculum )?(?:year(?: group)?|yr|ncy|y)?\s*(\d{1,2})")
_EARLY = {
    "r": 0,
    "rec": 0,
    "reception": 0,
    "year r": 0,
    "yr r": 0,
    "fs2": 0,
    "n2": -1,
    "fs1": -1,
    "n": -1,
    "nursery": -1,
    "n1": -2,
    "e2": -1,
    "e1": -2,
}


@lru_cache(maxsize=512)
def _year(text: str) -> int | None:
    plain = fold(text)
    if plain in _EARLY:
        return _EARLY[plain]
    found = _YEAR.fullmatch(plain)
    return int(found[1]) if found and int(found[1]) <= 14 else None


def year_group(text: str, notes: Notes) -> int | None:
    """A National Curriculum year: 0 for Reception, negative for nursery."""
    if not text:
        return None
    found = _year(text)
    if found is None:
        notes.note(Severity.WARN, "unknown_year", f"{shown(text)} is not a year group Harbour knows. It was left out.")
    return found


def class_name(text: str, notes: Notes) -> str | None:
    """A class without the word “Class” before it, so that two products' files name one class."""
    return text[6:] if text.casefold().startswith("class ") else text or None


_ALIASES = {
    "ethnicity": {
        "gypsy roma": "WROM",
        "information not yet obtained": "NOBT",
        "not obtained": "NOBT",
        "refused": "REFU",
        "caribbean": "BCRB",
        "african": "BAFR",
        "irish": "WIRI",
        "traveller irish heritage": "WIRT",
        "cnhe": "CHNE",
    },
    "language": {},
    "sen": {
        "no special educational need": "N",
        "no sen": "N",
        "none": "N",
        "sen support k": "K",
        "school support": "K",
        "ehc plan e": "E",
        "ehc plan": "E",
        "ehcp": "E",
        "statement": "E",
    },
}


@cache
def _meanings(kind: str) -> dict[str, str]:
    """Code by code and by folded label, in whatever way products write it."""
    known = codes.codes(kind)
    return {fold(c): c for c in known} | {fold(c.label): c.code for c in known.values()} | _ALIASES.get(kind, {})


def coded(kind: str) -> Reader:
    """A reader for one of the code lists: takes the code, or the words for it."""

    def read(text: str, notes: Notes) -> str | None:
        if not text:
            return None
        found = _meanings(kind).get(fold(text))
        if found is None and kind == "language" and len(text) == 3 and text.isascii() and text.isalpha():
            return text.upper()
        if found is None:
            notes.note(
                Severity.WARN, f"unknown_{kind}", f"{shown(text)} is not on the list for this column. It was left out."
            )
        return found

    return read


def yes_no(text: str, notes: Notes) -> bool | None:
    """True, False, or None for a cell that says neither."""
    plain = text.casefold()
    if plain in YES:
        return True
    if plain in NO:
        return False
    if plain:
        notes.note(Severity.WARN, "no_answer", f"{shown(text)} is neither yes nor no. It was left out.")
    return None


def text(value: str, notes: Notes) -> str | None:
    """Whatever the cell says."""
    return value or None


# --- addresses


def address(line: str, town: str = "", county: str = "", postcode: str = "") -> dict[str, str] | None:
    """The parts of an address, or None where there is none. One long line gives up its last parts as town and county.

    A part with a figure in it is never a town: "Flat 6, 7 Ten Acre Drive" stays whole. Nor is one too long for a town.
    """
    if not town and not county:
        parts = [part.strip() for part in line.split(",") if part.strip()]
        if len(parts) > 2 and _may_be_place(parts[-1]):
            county = parts.pop()
        if len(parts) > 1 and _may_be_place(parts[-1]):
            town = parts.pop()
        line = ", ".join(parts)
    if not (line or town):
        return None
    # A letter of another script can have several capitals, which would no longer fit.
    postcode = postcode.upper() if postcode.isascii() else postcode
    return {"address": line, "town": town, "county": county, "postcode": postcode}


def _may_be_place(part: str) -> bool:
    return len(part) <= 100 and not any(c.isdigit() for c in part)
