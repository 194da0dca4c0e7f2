"""What is new and due in the demo school when it opens? Written by hand, in the shape of the lead's first page.

People and children are named by their ids in the data; `{0}`, `{1}` … in the texts are the children of a note,
`{@1}` a mention of one, `{@P0057}` of somebody who is not linked to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from safeguarding.concerns.models import Account, ConcernChild, Decision, HowSoon, Level, Receipt
from safeguarding.concerns.services.outside.leaving import Left

WORRIED = ConcernChild.Role.WORRIED_ABOUT
HOUR = timedelta(hours=1)
# Of school time.
DAY = timedelta(hours=8)


@dataclass(frozen=True)
class Fresh:
    """One new concern, logged so much school time `ago`."""

    ago: timedelta
    by: str
    soon: HowSoon
    category: tuple[str, str]
    children: Sequence[tuple[str, ConcernChild.Role]]
    facts: str
    place: Account.Place
    how: Account.HowKnown
    words: str = ""
    seemed: str = ""
    done: str = ""
    told: str = ""
    marks: tuple[tuple[int, str], ...] = ()
    unnamed: tuple[str, ConcernChild.Role] | None = None
    opened_by: str = ""
    added: str = ""
    # The name of a drawing that the reporter attached.
    drawing: str = ""
    # Written on a numbered paper form, and typed in by a lead.
    on_paper: bool = False
    # What a lead has asked the reporter, who has not answered yet.
    asked: str = ""


DESK = (
    Fresh(
        ago=timedelta(minutes=38),
        by="S22",
        soon=HowSoon.RIGHT_NOW,
        category=("CAR", "Contact concern"),
        children=(("P0150", WORRIED),),
        facts="{0} came in later than usual and was quiet at register. When he pushed up a sleeve I saw a small "
        "bruise on "
        "the left forearm and a graze on the right knee. I asked “How did that happen?” and did not ask anything else. "
        "He said he does not want to go to contact on Saturday.",
        words="“I fell off my bike at contact. He asked me what road we live on. I said I’m not allowed to say.”",
        seemed="Quiet, kept looking at the door.",
        place=Account.Place.CLASSROOM,
        how=Account.HowKnown.TOLD_BY_CHILD,
        done="I stayed with him and asked for a safeguarding lead.",
        told="S02",
        marks=((9, "Round bruise, about 2 cm, yellow and brown"), (14, "Graze, about 3 cm, dry")),
    ),
    Fresh(
        ago=timedelta(minutes=65),
        by="S28",
        soon=HowSoon.TODAY,
        category=("NEG", "Food or nutrition"),
        children=(("P0362", WORRIED),),
        facts="{0} asked for toast again before register and fell asleep on the carpet at quarter past nine. It "
        "is the third "
        "time this week. She ate four slices and put one in her pocket for later.",
        words="“There’s only the baby’s milk in.”",
        seemed="Tired, brighter after eating.",
        place=Account.Place.CLASSROOM,
        how=Account.HowKnown.SAW_OR_HEARD,
        done="Toast, a drink and a rest in the book corner.",
    ),
    Fresh(
        ago=timedelta(minutes=112),
        by="S24",
        soon=HowSoon.TODAY,
        category=("ONL", "Filtering alert"),
        children=(("P0024", WORRIED), ("P0060", ConcernChild.Role.MENTIONED), ("P0213", ConcernChild.Role.MENTIONED)),
        facts="The monitoring alert came up on a shared tablet. A message asking where the group walks home had "
        "been typed "
        "and not sent. The tablet was with {0}, {1} and {2}. I put it in the office as it was and have not "
        "opened the app.",
        place=Account.Place.ONLINE,
        how=Account.HowKnown.FILTERING,
        done="Tablet switched off and handed to the office.",
    ),
    Fresh(
        ago=DAY + timedelta(minutes=40),
        by="S10",
        soon=HowSoon.THIS_WEEK,
        category=("PAR", "Parent’s mental illness"),
        children=(("P0267", WORRIED),),
        facts="{0}’s mum said at the hatch that she is finding mornings hard since her tablets were changed and that a "
        "neighbour walks {0} in on bad days. She asked whether breakfast club has a place.",
        place=Account.Place.OFFICE,
        how=Account.HowKnown.TOLD_BY_PARENT,
        done="Gave her the breakfast club form.",
        opened_by="S02",
    ),
    Fresh(
        ago=DAY + 2 * HOUR,
        by="S39",
        soon=HowSoon.THIS_WEEK,
        category=("COC", "Bullying"),
        children=(("P0031", WORRIED), ("P0087", ConcernChild.Role.MAY_HAVE_CAUSED_HARM)),
        facts="{1} called {0} names by the trim trail and two others joined in. {0} walked off and sat by the "
        "wall until the "
        "bell. A boy I do not know saw it all and told me it happens most days.",
        words="“It’s fine. I just go and sit there.”",
        seemed="Upset, did not want a fuss.",
        place=Account.Place.PLAYGROUND,
        how=Account.HowKnown.SAW_OR_HEARD,
        done="Moved them apart and stayed near.",
        unnamed=("Boy, Year 3, red coat", ConcernChild.Role.WITNESS),
        opened_by="S03",
    ),
    Fresh(
        ago=2 * DAY + HOUR,
        by="S23",
        soon=HowSoon.FOR_THE_RECORD,
        category=("BEH", "Withdrawn"),
        children=(("P0049", WORRIED),),
        facts="{0} has been quieter than usual since half term. She has stopped putting her hand up and chooses "
        "to stay in at "
        "break. Her work is as good as before. Her dad has noticed it too and does not know why.",
        place=Account.Place.CLASSROOM,
        how=Account.HowKnown.SAW_OR_HEARD,
        opened_by="S02",
        drawing="Drawing from wet play.jpg",
        asked="Has she said anything about home since half term, or is it all about her friend?",
        added="{0} stayed behind today and told me that her best friend is moving away at Christmas. She asked "
        "me not to tell the class.",
    ),
)


@dataclass(frozen=True)
class Decided:
    """A concern of the last days that has a decision and actions: (what, whose, due in how many school days)."""

    fresh: Fresh
    title: str
    kind: str
    level: Level
    why: str
    receipt: Receipt
    actions: Sequence[tuple[str, str, int]]
    outside: dict[str, Any] = field(default_factory=dict)
    # What the file of one of its children says of it, by place: the story, in which the others have no name.
    stories: Sequence[tuple[int, str]] = ()


DECIDED = (
    Decided(
        Fresh(
            ago=4 * DAY,
            by="S07",
            soon=HowSoon.TODAY,
            category=("CAR", "Contact concern"),
            children=(("P0150", WORRIED),),
            facts="{0}’s carer rang to say that he would not eat after contact on Saturday and asked twice "
            "whether the address "
            "is written on his school bag.",
            place=Account.Place.HOME,
            how=Account.HowKnown.TOLD_BY_PARENT,
            told="S02",
        ),
        title="Would not eat after contact",
        kind=Decision.Kind.SOCIAL_WORKER,
        level=Level.CHILD_IN_NEED,
        why="He is looked after and has an allocated social worker, who needs this before the next contact.",
        receipt=Receipt.ACTION_TAKEN,
        actions=(
            ("Ring the social worker about contact", "S02", 0),
            ("Check in with him before and after contact", "S07", 0),
        ),
        outside={
            "new_referral": False,
            "recipient": "The allocated social worker",
            "consent": Decision.Consent.NOT_NEEDED,
            "legal_reason": Decision.LegalReason.SECTION_175,
            "threshold": "Level 3: complex needs; the child is looked after",
            "advice": "Virtual school, by telephone the same morning: tell the social worker before the next contact.",
            "dissent": "His class teacher thought that contact should stop at once.",
        },
    ),
    Decided(
        Fresh(
            ago=6 * DAY,
            by="S14",
            soon=HowSoon.THIS_WEEK,
            category=("HLT", "Unmet medical need"),
            children=(("P0418", WORRIED),),
            facts="{0} has missed the eye clinic again. The letter says that it is the second time since "
            "September. She holds "
            "her book close and guesses at the board.",
            place=Account.Place.CLASSROOM,
            how=Account.HowKnown.SAW_OR_HEARD,
        ),
        title="Eye clinic missed twice",
        kind=Decision.Kind.IN_SCHOOL,
        level=Level.EARLY_HELP,
        why="Her mother wants to go and could not get there. School can help with the journey, and the health "
        "visitor should know.",
        receipt=Receipt.IN_SCHOOL,
        actions=(
            ("Write to the health visitor", "S02", -2),
            ("Offer a lift with a member of staff to the next clinic", "S07", 3),
        ),
    ),
    Decided(
        Fresh(
            ago=5 * DAY,
            by="S38",
            soon=HowSoon.THIS_WEEK,
            category=("COC", "Bullying"),
            children=(("P0020", WORRIED), ("P0057", ConcernChild.Role.MAY_HAVE_CAUSED_HARM)),
            facts="{0} ate on her own for the third day. {1} had told the table that nobody sits with her. I sat "
            "with {0} and "
            "{@P0031} joined us.",
            words="“It’s {1}’s table.”",
            place=Account.Place.HALL,
            how=Account.HowKnown.SAW_OR_HEARD,
            on_paper=True,
        ),
        title="Left to eat on her own",
        kind=Decision.Kind.IN_SCHOOL,
        level=Level.LOW,
        why="Friendship trouble that lunch staff and the class teacher can deal with. Both families know.",
        receipt=Receipt.IN_SCHOOL,
        stories=(
            (
                0,
                "She ate on her own for three days: {1} had told the table that nobody sits with her. "
                "Staff sat with her.",
            ),
            (
                1,
                "She told a table at lunch that nobody sits with {0}. Lunch staff and her class teacher "
                "spoke with her.",
            ),
        ),
        actions=(("Speak to lunch supervisors about the tables", "S02", 2), ("See both girls together", "S07", -1)),
    ),
    Decided(
        Fresh(
            ago=8 * DAY,
            by="S24",
            soon=HowSoon.TODAY,
            category=("COC", "Physical"),
            children=(("P0399", WORRIED), ("P0163", ConcernChild.Role.WITNESS)),
            facts="{0} pushed a table over when asked to change places. {@1} had to move out of the way. He "
            "calmed down in the "
            "library with me and said that he had not slept.",
            words="“It’s too loud at ours now.”",
            place=Account.Place.CLASSROOM,
            how=Account.HowKnown.SAW_OR_HEARD,
        ),
        title="Pushed a table over, not sleeping",
        kind=Decision.Kind.EARLY_HELP,
        level=Level.EARLY_HELP,
        why="The early help plan is open and the family wants it. The risk assessment needs another look after this.",
        receipt=Receipt.READ_ACTED,
        actions=(("Review the risk assessment with the class teacher", "S02", 4),),
    ),
)

# What a teaching assistant has typed and not sent.
DRAFT_BY, DRAFT_AGO, DRAFT_CHILD = "S28", 2 * DAY + timedelta(minutes=25), "P0378"
DRAFT = "When we were changing for PE {0} said that she does not like it when the house is full. I said"

# A fact of a child of the desk that the office has put right since it was imported.
CORRECTED, CORRECTED_BY, CORRECTED_GP = DESK[0].children[0][0], "S09", "Withy Fold Surgery"

# A document of a child: name, what it is, its words, when it was made, and what it says under People. And whose
# photograph there is.
DOCUMENT_CHILD = "P0150"
DOCUMENT = (
    "Interim care order.pdf",
    "order",
    (
        "IN THE FAMILY COURT",
        "Interim care order (practice, about nobody)",
        "The child is placed in the care of the",
        "local authority until further order.",
    ),
)
DOCUMENT_AGO = timedelta(days=17)
# The legal status that the order gives (DfE SSDA903).
DOCUMENT_STATUS = "C1"
DOCUMENT_SAYS = "Interim care order: placed in the care of the local authority until further order"
PHOTOGRAPHED = "P0150"

# Numbered forms in the office, and what a supply teacher has left by the school's link. Nobody has read it yet.
PAPER_FORMS, PAPER_PLACE, PAPER_AGO = 10, "Office", 12 * DAY
LEFT_AGO = timedelta(minutes=95)
NOT_FOR = "S04"
LEFT = Left(
    how_soon=HowSoon.TODAY,
    name="Sam Hill",
    agency="Supply teacher, Beacon Staff",
    contact="07700 900123",
    about_child="A girl in Year 4 with two plaits. The others call her Bea.",
    facts="She asked twice whether her uncle would be at the gate today and went quiet when I said that I did "
    "not know. At "
    "lunch she stayed in the cloakroom. I do not know the family and may have got this wrong.",
    child_words="“If he’s there can I go home with somebody else?”",
)
