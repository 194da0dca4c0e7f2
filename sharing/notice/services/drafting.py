"""What would a version say that was published now? Every section as the apps tell it, and what is kept out of it."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from safeguarding.exceptions import HarbourError
from safeguarding.privacy_notice import Asked, Blank, Claim, Section, blanks, claims, facts, said_in, text

SECURITY = "security"
Sections = list[dict[str, Any]]
# The title of a section, and a line of it.
Line = list[str]


@dataclass(frozen=True)
class Draft:
    """A version that is not published: its sections, what it rests on, what the school has still to say, and sentences
    that are kept out because their check fails.
    """

    sections: Sections
    facts: dict[str, list[str]]
    blanks: list[Blank]
    withheld: list[Claim]

    @property
    def missing(self) -> list[Blank]:
        """What it cannot be published without."""
        return [blank for blank in self.blanks if not blank.may_wait]

    @property
    def digest(self) -> str:
        """What somebody has read is what they publish: a draft that has changed since has another one."""
        return sha256(json.dumps(self.sections, ensure_ascii=False).encode()).hexdigest()


def drafted(asked: Asked) -> Draft:
    """Put the notice together as things stand."""
    passing = [claim for claim in claims() if holds(claim, asked)]
    found: Sections = []
    for section in Section:
        told = said_in(section, asked)
        if section is Section.STORE and passing:
            told = [text(*(claim.sentence() for claim in passing)), *told]
        if told:
            blocks = json.loads(json.dumps([asdict(block) for block in told]))
            found.append({"key": section.value, "title": section.heading, "blocks": blocks})
    return Draft(
        sections=found,
        facts=facts(asked) | {SECURITY: sorted(claim.key for claim in passing)},
        blanks=blanks(asked),
        withheld=[claim for claim in claims() if claim not in passing],
    )


def holds(claim: Claim, asked: Asked) -> bool:
    """Whether the check of a sentence passes. One that cannot be carried out does not."""
    try:
        return claim.passes(asked.at)
    except HarbourError:
        return False


def shown(sections: Sections) -> Sections:
    """The sections as a page prints them: of a table each row, as its first cell in two and the others under their
    headings.
    """
    return [section | {"blocks": [_printed(block) for block in section["blocks"]]} for section in sections]


def _printed(block: dict[str, Any]) -> dict[str, Any]:
    if block["kind"] != "table":
        return block
    rows = []
    for first, *rest in block["lines"]:
        title, _, said = first.partition("\n")
        rows.append((title, said, list(zip(block["heads"][1:], rest, strict=True))))
    return block | {"rows": rows}


def lines_of(sections: Sections) -> list[Line]:
    """Every line, with the title of its section."""
    return [
        [section["title"], ": ".join(cell.replace("\n", ": ") for cell in line if cell)]
        for section in sections
        for block in section["blocks"]
        for line in block["lines"]
    ]


def compared(before: Sections, after: Sections) -> tuple[list[Line], list[Line]]:
    """The lines that were added, and those that were removed, in their order."""
    had, has = lines_of(before), lines_of(after)
    return _without(has, had), _without(had, has)


def _without(lines: Sequence[Line], others: Sequence[Line]) -> list[Line]:
    left = Counter(map(tuple, others))
    found = []
    for line in lines:
        if left[tuple(line)]:
            left[tuple(line)] -= 1
        else:
            found.append(line)
    return found
