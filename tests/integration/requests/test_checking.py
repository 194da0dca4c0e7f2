"""Is a bundle refused whatever is wrong with it, and given when nothing is?"""

import io
import subprocess
import sys
from collections.abc import Callable

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from children.names.forms import Person
from safeguarding.printing import joining, layout
from sharing.requests.checking import Excused, Find, Passage, Protected, check
from sharing.requests.redacting.marks import Decision, Deed, Document, Marks, Range, Rectangle, TextBlock
from tests.architecture.source import ROOT
from tests.integration.requests.bundles import Bundle, Copy, marked, page_of

OUT = Decision(Deed.OUT, reason="third party")
NEIGHBOUR = Decision(Deed.REPLACE, "a neighbour", "third party")
KEEP = Decision(Deed.KEEP)
DENISE = Person("denise", "Denise", "Pope")
HOME = Person("home", phrases=("14 Example Close", "AB1 2CD"))
ROWAN = Person("rowan", "Rowan", "Ashdown")
PEOPLE = [DENISE, HOME]
DECISIONS = {"denise": NEIGHBOUR, "home": OUT}
NOTE = (
    "Rowan was collected late. Denise Pope told me she had seen visitors late at night and was worried.\n\n"
    "Mr Pope lives at 14 Example Close, AB1 2CD."
)
WORRY = "seen visitors late at night and was worried"


def text(words: str, label: str = "What happened") -> Document:
    return Document((TextBlock("b1", label, words),))


def note() -> Copy:
    document = text(NOTE)
    start = NOTE.index(WORRY)
    by_hand = [Range("b1", start, start + len(WORRY), OUT)]
    return Copy(document, marked(document, PEOPLE, DECISIONS, [ROWAN], by_hand))


def letter() -> Copy:
    document = Document(pages=(page_of(1, "A letter from Denise", "Pope to the school"), page_of(2, "Rowan is well")))
    return Copy(document, marked(document, PEOPLE, DECISIONS, [ROWAN]), "Letter")


def kept() -> Copy:
    words = "Denise Pope signed as governor."
    return Copy(text(words), marked(text(words), PEOPLE, DECISIONS, [ROWAN], [Range("b1", 0, 11, KEEP)]), "Minutes")


BUNDLE = Bundle([note(), letter(), kept(), Copy(text("Denise said nothing good."), is_withheld=True)], PEOPLE, [ROWAN])


@pytest.fixture(scope="module")
def good() -> bytes:
    [made] = BUNDLE.files()
    return made


def said(finds: list[Find]) -> set[tuple[str, int | None]]:
    return {(find.what, find.item) for find in finds}


def test_a_bundle_from_which_everything_is_out_is_given(good):
    assert BUNDLE.check([good]) == []
    with pypdfium2.PdfDocument(good) as document:
        shown = " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)
    assert "Rowan was collected late. [a neighbour] told me she had [taken out]." in shown
    assert "Denise Pope signed as governor." in shown
    assert "Third party: Data Protection Act 2018" in shown


def changed(good: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(good)) as made:
        change(made)
        made.save(out)
    return out.getvalue()


def of_item(made: pikepdf.Pdf, item: int) -> pikepdf.Page:
    """The page of an item: the index comes first, and each of these items has a page; the second has two."""
    return made.pages[item if item < 3 else item + 1]


def drawn(made: pikepdf.Pdf, words: str, how: bytes = b"") -> bytes:
    """Operators that write words on a page in a font that every reader has."""
    page = of_item(made, 1)
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    name = page.add_resource(font, pikepdf.Name.Font)
    return b"q BT %s %s 12 Tf 60 400 Td (%s) Tj ET Q" % (how, str(name).encode(), words.encode("latin-1"))


def covered(made: pikepdf.Pdf) -> None:
    """The words stand there, and a black box lies over them."""
    of_item(made, 1).contents_add(drawn(made, "Denise Pope") + b" 0 g 50 390 200 40 re f")


def invisible(made: pikepdf.Pdf) -> None:
    of_item(made, 1).contents_add(drawn(made, "Denise Pope", b"3 Tr"))


def off_the_sheet(made: pikepdf.Pdf) -> None:
    of_item(made, 1).contents_add(drawn(made, "Denise Pope").replace(b"60 400 Td", b"-900 400 Td"))


def layer(made: pikepdf.Pdf) -> None:
    group = made.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="Original"))
    made.Root.OCProperties = pikepdf.Dictionary(OCGs=[group], D=pikepdf.Dictionary(OFF=[group]))
    page = of_item(made, 1)
    name = page.add_resource(group, pikepdf.Name.Properties)
    page.contents_add(b"/OC %s BDC %s EMC" % (str(name).encode(), drawn(made, "Denise Pope")))


