"""Is a search through all the narratives of a school a matter of moments?"""

import time
from typing import Any
from uuid import uuid4

import pytest

from children.services import bulk
from safeguarding.audit.context import system_task
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import PastoralNote
from safeguarding.concerns.services.pastoral import write_note
from safeguarding.keys import uuid7
from safeguarding.sealing.services.rows import as_text, open_rows, raw_rows, sealed_fields
from sharing.requests.services import elsewhere
from tests import factories
from tests.integration.requests.cases import case_row, named

NARRATIVES, CHILDREN, NAMED = 10_000, 100, 10
# In seconds of the processor.
MOST = 1
WORDS = (
    "Hazel came in before registration and said that she had slept badly. She had eaten, and was calm by ten. "
    "Her mother rang at lunch and will be in on Monday; Mr Beckett knows. I hope we will hear more from the nurse. "
) * 3


@pytest.mark.soak(part="data")
@pytest.mark.django_db
def test_ten_thousand_narratives_are_searched_in_a_second(figures: dict[str, Any]) -> None:
    room = factories.staffroom()
    rowan = factories.child(room.school, "Rowan", "Ashdown", by=room.office)
    case = case_row(room, rowan)
    named(case, room.lead, "preparer")
    laid(
        room,
        [
            factories.child(room.school, "Hazel", f"Reed{chr(97 + n // 26)}{chr(97 + n % 26)}", by=room.office)
            for n in range(CHILDREN)
        ],
    )

    began = time.process_time()
    fields = sealed_fields(PastoralNote)
    with system_task("requests"):
        raw = raw_rows(PastoralNote.objects.values_list(as_text("pk"), "child", *(field.name for field in fields)))
    opened = sum(len(words) for _, _, words in open_rows(fields, raw))
    opening = time.process_time() - began

    began = time.process_time()
    found = elsewhere.passages(case)
    searching = time.process_time() - began

    figures |= {
        "narratives": opened,
        "opened in seconds of the processor": round(opening, 2),
        "searched in seconds of the processor": round(searching, 2),
        "times": round(searching / opening, 2),
    }
    assert opened == NARRATIVES and len(found) == NAMED
    assert searching < MOST


def laid(room: Any, children: list[Any]) -> None:
    """As many notes as the school is to have: copies of one that was written, some of which name Rowan Ashdown."""
    day = factories.SCHOOL_DAY.date()
    note = write_note(child=children[0], token=uuid4(), kind="seen", text=WORDS, happened_on=day, by=room.lead)
    like = {field.attname: getattr(note, field.attname) for field in PastoralNote._meta.concrete_fields}
    rows = [
        like
        | {
            "id": uuid7(),
            "token": uuid4(),
            "child_id": children[number % CHILDREN].pk,
            "text": f"{WORDS}Rowan Ashdown was with her." if number <= NAMED else WORDS,
        }
        for number in range(1, NARRATIVES)
    ]
    bulk.insert(PastoralNote, rows)
    record(Verb.CREATE, object_type="concerns.pastoralnote", school_id=room.school.pk, count=len(rows), purpose="test")
