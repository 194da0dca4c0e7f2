"""Is every good file taken and every hostile one refused, in words, with no process dying that matters?"""

import io
import json
import os
import random
import resource
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import pikepdf
import pytest
from PIL import Image

from safeguarding.uploads import looking
from safeguarding.uploads.kinds import KINDS, kind_of
from safeguarding.uploads.looking import LATER, UNOPENABLE, Looking, drawn_whole, look_into, what_it_says
from tests.integration.uploads.corpus import GOOD, hostile, located_picture, pdf, telling_picture, xlsx


def processor():
    """The seconds of a processor that this process has taken, and those that it has begun and seen end."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def look_into_each(files):
    """What is found in each, and the seconds of a processor; and the megabytes of the largest process that looked."""
    found = []
    for file in files:
        before = processor()
        looked = look_into(*file)
        found.append((looked, processor() - before))
    return found, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


@dataclass
class Verdicts:
    """What was found in each file of the corpus, what it cost, and the megabytes of the largest process."""

    found: dict
    seconds: dict
    megabytes: float


@pytest.fixture(scope="module")
def verdicts():
    """Asked by two small processes: a child counts what its parent holds when it is begun, and pytest holds a lot."""
    files = GOOD | hostile()
    halves = [*files][::2], [*files][1::2]
    asked = [[files[what] if what in hostile() else (what, files[what]) for what in half] for half in halves]
    found, seconds, most = {}, {}, []
    with ProcessPoolExecutor(max_workers=2, mp_context=get_context("spawn")) as small:
        for half, (told, megabytes) in zip(halves, small.map(look_into_each, asked), strict=True):
            found |= {what: looked for what, (looked, _) in zip(half, told, strict=True)}
            seconds |= {what: taken for what, (_, taken) in zip(half, told, strict=True)}
            most.append(megabytes)
    return Verdicts(found, seconds, max(most))


def test_what_people_attach_is_taken(verdicts):
    found = verdicts.found
    assert {name: found[name].problem for name in GOOD if found[name].problem} == {}
    assert {name: found[name].kind for name in GOOD} == {name: kind_of(name) for name in GOOD}
    assert {found[name].kind.key for name in GOOD} == set(KINDS)


def test_at_least_120_hostile_files_are_refused_each_with_a_sentence(verdicts):
    assert len(hostile()) >= 120
    assert [what for what in hostile() if verdicts.found[what].kind is not None] == []
    assert [what for what in hostile() if not verdicts.found[what].problem.endswith(".")] == []


def test_hostile_file_takes_at_most_ten_seconds_of_a_processor_and_512_mb(verdicts):
    """Its process may take no more; what this one does with the file and the answer counts as well."""
    assert {what: taken for what, taken in verdicts.seconds.items() if taken > 10} == {}
    assert verdicts.megabytes < 512


def test_few_of_them_need_to_break_the_process(verdicts):
    broken = [what for what in hostile() if verdicts.found[what].problem == UNOPENABLE]
    assert len(broken) <= 5, broken


def test_a_picture_is_drawn_anew_and_says_nothing_of_where_it_was_taken():
    content = located_picture()
    assert b"Beckett Phones" in content and b"zqcomment" in content
    [shown] = look_into("a.jpg", content).pictures
    assert b"Beckett" not in shown and b"zqcomment" not in shown and b"Exif" not in shown
    with Image.open(io.BytesIO(shown)) as opened:
        assert not opened.getexif() and "comment" not in opened.info


def test_a_picture_stands_upright():
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (200, 100), "navy").save(out, "JPEG", exif=exif)
    with Image.open(io.BytesIO(look_into("a.jpg", out.getvalue()).pictures[0])) as opened:
        assert opened.size == (100, 200)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_picture_drawn_whole_says_nothing_in_whatever_format_it_came(form):
    content = telling_picture(form)
    kind = KINDS["heic" if form == "HEIF" else form.lower()]
    assert len(what_it_says(kind, content)) == 5
    assert b"zq" in content
    drawn = drawn_whole(kind, content)
    with Image.open(io.BytesIO(drawn)) as opened:
        assert (opened.format, opened.size) == ("PNG" if form == "PNG" else "JPEG", (200, 300))
        # As its camera was held: what was the left side is above.
        assert [colour > 128 for colour in opened.getpixel((100, 20))[:3]] == [True, False, False]
        assert [colour > 128 for colour in opened.getpixel((100, 280))[:3]] == [False, False, True]
        assert (dict(opened.getexif()), {*opened.info} - {"jfif", "jfif_version", "jfif_unit", "jfif_density"}) == (
            {},
            set(),
        )
    for word in (b"zq", b"Exif", b"xmpmeta", b"8BIM", b"eXIf", b"iTXt", b"tEXt", b"iCCP"):
        assert word not in drawn
    assert what_it_says(KINDS["png" if form == "PNG" else "jpeg"], drawn) == []


def test_what_one_sees_through_stays_so_in_a_png_and_is_white_elsewhere():
    clear = Image.new("RGBA", (60, 40), (0, 0, 255, 0))
    for form, kind, seen in (("PNG", "png", (0, 0, 255, 0)), ("WEBP", "webp", (255, 255, 255))):
        out = io.BytesIO()
        clear.save(out, form, lossless=True, exact=True)
        with Image.open(io.BytesIO(drawn_whole(KINDS[kind], out.getvalue()))) as opened:
            assert opened.getpixel((30, 20)) == seen


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "I;16"])
def test_a_png_stays_what_it_is_to_the_last_point(mode):
    made = Image.linear_gradient("L").resize((90, 50))
    made = Image.new("I;16", (90, 50), 40_000) if mode == "I;16" else made.convert(mode)
    out = io.BytesIO()
    made.save(out, "PNG")
    with Image.open(io.BytesIO(drawn_whole(KINDS["png"], out.getvalue()))) as opened:
        as_seen = (lambda one: one.convert("RGB")) if mode == "P" else (lambda one: one)
        assert as_seen(opened).tobytes() == as_seen(made).tobytes()


def test_the_largest_picture_can_be_drawn_whole():
    out = io.BytesIO()
    Image.new("RGB", (8000, 5000), "navy").save(out, "JPEG", quality=60)
    with Image.open(io.BytesIO(drawn_whole(KINDS["jpeg"], out.getvalue()))) as opened:
        assert opened.size == (8000, 5000)


def test_a_picture_that_takes_the_process_over_is_not_drawn(monkeypatch):
    monkeypatch.setattr(looking, "PATIENCE", 0.001)
    assert drawn_whole(KINDS["jpeg"], located_picture()) is None
    assert what_it_says(KINDS["jpeg"], located_picture()) is None


def test_the_first_pages_of_a_pdf_are_drawn():
    found = look_into("a.pdf", pdf(9))
    assert len(found.pictures) == 5
    assert all(shown.startswith(b"\xff\xd8\xff") for shown in found.pictures)


@pytest.mark.parametrize("what", ["opens something", "has a script", "carries a file", "does nothing"])
def test_a_pdf_that_does_something_by_itself_is_taken_and_known(what):
    def change(made):
        if what == "opens something":
            made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="a.exe")
        elif what == "has a script":
            made.pages[0].AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)"))
        elif what == "carries a file":
            made.attachments["a.exe"] = b"MZ"

    found = look_into("a.pdf", pdf(change=change))
    assert (found.problem, found.is_active) == ("", what != "does nothing")


def test_a_file_that_takes_for_ever_is_left():
    assert look_into("a.jpg", GOOD["drawing.jpg"], patience=0.001).problem == UNOPENABLE
    assert look_into("a.jpg", GOOD["drawing.jpg"], patience=0).problem == LATER


@pytest.mark.parametrize("kind", ["pdf", "heic", "docx"])
def test_the_process_can_do_nothing_else(tmp_path, kind):
    """What a file that took it over would try."""
    script = f"""