def layer_beside_the_picture(made: pikepdf.Pdf) -> None:
    page = of_item(made, 2)
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    name = str(page.add_resource(font, pikepdf.Name.Font)).encode()
    page.contents_add(b"q BT 3 Tr %s 12 Tf 60 600 Td (Denise) Tj 0 -14 Td (Pope) Tj ET Q" % name)


def metadata(made: pikepdf.Pdf) -> None:
    made.trailer.Info.Author = "Denise Pope"


def described(made: pikepdf.Pdf) -> None:
    with made.open_metadata() as about:
        about["dc:description"] = f"From {WORRY}"


def outline(made: pikepdf.Pdf) -> None:
    with made.open_outline() as found:
        found.root.append(pikepdf.OutlineItem("Denise Pope", 1))


def elements(made: pikepdf.Pdf) -> list[pikepdf.Object]:
    return [one for one in made.objects if isinstance(one, pikepdf.Dictionary) and one.get("/S") == "/Figure"]


def alternative(made: pikepdf.Pdf) -> None:
    elements(made)[0].Alt = "Page 1. A letter from Denise Pope"


def actual(made: pikepdf.Pdf) -> None:
    of_item(made, 1).contents_add(b"/Span << /ActualText (Denise Pope) >> BDC EMC")


def structure(made: pikepdf.Pdf) -> None:
    elements(made)[0].T = "denise_pope.pdf"


def attachment(made: pikepdf.Pdf) -> None:
    made.attachments["original.txt"] = pikepdf.AttachedFileSpec(made, b"words", filename="original.txt")


def annotation(made: pikepdf.Pdf) -> None:
    page = of_item(made, 3)
    shape = [50, 50, 90, 90]
    page.obj.Annots = made.make_indirect(
        pikepdf.Array(
            [
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=shape, Contents="Ask Denise Pope"
                )
            ]
        )
    )


def field(made: pikepdf.Pdf) -> None:
    made.Root.AcroForm = pikepdf.Dictionary(Fields=[])


def script(made: pikepdf.Pdf) -> None:
    made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def small_picture(made: pikepdf.Pdf) -> None:
    of_item(made, 2).obj.Thumb = made.make_stream(b"0", Width=1, Height=1)


