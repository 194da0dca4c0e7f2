"""What the rules of a school find: exactly which records, of whom, for whom; what is said of it; the rules
themselves.
"""

from datetime import timedelta
from itertools import count
from types import SimpleNamespace
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from children.services.access import declare_conflict
from safeguarding.accounts.services.looked import in_words
from safeguarding.audit.models import Event, Verb
from safeguarding.audit.protection import may_view
from safeguarding.concerns import patterns
from safeguarding.concerns.models import Category, PatternRule, PatternRuling
from safeguarding.concerns.services import patterns as services
from safeguarding.concerns.services.access import restrict_concern
from safeguarding.concerns.services.deciding.saying import say_in_file
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.concerns.chronicled import about
from tests.integration.concerns.decided import close
from tests.integration.concerns.leads_page import decided, hidden, opened
from tests.matrix.asking import taken_back

pytestmark = pytest.mark.django_db
TODAY = SCHOOL_DAY.date()


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(SCHOOL_DAY, tick=False):
        yield


def ago(days):
    return SCHOOL_DAY - timedelta(days=days)


def rule(cast, kind, number, days, category=None):
    return services.add_rule(
        school=cast.school, token=uuid4(), kind=kind, number=number, days=days, category=category, by=cast.lead
    )


def found(person, rules, child=None):
    """What is found, as (what the records share, their keys)."""
    look = patterns.look(SimpleNamespace(user=person), rules, today=TODAY, child=child)
    return [(hit.what, [concern.pk for concern in hit.concerns]) for hit in look.hits]


def seen(cast, child, days, **account):
    return about(cast, child, at=ago(days), observed_on=ago(days).date(), **account)


def test_so_many_in_so_many_days_are_found_together_and_no_others(cast, rowan):
    neglect = Category.objects.get(code="NEG")
    old = [seen(cast, rowan, days) for days in (200, 199, 198)]
    near = [seen(cast, rowan, days, category=neglect) for days in (40, 25, 11)]
    other = factories.child(cast.school, "Ada", "Stone", by=cast.office)
    both = seen(cast, other, 12)
    about(cast, rowan, "witness", at=ago(10))
    three = rule(cast, "number", 3, 30)
    assert [key for _, keys in found(cast.lead, [three]) for key in keys] == [c.pk for c in reversed(near)]
    assert found(cast.lead, [rule(cast, "number", 3, 29)]) == []
    assert found(cast.lead, [rule(cast, "number", 4, 30)]) == []
    assert found(cast.lead, [rule(cast, "number", 3, 30, neglect)]) == [("", [c.pk for c in reversed(near)])]
    assert found(cast.lead, [three], child=other) == []
    assert len(found(cast.lead, [rule(cast, "number", 2, 200)])) == 1
    assert {old[0].pk, both.pk}.isdisjoint(key for _, keys in found(cast.lead, [three]) for key in keys)
    assert found(factories.staffroom("Gorse Hill Academy").lead, [three]) == []


def test_a_concern_counts_where_it_tells_of_the_child_in_full(cast, rowan):
    """What a lead has said of it stands above the role: a witness of whom it tells counts, a child of whom it does not,
    not.
    """
    three = rule(cast, "number", 3, 30)
    concerns = [seen(cast, rowan, 9), seen(cast, rowan, 6), about(cast, rowan, "witness", at=ago(3))]
    assert found(cast.lead, [three]) == []
    for concern, says, number in ((concerns[2], "whole", 1), (concerns[0], "line", 0)):
        named = concern.children.get()
        say_in_file(named=named, seen=concern.revision, token=uuid4(), says=says, story="", by=cast.lead)
        assert len(found(cast.lead, [three])) == number


def test_the_same_place_weekday_and_a_level_that_rises(cast, rowan):
    home = [seen(cast, rowan, days, place="home") for days in (30, 18, 4)]
    seen(cast, rowan, 8, place="gate")
    assert found(cast.lead, [rule(cast, "place", 3, 30)]) == [("At home", [c.pk for c in reversed(home)])]
    # A Tuesday: 7, 14 and 21 days ago.
    tuesdays = [seen(cast, rowan, days) for days in (21, 14, 7)]
    assert found(cast.lead, [rule(cast, "weekday", 3, 15)]) == [("Tuesdays", [c.pk for c in reversed(tuesdays)])]
    for concern, level in zip(tuesdays, (1, 2, 4), strict=True):
        decided(opened(concern, cast.lead), cast.lead, level=level)
    rising = rule(cast, "rising", 3, 15)
    assert found(cast.lead, [rising]) == [("", [c.pk for c in reversed(tuesdays)])]
    again = seen(cast, rowan, 1)
    decided(opened(again, cast.lead), cast.lead, level=4)
    assert found(cast.lead, [rule(cast, "rising", 4, 60)]) == []
    assert found(cast.lead, [rising, rule(cast, "place", 3, 30)])[0][0] == "At home"