import os, sys
sys.path.insert(0, {str(looking._SANDBOX.parent)!r})
import sandbox
sandbox.limit({kind!r})
tried = []
for name, do in (
    ("write", lambda: open({str(tmp_path / "a")!r}, "wb", buffering=0).write(b"a" * 10)),
    ("read", lambda: open("/etc/hostname").read()),
    ("connect", lambda: __import__("_socket").socket()),
    ("start", lambda: os.spawnv(os.P_WAIT, "/bin/true", ["true"]) == 0 or 1 / 0),
    ("memory", lambda: bytearray(600 * 2**20)),
    ("more", lambda: (r := __import__("resource")).setrlimit(r.RLIMIT_AS, (2**31, 2**31)) if os.getuid() else 1 / 0),
):
    try:
        do()
        tried.append(name)
    except BaseException:
        pass
print(tried)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
    assert not (tmp_path / "a").exists() or (tmp_path / "a").stat().st_size == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_it_works_for_an_account_that_is_not_root():
    """In a container it is one, and some limits bind nobody but those."""
    # What it needs is loaded before: the folder of this Python may be one that no other account enters.
    program = (
        "import os, runpy, sys; its = runpy.run_path(sys.argv[1]); its['LOAD'][sys.argv[2]](); "
        "os.getuid() or os.setuid(65534); its['main']()"
    )
    for name, content in GOOD.items():
        kind = kind_of(name).key
        asked = json.dumps({"kind": kind, "small": False}).encode() + b"\n" + content
        command = [sys.executable, "-I", "-c", program, looking._SANDBOX, kind]
        done = subprocess.run(command, input=asked, capture_output=True)
        assert json.loads(done.stdout.partition(b"\n")[0])["problem"] == "", (name, done.stderr[-300:])


