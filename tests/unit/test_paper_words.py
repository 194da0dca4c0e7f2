"""Do people's words keep their direction and their lines on paper, and do nothing else there?"""

import pytest

from safeguarding.templatetags.paper import direction, paragraphs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He was quiet.", "ltr"),
        ("قال لي", "rtl"),
        ("עברית", "rtl"),
        ("12 - (قال) then English", "rtl"),
        ("12 - then قال", "ltr"),
        ("123 …", "ltr"),
        ("", "ltr"),
        (None, "ltr"),
    ],
)
def test_the_first_letter_says_the_direction(text, expected):
    assert direction(text) == expected


def test_each_paragraph_has_its_own_direction_and_keeps_its_lines():
    assert paragraphs("One\r\ntwo\r\n \r\nقال\n\n\n3") == (
        '<p dir="ltr">One<br>two</p>\n<p dir="rtl">قال</p>\n<p dir="ltr">3</p>'
    )


def test_what_somebody_types_is_text():
    assert paragraphs("<b>\n&") == '<p dir="ltr">&lt;b&gt;<br>&amp;</p>'
