"""Who has agreed that something of a child of the demo school goes outside, where does the school send things, and what
law has it read?

The children and the answers are those of the data: early help with both parents, a service for mental
health, a refusal, and a consent that was withdrawn.
"""

from datetime import date, datetime, timedelta

from django.utils import timezone

from children.models import Child, Contact, ContactLink, ParentalResponsibility
from safeguarding.accounts.models import School, User
from safeguarding.audit.context import Acting, acting
from safeguarding.demo.ground import Ground
from safeguarding.demo.keys import Keys
from sharing.events.models import Consent, ConsentWording, Recipient
from sharing.events.services.consents import Answered, record_consent, withdraw_consent
from sharing.events.services.law import confirm_law
from sharing.events.services.recipients import Facts, add_recipient, address_book, check_recipient, correct_recipient
from sharing.events.services.wordings import save_wording

_HEAD, _LEAD, _DEPUTY = "S01", "S02", "S03"
_NURSE, _SUPPORT = "Telling the school nurse", "Support from another service"
_NURSE_FIRST = "We would like to tell the school nurse about your child. Please say yes or no."
_NURSE_NOW = (
    "We would like to tell the school nurse what you have told us about your child’s health, so that the nurse can see "
    "your child in school. You may say no, and nothing changes for your child. You may say yes and change your mind "
    "later: tell the office or any safeguarding lead."
)
_SUPPORT_NOW = (
    "We would like to ask another service to help your family, and to tell it what it needs to know for that. We show "
    "you what we send. You may say no, and you may change your mind until it is sent: tell a safeguarding lead. Where "
    "a child is at risk of harm we may have to share without your agreement, and we tell you unless that is unsafe."
)
# What Harbour brings, as this school knows it; and whether that was checked.
_CORRECTED = (
    ("authority", "Stockport Metropolitan Borough Council", "Education services", "", "0161 496 0300", False),
    (
        "social_care",
        "Stockport children’s social care",
        "Front door",
        "front.door@example.org",
        "0161 496 0356",
        True,
    ),
    ("school_nurse", "Stockport school nursing", "Team west", "school.nursing@example.org", "0161 496 0477", True),
    ("police", "Greater Manchester Police", "Public protection", "", "101", False),
)
_ADDED = (
    ("health", "Healthy Young Minds Stockport", "Referrals"),
    ("other", "Stockport Homes", "Housing options"),
    ("other", "Early help, family support", "South locality"),
)
_OWN_VIEW = "Not what was said about home. The child would like somebody to talk to, and was asked what may be told."
# Child, wording, organisation, answer, which parent, how, days ago, scope, until in days.
_ANSWERS = (
    ("P0193", _SUPPORT, "Early help, family support", "given", 0, "form", 61, "", 300),
    ("P0193", _SUPPORT, "Early help, family support", "given", 1, "spoken", 60, "Not his own health.", 300),
    ("P0230", _SUPPORT, "Healthy Young Minds Stockport", "given", 0, "message", 40, "", None),
    (
        "P0230",
        _SUPPORT,
        "Healthy Young Minds Stockport",
        "given",
        -1,
        "spoken",
        39,
        "Not what was said about home.",
        None,
    ),
    ("P0180", _SUPPORT, "Stockport Homes", "refused", 0, "spoken", 33, "", None),
    ("P0023", _SUPPORT, "Stockport Homes", "given", 0, "form", 400, "", -30),
    ("P0195", _NURSE, "Stockport school nursing", "given", 0, "form", 25, "", None),
    ("P0422", _NURSE, "Stockport school nursing", "given", 0, "form", 52, "", None),
)
_WITHDRAWN = (
    "P0422",
    "spoken",
    "Her mother came to the office: she has a nurse at the hospital now, and wants no other.",
    9,
)
# What the school has read with its data protection officer: code, where, in force from.
_READ = (
    ("attendance", "The regulations on legislation.gov.uk, with the data protection officer", date(2024, 8, 19)),
    ("send", "The Act and the regulations on legislation.gov.uk, with the data protection officer", date(2014, 9, 1)),
)
_NOT_ON_RECORD = "The birth certificate was seen at admission."


