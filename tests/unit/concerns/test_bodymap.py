"""Does the body map take what was ticked and written, and show it again?"""

import re

from django.http import QueryDict
from django.template import engines
from hypothesis import given
from hypothesis import strategies as st

from safeguarding.concerns.bodymap import BY_NUMBER, REGIONS, marks_from

numbers = st.sampled_from(sorted(BY_NUMBER))


def printed(tag: str, marks: dict[int, str]) -> str:
    return engines["django"].from_string("{% load bodymap %}{% " + tag + " marks %}").render({"marks": marks})


def test_there_are_34_places_each_with_its_own_number_and_name():
    assert [region.number for region in REGIONS] == list(range(1, 35))
    assert len({region.label for region in REGIONS}) == 34


def test_left_and_right_are_the_childs_own():
    """On the front the child's left is at the viewer's right, on the back at the left."""
    for region in REGIONS:
        left, right = "left" in region.label.lower(), "right" in region.label.lower()
        if left or right:
            assert (region.x > 100) == (left if region.view == "front" else right), region.label


@given(st.dictionaries(numbers, st.text(max_size=20).map(str.strip)))
def test_what_is_shown_is_what_is_read_back(marks):
    page = printed("bodymap", marks)
    data = QueryDict(mutable=True)
    data.setlist("region", re.findall(r'value="(\d+)"\s+aria-labelledby="region-\d+-l"\s+checked', page))
    for number in marks:
        data[f"region-{number}-note"] = marks[number]
    assert marks_from(data) == dict(sorted(marks.items()))


def test_a_note_without_a_tick_counts_and_junk_does_not():
    data = QueryDict("region=9&region=99&region=x&region-14-note=Graze&region-70-note=No&region-3-note=++")
    assert marks_from(data) == {9: "", 14: "Graze"}


def test_a_note_has_an_end():
    assert len(marks_from({"region-1-note": "x" * 9999})[1]) == 9999, (
        "a note is never cut; the form refuses one over NOTE_LENGTH"
    )


def test_marks_are_read_with_letters_in_the_order_of_the_list():
    page = printed("bodymap_read", {14: "Graze <b>", 9: "Round bruise"})
    assert page.index("A. Left forearm") < page.index("B. Right knee and shin")
    assert "Graze &lt;b&gt;" in page
    assert page.count("hb-spot is-on") == 2
