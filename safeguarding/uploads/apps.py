from django.apps import AppConfig
from django.http import multipartparser

# Bytes of the headers of one part of a form, where the name of a file stands. Django's 1,024 refuse the whole form
# without a word, with everything that was typed in it. A name that came is cut by Django and judged beside the others
# (`looking.py`).
_MOST_OF_HEADERS = 64 * 1024


class UploadsConfig(AppConfig):
    name = "safeguarding.uploads"
    label = "uploads"

    def ready(self) -> None:
        multipartparser.MAX_TOTAL_HEADER_SIZE = _MOST_OF_HEADERS  # type: ignore[attr-defined]
