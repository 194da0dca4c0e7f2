"""Who writes, approves and reads a report to governors, and does what was published stay as it is?"""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import ProgrammingError

from children.services.access import declare_conflict
from safeguarding.accounts.models import Notice
from safeguarding.concerns.models import Concern, ConcernSubject
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from safeguarding.governors.models import GovernorReport, ReportBuild, ReportCell, ReportComment
from safeguarding.governors.services import counting, drafting, publishing
from safeguarding.governors.services.settings import save_setting, setting_of
from safeguarding.keys import uuid7
from tests import factories
from tests.factories import SCHOOL_DAY, Staffroom
from tests.integration.governors.reports import (
    AUTUMN,
    BUILD,
    CELLS,
    cell,
    commented,
    counted,
    draft,
    published,
    with_terms,
)
from tests.integration.test_rights_rows import tried

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Iterator[Staffroom]:
    monkeypatch.setattr(BUILD, lambda *args, **asked: CELLS)
    with time_machine.travel(SCHOOL_DAY, tick=False):
        yield with_terms(factories.staffroom())


def numbers(report: GovernorReport) -> list[tuple[str, str]]:
    return [(one.label, one.shown) for one in ReportCell.objects.filter(build=report.chosen_id).order_by("order")]


def test_a_term_is_begun_once_and_counted_by_the_machine(room: Staffroom):
    token = uuid7()
    made = [drafting.begin(school=room.school, first=AUTUMN, token=token, by=room.lead) for _ in range(2)]
    assert made[0] == made[1] and made[0].chosen_id is None and made[0].name == "Autumn term 2026"
    with pytest.raises(OutOfTurn, match="a draft of this term"):
        drafting.begin(school=room.school, first=AUTUMN, token=uuid7(), by=room.lead)
    with pytest.raises(NotAllowed):
        drafting.begin(school=room.school, first=AUTUMN, token=uuid7(), by=room.pastoral)
    with pytest.raises(BadInput, match="has begun"):
        drafting.begin(school=room.school, first=SCHOOL_DAY.date(), token=uuid7(), by=room.lead)
    with pytest.raises(BadInput, match="not counted yet"):
        publishing.approve(made[0], seen=0, by=room.headteacher)
    report = counted(made[0])
    assert numbers(report)[:3] == [("Logged", "34"), ("Attendance", "21"), ("Online", "not shown")]
    [build] = ReportBuild.objects.all()
    assert not counting.run(build.pk) and (build.threshold, build.zero) == (5, "none")


