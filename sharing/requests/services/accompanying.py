"""What does the letter say that lies before the copies? Everything of Article 15(1) and (3) of the UK GDPR.

It names nobody, also not who asks: a bundle that lies in the wrong hands says by its first sheet only what its number
says. What the school has published in its privacy notice is not said in other words here. Who received something is
named as the notice names them, and only where the copy of what was sent is given: a recipient can say what is withheld,
or where a family has moved.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.template.loader import render_to_string

from safeguarding.concerns.models import Referral
from safeguarding.personal_data import category_of
from safeguarding.privacy_notice import Section
from sharing.events.said_recipients import recipients_of, recipients_with
from sharing.notice.services.details import details_of
from sharing.notice.services.publishing import newest
from sharing.requests.bundling import Frame, Piece
from sharing.requests.models import Bundle

_BY_HAND = "Notes and papers about the child"
_REGULATOR = "Information Commissioner’s Office (https://ico.org.uk/make-a-complaint/)"
_UNSAID = {
    Section.USE: ("To keep children safe, to support them, and to do what the law asks of schools in this.",),
    Section.COLLECT: (
        "From the child and the family, from staff who write down what they see, from the school’s register, and from "
        "services that work with the child.",
    ),
    Section.KEEP: ("As long as the school’s retention schedule says. The school office has it.",),
    Section.SHARE: ("Services that keep children safe or support them, where the law lets or makes us.",),
}
_RIGHTS = (
    "To have corrected what is wrong, and completed what is incomplete (Article 16).",
    "To have erased what may not be kept any longer, within the limits of Article 17.",
    "To have its use limited while something is in dispute (Article 18).",
    "To object to its use, where it rests on a public task or a legitimate interest (Article 21).",
)
_COMPLAIN = (
    "Tell the school first, in any way. It says within 30 days that your complaint is here, and tells you what comes "
    "of it (Data Protection Act 2018, section 164A).",
    f"You can complain to the {_REGULATOR}.",
    "You can go to court (Data Protection Act 2018, section 167).",
)


@dataclass(frozen=True)
class Paragraph:
    """A heading of the letter and what stands under it: sentences, or a list; `rows` are listed before sentences."""

    title: str
    lines: tuple[str, ...]
    is_list: bool = False
    rows: tuple[str, ...] = ()


def letter(frame: Frame, bundle: Bundle, sources: Sequence[tuple[str, UUID | None]], *, is_cut: bool) -> Piece:
    """The letter as a piece of paper. `sources` are the records whose copies are given, by model and key, an empty
    label and no key where one was added by hand; `is_cut` says that something is left out. Source of law: UK GDPR
    Article 15(1) and (3); DPA 2018 s.164A.
    """
    details, notice = details_of(bundle.school_id), newest(bundle.school_id)
    said = {
        "title": frame.reference,
        "school": frame.school,
        "made_on": frame.made_on,
        "practice": frame.is_practice,
        "piece": True,
        "is_record": bundle.kind == Bundle.Kind.RECORD,
        "is_cut": is_cut,
        "paragraphs": paragraphs(notice.sections if notice else [], notice.version if notice else None, sources),
        "office": [one for one in (details.office_address, details.office_email) if one],
        "officer": [one for one in (details.officer, details.officer_email, details.officer_telephone) if one],
    }
    return Piece(render_to_string("pdf/released_letter.html", said))


def paragraphs(
    sections: Sequence[Mapping[str, Any]], version: int | None, sources: Sequence[tuple[str, UUID | None]]
) -> list[Paragraph]:
    """What the letter says, from the published notice; without one, what is so at every school."""
    said = _sentences(sections)
    where = f" It stands in full in our privacy notice, version {version}." if version else ""
    given = recipients_of(sources)
    shared = given or said[Section.SHARE]
    return [
        Paragraph("Why we use it", said[Section.USE]),
        Paragraph("Which kinds of information the copies hold", categories(sources), is_list=True),
        Paragraph("Who has received any of it", shared, is_list=bool(given)),
        Paragraph("How long we keep it", said[Section.KEEP], rows=_periods(sections)),
        Paragraph("Where it comes from", said[Section.COLLECT]),
        Paragraph("Your rights", _RIGHTS, is_list=True),
        Paragraph(
            "Decisions by a machine",
            (f"None: every decision about a child is made by a person (Articles 22A to 22D).{where}",),
        ),
        Paragraph("If you are not content", _COMPLAIN, is_list=True),
    ]


def _sentences(sections: Iterable[Mapping[str, object]]) -> dict[Section, tuple[str, ...]]:
    """What the published notice says under each heading, without its tables; else what is so at every school."""
    found: dict[Section, tuple[str, ...]] = dict(_UNSAID)
    for section in sections:
        blocks: list[Mapping[str, list[list[str]]]] = section.get("blocks", [])  # type: ignore[assignment]
        lines = [line[0] for block in blocks if str(block.get("kind")) != "table" for line in block.get("lines", [])]
        if section.get("key") in _UNSAID and lines:
            found[Section(str(section["key"]))] = tuple(lines)
    return found


def _periods(sections: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """How long each kind of record is kept, from the tables of the published notice: record, how long, what then
    happens.
    """
    return tuple(
        ": ".join(cell for cell in line[:2] if cell) + "".join(f". {cell}" for cell in line[2:] if cell)
        for section in sections
        if section.get("key") == Section.KEEP
        for block in section.get("blocks", ())
        if block.get("kind") == "table"
        for line in block.get("lines", ())
    )


def categories(sources: Sequence[tuple[str, UUID | None]]) -> tuple[str, ...]:
    """Which kinds of information the copies hold, as the privacy notice calls them; what was added by hand is of no
    model.
    """
    models = {model._meta.label_lower: model for model in apps.get_models()}
    found = [category_of(models[label]) if label in models else "" for label, _ in sources]
    return tuple(dict.fromkeys(said or _BY_HAND for said in found))


def _of_referrals(keys: Collection[UUID]) -> Iterable[str]:
    return [one.get_agency_display() for one in Referral.objects.filter(pk__in=keys)]


recipients_with(Referral, _of_referrals)
