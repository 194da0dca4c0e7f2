"""What code writes into HTML is escaped, as Django's own functions of these names would escape it."""

from html import unescape

from django.utils import html as django_html
from django.utils.safestring import SafeString
from hypothesis import given
from hypothesis import strategies as st

from safeguarding.markup import format_html, format_html_join

TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]) | st.sampled_from("<>&\"'"))


@given(TEXTS)
def test_what_somebody_typed_stands_as_they_typed_it_and_is_no_markup(text):
    written = format_html('<a title="{}">{named}</a>', text, named=text)
    inside = written.removeprefix('<a title="').removesuffix("</a>").split('">', 1)
    assert [unescape(part) for part in inside] == [unescape(django_html.escape(text))] * 2
    assert not set("<>\"'") & set("".join(inside))


@given(st.lists(st.tuples(TEXTS, st.integers())))
def test_each_row_is_escaped_by_itself(rows):
    as_django = django_html.format_html_join("", "<b>{}</b>{}", rows)
    assert unescape(format_html_join("", "<b>{}</b>{}", rows)) == unescape(as_django)
    assert format_html_join("", "<b>{}</b>{}", rows).count("<") == 2 * len(rows)


def test_what_was_escaped_before_is_not_escaped_again():
    inner = format_html("<b>{}</b>", "Tom & Ann")
    assert format_html("<p>{}</p>", inner) == "<p><b>Tom &amp; Ann</b></p>"
    assert isinstance(inner, SafeString)
    assert format_html("{}{}", None, 3) == "None3"
