"""Is everything that happened sealed, once, and is a record that nobody touched whole?"""

from types import SimpleNamespace

from safeguarding.audit.models import Checkpoint, Event, Leaf
from tests.integration.audit.seals.record import export, verify, verify_alone


def test_what_nobody_touched_is_whole_for_both_verifiers(whole: SimpleNamespace) -> None:
    code, report = verify(whole.anchors)
    assert (code, report["verdict"], report["findings"], report["not_checked"]) == (0, "whole", [], [])
    assert report["events_sealed"] == Event.objects.count() == Leaf.objects.count() > 20
    assert report["anchors"] == report["seals"] == Checkpoint.objects.count()
    file = export(whole.tmp / "export.jsonl")
    code, alone = verify_alone(file, whole.anchors)
    assert (code, alone["verdict"], alone["findings"]) == (0, "whole", [])
    assert alone["newest_seal"] == report["newest_seal"]
