"""What is in the demo school: invented people only, whole notes, a desk with work, somebody for each role."""

import re
from collections import Counter
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models
from django.utils import timezone

from children import upn
from children.models import (
    ChildDetail,
    ChildGrant,
    ChildMerge,
    ChildTeamGrant,
    ConflictOfInterest,
    Contact,
    ContactLink,
    EmergencyAccess,
    FormerUpn,
    Household,
)
from retention.models import RetentionDate
from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.models import RoleAssignment, School, User
from safeguarding.audit.models import Event, LogEntry
from safeguarding.audit.protection import may_view
from safeguarding.concerns.models import (
    Account,
    Action,
    Brief,
    ChronologyEntry,
    Closing,
    Concern,
    ConcernAdult,
    ConcernChild,
    Decision,
    Draft,
    Duty,
    Pin,
    PoliceNotice,
)
from safeguarding.concerns.services.drafts import unsent_for_a_day
from safeguarding.concerns.services.patterns import rules_of
from safeguarding.concerns.services.waiting_rows import asking_outside
from safeguarding.demo import desk, law
from safeguarding.demo.apart import SMALL
from safeguarding.demo.people import sign_ins
from safeguarding.governors.models import GovernorReport, ReportCell
from safeguarding.governors.services import drafting, publishing
from safeguarding.panels import settings
from safeguarding.reports.figures.periods import this_year
from safeguarding.reports.figures.values import Viewer
from safeguarding.reports.services.targets import judged, targets_of
from safeguarding.reports.views.overview import six_numbers
from safeguarding.sealing.fields import Sealed
from tests.practice_school import TUESDAY

pytestmark = pytest.mark.django_db


def texts() -> list[str]:
    """Every narrative in the database, and every other text of children and concerns."""
    models_ = [m for m in apps.get_models() if m._meta.app_label in ("children", "concerns")]
    return [
        str(value)
        for model in models_
        for field in model._meta.fields
        if isinstance(field, Sealed | models.CharField | models.TextField)
        for value in model._base_manager.values_list(field.attname, flat=True)
    ]


def test_a_second_run_changes_nothing(school, capsys):
    before = Concern.objects.count(), Event.objects.count()

    call_command("seed_demo", today=TUESDAY)

    assert (Concern.objects.count(), Event.objects.count()) == before
    assert "there already" in capsys.readouterr().out


def test_everything_is_invented(school):
    numbers = list(ChildDetail.objects.filter(upn__gt="").values_list("upn", flat=True))
    telephones = {t for pair in Contact.objects.values_list("mobile", "telephone") for t in pair if t}
    telephones |= set(School.objects.values_list("telephone", flat=True))

    # Two of the children are on the list twice, and nineteen left long ago: one before there were UPNs.
    assert len(numbers) == 559
    assert all(upn.is_valid(number) and number[4:8] == "9999" for number in numbers)
    # Ranges that Ofcom keeps for drama.
    assert all(re.fullmatch(r"07700 900\d{3}|0161 496 0\d{3}", t) for t in telephones)
    assert all(e.endswith("example.org") for e in Contact.objects.exclude(email="").values_list("email", flat=True))
    assert all(e.endswith("example.org") for e in User.objects.exclude(email="").values_list("email", flat=True))
    # Postcodes that are not in use, and those that stand for no address.
    assert all(
        re.fullmatch(r"(SK9[6-9] 9|ZZ99 [39])[A-Z]{2}", p) for p in Household.objects.values_list("postcode", flat=True)
    )


def test_no_placeholder_is_left(school):
    assert [t for t in texts() if re.search(r"\{\w*\}|\bthe the\b", t)] == []


def test_every_note_names_its_children(school):
    for named in ConcernChild.objects.filter(role="worried_about", concern__school=school).select_related("child"):
        account = Account.objects.get(concern=named.concern_id)
        if "told {child}" not in account.facts and named.child:
            assert named.child.school_id == school.pk
            assert named.child.entered_on <= account.observed_on <= (named.child.left_on or account.observed_on)


