"""Is every piece of personal data declared, and does no record carry a name where a log would print it?"""

import ast
import inspect
import textwrap

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.test.utils import isolate_apps

from children.models import Child
from safeguarding import personal_data
from safeguarding.accounts.models import School
from safeguarding.concerns.models import Concern, Pin
from safeguarding.personal_data import Kept, Link, Retention, Source, problems
from safeguarding.sealing.fields import SealedText


def test_every_model_and_field_is_classified():
    assert list(personal_data.problems()) == []


@isolate_apps("safeguarding.demo")
def test_a_model_or_field_that_nobody_classified_is_found(monkeypatch):
    class Undeclared(models.Model):
        class Meta:
            app_label = "demo"

    class Half(models.Model):
        forgotten = models.CharField(max_length=10)
        loose = models.TextField()
        sealed = SealedText()

        class Meta:
            app_label = "demo"

        class PersonalData(personal_data.PersonalData):
            narrative = ("loose",)
            plain = ("sealed", "imagined")

    class Whole(models.Model):
        note = SealedText()

        class Meta:
            app_label = "demo"

        class PersonalData(personal_data.PersonalData):
            subject = "self"
            sealed_by = "id"
            narrative = ("note",)
            source = Source.SCHOOL
            collection = "voluntary"
            retention = Retention.ROOT
            schedule = "consent"
            category = "Notes"

    class Untold(models.Model):
        class Meta:
            app_label = "demo"

        class PersonalData(personal_data.PersonalData):
            subject = "self"
            source = Source.SCHOOL
            collection = "voluntary"
            retention = Retention.GOES_WITH_IT
            category = "Letters"

    class Uncalled(models.Model):
        class Meta:
            app_label = "demo"

        class PersonalData(personal_data.PersonalData):
            subject = "self"
            source = Source.SCHOOL
            collection = "voluntary"
            retention = Retention.GOES_WITH_IT

    monkeypatch.setattr(personal_data, "own_models", lambda: [Undeclared, Half, Whole, Untold, Uncalled])
    monkeypatch.setitem(personal_data._sensitive, "Notes", ())
    found = "\n".join(personal_data.problems())

    assert "demo.Undeclared has no inner class PersonalData" in found
    assert "demo.Half.forgotten is not classified" in found
    assert "demo.Half.PersonalData names imagined" in found
    assert "demo.Half.loose: a narrative is a sealed field" in found
    assert "demo.Half.sealed: a narrative is a sealed field" in found
    assert "demo.Half.PersonalData needs `source` and `retention`" in found
    assert "subject` must say whose" in found
    assert "demo.Half.PersonalData: `sealed_by` goes with narratives" in found
    assert "demo.Uncalled is about a child: its `category`" in found
    assert "demo.Untold.PersonalData: `notice_category` says what of its category is sensitive" in found
    assert "Whole" not in found


def test_no_str_says_more_than_which_record_it_is():
    """`__str__` ends up in logs and in error reports: it may say type and key, nothing else of the row."""
    revealing = []
    for model in personal_data.own_models():
        written = model.__str__
        if written is models.Model.__str__:
            continue
        tree = ast.parse(textwrap.dedent(inspect.getsource(written)))
        read = {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
        }
        revealing += [f"{model._meta.label}.__str__ reads {name}" for name in read - {"pk", "id", "_meta", "__class__"}]
    assert revealing == []


def test_a_link_to_a_record_of_another_period_is_ruled(monkeypatch):
    ruled = Pin.PersonalData.links
    assert set(ruled) == {"concern", "entry"}
    monkeypatch.setattr(Pin.PersonalData, "links", {})
    assert "concerns.Pin.concern leads to a record of another period: `links` must rule it." in set(problems())
    monkeypatch.setattr(Pin.PersonalData, "links", {**ruled, "child": Link.ENDS})
    assert "concerns.Pin.child needs no ruling: it ends with the row’s own record, or with nobody." in set(problems())


@isolate_apps("safeguarding.demo")
def test_a_column_of_keys_is_ruled_and_its_ruling_can_be_carried_out(monkeypatch):
    class Keyed(models.Model):
        token = models.UUIDField()
        child_key = models.UUIDField()
        names = ArrayField(models.UUIDField())
        entry = models.ForeignKey(Pin, on_delete=models.PROTECT)

        class Meta:
            app_label = "demo"

        class PersonalData(personal_data.PersonalData):
            plain = ("token", "child_key", "names")
            source = Source.SCHOOL
            retention = Retention.KEPT
            kept = Kept.SETTING

    def found():
        return "\n".join(problems())

    monkeypatch.setattr(personal_data, "own_models", lambda: [Keyed])
    assert "demo.Keyed.child_key holds keys: `links` must rule it" in found()
    assert "demo.Keyed.names holds keys" in found()
    assert "demo.Keyed.entry leads to a record of another period" in found()
    # That of its form is ruled for every model.
    assert "demo.Keyed.token" not in found()

    ruled = {"child_key": Link.ENDS, "names": Link.APART, "entry": Link.ENDS}
    monkeypatch.setattr(Keyed.PersonalData, "links", ruled)
    assert found() == ""
    monkeypatch.setattr(Keyed.PersonalData, "links", {**ruled, "entry": Link.STAYS})
    assert "demo.Keyed.entry is a link: `links` cannot say that it stays as it is" in found()
    monkeypatch.setattr(Keyed.PersonalData, "links", {**ruled, "entry": Link.EMPTIES})
    assert "demo.Keyed.entry cannot be emptied: it takes no null." in found()
    monkeypatch.setattr(Keyed.PersonalData, "links", ruled)
    monkeypatch.setattr(Keyed.PersonalData, "emptied", {"entry": {"story": ""}})
    assert "demo.Keyed.entry is in `emptied`, and no link that empties." in found()
    assert "demo.Keyed.PersonalData empties story, which is no field." in found()


def test_a_root_says_when_it_ends(monkeypatch):
    for model, name in ((Child, "schedule"), (Concern, "about")):
        with monkeypatch.context() as changed:
            changed.setattr(model.PersonalData, name, "")
            assert any(one.startswith(f"{model._meta.label} is a root: say its `schedule`") for one in problems())
    monkeypatch.setattr(Pin.PersonalData, "schedule", "pin")
    assert "concerns.Pin is no root: `schedule` and `about` are of roots alone." in set(problems())


def test_a_row_that_is_kept_says_why_and_no_other_does(monkeypatch):
    monkeypatch.setattr(School.PersonalData, "kept", None)
    monkeypatch.setattr(Pin.PersonalData, "kept", Kept.MACHINE)
    assert list(problems()) == [
        "accounts.School is kept whatever ends: say why (`kept`).",
        "concerns.Pin is not kept: `kept` is of kept rows alone.",
    ]
    said = [mine.kept for model in personal_data.own_models() if (mine := personal_data.declared(model))]
    assert set(Kept) <= set(said), "a reason that no row gives"
    assert all(why.endswith(".") and any(source in why for source in ("Article", "KCSIE", "By R")) for why in Kept)
