"""Is a form that a cut connection left half of ever taken for a whole one?"""

from io import BytesIO
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.http import UnreadablePostError
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

CONTENT = encode_multipart(BOUNDARY, {"words": "He fell.", "chosen": SimpleUploadedFile("a.txt", b"a" * 600_000)})


def request_of(rf, came):
    """A form of which `came` arrived, of the length that its headers say."""
    environ = rf.post("/", content_type=MULTIPART_CONTENT).environ
    request = WSGIRequest(environ | {"CONTENT_LENGTH": str(len(CONTENT)), "wsgi.input": BytesIO(came)})
    request.user = SimpleNamespace(is_authenticated=True)
    return request


def test_a_form_that_came_whole_is_read(rf):
    request = request_of(rf, CONTENT)
    assert request.POST["words"] == "He fell."
    assert request.FILES["chosen"].read() == b"a" * 600_000


@pytest.mark.parametrize("missing", [1, 40, 300_000, len(CONTENT) - 10])
def test_a_form_that_was_cut_off_is_not(rf, missing):
    with pytest.raises(UnreadablePostError):
        request_of(rf, CONTENT[:-missing]).FILES  # noqa: B018
