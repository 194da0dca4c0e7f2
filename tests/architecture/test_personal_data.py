"""Is every piece of personal data declared, and does no record carry a name where a log would print it?"""

import ast
import inspect
import textwrap

from django.db import models
from django.test.utils import isolate_apps

from safeguarding import personal_data
from safeguarding.concerns.models import Pin
from safeguarding.personal_data import Link, Retention, Source, problems
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

    monkeypatch.setattr(personal_data, "own_models", lambda: [Undeclared, Half, Whole])
    found = "\n".join(personal_data.problems())

    assert "demo.Undeclared has no inner class PersonalData" in found
    assert "demo.Half.forgotten is not classified" in found
    assert "demo.Half.PersonalData names imagined" in found
    assert "demo.Half.loose: a narrative is a sealed field" in found
    assert "demo.Half.sealed: a narrative is a sealed field" in found
    assert "demo.Half.PersonalData needs `source` and `retention`" in found
    assert "subject` must say whose" in found
    assert "demo.Half.PersonalData: `sealed_by` goes with narratives" in found
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
