"""Do two records of one child become one, for everybody and with all that nobody here may see, and two again?"""

from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.urls import reverse

from children import mentions
from children.models import (
    Child,
    ChildDetail,
    ChildMerge,
    HealthNote,
    OtherName,
)
from children.services import filing, find_children, keeping, merging
from children.services.access import declare_conflict, grant_child
from safeguarding.adults.models import StaffConcern, StaffConcernChild
from safeguarding.adults.services import naming, working
from safeguarding.adults.services import raising as adults_raising
from safeguarding.adults.services.raising import Telling
from safeguarding.audit.context import Acting, acting
from safeguarding.audit.models import Event, LogEntry, Verb
from safeguarding.concerns.models import Brief, ConcernChild
from safeguarding.concerns.services.drafts import save_draft
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.sealing import files
from safeguarding.sealing.services.destroying import destroy_key
from safeguarding.sealing.subjects import Subject
from safeguarding.uploads.services.keeping import Upload
from tests import factories, sheets
from tests.factories import SCHOOL_DAY
from tests.integration.children.twice import PICTURE, TODAY, about, merged, opened, text, typed, whose
from tests.walls import as_role, asking

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def room():
    return factories.staffroom()


def test_all_comes_over_also_what_the_lead_may_not_see_and_goes_back_to_the_row(client, room, pair):
    keep, other = pair
    cousin = factories.child(room.school, "Hazel", "Quill", by=room.office)
    factories.link_siblings(one=cousin, other=other, by=room.office)
    declare_conflict(user=room.lead, child=cousin, kind="relative", by=room.lead)
    own, hidden = about(room, other), about(room, other, cousin)
    both = about(room, keep, other)
    grant_child(
        child=other, user=room.pastoral, reason="Helps", last_day=TODAY + timedelta(days=9), by=room.headteacher
    )
    telling = Telling(raised_as="harm", facts="He shouted.", name="Kim Adeyemi", standing="supply")
    words = adults_raising.raise_staff_concern(
        token=uuid7(), school=room.school, telling=telling, by=room.teacher, at=SCHOOL_DAY
    )
    adult = StaffConcern.objects.get(pk=words.staff_concern_id)
    with acting(Acting(user_id=room.headteacher.pk, school_id=room.school.pk)):
        adult = working.open_staff_concern(concern=adult, by=room.headteacher, at=SCHOOL_DAY)
        naming.link_child(concern=adult, child=other, by=room.headteacher, at=SCHOOL_DAY)
    before, details = whose(), list(ChildDetail.objects.order_by("pk").values())
    page = opened(client, room.lead, "child_merge", keep.pk, other.pk)
    assert "2 concerns" in text(page) and "3 concerns" not in text(page), "the hidden one is counted"
    sent = opened(client, room.lead, "child_merge_do", keep.pk, other.pk, data=typed(page))
    done = ChildMerge.objects.get()
    assert sent.url == reverse("merge", args=[done.pk]), text(sent)
    left = {key for key, child in whose().items() if child == other.pk}
    # What there can be once: the time on roll, the class, and the concern that named both.
    assert {label for label, *_ in left} == {"children.enrolment", "children.classepisode", "concerns.concernchild"}
    assert set(ConcernChild.objects.filter(child=keep).values_list("concern_id", flat=True)) == {
        own.pk,
        hidden.pk,
        both.pk,
    }
    assert StaffConcernChild.objects.get().child_id == keep.pk
    with asking(room.headteacher):
        assert ConcernChild.objects.visible_to(room.headteacher).filter(concern=both).count() == 1
    now = ChildDetail.objects.get(pk=keep.pk)
    assert HealthNote.objects.get(child=keep).words == "Carries an adrenaline pen."
    assert now.address_confidential and keep.confidential_addresses.get().reason == "A refuge."
    page = text(opened(client, room.lead, "merge", done.pk))
    assert "1 concern<" in page and "2 concerns" not in page, "the hidden one is counted"
    assert Event.objects.filter(verb=Verb.LINK, purpose="merged").count() == 2
    sent = opened(client, room.lead, "undo_merge", done.pk, data={"reason": "They are cousins."})
    assert sent.status_code == 302
    assert whose() == before
    same = ("upn", "date_of_birth", "address_confidential", "sex")
    again = list(ChildDetail.objects.order_by("pk").values())
    assert [{k: row[k] for k in same} for row in again] == [{k: row[k] for k in same} for row in details]
    assert HealthNote.objects.get().child_id == other.pk
    assert (
        not OtherName.objects.filter(child=keep).exists()
        and not Child.objects.filter(merged_into__isnull=False).exists()
    )


