"""Which product wrote this file, and what do its headings mean?

A field of `FIELDS` is what a column can be taken to mean. The three products' headings are known; for any other
spreadsheet a person says once what its columns are, and the answer is remembered by its headings.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from children.names import fold


@dataclass(frozen=True, slots=True)
class Field:
    """Something a column can mean: its label on the page, whether a file must have it, words a heading may use for
    it.
    """

    label: str
    required: bool = False
    hints: tuple[str, ...] = ()
    max_length: int = 0


FIELDS: dict[str, Field] = {
    "upn": Field("UPN", True, ("unique pupil number", "pupil number"), 40),
    "surname": Field("Legal surname", True, ("surname", "last name", "family name", "legal last name"), 150),
    "forename": Field("Legal forename", True, ("forename", "first name", "given name", "legal first name"), 150),
    "middle_names": Field("Middle names", hints=("middle name", "middle name s"), max_length=200),
    "known_surname": Field(
        "Surname known by", hints=("preferred surname", "known surname", "preferred last name"), max_length=150
    ),
    "known_forename": Field(
        "Forename known by",
        hints=("preferred forename", "known as", "preferred name", "preferred first name", "chosen name"),
        max_length=150,
    ),
    "former_surname": Field("Former surname", hints=("previous surname",), max_length=150),
    "date_of_birth": Field("Date of birth", True, ("dob", "birth date", "born")),
    "sex": Field("Sex", hints=("gender", "legal sex")),
    "year_group": Field("Year group", hints=("year", "nc year", "nc year actual", "national curriculum year", "yr")),
    "class_name": Field(
        "Class",
        hints=("reg", "registration group", "form", "tutor group", "reg group", "registration form"),
        max_length=30,
    ),
    "entered_on": Field("Date of admission", hints=("admission date", "enrolment date", "start date", "date joined")),
    "admission_number": Field("Admission number", hints=("adno", "admission no", "adm no"), max_length=20),
    "ethnicity": Field("Ethnicity", hints=("ethnicity code", "ethnic origin")),
    "first_language": Field("First language", hints=("home language", "language", "first language code")),
    "sen_provision": Field("Special educational needs", hints=("sen", "sen status", "sen stage", "sen provision")),
    "in_care": Field("Looked after", hints=("in care", "is in care", "in lea care", "is looked after", "lac")),
    "address": Field("Address, all in one", hints=("home address", "full address"), max_length=300),
    "address_line": Field("Address, house and street", hints=("street", "address line 1", "address 1"), max_length=300),
    "town": Field("Address, town", hints=("post town", "city"), max_length=100),
    "county": Field("Address, county", max_length=100),
    "postcode": Field("Postcode", hints=("post code",), max_length=10),
    "contact_name": Field("First contact, name", hints=("primary guardian", "parent", "contact name"), max_length=150),
    "contact_relationship": Field("First contact, relationship", hints=("relationship",), max_length=100),
    "contact_mobile": Field(
        "First contact, telephone",
        hints=("first contact mobile", "first contact phone", "mobile", "telephone", "phone"),
        max_length=30,
    ),
    # Whose telephone it is, the file does not say: the first adult it names has it, unless that adult has one already.
    "emergency_phone": Field("Emergency telephone", hints=("emergency phone", "emergency number"), max_length=30),
    "contact_email": Field("First contact, e-mail", hints=("email", "first contact email"), max_length=254),
    "contact_responsibility": Field("First contact, parental responsibility", hints=("parental responsibility",)),
    "mother_name": Field("Mother, name", hints=("mother",), max_length=150),
    "father_name": Field("Father, name", hints=("father",), max_length=150),
}
# Older exports say Gender, newer ones Sex, some both.
MAY_BE_TWICE = frozenset({"sex"})
REQUIRED = tuple(name for name, field in FIELDS.items() if field.required)


@dataclass(frozen=True, slots=True)
class Format:
    """The export of a product: its headings and what they mean.

    `blank` says what an empty cell means where it means something.
    """

    key: str
    title: str
    columns: Mapping[str, str]
    blank: Mapping[str, str]
    month_first: bool = False


SIMS = Format(
    "sims",
    "SIMS",
    {
        "UPN": "upn",
        "Adno": "admission_number",
        "Legal Surname": "surname",
        "Legal Forename": "forename",
        "Middle Name(s)": "middle_names",
        "Preferred Surname": "known_surname",
        "Preferred Forename": "known_forename",
        "Date of Birth": "date_of_birth",
        "Gender": "sex",
        "Sex": "sex",
        "Year": "year_group",
        "Reg": "class_name",
        "Date of Admission": "entered_on",
        "Ethnicity": "ethnicity",
        "First Language": "first_language",
        "SEN Status": "sen_provision",
        "In LEA Care": "in_care",
        "Address": "address",
        "Post Code": "postcode",
        "Contact 1 Name": "contact_name",
        "Contact 1 Relationship": "contact_relationship",
        "Contact 1 Mobile": "contact_mobile",
        "Contact 1 Parental Responsibility": "contact_responsibility",
    },
    {},
)
ARBOR = Format(
    "arbor",
    "Arbor",
    {
        "UPN": "upn",
        "Legal First Name": "forename",
        "Legal Last Name": "surname",
        "Preferred First Name": "known_forename",
        "Preferred Last Name": "known_surname",
        "Date of Birth": "date_of_birth",
        "Sex": "sex",
        "Year Group": "year_group",
        "Registration Form": "class_name",
        "Enrolment Start Date": "entered_on",
        "Ethnicity": "ethnicity",
        "Home Language": "first_language",
        "SEN Status": "sen_provision",
        "Looked After": "in_care",
        "Address": "address",
        "Postcode": "postcode",
        "Primary Guardian": "contact_name",
        "Primary Guardian Email": "contact_email",
        "Primary Guardian Phone": "contact_mobile",
    },
    {"sen_provision": "N", "in_care": "No"},
)
BROMCOM = Format(
    "bromcom",
    "Bromcom",
    {
        "UPN": "upn",
        "LegalFirstName": "forename",
        "LegalLastName": "surname",
        "MiddleName": "middle_names",
        "PreferredFirstName": "known_forename",
        "PreferredLastName": "known_surname",
        "DateOfBirth": "date_of_birth",
        "Gender": "sex",
        "Sex": "sex",
        "YearGroup": "year_group",
        "TutorGroup": "class_name",
        "AdmissionDate": "entered_on",
        "EthnicityCode": "ethnicity",
        "FirstLanguageCode": "first_language",
        "SENStage": "sen_provision",
        "IsInCare": "in_care",
        "HouseNumberStreet": "address_line",
        "Town": "town",
        "Postcode": "postcode",
        "MotherName": "mother_name",
        "FatherName": "father_name",
        "EmergencyPhone": "emergency_phone",
    },
    {},
)
PRODUCTS = (SIMS, ARBOR, BROMCOM)
TITLES = {product.key: product.title for product in PRODUCTS} | {
    "ctf": "Common Transfer File",
    "other": "Spreadsheet",
}


def recognise(headings: Sequence[str]) -> Format | None:
    """The product whose headings these are: all the required ones, in its spelling. None: a person must say."""
    present = {fold(heading) for heading in headings}
    for product in PRODUCTS:
        needed = {fold(h) for h, meaning in product.columns.items() if meaning in REQUIRED}
        if needed <= present:
            return product
    return None


def columns_of(product: Format, headings: Iterable[str]) -> dict[str, str]:
    """What each heading of the file means that the product has: {heading as the file writes it: field}."""
    known = {fold(heading): meaning for heading, meaning in product.columns.items()}
    return {heading: known[fold(heading)] for heading in headings if fold(heading) in known}


def probable(headings: Iterable[str], taken: Mapping[str, str]) -> dict[str, str]:
    """What further columns of a product's file probably hold that its known ones (`taken`) do not."""
    found = guess([heading for heading in headings if heading not in taken])
    return {heading: meaning for heading, meaning in found.items() if meaning not in taken.values()}