def test_the_desk_of_the_lead(school):
    new = Concern.objects.filter(school=school, status__in=("new", "acknowledged"), decided_at=None, review_on=None)
    # One was logged by mistake, as two people have said; of another somebody has proposed it, and it waits as before.
    assert sorted(new.exclude(in_error="").values_list("in_error", flat=True)) == ["confirmed", "proposed"]
    new = new.exclude(in_error="confirmed")
    lead = User.objects.get(username="d.oyebanji")
    first = new.order_by("-how_soon", "logged_at").first()
    days = SchoolCalendar.of(school.pk)

    assert new.count() == 7
    assert first.status == Concern.Status.NEW
    assert first.get_how_soon_display() == "Right now"
    assert days.hours_between(first.logged_at, TUESDAY) == timedelta(minutes=38)
    assert ConcernChild.objects.filter(concern__in=new, kind="unnamed").count() == 1
    assert new.filter(news_at__isnull=False).count() == 1
    due = list(
        Action.objects.filter(owner=lead, status="to_do", due_on__lte=TUESDAY.date()).values_list("due_on", flat=True)
    )
    assert TUESDAY.date() in due
    assert min(due) < TUESDAY.date()
    assert [d.author for d in unsent_for_a_day(school.pk, at=TUESDAY, by=lead)] == ["Jodie Pilling"]
    assert Draft.objects.get().content


def test_one_person_for_each_role_can_sign_in(school):
    shown = [s.username for s in sign_ins()]
    keys = set(RoleAssignment.objects.filter(user__username__in=shown).values_list("role_key", flat=True))
    offered = set(RoleAssignment.objects.values_list("role_key", flat=True))

    assert keys == offered
    for entry in sign_ins():
        assert User.objects.get(username=entry.username).check_password(entry.password)


def test_a_lead_has_a_child_of_her_own_at_the_school(school):
    lead = User.objects.get(username="b.prydderch")
    own = ContactLink.objects.get(
        contact__forename=lead.first_name, contact__surname=lead.last_name, relationship="Mother"
    ).child
    about = Concern.objects.filter(children__child=own)

    assert not about.filter(acknowledged_by=lead).exists()
    assert not Decision.objects.filter(concern__in=about, decided_by=lead).exists()


def test_the_lead_sees_nothing_of_her_own_child(school):
    lead = User.objects.get(username="b.prydderch")
    own = ConflictOfInterest.objects.get(user=lead)
    assert own.confirmed_by is not None
    assert not may_view(lead, own.child)
    assert not Concern.objects.visible_to(lead).filter(children__child=own.child).exists()


def test_there_is_access_of_every_kind_to_look_at(school):
    today = TUESDAY.date()
    pastoral, head = User.objects.get(username="d.holroyde"), User.objects.get(username="h.garthwick")
    chair, deputy = User.objects.get(username="w.delapenha"), User.objects.get(username="s.mahfouz")
    ends = list(ChildGrant.objects.filter(user=pastoral).values_list("expires_on", flat=True))
    assert min(ends) < today < max(ends)
    assert ChildTeamGrant.objects.get().is_live(today)
    assert EmergencyAccess.objects.get(reviewed_at=None).user == pastoral
    assert Concern.objects.visible_to(chair).count() == 1
    assert not may_view(head, Concern.objects.visible_to(chair).get())
    assert not may_view(deputy, Concern.objects.get(restricted_at__isnull=False))


def test_every_closed_concern_says_how_it_was_closed(school):
    closed = Concern.objects.filter(status=Concern.Status.CLOSED).order_by("pk")
    written = Closing.objects.order_by("concern")
    assert [(c.pk, c.outcome, c.closing_reason, c.receipt) for c in closed] == [
        (c.concern_id, c.outcome, c.reason, c.receipt) for c in written
    ]


def test_the_small_school_has_its_own_people(school):
    small = School.objects.get(slug=SMALL)
    head = User.objects.get(username="e.hallam")

    assert small.children.count() == 30
    assert Concern.objects.filter(school=small).count() >= 5
    assert set(RoleAssignment.objects.filter(user=head).values_list("role_key", "school__slug")) == {
        ("headteacher", SMALL),
        ("lead", SMALL),
    }


def test_a_bulk_write_records_its_own_event(school):
    made = Event.objects.get(verb="create", object_type="concerns.concern", school_id=school.pk, purpose="demo school")

    assert made.count == Concern.objects.filter(school=school).count() - 18
    brought_in = Event.objects.filter(verb="import", object_type="children.child", school_id=school.pk)
    # The children of the data, and those who left long ago.
    assert brought_in.filter(purpose="demo school").count() == 20
    # One for each child of whom an earlier system had something, or another school sent a file.
    assert brought_in.filter(purpose="earlier records").count() == 4


