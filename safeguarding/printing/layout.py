"""How does HTML become paper? As tagged PDF (PDF/UA-1), with nothing fetched from anywhere. Run inside the printer
alone.

It knows nothing of Django or of Harbour's other modules: the printer (`printer.py`) loads it into a process without
secrets.
"""

import logging
import re
import ssl
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from weasyprint import CSS, DEFAULT_OPTIONS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

_FOLDER = Path(__file__).resolve().parents[2] / "templates" / "pdf" / "assets"
_SCHEME = "asset:"
# Of pictures that are handed to a print with its page, such as the pages of a letter that was copied.
_PICTURE = "picture:"
_TYPES = {".css": "text/css", ".svg": "image/svg+xml"}
_TAGGED = {"pdf_variant": "pdf/ua-1"}
# Letters in a row without a place to break. They fit on a line: a longer word costs a look at all that follows it, for
# each of its lines. The longest place name of these islands has 58.
LONGEST_WORD = 60
_LONG_WORD = re.compile(rf"[^ \t\n\r\f\u00ad\u200b]{{{LONGEST_WORD + 1},}}")
# No letters of people, or none that are laid out.
_NOT_LAID_OUT = frozenset({"style", "script", "title"})
_JOINER, _BREAK = "\u200d", "\u200b"
# Trusts nobody, as nobody is asked. WeasyPrint would look for the machine's certificates once a print.
_NO_NETWORK = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

# It tells each of its steps, and quotes what it skips: words about children.
logging.getLogger("weasyprint").setLevel(logging.CRITICAL)


class TooLong(Exception):
    """More pages than one print may have."""


class PackagedAssets(URLFetcher):
    """Serves the files of `templates/pdf/assets` by their names, and the JPEGs that are handed to this print. Any other
    address stops the print.

    WeasyPrint's own fetcher opens files and the network: it was seen to attach a file of the machine to a PDF. None of
    it is called here.
    """

    def __init__(self, pictures: Mapping[str, bytes] | None = None) -> None:
        super().__init__(ssl_context=_NO_NETWORK, allowed_protocols=(), allow_redirects=False, fail_on_errors=True)
        self._pictures = pictures or {}

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """The asset or the picture that `url` names. Raises `ValueError` for everything else."""
        picture = self._pictures.get(url.removeprefix(_PICTURE)) if url.startswith(_PICTURE) else None
        if picture is not None:
            return URLFetcherResponse(url, picture, {"Content-Type": "image/jpeg"})
        name = url.removeprefix(_SCHEME)
        if not url.startswith(_SCHEME) or name not in assets():
            raise ValueError("paper shows packaged assets only")
        kind = _TYPES[name[name.rindex(".") :]]
        return URLFetcherResponse(url, assets()[name], {"Content-Type": kind})


@cache
def assets() -> dict[str, bytes]:
    """File name to content of what paper may show."""
    return {path.name: path.read_bytes() for path in _FOLDER.iterdir() if path.suffix in _TYPES}


@cache
def _stylesheet(url: str) -> CSS:
    """Return an asset as WeasyPrint keeps it, parsed once a process: parsing takes longer than most pages."""
    return CSS(url=url, url_fetcher=PackagedAssets())


def _linked(page: Any) -> list[CSS]:
    """Return the stylesheets among the assets that a page links to, and unlink them, so that none is parsed again.

    They apply before whatever the page says of its own looks.
    """
    found = []
    for link in page.iter("link"):
        url = link.get("href", "")
        if link.get("rel") == "stylesheet" and url.startswith(_SCHEME) and url.removeprefix(_SCHEME) in assets():
            found.append(_stylesheet(url))
            del link.attrib["href"]
    return found


def make(html: str, pictures: Mapping[str, bytes] | None = None) -> bytes:
    """A page of HTML as tagged PDF. It may show `pictures`, JPEGs by the names that it calls them: `picture:NAME`.

    About 50 ms a page. Raises `FatalURLFetchingError` when it asks for anything but an asset or one of these.
    """
    pdf: bytes = lay_out([html], pictures=pictures).write_pdf(**_TAGGED)
    return pdf


def lay_out(
    pages: Iterable[str],
    within: int | None = None,
    most: int | None = None,
    pictures: Mapping[str, bytes] | None = None,
) -> Any:
    """The first of these pages of HTML that takes no more than `within` sheets, else the last of them, laid out.

    Raises `TooLong` where it has more than `most` sheets, `FatalURLFetchingError` as `make` does.
    """
    document = None
    for html in pages:
        page = HTML(string=html, url_fetcher=PackagedAssets(pictures))
        break_long_words(page.etree_element)
        options = DEFAULT_OPTIONS | _TAGGED | {"stylesheets": _linked(page.etree_element)}
        document = page.render(font_config=FontConfiguration(), **options)
        if within is None or len(document.pages) <= within:
            break
    if most is not None and document is not None and len(document.pages) > most:
        raise TooLong
    return document


def write(document: Any) -> bytes:
    """What `lay_out` returned, as tagged PDF."""
    pdf: bytes = document.write_pdf(**_TAGGED)
    return pdf


def break_long_words(page: Any) -> None:
    """Give each run of more than `LONGEST_WORD` letters places to break, in the text and in no attribute.

    Where there is none, each line is tried to the end of the paragraph: 20,000 letters took twenty times as long.
    """
    for element in page.iter():
        if element.tag not in _NOT_LAID_OUT and element.text:
            element.text = _LONG_WORD.sub(_broken, element.text)
        if element.tail:
            element.tail = _LONG_WORD.sub(_broken, element.tail)


def _broken(found: re.Match[str]) -> str:
    return _BREAK.join(_pieces(found[0]))


def _pieces(word: str) -> Iterator[str]:
    """Cut after `LONGEST_WORD` letters, and not within a letter with its accents, or an emoji of several: unless that
    has no end.
    """
    start = 0
    while len(word) - start > LONGEST_WORD:
        end = start + LONGEST_WORD
        while end < min(len(word), start + 2 * LONGEST_WORD) and _belongs_together(word[end - 1], word[end]):
            end += 1
        yield word[start:end]
        start = end
    yield word[start:]


def _belongs_together(left: str, right: str) -> bool:
    return _JOINER in (left, right) or unicodedata.category(right).startswith("M")