def test_every_name_and_number_leads_to_the_record_that_stays(client, room, pair):
    keep, other = pair
    merged(room, keep, other)
    keep.refresh_from_db()

    def found(words):
        return {f.child.pk for f in find_children(by=room.lead, school=room.school, words=words, today=TODAY)}

    for words in (
        "Rowan Ashdown",
        "Rowen Pike",
        "Roen Fairclogh",
        sheets.number(1),
        sheets.number(2),
        sheets.number(3),
        str(other.number),
        str(keep.number),
    ):
        assert found(words) == {keep.pk}, words
    page = text(opened(client, room.lead, "children"))
    assert page.count("hb-lead hb-hit") == 1 and "Fairclough-Pike" not in page
    for name in ("child_people", "child_chronology", "child_files", "child_access"):
        led = opened(client, room.lead, name, other.pk)
        assert (led.status_code, led.url) == (302, reverse(name, args=[keep.pk])), name
    page = text(opened(client, room.office, "child_people", other.pk, follow=True))
    assert "two records were of the same child" in page
    assert f'Record <b class="hb-ref">{other.number}</b> is part of this one' in page and sheets.number(2) in page
    assert "Rowen Fairclough-Pike" in page
    sent = opened(client, room.lead, "child_files", other.pk, data={"what": "order"})
    assert sent.status_code == 409 and "nothing was saved" in text(sent)
    # A teacher finds the card and no record: neither is there for them.
    assert opened(client, room.teacher, "child_people", other.pk).status_code == 403
    # Numbers are not given twice, though nobody sees the highest.
    with asking(room.office):
        lark = factories.child(room.school, "Ash", "Lark", by=room.office)
        assert lark.number == other.number + 1
    taken = {"values": {"upn": sheets.number(2)}, "is_correction": True, "told": factories.told()}
    with pytest.raises(BadInput, match="A child of the school has this UPN already"):
        keeping.set_facts(child=lark, part=keeping.Part.NUMBERS, by=room.office, **taken)


def test_a_mention_of_the_record_that_went_names_the_child(client, room, pair):
    keep, other = pair
    mentioned = f"Seen with {mentions.marker(other.pseudonym)}."
    elsewhere = about(room, factories.child(room.school, "Nell", "Byrne", by=room.office), facts=mentioned)
    assert "Seen with Rowen Fairclough-Pike." in text(opened(client, room.lead, "concern", elsewhere.pk))
    merged(room, keep, other)
    page = text(opened(client, room.lead, "concern", elsewhere.pk))
    assert "Seen with Rowan Ashdown." in page
    declare_conflict(user=room.lead, child=keep, kind="relative", by=room.lead)
    # Nobody sees a concern that mentions a child hidden from them.
    assert opened(client, room.lead, "concern", elsewhere.pk).status_code == 404


def test_a_conflict_on_either_record_holds_on_the_whole(client, room, pair):
    keep, other = pair
    declare_conflict(user=room.deputy, child=other, kind="relative", by=room.deputy)
    grant_child(child=other, user=room.pastoral, reason="Helps", last_day=TODAY + timedelta(days=9), by=room.lead)
    concern = about(room, keep)
    other.detail.gp = "Beck Surgery"
    other.detail.save(update_fields=["gp"])
    assert opened(client, room.deputy, "concern", concern.pk).status_code == 200
    page = opened(client, room.lead, "child_merge", keep.pk, other.pk)
    change = page.context["change"]
    assert [one.user for one in change.lose] == [room.deputy] and room.pastoral in [one.user for one in change.gain]
    assert room.deputy not in [one.user for one in change.gain]
    assert opened(client, room.deputy, "child_merge", keep.pk, other.pk).status_code == 404
    opened(client, room.lead, "child_merge_do", keep.pk, other.pk, data=typed(page))
    done = ChildMerge.objects.get()
    for name, key in (
        ("concern", concern.pk),
        ("child_people", keep.pk),
        ("child_people", other.pk),
        ("merge", done.pk),
    ):
        assert opened(client, room.deputy, name, key).status_code == 404, name
    assert opened(client, room.pastoral, "child_people", keep.pk).status_code == 200
    assert "Beck Surgery" in text(opened(client, room.lead, "child_changes", keep.pk))
    with asking(room.deputy):
        assert not LogEntry.objects.filter(object_type="children.childdetail").exists()
        assert not Child.objects.exists() and not ChildDetail.objects.exists() and not ChildMerge.objects.exists()
    merging.undo(merge=done, reason="Cousins.", by=room.lead)
    assert opened(client, room.deputy, "concern", concern.pk).status_code == 200
    assert opened(client, room.deputy, "child_people", other.pk).status_code == 404


