"""What does the notice say that no other app knows? What is held and where it comes from; what the school says of
itself; the Department, rights and complaints.
"""

import csv
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from safeguarding.notice_items import Promise, promises
from safeguarding.privacy_notice import Asked, Blank, Block, Section, asks, bullets, table, tells, text

from .held import categories, sources
from .services.details import BLANKS, MAY_WAIT, details_of

_DATA = Path(__file__).parent / "data"


@cache
def _links() -> dict[str, dict[str, str]]:
    return {link["key"]: link for link in json.loads((_DATA / "links.json").read_text(encoding="utf-8"))}


def regulator() -> dict[str, str]:
    """Who hears complaints about data beside the school: `name` and `url`."""
    return _links()["regulator"]


def _uses(asked: Asked) -> Iterable[Block]:
    yield text("We use information about children to:")


def _held(asked: Asked) -> Iterable[Block]:
    heads = ("Information", "Kind of data", "Must we have it?", "Why, and by which law", "Comes from")
    yield table("What we hold, and where it comes from", heads, (category.row for category in categories()))


def _law(asked: Asked) -> Iterable[Block]:
    yield text(
        "We hold most of this because the law requires it (UK GDPR Article 6(1)(c)), and for our public task to "
        "safeguard children and promote their welfare (Article 6(1)(e); Education Act 2002 section 175). What you may "
        "refuse is held with your consent, or because a child would otherwise be at risk."
    )


def _special(asked: Asked) -> Iterable[Block]:
    yield text(
        "We hold special category information because of substantial public interest (Article 9(2)(g)), under "
        "paragraph 18 of Schedule 1 to the Data Protection Act 2018: safeguarding of children."
    )


def _collected(asked: Asked) -> Iterable[Block]:
    yield text("It comes from:")
    yield bullets(sources())
    yield text("Where we ask you for something, we say whether you must give it or may choose.")


def _stored(asked: Asked) -> Iterable[Block]:
    said = details_of(asked.school.pk)
    yield text(*(_sentence(words) for words in (said.server, said.paper) if words))


def _department(asked: Asked) -> Iterable[Block]:
    yield text(f"To contact the Department: {_links()['dfe_contact']['url']}")


def _government(asked: Asked) -> Iterable[Block]:
    link = _links()
    yield text(
        "What the Department for Education has from schools and local authorities is used to develop national policy, "
        "to see how local authorities do, to allocate funding, and to find and encourage good practice. These "
        "collections hold no notes of concern.",
        "Some of it is stored in the National Pupil Database, which the Department owns and uses for research and "
        "statistics. It comes from schools, local authorities and awarding bodies, under the Education (Information "
        f"About Individual Pupils) (England) Regulations 2013. Read more at {link['npd_guide']['url']}",
        "The Department may give information from it to others who promote the education or well-being of children in "
        "England by research, statistics, or advice. It decides by who asks, what for, how much and how sensitive it "
        "is, and how it will be stored, and sets strict terms. Read how at "
        f"{link['npd_sharing']['url']} and to which organisations at {link['npd_requests']['url']}",
    )


def _rights(asked: Asked) -> Iterable[Block]:
    page = details_of(asked.school.pk).guidance_page
    yield text(
        "A child, and a parent for a child, can ask to see what we hold: tell the school office, in any way. We answer "
        "within one month, or say within that month why we need up to two more. It is free, unless a request is "
        "manifestly unfounded or excessive. A parent can also ask in writing for the educational record, and sees it "
        "within 15 school days. Some things we may not show, for example where they would put somebody at risk.",
        "You can also ask us to:",
    )
    yield bullets(
        [
            "correct what is wrong, or add what you say about it",
            "stop using something while a question about it is settled",
            "delete something, where no law makes us keep it",
            "look again at a use to which you object; where the law requires that use, it goes on",
            "stop any direct marketing: we do none",
        ]
    )
    yield text(
        "No decision about a child is made by a computer alone. If we break data protection law and that harms you, "
        "you can claim compensation.",
        *([f"More about your rights: {page}"] if page else []),
    )


def _complaints(asked: Asked) -> Iterable[Block]:
    hears = regulator()
    yield text(
        "Tell us first, in any way you like. Within 30 days we say that we have your complaint. We look into it, keep "
        "you informed, and tell you the outcome.",
        f"You can also complain to the {hears['name']} ({hears['url']}), or go to court.",
    )


def _contact(asked: Asked) -> Iterable[Block]:
    said = details_of(asked.school.pk)
    office = ", ".join(filter(None, (said.office_email, said.office_address)))
    officer = ", ".join(filter(None, (said.officer, said.officer_email, said.officer_telephone)))
    yield text(
        *([f"School office: {office}."] if office else []),
        *([f"Data protection officer: {officer}."] if officer else []),
        "The school office also gives you this notice in large print or in another language, or reads it to you.",
    )


def _missing(asked: Asked) -> Iterable[Blank]:
    said: Any = details_of(asked.school.pk)
    for name, says in BLANKS.items():
        if not getattr(said, name):
            yield Blank(says, "notice_settings", may_wait=name in MAY_WAIT)


def _promises() -> Iterable[Promise]:
    with (_DATA / "promises.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Promise(int(row["item"]), row["label"], row["test"], row["shown"] == "proved")


def _sentence(words: str) -> str:
    return words if words.endswith((".", "!", "?")) else f"{words}."


tells(Section.USE, _uses, order=10)
tells(Section.HOLD, _held)
tells(Section.LAW, _law, order=10)
tells(Section.LAW, _special, order=30)
tells(Section.COLLECT, _collected, order=10)
tells(Section.STORE, _stored, order=90)
tells(Section.DFE, _department, order=50)
tells(Section.GOVERNMENT, _government)
tells(Section.RIGHTS, _rights)
tells(Section.COMPLAIN, _complaints)
tells(Section.CONTACT, _contact, order=50)
asks(_missing)
promises(*_promises())