def test_silence_after_the_last_of_several_was_closed(cast, rowan):
    concerns = []
    for days in (70, 60):
        concern = decided(opened(seen(cast, rowan, days), cast.lead), cast.lead)
        with time_machine.travel(ago(50), tick=False):
            concerns.append(close(concern, cast.lead))
    silence = rule(cast, "silence", 2, 42)
    assert found(cast.lead, [silence]) == [("", [c.pk for c in reversed(concerns)])]
    assert found(cast.lead, [rule(cast, "silence", 3, 42)]) == found(cast.lead, [rule(cast, "silence", 2, 51)]) == []
    seen(cast, rowan, 1)
    assert found(cast.lead, [silence]) == []


def test_what_somebody_may_not_see_counts_for_nothing(cast, rowan):
    """A restricted concern, or one of a relative, joins no pattern of whoever does not see it; nor does what was said
    of it.
    """
    three = rule(cast, "number", 3, 30)
    concerns = [seen(cast, rowan, days) for days in (9, 6, 3)]
    assert len(found(cast.deputy, [three])) == 1
    restrict_concern(concern=concerns[1], by=cast.lead)
    assert found(cast.deputy, [three]) == []
    assert len(found(cast.lead, [three])[0][1]) == 3
    ruling = say(cast.lead, three, rowan, concerns, "not", "The class was ill.")
    assert [may_view(person, ruling) for person in (cast.lead, cast.deputy)] == [True, False]
    assert found(cast.lead, [three]) == []
    fourth = seen(cast, rowan, 2)
    # For the deputy a pattern of the three that she sees, of which nobody has said anything.
    assert found(cast.deputy, [three])[0][1] == [fourth.pk, concerns[2].pk, concerns[0].pk]
    declare_conflict(user=cast.deputy, child=rowan, kind="relative", by=cast.deputy)
    assert found(cast.deputy, [three]) == []


def say(person, rule, child, concerns, verdict, reason=""):
    return services.rule_on(
        rule=rule, child=child, concerns=concerns, verdict=verdict, reason=reason, token=uuid4(), by=person
    )


def test_what_is_said_holds_until_another_record_joins(client, cast, rowan):
    three = rule(cast, "number", 3, 30)
    concerns = [seen(cast, rowan, days) for days in (9, 6, 3)]
    client.force_login(cast.lead)
    page = client.get(reverse("patterns"))
    assertContains(page, "3 concerns in 30 days")
    for concern in concerns:
        assertContains(page, concern.reference)
    address = reverse("pattern", args=[three.pk, rowan.pk])
    [(hit, form)] = client.get(address).context["hits"]
    sent = {"token": form["token"].value(), "records": hit.records, "verdict": "not", "reason": " "}
    wrong = client.post(address, sent)
    assertContains(wrong, "Say why it is not a pattern", status_code=422)
    for _ in range(2):
        assert client.post(address, sent | {"reason": "The class was ill."}).status_code == 302
    ruling = PatternRuling.objects.get()
    assert set(ruling.records) == {concern.pk for concern in concerns}
    page = client.get(reverse("patterns"))
    assert page.context["found"].hits == []
    assertContains(page, "The class was ill.")
    assertNotContains(client.get(reverse("child_concerns", args=[rowan.pk])), 'id="patterns"')
    seen(cast, rowan, 1)
    assert len(client.get(reverse("patterns")).context["found"].hits[0].concerns) == 4
    assertContains(client.get(reverse("child_concerns", args=[rowan.pk])), 'id="patterns"')
    say(cast.deputy, three, rowan, list(rowan_concerns(rowan)), "looked")
    assert client.get(reverse("patterns")).context["found"].hits == []
    with pytest.raises(NotAllowed):
        say(cast.teacher, three, rowan, concerns, "looked")
    with pytest.raises(BadInput):
        say(cast.lead, three, rowan, [], "looked")
    client.force_login(cast.teacher)
    assert client.get(address).status_code == client.get(reverse("patterns")).status_code == 403


def test_whoever_opens_a_pattern_has_read_its_concerns_and_what_was_said(client, cast, rowan):
    three = rule(cast, "number", 3, 30)
    say(cast.deputy, three, rowan, [seen(cast, rowan, days) for days in (9, 6, 3)], "looked")
    seen(cast, rowan, 1)
    client.force_login(cast.lead)
    for page, purpose in (
        (reverse("pattern", args=[three.pk, rowan.pk]), "pattern"),
        (reverse("patterns"), "patterns"),
    ):
        before = Event.objects.count()
        client.get(page)
        read = Event.objects.order_by("pk")[before:]
        listed = {line.page: line.count for line in in_words(e for e in read if e.verb == Verb.LIST)}
        assert (listed[purpose], listed["rulings"]) == (4, 1)


def test_what_was_typed_of_a_pattern_that_is_another_by_now_stands_to_be_copied(client, cast, rowan):
    three = rule(cast, "number", 3, 30)
    concerns = [seen(cast, rowan, days) for days in (9, 6, 3)]
    client.force_login(cast.deputy)
    address = reverse("pattern", args=[three.pk, rowan.pk])
    [(hit, form)] = client.get(address).context["hits"]
    sent = {"token": form["token"].value(), "records": hit.records, "verdict": "not", "reason": "The class was ill."}
    for concern in concerns:
        restrict_concern(concern=concern, by=cast.lead)
    refused = client.post(address, sent)
    assertContains(refused, "The class was ill.", status_code=422)
    assertContains(refused, "What you typed has not been saved", status_code=422)
    assert not PatternRuling.objects.exists()