def test_a_picture_with_a_copy_of_its_camera_behind_it_is_still():
    first, second = Image.new("RGB", (400, 300), "navy"), Image.new("RGB", (40, 30), "navy")
    out = io.BytesIO()
    first.save(out, "MPO", save_all=True, append_images=[second])
    found = look_into("a.jpg", out.getvalue())
    assert (found.problem, len(found.pictures)) == ("", 1)


@pytest.mark.parametrize("inside", ["xl/printerSettings/printerSettings12.bin", "xl/media/image2.svg"])
def test_what_office_programs_leave_in_a_document_is_let_be(inside):
    assert look_into("a.xlsx", xlsx({inside: b"<svg/>"})).problem == ""


def test_a_large_scan_is_not_called_dangerous_and_a_file_without_a_type_is():
    def scan(made):
        noise = random.Random(1).randbytes(6 * 2**20)
        made.pages[0].Contents = pikepdf.Stream(made, noise + b"/JS /AA /Launch ")

    def hides(made):
        stream = made.make_indirect(pikepdf.Stream(made, b"MZ"))
        made.pages[0].Annots = made.make_indirect(
            pikepdf.Array([pikepdf.Dictionary(FS=pikepdf.Dictionary(EF=pikepdf.Dictionary(F=stream)))])
        )

    assert not look_into("a.pdf", pdf(change=scan)).is_active
    assert look_into("a.pdf", pdf(change=hides)).is_active


def test_one_after_another_is_found_what_is_found_in_each_alone(verdicts):
    """Forks of one process: the same answers, whatever those before them did to theirs."""
    alone = verdicts.found
    files = [(what, *file) for what, file in hostile().items() if file[0].endswith(".pdf")]
    files += [(name, name, content) for name, content in GOOD.items() if name.endswith(".pdf")]
    assert len(files) > 5
    with Looking() as looking:
        together = {what: looking.look_into(name, content) for what, name, content in files}
        assert looking.look_into("a.txt", b"text").kind is None
    assert {what: found.problem for what, found in together.items()} == {what: alone[what].problem for what in together}
    assert all(found.pictures == alone[what].pictures for what, found in together.items())


STAYS = """
import importlib.util, os, sys, time
spec = importlib.util.spec_from_file_location("sandboxes", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)

class Sandbox:
    def answer(asked, content):
        os.write(1, b"all of it")
        os.close(1)
        time.sleep(60)

print(module._looked_at_by_another(Sandbox, {}, b"", 0.2))
"""


def test_one_that_has_answered_and_does_not_end_is_ended_and_not_believed():
    done = subprocess.run(
        [sys.executable, "-I", "-c", STAYS, str(looking._SANDBOXES)], capture_output=True, text=True, timeout=30
    )
    assert done.stdout == "b''\n", done.stderr


def test_a_pdf_of_900_000_lines_is_refused_in_five_seconds():
    """Of a processor: a machine that is busy takes longer by the clock, and does other work meanwhile."""
    line = b"".join(b"%d %d m %d %d l S\n" % (n % 600, n % 800, n * 7 % 600, n * 13 % 800) for n in range(9000))

    def draw(made):
        made.pages[0].Contents = pikepdf.Stream(made, line * 100)

    content, before = pdf(change=draw), resource.getrusage(resource.RUSAGE_CHILDREN)
    looked = look_into("plan.pdf", content)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert looked.kind is None
    assert "opening it takes too long" in looked.problem
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 6
