"""Open a file of another school: all of its volumes, with its words. It becomes an earlier batch, or nothing is taken.

Each volume is opened in the sandbox. What comes out of it is believed once every page and attachment is what the
manifest says, and the manifest what the key signed. Whose key that is, a call says (`calling.py`): until then nothing
of the file is read into the record.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid5

from django.utils import timezone

from safeguarding.accounts.models import School, User
from safeguarding.audit.context import actors_transaction
from safeguarding.audit.services import record
from safeguarding.concerns.services import earlier
from safeguarding.concerns.services.earlier.matching import Register
from safeguarding.dates import full_day
from safeguarding.exceptions import BadInput
from safeguarding.turns import wait_for
from safeguarding.uploads.unlocking import unlock
from sharing.received.models import FileReceived
from sharing.received.permissions import ensure_opens
from sharing.received.verbs import ReceivedVerb
from sharing.transfer_file import opening
from sharing.transfer_file.containers import File, whole_file
from sharing.transfer_file.json_text import BadFile
from sharing.transfer_file.manifest import VOLUMES
from sharing.transfer_file.opening import ALL, LARGEST, TOO_LARGE, TOO_MUCH, Opened

from .saying import as_batch, who_of

_OPENER = Path(opening.__file__)
_FIND = "A child you are related or close to is not found for you: another lead opens that file. Nothing was taken in."
# By the codes of `matching.Register`.
_WHO = {
    "several": "More than one child of your school has the name and date of birth in this file, and it has no UPN that "
    "says which. Ask the school that sent it for the UPN. Nothing was taken in.",
    "shared_upn": "More than one child of your school had the UPN in this file. Ask the school that sent it for the "
    "child’s own. Nothing was taken in.",
    "not_theirs": "The UPN in this file belongs to another child of your school than its name and date of birth. Find "
    "out whose file it is before you open it again. Nothing was taken in.",
    "another_name": "The child with the UPN in this file has another name here, and the file has no date of birth that "
    "says it is the same child. Nothing was taken in.",
    "other_upn": "The child with the name and date of birth in this file has another UPN here. Find out which is right "
    "before you open it again. Nothing was taken in.",
}
_NOBODY = (
    "No child of your school has the UPN in this file, or its name and date of birth. Bring the child onto the list of "
    f"children first. {_FIND}"
)


def open_file(
    *,
    school: School,
    token: UUID,
    volumes: Sequence[bytes],
    words: str,
    by: User,
    at: datetime | None = None,
) -> FileReceived:
    """Take in a file, as an earlier batch that is HELD until its key is confirmed, or UPLOADED where that was before.

    The same form again returns what the first became. Raises `BadFile` or `BadInput` with the sentence that says why
    nothing was taken, `NotAllowed`, `FilesAway`.
    """
    ensure_opens(by, school.pk)
    at = at or timezone.now()
    if (there := _by_token(token, by)) is not None:
        return there
    file = opened(volumes, words)
    if file.record.made_on > timezone.localdate(at):
        raise BadFile("This file says that it was made on a day to come. Telephone the school that sent it.")
    with actors_transaction():
        wait_for(uuid5(school.pk, str(file.record.file)))
        if (there := _by_token(token, by)) is not None:
            return there
        _ensure_first(school, file)
        child_id = _child_of(school, file, by=by)
        made = _received(school, file, token=token, by=by, at=at)
        made.child_id = child_id
        made.batch = earlier.start_batch(
            school=school,
            token=uuid5(token, "batch"),
            source=made.sender,
            given=earlier.Given(file=as_batch(file)),
            is_held=not made.key_was_known,
            by=by,
            at=at,
        )
        made.save(force_insert=True)
        record(ReceivedVerb.RECEIVE, made, by=by, count=made.entries, purpose="file of Harbour")
    return made


def opened(volumes: Sequence[bytes], words: str) -> File:
    """The file that these volumes are, checked whole. Raises `BadFile`."""
    if not volumes:
        raise BadInput("Choose the file. Where it has several volumes, choose all of them together.")
    if len(volumes) > VOLUMES:
        raise BadFile(f"A file has at most {VOLUMES:,} volumes.")
    if not words.strip():
        raise BadInput("Type the words that the other school told you.")
    return whole_file(list(_each(volumes, words)))


def _each(volumes: Sequence[bytes], words: str) -> Iterator[Opened]:
    left = ALL
    for content in volumes:
        if len(content) > LARGEST:
            raise BadFile(TOO_LARGE)
        found = unlock(content, words, opener=_OPENER)
        if found.problem:
            raise BadFile(found.problem)
        left -= sum(map(len, found.attachments.values()))
        if left < 0:
            raise BadFile(TOO_MUCH)
        yield Opened(found.pages, found.digest, found.attachments)


def _by_token(token: UUID, by: User) -> FileReceived | None:
    return FileReceived.objects.select_related("batch").filter(token=token, received_by=by).first()


def _ensure_first(school: School, file: File) -> None:
    """Refuse a file that was opened already, unless what it said was given up, or taken out again."""
    before = FileReceived.objects.select_related("batch").filter(school=school, file=file.record.file)
    if there := next((one for one in before if one.stands), None):
        raise BadInput(
            f"This file was opened already, on {full_day(there.came_on)}. It is not taken in twice: find it below, "
            "among the files that came."
        )


def _child_of(school: School, file: File, *, by: User) -> UUID:
    found, problem = Register.of(school.pk, by=by).find(who_of(file.record.child))
    if found is None:
        raise BadInput(_WHO.get(problem, _NOBODY))
    return found


def _received(school: School, file: File, *, token: UUID, by: User, at: datetime) -> FileReceived:
    said = file.record
    made = FileReceived(
        school=school,
        token=token,
        how=FileReceived.How.HARBOUR,
        sender=_as_read(said.sent_from.name),
        sender_urn=_as_read(said.sent_from.urn),
        came_on=timezone.localdate(at),
        received_at=at,
        received_by=by,
        file=said.file,
        made_on=said.made_on,
        is_addition=said.is_addition,
        entries=len(said.entries),
        volumes=file.manifest.count,
        manifest=file.manifest.to_json().decode(),
        manifest_digest=file.manifest_digest,
        sender_key=str(file.key),
    )
    made.key_was_known = _is_known(made)
    return made


def _as_read(text: str) -> str:
    """A text as an eye reads it: without letters that it does not see, such as those that turn a line round. By this
    name the school is telephoned.
    """
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())


def _is_known(made: FileReceived) -> bool:
    """Whether somebody has confirmed by telephone that this key is that of this school.

    Of a school by its name and number: one that another school signs with is not known by that.
    """
    before = FileReceived.objects.filter(
        school=made.school_id,
        sender_key=made.sender_key,
        sender__iexact=made.sender,
        sender_urn=made.sender_urn,
        confirmed_at__isnull=False,
    )
    return before.exists()
