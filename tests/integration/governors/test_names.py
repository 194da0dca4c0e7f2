"""Does a comment name anybody? Refused, asked about, or taken, whoever may see the child."""

from collections.abc import Iterator

import pytest
import time_machine

from children.facts import Called
from children.services.access import declare_conflict
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.governors.models import NameAnswer
from safeguarding.governors.services import drafting, names, publishing
from safeguarding.keys import uuid7
from safeguarding.prepared import prepared
from tests import factories
from tests.factories import SCHOOL_DAY, Staffroom
from tests.integration.governors.reports import BUILD, CELLS, commented, draft, with_terms

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Iterator[Staffroom]:
    """A school with children of many names; one of them the lead must see nothing of."""
    monkeypatch.setattr(BUILD, lambda *args, **asked: CELLS)
    with time_machine.travel(SCHOOL_DAY, tick=False):
        found = with_terms(factories.staffroom())
        factories.child(found.school, "Zoë", "O’Brien-Şahin", by=found.office)
        factories.child(found.school, "Jonathan", "Ashdown", known_forename="Renée", by=found.office)
        factories.child(found.school, "May", "Green", by=found.office)
        factories.child(found.school, "Anne-Marie", "Kjeldsen", by=found.office)
        factories.child(found.school, "Bo", "Li", by=found.office)
        hidden = factories.child(found.school, "Isaura", "Fallows", by=found.office)
        declare_conflict(user=found.lead, child=hidden, kind="relative", by=found.lead)
        yield found


@pytest.mark.parametrize(
    ("text", "refused", "asked"),
    [
        ("Renée was in every week.", ["Renée"], []),
        ("The case of Renee went on.", ["Renee"], []),
        ("We met OBrien and the family.", ["OBrien"], []),
        ("We met O'Brien's family.", ["O'Brien"], []),
        ("We met O Brien and the family.", ["O Brien"], []),
        ("A plan for Sahin is in place.", ["Sahin"], []),
        ("A plan for zoe obrien is in place.", ["zoe", "obrien"], []),
        # Whom the writer may not see is named as little.
        ("We heard from Isaura.", ["Isaura"], []),
        ("isaura came back.", [], ["isaura"]),
        ("May Green is safe now.", ["May", "Green"], []),
        ("We will review in May.", [], ["May"]),
        ("It may be that green forms are lost.", [], []),
        ("The Green form is lost.", [], ["Green"]),
        # Staff of this school, by surname.
        ("Thanks to Mrs Raman for this.", [], ["Raman"]),
        # What looks the same is the same: letters without width, of another script, a word or a name over two lines.
        ("A plan for Ash\u200bdown is in place.", ["Ashdown"], []),
        ("A plan for Ash\u00addown is in place.", ["Ashdown"], []),
        ("We met Isаurа.", ["Isаurа"], []),
        ("We heard of May\nGreen today.", ["May", "Green"], []),
        ("We will review in May.\nGreen forms are lost.", [], ["May", "Green"]),
        ("A plan for Ash-\ndown is in place.", ["Ash down"], []),
        # Hyphens, and two names in one word.
        ("We met Ash-down.", ["Ash-down"], []),
        ("We met Annemarie, and jonathanashdown.", [], ["Annemarie", "jonathanashdown"]),
        ("We met Ashdown2 and Ashdown³.", ["Ashdown"], []),
        ("The Ashdown’s-led group met.", ["Ashdown"], []),
        ("We met Ashdown＇s father.", ["Ashdown"], []),
        ("We met the Ashdowns.", [], ["Ashdowns"]),
        # Names of two letters.
        ("We met Bo.", ["Bo"], []),
        ("We met bo li.", ["bo", "li"], []),
        ("BO was measured, and so it was.", [], ["BO"]),
        # Thousands of letters without a space; each of these stands for four words.
        ("ﷺ" * 1000 + "*Ashdown*" + "x*" * 1000, ["Ashdown"], []),
        ("Attendance is better. More was logged than last year.", [], []),
        ("", [], []),
    ],
)
def test_what_is_refused_and_what_is_asked_about(room: Staffroom, text: str, refused: list[str], asked: list[str]):
    seen = names.look_through(text, school_id=room.school.pk, by=room.lead)
    assert (list(seen.refused), [one.word for one in seen.questions]) == (refused, asked)
    assert [one.of_staff for one in seen.questions] == [one == "Raman" for one in asked]


