"""How does it read? Placeholders filled with names, and the sentences that leads write again and again."""

import re
from dataclasses import dataclass
from random import Random

from safeguarding.concerns.models import Decision

K = Decision.Kind
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Names:
    """Who and what the placeholders of one note stand for. A person has a full name and a short one."""

    people: dict[str, tuple[str, str]]
    things: dict[str, str]

    def fill(self, text: str, *, full: bool = False) -> str:
        """`text` with its placeholders filled. With `full`, each person is named in full the first time.

        Raises `KeyError` for a placeholder that nobody stands for.
        """
        met: set[str] = set()

        def put(found: re.Match[str]) -> str:
            key = found[1]
            if key in self.things:
                return self.things[key]
            whole, short = self.people[key]
            first = key not in met
            met.add(key)
            return whole if full and first else short

        return _PLACEHOLDER.sub(put, text.replace("the {place}", "{place}"))


def sentence(text: str) -> str:
    """With a capital at the beginning and a full stop at the end."""
    text = text.strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?’'" else ".")


RATIONALE: dict[Decision.Kind, tuple[str, ...]] = {
    K.NO_ACTION: (
        "Nothing here points to harm. It is kept so that it can be read with anything that comes later.",
        "Looked at beside earlier notes. There is no pattern and nothing more to do than was done on the day.",
        "The account explains what was seen. No safeguarding need found.",
    ),
    K.MONITOR: (
        "On its own this is below every threshold. Staff who know the child have been asked to write down "
        "anything like it.",
        "One account, no earlier notes of the kind. Not enough for a referral, too much to forget.",
        "Advice taken and followed: keep watching, log each occasion, refer if it happens again.",
    ),
    K.IN_SCHOOL: (
        "What the child needs can be given in school, and the family is working with us.",
        "The need is real and low. School can act at once; anything from outside would take longer and do no more.",
        "Considered whether to refer. Not at present: the child is safe, and the plan below deals with the cause.",
    ),
    K.EARLY_HELP: (
        "More than school can do alone, and the family agrees to help. Early help is the right level; no "
        "sign of significant harm.",
        "Several small things together. A lead practitioner can bring them into one plan with the family.",
        "Considered child in need. The family asks for help and uses it, so early help comes first, with a "
        "review date.",
    ),
    K.SOCIAL_WORKER: (
        "There is an open plan. The allocated social worker needs this today to judge it with what she already knows.",
        "Not a new referral: the case is open. Told the allocated social worker and confirmed in writing.",
    ),
    K.CHILD_IN_NEED: (
        "The child is unlikely to have a reasonable standard of health or development without help from "
        "outside school.",
        "Early help would not be enough: this has gone on for some time and advice has not changed it.",
        "Referred under section 17. The reasons, and what school has tried, are in the referral.",
    ),
    K.CHILD_PROTECTION: (
        "There is reasonable cause to suspect significant harm. Referred by telephone at once and "
        "confirmed in writing.",
        "The threshold for section 47 is met on what the child said and what was seen. Not for school to investigate.",
    ),
    K.POLICE: (
        "A crime may have been committed. Police told first; school keeps the child safe and does not "
        "question anybody.",
        "Told the police because others may be at risk as well. Reference number kept with this record.",
    ),
    K.CHANNEL: (
        "Advice taken from the Prevent lead. The vulnerability is plain, so this goes to the panel, with "
        "the family told.",
    ),
}

NOT_TOLD = (
    "Telling them now could put the child or another person at greater risk. Social care will say when.",
    "Advice is to wait until the child has been seen.",
)

REVIEWED = (
    "Reviewed with the class teacher. Better than it was, not settled yet, so it stays open.",
    "Reviewed. No change since last time. What was put in place goes on.",
    "Reviewed with everybody who has a part in it. Another look after the next few weeks.",
)
CLOSING: dict[Decision.Kind, tuple[str, ...]] = {
    K.NO_ACTION: ("Nothing further has come in.", "Read once more at the end of the half term. No change."),
    K.MONITOR: (
        "Nothing like it logged since. Staff know to write down anything new.",
        "Watched for a half term. No repeat.",
    ),
    K.IN_SCHOOL: ("What was put in place has worked, and the child says so.", "Support ended as planned. Settled."),
    K.EARLY_HELP: ("The early help plan carries this forward.", "Lead practitioner named, first review done."),
    K.SOCIAL_WORKER: ("Goes on within the open plan.",),
    K.CHILD_IN_NEED: (
        "Assessment finished. What follows is in the plan.",
        "Social care has the lead. Kept with the chronology.",
    ),
    K.CHILD_PROTECTION: (
        "The conference decides what follows. This entry is complete.",
        "Enquiry finished and its outcome recorded.",
    ),
    K.POLICE: ("The police have told us that their part is finished.",),
    K.CHANNEL: ("The panel’s plan has ended well.",),
}

# What a reporter remembers later: (reason, text).
ADDITIONS = (
    ("more", "I have remembered that this was just before the register, so about ten to nine."),
    ("more", "{child} came to find me again at the end of the day, said nothing more about it and seemed brighter."),
    ("exact", "To be exact: I was standing about two metres away and nobody was between us."),
    ("correction", "I wrote that it was before lunch. It was after lunch, at about quarter past one."),
    ("more", "The same thing was said to me by a colleague today, who has been asked to write it down."),
    ("exact", "The words I wrote down are the ones {child} used. I did not ask anything except what happened next."),
    ("more", "{parent} was at the gate this afternoon and did not mention it. I did not raise it."),
    ("correction", "I named the wrong classroom. It was the room next door."),
)


def one_of(chance: Random, bank: tuple[str, ...]) -> str:
    """One of the sentences."""
    return chance.choice(bank)


# Why a decision at a high level goes to nobody outside.
NOT_REFERRED = (
    "The plan that is open already meets the need, and the worker who has it knows. Asked again at the review."
)