WORDS = "has a name or an address that was taken out"
FAULTS: dict[str, tuple[Callable[[pikepdf.Pdf], None], tuple[str, int | None]]] = {
    "covered": (covered, (f"the text of a page {WORDS}", 1)),
    "invisible": (invisible, (f"the text of a page {WORDS}", 1)),
    "off the sheet": (off_the_sheet, (f"the text of a page {WORDS}", 1)),
    "a hidden layer": (layer, ("has a layer that can be hidden", None)),
    "words of the original beside the picture": (layer_beside_the_picture, (f"the text of a page {WORDS}", 2)),
    "author": (metadata, (f"what the file says about itself {WORDS}", None)),
    "description": (described, ("what the file says about itself has words that were taken out of item 1", 1)),
    "outline": (outline, (f"the outline {WORDS}", None)),
    "alternative text": (alternative, (f"the alternative text of a picture {WORDS}", 2)),
    "text beside what is drawn": (actual, (f"the alternative text of a picture {WORDS}", 1)),
    "structure": (structure, (f"the structure of the file {WORDS}", 2)),
    "attachment": (attachment, ("carries an attachment", None)),
    "note": (annotation, ("has a note on a page", 3)),
    "words of a note": (annotation, (f"a note on a page {WORDS}", 3)),
    "fields": (field, ("has fields to fill in", None)),
    "script": (script, ("does something by itself", None)),
    "small picture": (small_picture, ("has a small picture of a page", 2)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_is_put_in_refuses_the_release_and_names_the_item(good, fault):
    change, found = FAULTS[fault]
    finds = BUNDLE.check([changed(good, change)])
    assert found in said(finds)
    assert all(find.sentence.startswith("File 1") and "Denise" not in find.sentence for find in finds)


def test_a_change_that_brings_nothing_is_no_find(good):
    assert BUNDLE.check([changed(good, lambda made: None)]) == []


def test_a_fault_in_the_second_file_is_found_there():
    in_two = Bundle(BUNDLE.copies, PEOPLE, [ROWAN], most=3)
    files = in_two.files()
    assert len(files) > 1 and in_two.check(files) == []
    files[1] = changed(files[1], metadata)
    [find] = in_two.check(files)
    assert (find.volume, find.person) == (2, "denise") and find.sentence.startswith("File 2: ")


def drawn_on(page: pikepdf.Page) -> str:
    """The name of the picture that is drawn there: pages of one piece have the same resources."""
    done = (str(one.operands[0]) for one in pikepdf.parse_content_stream(page) if str(one.operator) == "Do")
    return next(name for name in done if name in page.images)


def repainted(good: bytes, change: Callable[[Image.Image], None], **save: object) -> bytes:
    """The first page of the letter again, as another picture."""

    def swap(made: pikepdf.Pdf) -> None:
        one = of_item(made, 2).images[drawn_on(of_item(made, 2))]
        found = pikepdf.PdfImage(one).as_pil_image().convert("RGB")
        change(found)
        out = io.BytesIO()
        found.save(out, "JPEG", **save)
        one.write(out.getvalue(), filter=pikepdf.Name.DCTDecode)

    return changed(good, swap)


def test_a_rectangle_that_was_not_painted_is_found(good):
    def paint_nothing(picture: Image.Image) -> None:
        picture.paste("white", (0, 0, *picture.size))

    def leave_a_corner(picture: Image.Image) -> None:
        area = BUNDLE.painted()[2][0][0]
        x, y = round(area.x1 * 1.24) - 4, round(area.y1 * 1.754) - 4
        picture.paste("white", (x, y, x + 3, y + 3))

    unpainted = ("a part of the page was to be painted over, and is not", 2)
    assert unpainted in said(BUNDLE.check([repainted(good, paint_nothing)]))
    assert unpainted in said(BUNDLE.check([repainted(good, leave_a_corner)]))
    assert BUNDLE.check([repainted(good, lambda picture: None)]) == []


def test_a_picture_that_says_something_is_found(good):
    exif = Image.Exif()
    exif[0x010F] = "Beckett Phones"
    found = said(BUNDLE.check([repainted(good, lambda picture: None, exif=exif)]))
    assert found == {("a picture says something beside what it shows", None)}


def test_a_picture_more_or_less_is_found(good):
    def twice(made: pikepdf.Pdf) -> None:
        name = drawn_on(of_item(made, 2))
        of_item(made, 2).contents_add(b"q 9 0 0 9 9 9 cm %s Do Q" % name.encode())

    def elsewhere(made: pikepdf.Pdf) -> None:
        one = next(iter(of_item(made, 2).images.values()))
        name = of_item(made, 1).add_resource(one, pikepdf.Name.XObject)
        of_item(made, 1).contents_add(b"q 9 0 0 9 9 9 cm %s Do Q" % str(name).encode())

    def gone(made: pikepdf.Pdf) -> None:
        del made.pages[3]

    assert ("a picture stands there that is no page of an item", 2) in said(BUNDLE.check([changed(good, twice)]))
    assert ("a picture stands there that is no page of an item", 1) in said(BUNDLE.check([changed(good, elsewhere)]))
    assert ("1 of its pages are missing", 2) in said(BUNDLE.check([changed(good, gone)]))


def test_a_file_that_cannot_be_looked_into_is_not_given(good):
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(good)) as made:
        made.save(out, encryption=pikepdf.Encryption(user="", owner="x"))
    for content, what in ((b"no file", "it cannot be opened"), (out.getvalue(), "it is locked")):
        assert f"{what}, so it was not checked" in {find.what for find in BUNDLE.check([content])}


def test_an_earlier_state_of_the_file_is_found(good):
    later = good + good[good.rindex(b"startxref") :]
    assert ("holds an earlier state of itself", None) in said(BUNDLE.check([later]))


@pytest.mark.parametrize(
    "written",
    [
        "Denise Pope",
        "DENISE POPE",
        "denise pope",
        "D. Pope",
        "the Popes",
        "Den-\nise",
        "denise_pope.pdf",
        "S E E N visitors late, at night and was worried",
        "Seen visi-\ntors late at\nnight and was worried",
        "14 Example\nClose",
        "AB12CD",
    ],
)
def test_what_was_taken_out_is_found_however_it_is_written(written):
    """As the worker would print it if it came back by some other way."""
    item = f"<h1>Item 7: Note</h1><pre>{written}</pre>"
    page = f'<html lang="en-GB"><head><title>SAR</title></head><body>{item}</body></html>'
    finds = check([layout.make(page)], BUNDLE.protected(), {})
    assert {find.item for find in finds} == {7}


def test_names_that_the_child_shares_and_words_that_were_kept_are_no_finds():
    page = '<html lang="en-GB"><head><title>SAR</title></head><body>{}</body></html>'
    tom = Person("tom", "Tom", "Ashdown")
    protected = Protected((tom,), (ROWAN,))
    assert check([layout.make(page.format("<p>Mrs Ashdown rang</p>"))], protected, {}) == []
    assert len(check([layout.make(page.format("<p>Tom rang</p>"))], protected, {})) == 1


LONG = (
    "She told me that the man who lives above the shop comes down at night, that he has keys to their flat, and that "
    "nobody may know who said so, least of all the neighbours on the stairs."
)


@pytest.mark.parametrize(
    "leaked", [LONG, LONG[:100], LONG[30:130], "x " + LONG[70:].upper(), LONG[17:60] + "\n" + LONG[60:110]]
)
def test_a_piece_of_a_long_passage_is_found(leaked):
    page = f'<html lang="en-GB"><head><title>SAR</title></head><body><h1>Item 7: Note</h1><p>{leaked}</p></body></html>'
    finds = check([layout.make(page)], Protected(passages=(Passage(3, LONG),)), {})
    assert said(finds) == {("the text of a page has words that were taken out of item 3", 7)}
    kept_there = Protected(passages=(Passage(3, LONG),), excused=(Excused(7, leaked),))
    assert check([layout.make(page)], kept_there, {}) == []


def test_what_is_kept_excuses_what_is_found_in_it_and_no_more():
    page = '<html lang="en-GB"><head><title>SAR</title></head><body><h1>Item 7: Note</h1><p>{}</p></body></html>'
    kept_there = Protected((DENISE,), excused=(Excused(7, "Denise Pope signed it"),))
    assert check([layout.make(page.format("Denise Pope signed it"))], kept_there, {}) == []
    for leaked in ("Denise Pope signed it. Pope said", "Denise signed it", "Denise Pope signed it. Denise Pope did"):
        assert [find.person for find in check([layout.make(page.format(leaked))], kept_there, {})] == ["denise"]


def test_a_kept_word_excuses_itself_and_no_other_of_its_item():
    words = "Denise Pope signed. Denise Pope signed."
    once = [Range("b1", 0, 11, KEEP)]
    copy = Copy(text(words), marked(text(words), PEOPLE, DECISIONS, by_hand=once))
    both = Copy(text(words), marked(text(words), PEOPLE, DECISIONS, by_hand=[*once, Range("b1", 20, 31, KEEP)]))
    files = Bundle([both], PEOPLE).files()
    assert Bundle([both], PEOPLE).check(files) == []
    assert said(Bundle([copy], PEOPLE).check(files)) >= {(f"the text of a page {WORDS}", 1)}


def test_a_word_that_goes_once_may_stand_where_it_was_left():
    words = "She rang late. She was late."
    once = Marks([Range("b1", 9, 13, OUT)])
    bundle = Bundle([Copy(text(words), once)])
    assert bundle.check(bundle.files()) == []
    twice = Bundle([Copy(text(words), Marks([*once.by_hand, Range("b1", 23, 27, OUT)]))])
    assert said(twice.check(bundle.files())) == {("the text of a page has words that were taken out of item 1", 1)}


def test_a_kept_word_of_a_page_is_excused():
    document = Document(pages=(page_of(1, "Signed by Denise", "and the Head"),))
    by_hand = [Rectangle(1, document.pages[0].words[2].area, KEEP)]
    bundle = Bundle([Copy(document, marked(document, PEOPLE, DECISIONS, by_hand=by_hand), "Letter")], PEOPLE)
    assert bundle.check(bundle.files()) == []


def test_a_text_over_the_end_of_a_page_is_found():
    body = (
        f"<h1>Item 7: Note</h1>{'<p>x</p>' * 30}<p>seen visitors late</p><p class='next'>at night and was worried</p>"
    )
    style = "<style>.next { break-before: page }</style>"
    head = f'<title>SAR</title><link rel="stylesheet" href="asset:paper.css">{style}'
    main = f'<main data-school="Testham" data-reference="SAR" data-printed="Copy">{body}</main>'
    page = f'<html lang="en-GB"><head>{head}</head><body>{main}</body></html>'
    found = said(check([layout.make(page)], BUNDLE.protected(), {}))
    assert ("a text over the end of a page has words that were taken out of item 1", 7) in found


def test_the_check_imports_nothing_that_renders():
    asks = "import django, sys; django.setup(); import sharing.requests.checking; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", asks],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"DJANGO_SETTINGS_MODULE": "tests.settings", "PATH": ""},
        check=True,
    )
    loaded = set(done.stdout.split())
    assert "sharing.requests.checking.files" in loaded
    assert not {name for name in loaded if name.startswith(("weasyprint", "sharing.requests.bundling"))}
    assert "safeguarding.printing.layout" not in loaded


def test_joined_pieces_keep_the_outline_by_which_items_are_named(good):
    assert len(joining.join([good])) > 0
    with pypdfium2.PdfDocument(good) as document:
        titles = [entry.get_title() for entry in document.get_toc()]
    assert [title for title in titles if title.startswith("Item ")] == [
        "Item 1: Note",
        "Item 2: Letter",
        "Item 3: Minutes",
    ]