def test_files_of_the_schools_own_system_find_the_one_child_under_either_upn(room):
    rows = [sheets.row(n) for n in range(1, 31)]
    same = {key: value for key, value in rows[0].items() if key not in ("upn", "room")}
    sheets.bring_in(room.school, rows, by=room.office)
    keep = sheets.child(1)
    other = factories.child(
        room.school,
        "Rowan1",
        "AshdownB",
        by=room.office,
        details={"upn": sheets.number(77), "date_of_birth": date(2018, 3, 2)},
    )
    staged = sheets.look_at(room.school, [*rows, sheets.row(77, **same)], by=room.office)
    assert str(other.pk) in {str(row.child_id) for row in staged.rows.all()}
    merged(room, keep, other)
    # What was looked at before is compared anew, and nobody is confirmed who is no more.
    again = sheets.finish(staged, by=room.office, yes=True)
    assert again.status == "ready" and {row.child_id for row in again.rows.filter(number__in=(2, 32))} <= {
        keep.pk,
        None,
    }
    run = sheets.look_at(
        room.school,
        [*rows[1:], sheets.row(77, **same, room="4B")],
        by=room.office,
    )
    found = sheets.only(run, upn=sheets.number(77))
    assert found.child_id == keep.pk and run.summary["leaving"] == 0 and run.summary["on_roll"] == 30
    sheets.finish(run, by=room.office, yes=True)
    keep.refresh_from_db()
    # What the list says of the other record is what the other record said: that of the one that stays counts.
    assert keep.class_name == "3A" and keep.detail.upn == sheets.number(1)
    assert Child.objects.filter(school=room.school, merged_into=None).count() == 30


def test_a_merged_record_merged_again_is_taken_apart_in_the_opposite_order(client, room, pair):
    first, second = pair
    third = factories.child(room.school, "Rohan", "Ashdown", by=room.office)
    one = merged(room, second, first)
    two = merged(room, third, second)
    assert opened(client, room.lead, "child_people", first.pk).url == reverse("child_people", args=[third.pk])
    assert {f.child for f in find_children(by=room.lead, school=room.school, words=str(first.number), today=TODAY)} == {
        third
    }
    with pytest.raises(OutOfTurn, match="Undo that first"):
        merging.undo(merge=one, reason="No.", by=room.lead)
    assert "Undo that first" in text(opened(client, room.lead, "merge", one.pk))
    for done in (two, one):
        merging.undo(merge=done, reason="No.", by=room.lead)
    assert Child.objects.filter(merged_into=None, school=room.school).count() == 3


def test_what_was_open_meanwhile_is_written_for_the_record_that_stays(client, room, pair):
    keep, other = pair
    token = uuid7()
    content = {
        "who": [str(other.pk)],
        f"{other.pk}-role": ["worried_about"],
        "facts": ["Quiet at register."],
        "how_soon": ["2"],
    }
    save_draft(token=token, school_id=room.school.pk, content=content, author_id=room.teacher.pk)
    merged(room, keep, other)
    page = text(opened(client, room.teacher, "log_resume", token))
    assert "Rowan Ashdown" in page and "is not on this school’s list" not in page
    # A service that had fetched the card before.
    Brief.objects.create(child=other, school=room.school, author=room.lead)
    assert Brief.objects.get().child_id == keep.pk


@contextmanager
def as_the_destroyer():
    """As the role that destroys, which sees no child that is not ending: its guards ask facts, and none fails open."""
    with as_role("destroyer"), as_role("destroyer", "keys"):
        assert not Child._base_manager.exists()
        yield


def test_both_keys_go_on_opening_and_end_together(client, room, pair):
    keep, other = pair
    concern = about(room, other, facts="Under the other’s key.")
    seen = filing.put_photograph(
        child=other, token=uuid7(), upload=Upload("a.jpg", PICTURE), by=room.office, at=SCHOOL_DAY
    )
    [file] = filing.attach_to_child(
        child=other, token=uuid7(), uploads=[Upload("order.jpg", PICTURE)], what="order", by=room.lead, at=SCHOOL_DAY
    ).kept
    merged(room, keep, other)
    # Files lie as they were sealed for the other record, and open from the one that stays.
    answer = opened(client, room.office, "photograph", seen.pk)
    assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")
    file.refresh_from_db()
    assert file.child_id == keep.pk and file.name == "order.jpg"
    assert b"".join(files.read(file.stored, record=keep.pk)) == PICTURE
    assert HealthNote.objects.get(child=keep).words == "Carries an adrenaline pen."
    with pytest.raises(OutOfTurn, match="ends with that one"):
        destroy_key(subject=Subject.child(other.pk), under="R1")
    assert type(concern.account).objects.get(pk=concern.account.pk).facts == "Under the other’s key."
    with as_the_destroyer(), pytest.raises(OutOfTurn, match="ends with that one"):
        destroy_key(subject=Subject.child(other.pk), under="R1")
    with as_the_destroyer():
        destroy_key(subject=Subject.child(keep.pk), under="R1")
    assert type(concern.account).objects.get(pk=concern.account.pk).facts.startswith("Destroyed on")
    assert HealthNote.objects.get(child=keep).words.startswith("Destroyed on")