def lay_sharing(school: School, ground: Ground, keys: Keys) -> None:
    """Wordings, laws that were read, the address book, answers, and one that was withdrawn."""
    head, lead, deputy = (ground.users[one] for one in (_HEAD, _LEAD, _DEPUTY))
    with acting(Acting(user_id=head.pk, school_id=school.pk)):
        wordings = _wordings(school, keys, by=head, now=ground.now)
        for code, where, since in _READ:
            at = ground.now - timedelta(days=90)
            confirm_law(school=school, token=keys.token(), code=code, read_in=where, from_day=since, by=head, at=at)
    with acting(Acting(user_id=deputy.pk, school_id=school.pk)):
        book = _address_book(school, keys, by=deputy, at=ground.now - timedelta(days=80))
    with acting(Acting(user_id=lead.pk, school_id=school.pk)):
        for answer in _ANSWERS:
            _answer(ground, keys, wordings, book, answer, by=lead)
        child, how, said, days = _WITHDRAWN
        given = Consent.objects.select_related("child").get(child=ground.children[child], answer="given")
        at = ground.now - timedelta(days=days)
        withdraw_consent(consent=given, on=timezone.localdate(at), how=how, said=said, by=lead, at=at)


def _wordings(school: School, keys: Keys, *, by: User, now: datetime) -> dict[str, ConsentWording]:
    ago = {days: now - timedelta(days=days) for days in (700, 420, 90)}
    first = save_wording(school=school, token=keys.token(), title=_NURSE, text=_NURSE_FIRST, by=by, at=ago[700])
    return {
        _NURSE: save_wording(
            school=school, token=keys.token(), title=_NURSE, text=_NURSE_NOW, replaces=first, by=by, at=ago[90]
        ),
        _SUPPORT: save_wording(
            school=school, token=keys.token(), title=_SUPPORT, text=_SUPPORT_NOW, by=by, at=ago[420]
        ),
    }


def _address_book(school: School, keys: Keys, *, by: User, at: datetime) -> dict[str, Recipient]:
    brought = {row.code: row for row in address_book(school.pk)}
    found = {}
    for code, name, office, email, telephone, is_checked in _CORRECTED:
        row = brought[code]
        facts = Facts(kind=row.kind, name=name, office=office, email=email, telephone=telephone)
        row = correct_recipient(recipient=row, school=school, seen=row.revision, facts=facts, by=by, at=at)
        if is_checked:
            day = timezone.localdate(at)
            row = check_recipient(
                recipient=row, school=school, seen=row.revision, how="call_back", on=day, by=by, at=at
            )
        found[name] = row
    for kind, name, office in _ADDED:
        facts = Facts(kind=kind, name=name, office=office)
        found[name] = add_recipient(school=school, token=keys.token(), facts=facts, by=by, at=at)
    return found


def _answer(
    ground: Ground,
    keys: Keys,
    wordings: dict[str, ConsentWording],
    book: dict[str, Recipient],
    answer: tuple[str, str, str, str, int, str, int, str, int | None],
    *,
    by: User,
) -> None:
    child_id, wording, organisation, said, parent, how, days, scope, until = answer
    child = Child.objects.select_related("school").get(pk=ground.children[child_id])
    at = ground.now - timedelta(days=days)
    adults = parents(child)
    adult = adults[min(parent, len(adults) - 1)] if adults else None
    known = ParentalResponsibility.objects.filter(child=child, contact=adult, ends_on=None, held=True).exists()
    record_consent(
        child=child,
        token=keys.token(),
        said=Answered(
            wording=wordings[wording],
            recipient=book[organisation],
            answer=said,
            capacity="parent",
            how=how,
            answered_on=timezone.localdate(at),
            adult=adult,
            by_whom="" if adult else "A parent, at the gate",
            known_by="" if known else _NOT_ON_RECORD,
            scope=scope,
            until=None if until is None else timezone.localdate(ground.now + timedelta(days=until)),
        ),
        by=by,
        at=at,
    )


def parents(child: Child) -> list[Contact]:
    """The adults of the child, those who are known to have parental responsibility first."""
    held = ParentalResponsibility.objects.filter(child=child, ends_on=None, held=True)
    first = set(held.values_list("contact_id", flat=True))
    links = ContactLink.objects.filter(child=child, ends_on=None).select_related("contact").order_by("order", "pk")
    return sorted((link.contact for link in links), key=lambda contact: contact.pk not in first)
