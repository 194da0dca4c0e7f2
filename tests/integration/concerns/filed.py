"""What the tests of files share: attaching one, sending one as a form, and what the store holds."""

from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile

from safeguarding.concerns.services.attaching import attach
from safeguarding.sealing import files
from safeguarding.uploads.services.keeping import Upload

NOTE = Upload("Drawing of Rowan.txt", b"He drew a house without a door.")


def attached(room, concern, *uploads, by=None):
    [kept] = attach(concern=concern, token=uuid4(), uploads=uploads or [NOTE], by=by or room.lead).kept
    return kept


def stored():
    return set(files.stored_names())


def send(client, address, *uploads, **more):
    given = [SimpleUploadedFile(upload.name, upload.content) for upload in uploads]
    return client.post(address, {"token": str(uuid4()), "chosen": given, **more}, follow=True)


def text(page):
    return " ".join(page.content.decode().split())
