"""What was posted on a form on which somebody writes as much as they like?"""

from typing import cast

from django.conf import settings
from django.http import HttpRequest, QueryDict

from safeguarding.exceptions import BadInput

# More than anybody types: beyond it goes only who wants to fill the disk.
MOST = settings.MOST_TEXT


def everything(request: HttpRequest, *, most: int = MOST) -> QueryDict:
    """What was posted, also where it is longer than a page may otherwise be: somebody pasted a great deal of text.

    Raises `BadInput` for more than `most` bytes. For views without the browser's token only: it reads the body first,
    and once.
    """
    if (read := getattr(request, "everything", None)) is not None:
        return cast(QueryDict, read)
    if request.content_type == "multipart/form-data":
        return request.POST
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if length > most:
        raise BadInput(
            f"What you sent is longer than {most // 2**20} million letters. Go back and shorten it; what "
            "was saved before is kept."
        )
    if length <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE or request.content_type != "application/x-www-form-urlencoded":
        return request.POST
    request.everything = QueryDict(request.read(length), encoding="utf-8")  # type: ignore[attr-defined]
    return request.everything  # type: ignore[attr-defined, no-any-return]