# The days that a rule is changed to, each an hour after the other; whether it is ended after that; what is said of it.
CHANGES = [
    ([], True, "This rule was ended by {lead}, today, 11am"),
    (
        [60],
        False,
        "This rule was changed by {lead}, today, 11am, while you were writing. It says now: 3 concerns in 60 days.",
    ),
    (
        [60, 90],
        False,
        "This rule was changed by {lead}, today, 12pm, while you were writing. It says now: 3 concerns in 90 days.",
    ),
    ([60, 90], True, "This rule was ended by {lead}, today, 1pm"),
]


def test_what_was_typed_of_a_pattern_whose_rule_has_ended_stands_to_be_copied(client, cast, rowan):
    three = rule(cast, "number", 3, 30)
    for ago in (9, 6, 3):
        seen(cast, rowan, ago)
    elsewhere = factories.staffroom("Gorse Hill Academy").lead
    address = reverse("pattern", args=[three.pk, rowan.pk])
    client.force_login(cast.deputy)
    [(hit, form)] = client.get(address).context["hits"]
    form = {"token": form["token"].value(), "records": hit.records, "reason": "The class was ill."}
    for days, ends, says in CHANGES:
        with taken_back():
            _change(cast, three.pk, days, ends)
            said = says.format(lead=cast.lead.full_name)
            for sent in (form, form | {"verdict": "not"}):
                client.force_login(cast.deputy)
                _is_shown_to_be_copied(client.post(address, sent), said, address, "verdict" in sent)
                assert not PatternRuling.objects.exists()
                client.force_login(cast.teacher)
                assert client.post(address, sent).status_code in (403, 404), says
                client.force_login(elsewhere)
                assert client.post(address, sent).status_code == 404, says


def _change(cast, key, days, ends):
    hours = (SCHOOL_DAY + timedelta(hours=n) for n in count(1))
    now = PatternRule.objects.get(pk=key)
    for number in days:
        now = services.change_rule(rule=now, token=uuid4(), number=3, days=number, by=cast.lead, at=next(hours))
    if ends:
        services.end_rule(rule=now, by=cast.lead, at=next(hours))


def _is_shown_to_be_copied(refused, said, address, has_verdict):
    for words in (said, "The class was ill.", "What you typed has not been saved"):
        assertContains(refused, words, status_code=409)
    assertContains(refused, "Not a pattern, because", count=1 if has_verdict else 0, status_code=409)
    # Nothing on it leads back to a form that is not there any more.
    for words in ("Record it", "Somebody has said what it is", "There is a problem", f'href="{address}"'):
        assertNotContains(refused, words, status_code=409)


def rowan_concerns(rowan):
    return [named.concern for named in rowan.concern_roles.all()]


def test_rules_are_added_changed_and_ended_and_what_was_stays(client, cast):
    client.force_login(cast.lead)
    address = reverse("pattern_rules")
    page = client.get(address)
    for _ in range(2):
        client.post(address, hidden(page, "form") | {"do": "usual"})
    assert PatternRule.objects.count() == len(services.USUAL)
    # From the page of before, when one of them has ended: refused whole, and the ended one does not seem to be in
    # force.
    services.end_rule(rule=services.rules_of(cast.school.pk)[2], by=cast.lead)
    assert client.post(address, hidden(page, "form") | {"do": "usual"}).status_code == 409
    assert len(services.rules_of(cast.school.pk)) == len(services.USUAL) - 1
    wrong = client.post(
        address, hidden(page, "form") | {"kind": "rising", "number": "9", "days": "400", "category": "NEG"}
    )
    for words in ("a number from 2 to 4", "a number from 1 to 365", "Choose a kind of concern only with"):
        assertContains(wrong, words, status_code=422)
    first = services.rules_of(cast.school.pk)[0]
    change = reverse("pattern_rule", args=[first.pk])
    sent = hidden(client.get(change), "form") | {"number": "4", "days": "30", "category": "NEG"}
    assert client.post(change, sent).status_code == 302
    assertContains(client.get(address), "4 concerns of the kind “Neglect” in 30 days")
    assertContains(client.get(address), "3 concerns in 30 days")
    assert client.post(change, sent).status_code == 302, "pressed twice, it is changed once"
    assert client.post(change, sent | {"number": "5"}).status_code == 409
    assert client.get(change).status_code == 404
    with pytest.raises(OutOfTurn):
        services.end_rule(rule=first, by=cast.lead)
    last = services.rules_of(cast.school.pk)[-1]
    client.post(reverse("end_pattern_rule", args=[last.pk]))
    assert services.earlier_rules(cast.school.pk).count() == 3
    client.force_login(cast.deputy)
    assert client.get(address).status_code == 403
    with pytest.raises(NotAllowed):
        rule(factories.Staffroom(**vars(cast) | {"lead": cast.deputy}), "number", 3, 9)
