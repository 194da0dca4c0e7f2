"""What has the law asked of people of the demo school, what have the police sent word of, and whose earlier marks are
there?

Written by hand like the desk, and decided, so that the desk stays as it is. Two duties in person, one done and one
open; a concern beside which the Prevent duty stands; a police notice with its key adult; and a child with marks in two
concerns.
"""

from datetime import datetime, timedelta

from children.models import Child
from safeguarding.accounts.models import School, User
from safeguarding.concerns.models import Account, Concern, Decision, Duty, HowSoon, Level, Receipt
from safeguarding.concerns.services import duties, police
from safeguarding.concerns.services.duties import Done
from safeguarding.demo.desk import DAY, HOUR, WORRIED, Decided, Fresh
from safeguarding.demo.keys import Keys

_FGM = ("HBA", "Female genital mutilation")
OPEN, DONE, PREVENT, EARLIER, LATER, POLICE = (
    "Said what was done to her, to be reported",
    "Said what was done to her, reported",
    "Videos that he watches alone",
    "A bruise, and a fall that he told of",
    "A second bruise on the same arm",
    "Police were called to his home",
)
# Who has said what was done, and so much school time after the concern was logged.
DONE_BY, DONE_AFTER, DONE_REFERENCE = "S20", HOUR, "NS-0412-practice"