def test_something_has_changed_and_it_is_said_who_changed_it(school):
    entries = LogEntry.objects.filter(school_id=school.pk)
    assert {"concerns.concern", "children.childdetail"} <= {entry.object_type for entry in entries}
    staff = {a.user_id for a in school.assignments.all()}
    # Its settings came with the school, before anybody worked there.
    decided = {label for setting in settings() for label in setting.models}
    assert {entry.object_type for entry in entries if entry.actor_id not in staff} <= decided
    surgeries = entries.filter(object_type="children.childdetail", changes__has_key="gp")
    assert desk.CORRECTED_GP in {entry.changes["gp"][1] for entry in surgeries}


def test_a_lead_has_marked_what_matters_and_chosen_rules(school):
    """Significant events of one child, a meeting prepared with the child's own words, and three rules of the school,
    one of which finds an adult who is named twice.
    """
    [brief] = Brief.objects.all()
    pins = Pin.objects.filter(child=brief.child)
    assert pins and all(pin.analysis for pin in pins)
    assert brief.worries and brief.words
    assert ChronologyEntry.objects.filter(child=brief.child).count() == 1
    assert {rule.kind for rule in rules_of(school.pk)} == {"number", "place", "adult"}
    named = ConcernAdult.objects.filter(concern__children__child=brief.child, taken_back_at=None)
    assert len({one.adult for one in named}) == 1 < len(named)


def test_what_the_law_asks_is_there_to_be_looked_at(school):
    """One duty done and one to do, a concern beside which the Prevent duty stands, a police notice, and earlier
    marks.
    """
    duties = {
        duty.concern.title: duty for duty in Duty.objects.filter(school=school).select_related("concern", "owner")
    }
    assert {title: duty.how_ended for title, duty in duties.items()} == {law.OPEN: "", law.DONE: "reported"}
    assert all(RoleAssignment.objects.filter(user=d.owner, role_key="teacher").exists() for d in duties.values())
    assert Concern.objects.filter(school=school, category="RAD", decided_at__isnull=False).exists()
    notice = PoliceNotice.objects.get(school=school)
    assert (notice.support, notice.concern.category_id) == ("silent", "DOM")
    named = ConcernChild.objects.filter(concern__account__marks__isnull=False, concern__school=school)
    assert max(Counter(child for child, _ in named.values_list("child", "concern").distinct()).values()) > 1


def test_a_sign_of_abuse_waits_one_was_answered_and_a_copy_is_to_decide(school):
    waits = dict(
        RetentionDate.objects.filter(child__surname__in=("Warden", "Tindall", "Sandal")).values_list(
            "child__surname", "missing"
        )
    )
    assert waits == {"Warden": "asked", "Tindall": "", "Sandal": "undecided"}


def test_one_child_is_on_the_list_twice_and_another_was(school):
    asked, merged = ChildMerge.objects.filter(school=school).order_by("status")
    assert (merged.status, asked.status) == ("merged", "asked")
    assert asked.keep.detail.date_of_birth == asked.other.detail.date_of_birth
    assert merged.other.merged_into == merged.keep and merged.undo_until > timezone.localdate()
    assert FormerUpn.objects.get(child=merged.keep).upn == merged.other.detail.upn


def test_the_overview_shows_a_target_that_is_met_and_one_that_is_missed(school):
    head = RoleAssignment.objects.filter(school=school, role_key="headteacher").latest("starts_on").user
    viewer = Viewer(user=head, school_id=school.pk, at=TUESDAY, period=this_year(TUESDAY.date()))
    held = targets_of([school.pk])[school.pk]
    stands = {one.title: one.aim.stands.value for one in judged(six_numbers(viewer), held, viewer) if one.aim}
    assert {"met", "missed"} <= set(stands.values()), stands
    assert [one.value for one in held if one.figure == "read-in-time"] == [90, 95]


def test_governors_read_a_published_report_and_the_next_one_is_a_draft(school):
    done, begun = GovernorReport.objects.filter(school=school).order_by("starts_on")
    assert (done.status, begun.status) == ("published", "draft")
    for report in (done, begun):
        assert ReportCell.objects.filter(build=report.chosen_id, hidden=False).count() > 20
        assert drafting.comments_of(report)
    assert publishing.approving_problems(begun, by=begun.made_by) == []


def test_word_went_to_every_agency_but_of_what_was_decided_today(school: School):
    found = list(asking_outside(Concern.objects.all(), school.pk))
    assert law.OPEN in [one.title for one in found]
    assert all(one.decided_at and one.decided_at > TUESDAY - timedelta(days=1) for one in found)
