"""How is a child described who is not in Harbour yet?

What an import, a form or the demo school hands to the services.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .models import OtherName, ParentalResponsibility, ToldBy
from .names import fold


@dataclass(slots=True)
class Home:
    """An address."""

    address: str
    town: str = ""
    county: str = ""
    postcode: str = ""

    @property
    def identity(self) -> str:
        """Two spellings of one address have one identity. Without a postcode, town and county tell places apart."""
        rest = self.postcode or f"{self.town} {self.county}"
        return f"{fold(rest).replace(' ', '')}|{fold(self.address)}"[:330]


@dataclass(slots=True)
class Adult:
    """An adult in the child's life.

    `responsibility` is None where nobody has said; `home` is an index into the homes.
    """

    surname: str
    forename: str = ""
    title: str = ""
    relationship: str = ""
    order: int = 1
    organisation: str = ""
    mobile: str = ""
    telephone: str = ""
    email: str = ""
    is_emergency: bool = True
    delegated_authority: str = ""
    responsibility: bool | None = None
    basis: str = ParentalResponsibility.Basis.UNKNOWN
    told_by: str = ToldBy.SYSTEM
    evidence: str = ""
    home: int | None = None

    @property
    def identity(self) -> str:
        """Name with telephone or e-mail: who has both in common is one adult. Empty where there is no way to tell.

        Without a forename the title tells Mr from Mrs Ashdown, who may share a telephone.
        """
        reach = "".join(c for c in self.mobile or self.telephone if c.isdigit())[-10:] or self.email.casefold()
        return f"{fold(f'{self.forename or self.title} {self.surname}')[:320]}|{reach}"[:600] if reach else ""

    @property
    def key(self) -> str:
        """By what this is one adult among those of one child: the identity, or else all that is said of who it is."""
        return self.identity or fold(f"{self.title} {self.forename} {self.surname} {self.relationship}")


@dataclass(slots=True)
class Called:
    """A name the child has or had beside the legal and the known one."""

    forename: str = ""
    surname: str = ""
    kind: str = OtherName.Kind.FORMER


@dataclass(slots=True)
class Earlier:
    """A school before this one."""

    name: str = ""
    local_authority: str = ""
    establishment: str = ""
    entered_on: date | None = None
    left_on: date | None = None

    @property
    def key(self) -> str:
        """By what this is one time at one school: its numbers, or its name where it has none, and the day of entry."""
        numbered = self.local_authority and self.establishment
        return (
            f"{self.local_authority}/{self.establishment}|{'' if numbered else fold(self.name)}|{self.entered_on or ''}"
        )


@dataclass(slots=True)
class Leaving:
    """When a child left, why, and where to."""

    on: date
    reason: str = ""
    destination: str = ""
    destination_authority: str = ""
    destination_establishment: str = ""
    destination_confirmed: bool = False


@dataclass(slots=True)
class NewChild:
    """A child to be put on the school's list. Only a forename is needed; `details` are fields of `ChildDetail`.

    The first of `homes` is the address of the register, where the child lives; adults may live at the others.
    """

    forename: str
    surname: str = ""
    known_forename: str = ""
    known_surname: str = ""
    year_group: int | None = None
    class_name: str = ""
    entered_on: date | None = None
    details: dict[str, Any] = field(default_factory=dict)
    leaving: Leaving | None = None
    # The school's own system does not tell where the child lives.
    withheld: bool = False
    homes: list[Home] = field(default_factory=list)
    adults: list[Adult] = field(default_factory=list)
    called: list[Called] = field(default_factory=list)
    former_upns: list[str] = field(default_factory=list)
    earlier: list[Earlier] = field(default_factory=list)

    def names(self) -> list[str]:
        """Every name a search should find the child by."""
        middle = self.details.get("middle_names", "")
        return [self.forename, self.surname, self.known_forename, self.known_surname, middle] + [
            f"{name.forename} {name.surname}" for name in self.called
        ]