def test_what_cannot_be_counted_says_so_and_is_asked_for_again(room: Staffroom, monkeypatch: pytest.MonkeyPatch):
    made = drafting.begin(school=room.school, first=AUTUMN, token=uuid7(), by=room.lead)
    monkeypatch.setattr(BUILD, lambda *args, **asked: 1 // 0)
    [build] = ReportBuild.objects.all()
    with pytest.raises(counting.CountingBroken, match="ZeroDivisionError"):
        counting.run(build.pk)
    build.refresh_from_db()
    assert build.status == "failed"
    monkeypatch.setattr(BUILD, lambda *args, **asked: CELLS)
    counting.ask(made, by=room.lead)
    assert counted(made).chosen_id


def test_the_headteacher_alone_approves_and_publishes_and_governors_are_told(room: Staffroom):
    governor = factories.member(room.school, "governor", "Gil", "Stone")
    report = draft(room, volume="More was logged than last year.")
    for person in (room.lead, room.deputy, governor):
        with pytest.raises(NotAllowed):
            publishing.approve(report, seen=report.revision, by=person)
    with pytest.raises(ChangedSince):
        publishing.approve(report, seen=report.revision - 1, by=room.headteacher)
    report = publishing.approve(report, seen=report.revision, by=room.headteacher)
    with pytest.raises(OutOfTurn):
        commented(report, by=room.lead, volume="And once more.")
    assert not GovernorReport.objects.all().visible_to(governor).exists()
    with pytest.raises(NotAllowed):
        publishing.publish(report, by=room.lead)
    report = publishing.publish(publishing.publish(report, by=room.headteacher), by=room.headteacher)
    assert {one.user for one in Notice.objects.filter(kind="report_published")} == {governor}
    assert GovernorReport.objects.all().visible_to(governor).get() == report
    assert ReportComment.objects.all().visible_to(governor).get().words == "More was logged than last year."


def test_break_downs_are_not_read_beside_figures_of_a_part_of_the_records(room: Staffroom):
    report = published(room)
    governor, outside = factories.member(room.school, "governor", "Gil", "Stone"), factories.staffroom("Quay School")
    child = factories.child(room.school, by=room.office)
    second = factories.member(room.school, "lead", "Lara", "Quist")

    def rows(person: Any) -> int:
        return ReportCell.objects.filter(build=report.chosen_id).visible_to(person).count()

    assert [rows(one) for one in (governor, room.lead, room.headteacher, second)] == [len(CELLS)] * 4
    declare_conflict(user=second, child=child, kind="own_child", by=second)
    # Logged, and all of the categories.
    assert [rows(one) for one in (second, room.deputy)] == [2, 2]
    assert [rows(one) for one in (room.pastoral, room.office, outside.lead, outside.headteacher)] == [0] * 4
    # Named in a concern that no report counts, somebody sees what they saw before, and is told nothing by it.
    third = factories.member(room.school, "lead", "Tariq", "Moss")
    for kind, seen in (("STF", len(CELLS)), ("PHY", 2)):
        concern = factories.concern(room)
        ConcernSubject.objects.create(concern=concern, school=room.school, user=third, named_by=room.headteacher)
        Concern.objects.filter(pk=concern.pk).update(category=kind)
        assert rows(third) == seen


def test_lines_of_the_self_check_are_read_by_who_sees_all_alone(room: Staffroom, monkeypatch: pytest.MonkeyPatch):
    """What is late for who asked may be hidden from who reads."""
    line = cell("fix", 3, table="checks", section="self-check", unit="lines", order=6)
    monkeypatch.setattr(BUILD, lambda *args, **asked: [*CELLS, line])
    report = published(room)
    lines = ReportCell.objects.filter(build=report.chosen_id, section="self-check")
    governor = factories.member(room.school, "governor", "Gil", "Stone")
    assert [lines.visible_to(one).count() for one in (room.headteacher, governor, room.deputy)] == [1, 1, 0]


def test_a_published_report_is_changed_by_nobody_and_its_cells_by_no_person(room: Staffroom):
    report = published(room, volume="More was logged than last year.")
    [said] = ReportComment.objects.all()
    cells = f"UPDATE governors_reportcell SET value = 1 WHERE build_id = '{report.chosen_id}'"  # noqa: S608
    change = "UPDATE governors_{} SET {} WHERE id = %s"
    for person in (room.headteacher, room.lead):
        for statement, key in (
            (change.format("governorreport", "ends_on = now()"), report.pk),
            (change.format("governorreport", "chosen_id = NULL"), report.pk),
            (change.format("governorreport", "status = 'draft'"), report.pk),
            (change.format("governorreport", "published_at = now()"), report.pk),
            (change.format("reportbuild", "as_at = now()"), report.chosen_id),
            (change.format("reportcomment", "words = '\\x00', written_by_id = rules.me()"), said.pk),
        ):
            with pytest.raises(ProgrammingError, match=r"not for this person|permission denied|row-level"):
                tried(person, "web", statement, [key])
        with pytest.raises(ProgrammingError, match="permission denied"):
            tried(person, "web", cells, [])
    with pytest.raises(ProgrammingError, match="permission denied"):
        tried(None, "worker", cells, [], task="governors report")
    for deed in (
        lambda: commented(report, by=room.headteacher, volume="Less."),
        lambda: drafting.open_again(report, by=room.headteacher),
    ):
        with pytest.raises(OutOfTurn):
            deed()


def test_counted_again_nothing_differs_until_something_changed_and_the_published_one_stays(
    room: Staffroom, monkeypatch: pytest.MonkeyPatch
):
    report = published(room)
    before = list(ReportCell.objects.filter(build=report.chosen_id))
    other = [cell("logged", 36, section="volume", table="concerns", label="Logged", order=0)]
    for built, differing in ((CELLS, 0), (other, len(CELLS))):
        monkeypatch.setattr(BUILD, lambda *args, built=built, **asked: built)
        counting.ask(report, by=room.lead)
        counted(report)
        after = list(ReportCell.objects.filter(build=counting.newest_build(report)))
        found = counting.differences(before, after)
        assert len(found) == differing
    assert (found[0].section, found[0].label, found[0].before, found[0].after) == ("Concerns", "Logged", "34", "36")
    assert numbers(report)[0] == ("Logged", "34")
    with pytest.raises(OutOfTurn):
        counting.take(report, build_id=counting.newest_build(report).pk, seen=report.revision, by=room.lead)


def test_a_draft_takes_newer_numbers(room: Staffroom, monkeypatch: pytest.MonkeyPatch):
    report = draft(room)
    monkeypatch.setattr(BUILD, lambda *args, **asked: [cell("all", 35)])
    counting.ask(report, by=room.lead)
    counted(report)
    newest = counting.newest_build(report)
    with pytest.raises(NotAllowed):
        counting.take(report, build_id=newest.pk, seen=report.revision, by=room.office)
    report = counting.take(report, build_id=newest.pk, seen=report.revision, by=room.lead)
    assert numbers(report) == [("All", "35")]


def test_a_corrected_report_replaces_the_published_one_which_stays_as_it_was_read(
    room: Staffroom, monkeypatch: pytest.MonkeyPatch
):
    asked: list[Any] = []
    report = published(room, volume="More was logged than last year.")
    monkeypatch.setattr(BUILD, lambda *args, **how: asked.append(how) or [cell("all", 35)])
    with pytest.raises(NotAllowed):
        publishing.correct(report, token=uuid7(), by=room.pastoral)
    token = uuid7()
    new = counted(publishing.correct(report, token=token, by=room.lead))
    assert publishing.correct(report, token=token, by=room.lead) == new and new.name == "Autumn term 2026, version 2"
    # What was published before is known to who counts: what it hid stays hidden.
    [earlier] = asked[0]["earlier"]
    assert earlier.cells == tuple(CELLS) and earlier.term == report.term and earlier.stands
    assert drafting.comments_of(new)["volume"].words == "More was logged than last year."
    new = publishing.approve(new, seen=new.revision, by=room.headteacher)
    new = publishing.publish(new, by=room.headteacher)
    report.refresh_from_db()
    assert (report.status, report.replaced_by, new.replaces) == ("replaced", room.headteacher, report)
    assert numbers(report)[0] == ("Logged", "34") and publishing.latest([report, new]) == new
    governor = factories.member(room.school, "governor", "Gil", "Stone")
    assert ReportCell.objects.filter(build=report.chosen_id).visible_to(governor).count() == len(CELLS)


def test_of_a_withdrawn_report_governors_read_that_it_was_withdrawn(room: Staffroom):
    governor = factories.member(room.school, "governor", "Gil", "Stone")
    report = published(room)
    with pytest.raises(NotAllowed):
        publishing.withdraw(report, because="words", by=room.lead)
    with pytest.raises(BadInput):
        publishing.withdraw(report, because="", by=room.headteacher)
    publishing.withdraw(report, because="words", by=room.headteacher)
    assert GovernorReport.objects.all().visible_to(governor).get().because == "words"
    assert not ReportCell.objects.all().visible_to(governor).exists()
    # A term whose report was withdrawn may be reported anew.
    again = draft(room)
    assert again.version == 2
    publishing.withdraw(again, because="not_needed", by=room.lead)
    assert GovernorReport.objects.all().visible_to(governor).count() == 1


def test_one_that_was_replaced_can_be_withdrawn_too_so_that_nobody_reads_its_words(room: Staffroom):
    governor = factories.member(room.school, "governor", "Gil", "Stone")
    first = published(room, volume="Words that should not be read.")
    second = counted(publishing.correct(first, token=uuid7(), by=room.lead))
    second = commented(second, by=room.lead, volume="Other words.")
    publishing.publish(publishing.approve(second, seen=second.revision, by=room.headteacher), by=room.headteacher)
    first.refresh_from_db()
    assert first.status == "replaced" and ReportComment.objects.all().visible_to(governor).count() == 2
    with pytest.raises(NotAllowed):
        publishing.withdraw(first, because="words", by=room.lead)
    to_end = (
        "UPDATE governors_governorreport SET status = 'withdrawn', withdrawn_at = now(), withdrawn_by_id = rules.me()"
    )
    with pytest.raises(ProgrammingError, match="not for this person"):
        tried(room.lead, "web", f"{to_end}, because = 'words' WHERE id = %s", [first.pk])
    publishing.withdraw(first, because="words", by=room.headteacher)
    assert ReportComment.objects.all().visible_to(governor).get().words == "Other words."
    assert {one.build_id for one in ReportCell.objects.all().visible_to(governor)} == {second.chosen_id}


def test_what_is_hidden_is_a_setting_with_bounds(room: Staffroom):
    assert setting_of(room.school.pk).threshold == 5
    for threshold in (2, 21):
        with pytest.raises(BadInput):
            save_setting(school=room.school, seen=0, threshold=threshold, zero="none", by=room.headteacher)
    with pytest.raises(NotAllowed):
        save_setting(school=room.school, seen=0, threshold=7, zero="hidden", by=room.office)
    save_setting(school=room.school, seen=0, threshold=7, zero="hidden", by=room.headteacher)
    with pytest.raises(ChangedSince):
        save_setting(school=room.school, seen=0, threshold=8, zero="none", by=room.lead)
    draft(room)
    [build] = ReportBuild.objects.all()
    assert (build.threshold, build.zero) == (7, "hidden")
