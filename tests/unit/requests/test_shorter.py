"""Does nobody review a page for each day of attendance, nor read the same sentence for each item?"""

from datetime import datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

from safeguarding.parts import Block, Key, Kind, Text
from sharing.requests.services.copying import by_term
from sharing.requests.views.approval import told_once

LONDON = ZoneInfo("Europe/London")
CHILD = Key("children.child", uuid4())


def block(label: str, day: int | None, month: int, *said: Text) -> Block:
    moment = datetime(2026, month, day, tzinfo=LONDON) if day else None
    return Block("Attendance", Key(label, uuid4()), None, moment, False, said, (), frozenset(), CHILD)


def test_the_days_of_a_term_are_one_item_with_a_line_for_each():
    late = Text("Morning", "Late", Kind.LISTED), Text("Minutes late", "11", Kind.LISTED)
    days = [
        block("plans.attendanceday", 8, 9, *late),
        block("plans.attendanceday", 7, 9, Text("Morning", "Present", Kind.LISTED)),
        block("plans.attendanceday", 2, 7, Text("Morning", "Ill", Kind.LISTED)),
    ]
    note = block("concerns.concernnote", 8, 9, Text("Note", "He was quiet.", Kind.TYPED))

    other, *terms = by_term([days[0], note, *days[1:]])
    assert other == note
    assert {one.title: [(text.label, text.text) for text in one.texts] for one in terms} == {
        "Attendance, autumn 2026": [
            ("September 2026", "7 September 2026: Morning: Present\n8 September 2026: Morning: Late; Minutes late: 11"),
        ],
        "Attendance, summer 2026": [("July 2026", "2 July 2026: Morning: Ill")],
    }
    assert [one.record for one in by_term(days[::-1])] == [one.record for one in terms[::-1]]


def test_the_same_sentence_of_several_items_is_told_once():
    many = [f"Item {number}: decide it." for number in range(1, 15)]
    assert told_once(["Say who asks.", *many[:3], "Item 9: read it."]) == [
        "Say who asks.",
        "Items 1, 2 and 3: decide it.",
        "Item 9: read it.",
    ]
    assert told_once(many) == ["Items 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 3 more: decide it."]
