"""What has been typed so far, valid or not? The content of a draft, and the same as it comes and goes with a form."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from uuid import UUID

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from safeguarding.concerns.bodymap import marks_from
from safeguarding.concerns.models import Account, ConcernChild, HowSoon
from safeguarding.concerns.services.progress import UnfinishedCall
from safeguarding.dates import clock
from safeguarding.keys import number_of, record_of
from safeguarding.unsaved import AUTHOR

from .mention import POINTED

Content = dict[str, list[str]]

# What a form posts besides what its author typed: its key, whose it is, the browser's token, which button was pressed.
PRESSES = ("add", "ask", "remove", "find", "swap", "send", "draft", "marks")
# Of a file a button that sends none posts the name.
_NOT_TYPED = frozenset({*PRESSES, AUTHOR, "key", "knows", "ring", "chosen", "csrfmiddlewaretoken"})
DESCRIBED = (ConcernChild.Kind.UNNAMED, ConcernChild.Kind.NOT_ON_ROLL, ConcernChild.Kind.UNBORN)
# In the address of a form that begins on a child's page: the key of the child.
ABOUT = "about"
_DESCRIBED_KEY = re.compile(rf"({'|'.join(DESCRIBED)})-\d{{1,4}}")


@dataclass(frozen=True)
class Typed:
    """Field name to the texts typed there.

    A child is a key under `who`: its record's, or `unnamed-1` for a description.
    """

    content: Content

    @classmethod
    def posted(cls, data: QueryDict) -> "Typed":
        """What a form has posted, whatever it is. The character that no database takes is left out."""
        return cls(
            {
                name.replace("\x00", ""): [text.replace("\x00", "") for text in texts]
                for name, texts in data.lists()
                if name not in _NOT_TYPED
            }
        )

    @classmethod
    def fresh(cls, *, at: datetime, in_school: bool, class_name: str) -> "Typed":
        """What an empty form begins with: today; in school hours also about now, and for a class teacher the classroom.

        Out of hours a time would be a guess, and a guess in a record is read as a fact.
        """
        here = at.replace(minute=at.minute - at.minute % 5)
        return cls(
            {
                "observed_on_day": [str(at.day)],
                "observed_on_month": [str(at.month)],
                "observed_on_year": [str(at.year)],
                "observed_at": [clock(here.time()) if in_school else ""],
                "place": [Account.Place.CLASSROOM if in_school and class_name else ""],
            }
        )

    @property
    def data(self) -> MultiValueDict[str, str]:
        """For a form."""
        return MultiValueDict(self.content)

    def text(self, name: str) -> str:
        """The last text under a name, or an empty one."""
        return (self.content.get(name) or [""])[-1]

    def without_keys(self) -> "Typed":
        """The same without what is only the key of a record: no name of it can be said where no database is asked."""
        return Typed({name: [text for text in texts if not record_of(text)] for name, texts in self.content.items()})

    @property
    def turn(self) -> int:
        """How many times a button had been pressed when this page was made."""
        return counted(self.text("turn"))

    def pressed(self) -> "Typed":
        """After one more button: whatever is still on its way from the page before is older than this."""
        return Typed({**self.content, "turn": [str(self.turn + 1)]})

    @property
    def children(self) -> list[str]:
        """The keys of the children, once each, in the order in which they were added. Junk is left out."""
        return [key for key in dict.fromkeys(self.content.get("who", [])) if record_of(key) or kind_of(key)]

    @property
    def records(self) -> list[UUID]:
        """Of the children, those with a record."""
        return [found for key in self.children if (found := record_of(key))]

    @property
    def marks(self) -> dict[int, str]:
        """Region of the body to what was seen there."""
        return marks_from(self.data)

    def adding(self, wanted: str) -> "Typed":
        """With one more child: the key of a record, or the kind of a child who is described.

        The first is worried about.
        """
        children = self.children
        if wanted in DESCRIBED:
            taken = set(children)
            key = next(key for n in count(1) if (key := f"{wanted}-{n}") not in taken)
        elif record := record_of(wanted):
            key = str(record)
        else:
            return self
        if key in children:
            return self
        role = "" if children else ConcernChild.Role.WORRIED_ABOUT.value
        return Typed({**self.content, "who": [*children, key], f"{key}-role": [role], "q": [""]})

    def with_texts(self, texts: Mapping[str, str]) -> "Typed":
        """With these texts in the place of what stood there. What else was pointed out in them is asked again."""
        kept = {name: typed for name, typed in self.content.items() if name != POINTED}
        return Typed({**kept, **{name: [text] for name, text in texts.items()}})

    def removing(self, key: str) -> "Typed":
        """Without this child and what was typed about it."""
        kept = {name: texts for name, texts in self.content.items() if not name.startswith(f"{key}-")}
        return Typed({**kept, "who": [k for k in self.children if k != key]})


def counted(text: str) -> int:
    """A number that a page of ours carries; zero for anything else."""
    return number_of(text) or 0


def kind_of(key: str) -> str:
    """The kind of a child who is described, or an empty text."""
    found = _DESCRIBED_KEY.fullmatch(key)
    return found[1] if found else ""


def of_call(call: UnfinishedCall, begun: Typed) -> Typed:
    """What the form of a call for a lead begins with: the line and the children given when the lead was called."""
    content, who = dict(begun.content), []
    for number, (record, description, role) in enumerate(call.children, 1):
        key = str(record or f"{ConcernChild.Kind.UNNAMED}-{number}")
        who.append(key)
        content |= {f"{key}-role": [role], f"{key}-description": [description]}
    return Typed({**content, "who": who, "how_soon": [str(HowSoon.RIGHT_NOW.value)], "facts": [call.line]})
