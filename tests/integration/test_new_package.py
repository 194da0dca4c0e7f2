"""Is a package guarded that nothing names, from the moment it stands in `INSTALLED_APPS`?"""

from types import ModuleType
from typing import Any

import pytest
from django.apps import AppConfig, apps

from safeguarding.audit.protection import AskedPastTheGate
from tests import factories
from tests.proof import violations

pytestmark = pytest.mark.django_db
ASKS = "from children.models import Child\ndef work():\n    return list(Child.objects.all())"
WRITES = """
from django.db import transaction
from children.models import Child
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
@transaction.atomic
def work(child, says):
    Child.objects.filter(pk=child.pk).update(name_sounds=[])
    if says:
        record(Verb.CHANGE, child)
"""


@pytest.fixture(autouse=True)
def _sharing(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    module = ModuleType("sharing")
    module.__path__ = [str(settings.BASE_DIR / "sharing")]
    config = AppConfig("sharing", module)
    config.apps, config.models = apps, {}
    monkeypatch.setitem(apps.app_configs, "sharing", config)


def written(module: str, text: str) -> Any:
    """The function `work` of a module of this name."""
    names: dict[str, Any] = {"__name__": module}
    exec(compile(text, f"{module}.py", "exec"), names)  # noqa: S102  (the test's own words)
    return names["work"]


def test_its_view_that_asks_past_the_gate_is_refused_and_its_service_is_not():
    with pytest.raises(AskedPastTheGate, match=r"sharing\.views asks for children\.Child"):
        written("sharing.views", ASKS)()
    assert written("sharing.services", ASKS)() == []


def test_its_service_that_writes_without_an_event_is_found_and_one_with_an_event_is_not():
    room = factories.staffroom()
    child = factories.child(room.school, by=room.office)
    for says in (True, False):
        written("sharing.services", WRITES)(child, says)
        found, violations[:] = list(violations), []
        assert any("sharing.services.work wrote" in one for one in found) is not says