def test_a_comment_with_a_name_is_not_saved_and_one_with_a_month_is_approved_after_one_answer(room: Staffroom):
    report = draft(room)
    with pytest.raises(BadInput, match="“Renee” is in the name of a child"):
        commented(report, by=room.lead, volume="We met Renee.")
    report = commented(report, by=room.lead, volume="We will review in May.")
    with pytest.raises(BadInput, match="say whether “May” is a name"):
        publishing.approve(report, seen=report.revision, by=room.headteacher)
    [question] = drafting.looked(report, by=room.lead)["volume"].questions
    answer = {"section": "volume", "question": question, "token": uuid7()}
    with pytest.raises(BadInput, match="Choose what the word is"):
        drafting.answer(report, meaning="staff", by=room.headteacher, **answer)
    with pytest.raises(NotAllowed):
        drafting.answer(report, meaning="word", by=room.pastoral, **answer)
    for _ in range(2):
        drafting.answer(report, meaning="word", by=room.headteacher, **answer)
    [kept] = NameAnswer.objects.all()
    assert (kept.word, kept.sentence, kept.answered_by) == ("may", "We will review in May.", room.headteacher)
    with pytest.raises(OutOfTurn, match="not asked any more"):
        drafting.answer(report, meaning="word", by=room.headteacher, **answer | {"token": uuid7()})
    # In another sentence it is asked about again.
    other = commented(report, by=room.lead, volume="We will review in May. May was in.")
    assert len(drafting.looked(other, by=room.lead)["volume"].questions) == 1
    back = commented(other, by=room.lead, volume="We will review in May.")
    assert publishing.approve(back, seen=back.revision, by=room.headteacher).status == "approved"


def test_a_child_who_came_after_the_comment_keeps_it_from_being_approved(room: Staffroom):
    report = draft(room, volume="We thank Quillon for the garden.")
    factories.child(room.school, "Quillon", "Vane", by=room.office)
    with pytest.raises(BadInput, match="“Quillon” is in the name of a child"):
        publishing.approve(report, seen=report.revision, by=room.headteacher)
    # Or after it was approved.
    report = commented(report, by=room.lead, volume="We thank Severine for the garden.")
    report = publishing.approve(report, seen=report.revision, by=room.headteacher)
    late = factories.child(room.school, "Severine", "Vane", by=room.office)
    with pytest.raises(BadInput, match=r"Make it a draft again\. .*“Severine” is in the name of a child"):
        publishing.publish(report, by=room.headteacher)
    with pytest.raises(NotAllowed):
        publishing.publish(report, by=room.lead)
    report = drafting.open_again(report, by=room.headteacher)
    report = commented(report, by=room.lead, volume=f"We thank child {late.number} for the garden.")
    report = publishing.approve(report, seen=report.revision, by=room.headteacher)
    assert publishing.publish(report, by=room.headteacher).status == "published"


def test_only_who_writes_reports_learns_whether_a_word_is_a_name(room: Staffroom):
    def words(person: object) -> set[str]:
        asked = [getattr(person, "pk", None), room.school.pk, ["ashdown", "zoe", "of"]]
        return {word for word, _ in prepared("SELECT * FROM rules.words_of_names(%s, %s, %s)", asked)}

    governor = factories.member(room.school, "governor", "Gil", "Stone")
    assert words(room.lead) == {"ashdown", "zoe"}
    assert words(governor) == words(room.pastoral) == words(factories.staffroom("Quay School").lead) == set()


def test_other_names_of_a_child_are_names(room: Staffroom):
    called = [Called("Ødegård", "Fitzþór")]
    factories.child(room.school, "Sam", "Lund", called=called, by=room.office)
    seen = names.look_through("We wrote to Odegard, and to Fitzthor.", school_id=room.school.pk, by=room.lead)
    assert seen.refused == ("Odegard", "Fitzthor")
