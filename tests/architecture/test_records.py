"""Is every model declared as a record, and is each default taken, or refused in words?"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import NoReverseMatch, reverse

from children.models import Child
from safeguarding import records
from safeguarding.audit.protection import protected_models
from safeguarding.concerns.services.searching import searched
from safeguarding.concerns.services.searching_beside import searched_beside
from safeguarding.keys import uuid7
from safeguarding.personal_data import own_models
from safeguarding.records import Kind, Refused
from safeguarding.sealing.services.rows import sealed_fields
from safeguarding.uploads.models import InStore
from tests.architecture.source import ROOT

# What hangs on a child and on no concern, of apps below concerns: no word search looks through them.
_OF_THE_CHILD = {"children", "adults", "printing"}


def test_every_model_is_declared_once_and_the_protected_ones_have_a_rule():
    assert {one.model for one in records.records()} == set(own_models())
    of_rules = {model._meta.label for model in protected_models()}
    assert {one.model._meta.label for one in records.records() if one.kind is Kind.PROTECTED} == of_rules
    with pytest.raises(ImproperlyConfigured, match="declared twice"):
        records.declare(Child)


def test_every_sealed_text_about_a_concern_is_searched_or_refused_in_words():
    found = {*searched(), *searched_beside()}
    silent = [
        one.label
        for one in records.records()
        if sealed_fields(one.model)
        and one.model not in found
        and not isinstance(one.searched, Refused)
        and one.model._meta.app_label not in _OF_THE_CHILD
    ]
    assert silent == []


def test_the_task_that_drops_stray_files_sees_every_row_that_names_one():
    """What it does not see, it would take for a stray and delete after a day."""
    seen = records.seen_by_tasks()["files"]
    assert {model._meta.label_lower for model in own_models() if issubclass(model, InStore)} - seen == set()


def test_every_refusal_says_why():
    said = [value for one in records.records() for value in (one.searched, one.followed, one.merged)]
    assert all(value.because for value in said if isinstance(value, Refused))


def test_every_page_and_every_dotted_name_is_there():
    for one in records.records():
        for name in filter(None, (one.keeps_concern, one.when_in_error)):
            assert callable(records.resolve(name))
        if one.page:
            try:
                reverse(one.page, args=[uuid7()])
            except NoReverseMatch:
                pytest.fail(f"{one.label} names the page {one.page}, which takes no key of a row")


_IMPORT_ALL = """
import importlib, pkgutil, django
from django.utils import module_loading
from safeguarding import apps
apps.SafeguardingConfig.ready = lambda self: None
django.setup()
from safeguarding.packages import own_packages
for package in own_packages():
    for one in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
        if not one.name.endswith((".records", "__main__", ".asgi", ".wsgi")):
            importlib.import_module(one.name)
from safeguarding import records
print(len(records._declared))
"""


def test_no_module_reads_the_register_while_it_is_imported(tmp_path: Path):
    plain = {"HARBOUR_ENV_FILE": os.devnull, "HARBOUR_VAR": str(tmp_path), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _IMPORT_ALL],
        cwd=ROOT,
        env=plain | {"DJANGO_SETTINGS_MODULE": "safeguarding.settings", "HARBOUR_DEMO": "true"},
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "0", done.stderr[-800:]
