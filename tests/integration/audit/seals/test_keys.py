"""What happens without a key, with a wrong one, and when a new one takes over?"""

import stat
from collections.abc import Callable
from io import StringIO
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.core.management import CommandError, call_command
from psycopg.errors import InsufficientPrivilege

from safeguarding.audit.models import Checkpoint, Event, Leaf, SealState, Verb
from safeguarding.audit.seals import keyfile, services
from safeguarding.audit.seals.keyfile import KeyFile, SealProblem
from safeguarding.audit.seals.notes import Signer
from safeguarding.audit.services import record
from tests.integration.audit.seals.record import export, kinds, seal_all, verify, verify_alone


def seal_key(*arguments: str) -> str:
    out = StringIO()
    call_command("seal_key", *arguments, stdout=out)
    return out.getvalue()


def test_the_key_is_made_once_for_its_owner_alone_and_only_its_public_half_is_printed(
    transactional_db: None, places: SimpleNamespace
) -> None:
    printed = seal_key("make")
    assert stat.S_IMODE(places.key.stat().st_mode) == 0o600
    assert "PRIVATE" not in printed
    assert printed == seal_key("show")
    assert printed.startswith("harbour/")
    with pytest.raises(CommandError, match="There is a key in"):
        seal_key("make")


def test_the_web_process_neither_seals_nor_changes_the_key(
    whole: SimpleNamespace, connect: Callable[[str], psycopg.Connection], settings: Any
) -> None:
    web, worker = connect("web"), connect("worker")
    for table in ("leaf", "checkpoint"):
        put_in = f"INSERT INTO audit_{table} SELECT * FROM audit_{table} WHERE false"
        worker.execute(put_in)
        for statement in (put_in, f"UPDATE audit_{table} SET {'hash = hash' if table == 'leaf' else 'note = note'}"):
            with pytest.raises(InsufficientPrivilege, match="permission denied"):
                web.execute(statement)
    with pytest.raises(InsufficientPrivilege, match="permission denied"):
        web.execute("UPDATE audit_sealstate SET verdict = 0")
    owner = connect("owner")
    for table in ("leaf", "checkpoint"):
        for statement in (f"DELETE FROM audit_{table}", f"TRUNCATE audit_{table}"):
            with pytest.raises(InsufficientPrivilege, match="is append-only"):
                owner.execute(statement)
    settings.ROLE = "web"
    with pytest.raises(CommandError, match="HARBOUR_ROLE=worker"):
        seal_key("rotate")


def test_without_a_key_events_are_written_and_wait_and_it_is_said_why(whole: SimpleNamespace) -> None:
    aside = whole.key.rename(whole.tmp / "aside")
    sealed = Leaf.objects.count()
    record(Verb.VIEW, object_id=(mine := uuid4()))
    assert services.seal_and_anchor() == 0
    assert Event.objects.filter(object_id=mine).exists()
    assert Leaf.objects.count() == sealed
    problem = SealState.objects.get().seal_problem
    assert "cannot be read: No such file" in problem
    assert "Put it back" in problem
    code, report = verify(whole.anchors)
    assert (code, report["verdict"]) == (2, "not checked"), "signatures that nobody can check do not pass"
    assert "No seal could be checked." in report["not_checked"][0]
    with pytest.raises(CommandError, match=r"seals of another key.*Put its file back"):
        seal_key("make")
    aside.rename(whole.key)
    seal_all()
    assert SealState.objects.get().seal_problem == ""
    assert verify(whole.anchors)[0] == 0


@pytest.mark.parametrize("written", ["", "PRIVATE+KEY+x", "not a key", "PRIVATE+KEY+a+00000000+AQ=="])
def test_a_key_that_is_none_is_one_sentence_that_does_not_quote_it(written: str, whole: SimpleNamespace) -> None:
    whole.key.write_text(written)
    with pytest.raises(SealProblem, match="cannot be used") as refused:
        services.seal()
    assert written == "" or written not in refused.value.sentence


def test_another_key_in_the_place_of_ours_seals_nothing(whole: SimpleNamespace) -> None:
    keyfile.write_draft(KeyFile(Signer.make("harbour/1"), ())).replace(whole.key)
    record(Verb.VIEW)
    with pytest.raises(SealProblem, match="is signed by a key that"):
        services.seal()
    assert verify(whole.anchors)[0] == 1


def test_a_new_key_takes_over_and_whoever_has_the_old_one_believes_it(whole: SimpleNamespace) -> None:
    old = str(keyfile.read().signer.public)
    printed = seal_key("rotate").split()
    assert printed[1:] == [old]
    assert stat.S_IMODE(whole.key.stat().st_mode) == 0o600
    for _ in range(5):
        record(Verb.VIEW)
    seal_all()
    for keys in ((), (old,), tuple(printed)):
        assert verify(whole.anchors, keys=keys)[0] == 0
    assert verify_alone(export(whole.tmp / "export.jsonl"), whole.anchors, keys=(old,))[0] == 0
    code, report = verify(whole.anchors, keys=(printed[0],))
    assert (code, kinds(report)) == (1, {"seal_signature", "anchor_signature"}), (
        "the new key alone proves nothing older"
    )


def test_a_key_that_was_replaced_signs_no_more(whole: SimpleNamespace) -> None:
    former = whole.key.read_text()
    old = str(keyfile.read().signer.public)
    seal_key("rotate")
    new = whole.key.read_text()
    whole.key.write_text(former)
    record(Verb.VIEW)
    with pytest.raises(SealProblem, match="changing the key was cut off"):
        services.seal()
    # Signed with it all the same, by somebody who kept it.
    whole.key.write_text(new)
    seal_all()
    newest = Checkpoint.objects.latest("number")
    said = services.Said.parse(services.SignedNote.parse(newest.note).body)
    forged = services.Said(
        said.origin, said.size, said.root, newest.number + 1, services.database_time(), said.settled_before
    )
    stolen = Signer.parse(former.split()[0])
    Checkpoint.objects.create(
        number=forged.number, size=forged.size, at=forged.at, note=stolen.sign(forged), frontier=newest.frontier
    )
    code, report = verify(whole.anchors, keys=(old,))
    assert (code, "seal_former_key" in kinds(report)) == (1, True)


def test_after_the_loss_of_a_key_a_new_one_goes_on_where_the_old_ones_public_half_is_given(
    whole: SimpleNamespace,
) -> None:
    old = str(keyfile.read().signer.public)
    whole.key.unlink()
    other = str(Signer.make("harbour/1").public)
    with pytest.raises(CommandError, match="give its public half"):
        seal_key("make", "--former", other)
    with pytest.raises(CommandError, match="A public key cannot be used"):
        seal_key("make", "--former", old[:-4])
    printed = seal_key("make", "--former", old).split()
    assert printed[1] == old
    assert printed[0].split("+")[0] == old.split("+")[0], "the same record"
    record(Verb.VIEW)
    seal_all()
    assert verify(whole.anchors)[0] == 0


def test_a_folder_that_takes_no_file_leaves_the_key_as_it_was(
    whole: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, seals = whole.key.read_text(), Checkpoint.objects.count()

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("safeguarding.audit.seals.keyfile.os.open", full)
    with pytest.raises(CommandError, match=r"No space left on device\. Nothing was changed"):
        seal_key("rotate")
    assert (whole.key.read_text(), Checkpoint.objects.count()) == (before, seals)