BY_LAW = (
    Decided(
        Fresh(
            ago=3 * HOUR,
            by="S22",
            soon=HowSoon.TODAY,
            category=_FGM,
            children=(("P0302", WORRIED),),
            facts="{0} stayed behind after reading and told me that she was cut when she was younger. I "
            "listened, thanked her "
            "for telling me and asked nothing else.",
            words="“It was before we lived here. I don’t talk about it.”",
            seemed="Calm. She went out to play afterwards.",
            place=Account.Place.CLASSROOM,
            how=Account.HowKnown.TOLD_BY_CHILD,
            told="S02",
        ),
        title=OPEN,
        kind=Decision.Kind.CHILD_PROTECTION,
        level=Level.CHILD_PROTECTION,
        why="Known, in her own words. Her teacher reports it to the police in person; social care have been rung.",
        receipt=Receipt.ACTION_TAKEN,
        actions=(("Sit with her teacher while the police are rung", "S03", 1),),
        outside={
            "new_referral": True,
            "recipient": "Children’s social care, duty team",
            "consent": Decision.Consent.NOT_SOUGHT,
            "consent_reason": "To ask her family first could put her at risk.",
            "legal_reason": Decision.LegalReason.SECTION_47,
        },
    ),
    Decided(
        Fresh(
            ago=9 * DAY,
            by="S20",
            soon=HowSoon.TODAY,
            category=_FGM,
            children=(("P0348", WORRIED),),
            facts="{0} said at the end of a lesson about the body that it had been done to her when she was "
            "little. I wrote it "
            "down at once and told the safeguarding lead.",
            words="“That happened to me. I was four.”",
            seemed="Matter of fact.",
            place=Account.Place.CLASSROOM,
            how=Account.HowKnown.TOLD_BY_CHILD,
            told="S02",
        ),
        title=DONE,
        kind=Decision.Kind.SOCIAL_WORKER,
        level=Level.CHILD_IN_NEED,
        why="Her teacher has reported it to the police. Social care know, and a nurse sees her.",
        receipt=Receipt.ACTION_TAKEN,
        actions=(("Ask the school nurse how she is", "S07", 3),),
        outside={
            "new_referral": False,
            "recipient": "The allocated social worker",
            "consent": Decision.Consent.NOT_NEEDED,
            "legal_reason": Decision.LegalReason.SECTION_175,
        },
    ),
    Decided(
        Fresh(
            ago=7 * DAY,
            by="S30",
            soon=HowSoon.THIS_WEEK,
            category=("RAD", "Mixed or unclear ideology"),
            children=(("P0313", WORRIED),),
            facts="{0} said that he watches videos at night about “people who should be sent away”. He could not "
            "say who makes "
            "them. An older boy sends him the links.",
            words="“He says I’m one of the few who get it.”",
            place=Account.Place.CLASSROOM,
            how=Account.HowKnown.TOLD_BY_CHILD,
        ),
        title=PREVENT,
        kind=Decision.Kind.IN_SCHOOL,
        level=Level.EARLY_HELP,
        why="His mother takes the telephone at night from now on. Whether it goes to Channel is decided when "
        "the older boy is known.",
        receipt=Receipt.IN_SCHOOL,
        actions=(("Find out who sends the links", "S03", 2),),
    ),
    Decided(
        Fresh(
            ago=10 * DAY,
            by="S20",
            soon=HowSoon.THIS_WEEK,
            category=("PHY", "Injury or bruise"),
            children=(("P0052", WORRIED),),
            facts="{0} had a bruise on the left forearm and a scrape on the right knee when he changed for PE. "
            "He told me of a fall.",
            words="“I came off my scooter by the shops.”",
            place=Account.Place.HALL,
            how=Account.HowKnown.SAW_OR_HEARD,
            marks=((9, "Round bruise, about 2 cm, blue"), (14, "Scrape, about 3 cm, fresh")),
        ),
        title=EARLIER,
        kind=Decision.Kind.IN_SCHOOL,
        level=Level.LOW,
        why="It fits what he said, and his father told the same at the gate.",
        receipt=Receipt.WATCHING,
        actions=(),
    ),
    Decided(
        Fresh(
            ago=5 * DAY,
            by="S20",
            soon=HowSoon.TODAY,
            category=("PHY", "Unexplained injury"),
            children=(("P0052", WORRIED),),
            facts="{0} held his left arm close and would not write. There is a bruise on the forearm, and "
            "another above the elbow.",
            words="“I don’t know how.”",
            seemed="Tired and short with the others.",
            place=Account.Place.CLASSROOM,
            how=Account.HowKnown.SAW_OR_HEARD,
            marks=((9, "Oval bruise, about 3 cm, purple"), (7, "Two small round bruises side by side, yellow")),
        ),
        title=LATER,
        kind=Decision.Kind.EARLY_HELP,
        level=Level.EARLY_HELP,
        why="The second in a fortnight, and this one without a reason. His parents come in on Thursday.",
        receipt=Receipt.READ_ACTED,
        actions=(("Meet his parents", "S03", 1),),
    ),
)
# The notice. Its facts are taken down by the office; the children are brothers.
NOTICE = Decided(
    Fresh(
        ago=2 * DAY,
        by="S09",
        soon=HowSoon.TODAY,
        category=("DOM", "Police notice (Operation Encompass)"),
        children=(("P0234", WORRIED), ("P0235", WORRIED)),
        facts="Officers were called to the address at 22:40 by a neighbour. Two adults had argued and one had "
        "left before they "
        "came. Both children were in bed and were seen. Nobody was hurt.",
        place=Account.Place.HOME,
        how=Account.HowKnown.POLICE,
    ),
    title=POLICE,
    kind=Decision.Kind.IN_SCHOOL,
    level=Level.EARLY_HELP,
    why="The first notice for this family. Staff who have them keep watch; nobody speaks to them of it first.",
    receipt=Receipt.READ_ACTED,
    actions=(),
)
KEY_ADULT, _FORCE, _THEIRS = "S07", "Northshire Police, PC Ada Quill, safeguarding desk", "NS-2207-practice"


def take_notice(
    school: School, children: list[Child], said: str, *, by: User, key_adult: User, keys: Keys, at: datetime
) -> Concern:
    """The notice as the office took it down in the morning, about the evening before."""
    noticed = police.Noticed(
        happened_on=(at - timedelta(days=1)).date(),
        happened_at=at.time().replace(hour=22, minute=40, second=0, microsecond=0),
        received_at=at - timedelta(minutes=20),
        force=_FORCE,
        their_reference=_THEIRS,
        said=said,
        children=children,
        key_adult=key_adult,
        support="silent",
    )
    return police.take_notice(token=keys.token(), school=school, noticed=noticed, by=by, at=at)


def end_one(concern: Concern, *, at: datetime) -> Concern:
    """Whoever has the duty about this concern has reported it to the police."""
    duty = Duty.objects.select_related("owner").get(concern=concern)
    done = Done(how=Duty.Ended.REPORTED, police_reference=DONE_REFERENCE, reported_at=at - timedelta(minutes=10))
    duties.end_duty(duty=duty, done=done, by=duty.owner, at=at)
    return Concern.objects.get(pk=concern.pk)
