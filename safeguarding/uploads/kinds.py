"""Which kinds of file are taken, and as what is each given out again?"""

from dataclasses import dataclass

# Of one file, of all files of a form together, and how many at once.
MOST_BYTES, MOST_IN_ALL, MOST_FILES = 25 * 2**20, 100 * 2**20, 10
LONGEST_NAME = 200


@dataclass(frozen=True)
class Kind:
    """A kind of file: its key, what people call it, the ends of its names, and as what a browser is given it."""

    key: str
    title: str
    extensions: tuple[str, ...]
    content_type: str
    is_picture: bool = False


_OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind("pdf", "PDF", ("pdf",), "application/pdf"),
        Kind("jpeg", "Picture (JPEG)", ("jpg", "jpeg"), "image/jpeg", is_picture=True),
        Kind("png", "Picture (PNG)", ("png",), "image/png", is_picture=True),
        Kind("heic", "Picture (HEIC)", ("heic", "heif"), "image/heic", is_picture=True),
        Kind("webp", "Picture (WebP)", ("webp",), "image/webp", is_picture=True),
        Kind("docx", "Word document", ("docx",), f"{_OFFICE}.wordprocessingml.document"),
        Kind("xlsx", "Excel workbook", ("xlsx",), f"{_OFFICE}.spreadsheetml.sheet"),
        Kind("odt", "OpenDocument text", ("odt",), "application/vnd.oasis.opendocument.text"),
        Kind("txt", "Plain text", ("txt",), "text/plain; charset=utf-8"),
        Kind("eml", "E-mail (EML)", ("eml",), "message/rfc822"),
        Kind("msg", "E-mail (Outlook)", ("msg",), "application/vnd.ms-outlook"),
        Kind("mp3", "Sound (MP3)", ("mp3",), "audio/mpeg"),
        Kind("m4a", "Sound (M4A)", ("m4a",), "audio/mp4"),
        Kind("mp4", "Video (MP4)", ("mp4",), "video/mp4"),
    )
}
BY_EXTENSION = {extension: kind for kind in KINDS.values() for extension in kind.extensions}
TAKEN = "PDF, JPEG, PNG, HEIC, WebP, DOCX, XLSX, ODT, TXT, EML, MSG, MP3, M4A or MP4"


def kind_of(name: str) -> Kind | None:
    """The kind that a file name claims; None for one that is not taken."""
    return BY_EXTENSION.get(name.rpartition(".")[2].lower()) if "." in name else None
