"""What does the letter say that lies before the copies? Everything of Article 15(1) and (3) of the UK GDPR.

It names nobody, also not who asks: a bundle that lies in the wrong hands says by its first sheet only what its number
says. What the school has published in its privacy notice is not said in other words here. Who received something is
named as the notice names them, and only where the copy of what was sent is given: a recipient can say what is withheld,
or where a family has moved.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.apps import apps
from django.template.loader import render_to_string

from safeguarding.concerns.models import Referral
from safeguarding.privacy_notice import Section
from sharing.events.models import SHARED, Recipient, SharingEvent
from sharing.notice.services.details import details_of
from sharing.notice.services.publishing import newest
from sharing.requests.bundling import Frame, Piece
from sharing.requests.models import Bundle

# The rows of a model with these keys, told as the organisations that received something by them.
Recipients = Callable[[Collection[UUID]], Iterable[str]]
_recipients: dict[str, Recipients] = {}
# Of these kinds a name says nothing about a family: they are the services of the place.
_NAMED = frozenset({"dfe", "support", "health"})
_OF_THE_PLACE = frozenset({"authority", "social_care", "police", "officer"})
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
    """A heading of the letter and what stands under it: sentences, or a list."""

    title: str
    lines: tuple[str, ...]
    is_list: bool = False


def recipients_with(label: str, told: Recipients) -> None:
    """Say who received something by the rows of a model: for apps that send things out."""
    _recipients[label] = told


def letter(frame: Frame, bundle: Bundle, sources: Sequence[tuple[str, UUID]], *, is_cut: bool) -> Piece:
    """The letter as a piece of paper. `sources` are the records whose copies are given, by model and key; `is_cut` says
    that something is left out. Source of law: UK GDPR Article 15(1) and (3); DPA 2018 s.164A.
    """
    details = details_of(bundle.school_id)
    said = {
        "title": frame.reference,
        "school": frame.school,
        "made_on": frame.made_on,
        "practice": frame.is_practice,
        "piece": True,
        "is_record": bundle.kind == Bundle.Kind.RECORD,
        "is_cut": is_cut,
        "paragraphs": _paragraphs(bundle, sources),
        "office": [one for one in (details.office_address, details.office_email) if one],
        "officer": [one for one in (details.officer, details.officer_email, details.officer_telephone) if one],
    }
    return Piece(render_to_string("pdf/released_letter.html", said))


def _paragraphs(bundle: Bundle, sources: Sequence[tuple[str, UUID]]) -> list[Paragraph]:
    notice = newest(bundle.school_id)
    said = _sentences(notice.sections if notice else [])
    where = f" It stands in full in our privacy notice, version {notice.version}." if notice else ""
    given = recipients_of(sources)
    shared = given or said[Section.SHARE]
    return [
        Paragraph("Why we use it", said[Section.USE]),
        Paragraph("Which kinds of information the copies hold", categories(sources), is_list=True),
        Paragraph("Who has received any of it", shared, is_list=bool(given)),
        Paragraph("How long we keep it", said[Section.KEEP]),
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


def categories(sources: Sequence[tuple[str, UUID]]) -> tuple[str, ...]:
    """Which kinds of information the copies hold, as each model declares its own."""
    found = []
    for label in dict.fromkeys(label for label, _ in sources):
        try:
            declared = apps.get_model(label).PersonalData  # type: ignore[attr-defined]
        except (LookupError, ValueError, AttributeError):
            continue
        if said := getattr(declared, "category", ""):
            found.append(str(said))
    return tuple(dict.fromkeys(found)) or ("Notes and papers about the child",)


def recipients_of(sources: Sequence[tuple[str, UUID]]) -> tuple[str, ...]:
    """Who received something, by the records whose copies are given."""
    keys: defaultdict[str, list[UUID]] = defaultdict(list)
    for label, key in sources:
        if label in _recipients:
            keys[label].append(key)
    return tuple(sorted({said for label, some in keys.items() for said in _recipients[label](some)}))


def _of_shares(keys: Collection[UUID]) -> Iterable[str]:
    rows = SharingEvent.objects.filter(pk__in=keys, status__in=SHARED).values_list("recipient", flat=True)
    for one in Recipient.objects.filter(pk__in=[key for key in rows if key]):
        named = one.kind in _NAMED or (one.kind in _OF_THE_PLACE and one.code)
        yield one.name if named else one.get_kind_display()


def _of_referrals(keys: Collection[UUID]) -> Iterable[str]:
    for one in Referral.objects.filter(pk__in=keys):
        yield one.get_agency_display()


recipients_with(SharingEvent._meta.label_lower, _of_shares)
recipients_with(Referral._meta.label_lower, _of_referrals)
