"""What must the rest of Harbour know of the tables of keys? They stand in a database of their own."""

from safeguarding.records import Kind, declare

from .models import BackupRun, Epoch, KeyCheck, KeyShare, RecordKey, SubjectKey, Wrap

declare(Epoch, SubjectKey, RecordKey, Wrap, KeyShare, KeyCheck, BackupRun, kind=Kind.ELSEWHERE)
