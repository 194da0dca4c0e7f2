"""Do the template tags print what was asked, escape what was given, and refuse what is misspelt?"""

import pytest
from django.template import Context, TemplateSyntaxError, engines
from django.utils.safestring import mark_safe
from pytest_django.asserts import assertHTMLEqual, assertInHTML

from safeguarding.markup import format_html
from safeguarding.tables import _COLUMNS, Column, printed_row


def printed(source: str, **context: object) -> str:
    return engines["django"].from_string(source).render(context)


def test_a_panel_prints_its_slots_and_leaves_out_the_empty_ones():
    page = printed("{% panel 'Actions' count=2 hot=True %}body{% more %}<a href='/'>All</a>{% foot %}  {% endpanel %}")
    assertHTMLEqual(
        page,
        '<section class="hb-panel" aria-labelledby="h-actions"><div class="hb-panel__head">'
        '<h2 class="hb-h2" id="h-actions">Actions</h2><span class="hb-count hb-count--hot">2</span>'
        '<span class="hb-panel__more"><a href="/">All</a></span></div><div class="hb-panel__body">body</div></section>',
    )


def test_what_is_given_is_escaped_and_what_stands_in_the_page_is_not_twice():
    page = printed("{% panel name %}{{ name }}{% foot %}<b>{{ name }}</b>{% endpanel %}", name="<i>&")
    assert page.count("&lt;i&gt;&amp;") == 3
    assert "<b>&lt;i&gt;&amp;</b>" in page


def test_nothing_of_the_page_leaks_into_a_component():
    assert "secret" not in printed(
        "{% panel 'A' %}{% endpanel %}{% tag 'B' %}", count="secret", foot="secret", tone="secret"
    )


@pytest.mark.parametrize(
    "source",
    [
        "{% panel 'A' colour='red' %}{% endpanel %}",
        "{% panel %}{% endpanel %}",
        "{% panel 'A' %}",
        "{% panel 'A' kind='nice' %}{% endpanel %}",
        "{% tag 'Unread' 'loud' %}",
        "{% if yes %}{% panel 'A' %}{% endif %}",
        "{% table 'A' %}{% column 'One' %}{% rows %}{% row %}{% cell %}1{% cell %}2{% endrow %}{% endtable %}",
        "{% table 'A' %}{% column 'One' %}{% rows %}{% row bold=True %}{% cell %}1{% endrow %}{% endtable %}",
    ],
)
def test_a_mistake_is_told_to_the_developer(source):
    with pytest.raises(TemplateSyntaxError):
        printed(source, yes=True)


TABLE = """{% table "Concerns" %}{% column "Concern" label="" css="w130" %}{% column "Waiting" css="n" %}{% rows %}
{% for row in concerns %}{% row hot=row.hot unread=True %}{% cell %}<b>{{ row.name }}</b>
{% cell %}{{ row.wait }}{% endrow %}{% endfor %}
{% endtable %}"""


def test_a_table_gives_every_cell_its_role_and_its_label():
    page = printed(
        TABLE, concerns=[{"name": "A & B", "wait": "38 min", "hot": True}, {"name": "C", "wait": "", "hot": False}]
    )
    assertInHTML('<caption class="hb-vh">Concerns</caption>', page)
    assertInHTML(
        '<tr role="row" class="is-hot is-unread"><th scope="row" role="rowheader" class="w130"><b>A &amp; B</b></th>'
        '<td role="cell" class="n" data-label="Waiting">38 min</td></tr>',
        page,
    )
    assertInHTML(
        '<tr role="row" class="is-unread"><th scope="row" role="rowheader" class="w130"><b>C</b></th>'
        '<td role="cell" class="n" data-label="Waiting"></td></tr>',
        page,
    )


def test_two_tables_on_a_page_keep_their_columns_apart():
    one = '{% table "One" %}{% column "A" %}{% rows %}{% row %}{% cell %}1{% endrow %}{% endtable %}'
    two = (
        '{% table "Two" %}{% column "B" %}{% column "C" %}{% rows %}{% row %}{% cell %}2{% cell %}3{% endrow '
        "%}{% endtable %}"
    )
    assert printed(one + two).count('scope="col"') == 3


def test_a_row_that_code_prints_escapes_what_does_not_claim_to_be_safe():
    columns = [Column.of(text, "", text, hidden=False) for text in ("One", "Two")]
    words = "Tom <i>& Ann"
    html = printed_row(Context({_COLUMNS: columns}), [words, format_html("<b>{}</b>", words)], ["hot"])
    assert 'class="is-hot"' in html
    assert html.count("Tom &lt;i&gt;&amp; Ann") == 2
    assert "<b>Tom" in html
    assert "<i>" not in html


def test_the_childs_own_words_keep_their_lines_and_nothing_else():
    page = printed("{% words text 'Written down at 8:55am.' %}", text="“One.”\n“<script>”\n\n“Two.”")
    assertInHTML("<p>“One.”<br>“&lt;script&gt;”</p>", page)
    assertInHTML("<p>“Two.”</p>", page)


def test_the_level_of_need_fills_as_many_bars():
    assert [printed("{% level n 'Level' %}", n=n).count('class="on"') for n in (1, 2, 3, 4)] == [1, 2, 3, 4]
    assert "<svg" not in printed("{% soon 4 'Right now' %}")


def test_a_lifecycle_says_its_states_in_words():
    steps = [{"label": s, "sub": "x", "state": s} for s in ("done", "now", "todo")]
    page = printed("{% lifecycle 'Life' steps %}", steps=steps)
    assert [page.count(said) for said in ("Done: ", "Now: ", "To do: ", 'aria-current="step"')] == [1, 1, 1, 1]


def test_crumbs_are_pairs_and_end_here():
    page = printed("{% crumbs 'Today' '/today/' 'C-2026-0412' %}")
    assertInHTML('<a href="/today/">Today</a>', page)
    assertInHTML('<span aria-current="page">C-2026-0412</span>', page)


def test_a_label_that_was_printed_before_is_still_escaped():
    assert printed("{% tag text %}", text=mark_safe("<b>Unread</b>")).count("<b>") == 1
    assert printed("{% tag text %}", text="<b>Unread</b>").count("&lt;b&gt;") == 1