def described(key: str, columns: Mapping[str, str], *, month_first: bool = False) -> Format:
    """The format with this key; its columns and the way of its dates may be as somebody described them."""
    product = next((product for product in PRODUCTS if product.key == key), None)
    return replace(product, month_first=month_first) if product else spreadsheet(columns, month_first=month_first)


def spreadsheet(columns: Mapping[str, str], *, month_first: bool = False) -> Format:
    """The format of a school's own spreadsheet, as somebody described it.

    Where most of its columns have a product's headings, an empty cell under one of them means what it means there.
    """
    blank: dict[str, str] = {}
    for product in PRODUCTS:
        known = columns_of(product, columns)
        same = {meaning for heading, meaning in columns.items() if known.get(heading) == meaning}
        if 2 * len(same) > len(columns):
            blank |= {meaning: value for meaning, value in product.blank.items() if meaning in same}
    return Format("other", TITLES["other"], columns, blank, month_first)


def guess(headings: Sequence[str]) -> dict[str, str]:
    """What the headings of an unknown spreadsheet probably mean, each field once; a person confirms it.

    First those that a product writes, then those that say it in other words.
    """
    found: dict[str, str] = {}
    for meaning_of in (_of_products().get, _of_words().get, _of_whose):
        for heading in headings:
            meaning = meaning_of(_letters(heading)) if heading not in found else None
            if meaning and (meaning in MAY_BE_TWICE or meaning not in found.values()):
                found[heading] = meaning
    return found


def doubled(columns: Mapping[str, str]) -> list[str]:
    """Labels of the fields that two columns would hold and only one may, in the order of `FIELDS`."""
    given = list(columns.values())
    return [f.label for name, f in FIELDS.items() if name not in MAY_BE_TWICE and given.count(name) > 1]


@lru_cache(maxsize=4096)
def _letters(heading: str) -> str:
    """Letters and figures alone: words run together ("NCyearActual") are the words apart ("NC Year Actual")."""
    return re.sub(r"[\W_]+", "", fold(heading))


@cache
def _of_products() -> dict[str, str]:
    return {_letters(heading): meaning for product in PRODUCTS for heading, meaning in product.columns.items()}


@cache
def _of_words() -> dict[str, str]:
    return {_letters(words): name for name, field in FIELDS.items() for words in (field.label, name, *field.hints)}


_WHOSE = re.compile(r"(?:pupil|student|child)s?(?=.)")
_FIRST = re.compile(r"(?:contact|parent|guardian|carer)1|(?:primary|main|first)(?:contact|parent|guardian|carer)")


def _of_whose(letters: str) -> str | None:
    """A heading that also says whose it is: "Pupil Date of Birth", "Parent 1 E-mail"."""
    known = _of_words()
    if whose := _WHOSE.match(letters):
        return known.get(letters[whose.end() :])
    if first := _FIRST.match(letters):
        return known.get(f"firstcontact{letters[first.end() :]}")
    return None


def missing(columns: Mapping[str, str]) -> list[str]:
    """Labels of the fields every file must have and this one would not."""
    return [FIELDS[name].label for name in REQUIRED if name not in columns.values()]


def digest(headings: Iterable[str]) -> str:
    """By what a spreadsheet is known again: its headings, in order."""
    return hashlib.sha256("\x1f".join(fold(h) for h in headings).encode()).hexdigest()
