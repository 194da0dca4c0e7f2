"""Do forms take dates and times as people type them, keep what was typed, and say how to mend it?"""

from datetime import date, time, timedelta

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.template import engines
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.asserts import assertInHTML

from safeguarding.dates import clock
from safeguarding.forms import DateBoxesField, HarbourForm, Radios, TimeField, problems


class Report(HarbourForm):
    soon = forms.ChoiceField(
        label="How soon does someone need to act?",
        choices=[("4", "Right now"), ("3", "Today")],
        widget=Radios(hints={"4": "A child may be in danger"}),
    )
    when = DateBoxesField(label="Date", help_text="For example, 24 11 2026", past=True)
    at = TimeField(label="Time", required=False)
    place = forms.ChoiceField(label="Where", choices=[("", "Choose"), ("hall", "Hall")])
    what = forms.CharField(label="What you saw or heard", widget=forms.Textarea, max_length=20)
    told = forms.BooleanField(label="I have told a lead")


def printed(source: str, **context: object) -> str:
    return engines["django"].from_string(source).render(context)


def boxes(day: str, month: str, year: str) -> dict[str, str]:
    return {"when_day": day, "when_month": month, "when_year": year}


# --- dates


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (("24", "11", "2025"), date(2025, 11, 24)),
        (("24", "11", "25"), date(2025, 11, 24)),
        (("1", "3", "2026"), date(2026, 3, 1)),
        ((" 01 ", "Mar", "2026"), date(2026, 3, 1)),
        (("1", "september", "2025"), date(2025, 9, 1)),
    ],
)
def test_a_date_is_taken_as_it_is_written(typed, meant):
    assert DateBoxesField(label="Date").clean(list(typed)) == meant


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("", "", ""), "Enter the date"),
        (("24", "", ""), "Date must include a month and a year"),
        (("", "11", "2025"), "Date must include a day"),
        (("31", "2", "2026"), "Date must be a real date, such as 24 11 2026"),
        (("24", "13", "2025"), "Date must be a real date, such as 24 11 2026"),
        (("24", "11", "202"), "Date must be a real date, such as 24 11 2026"),
        (("two", "11", "2025"), "Date must be a real date, such as 24 11 2026"),
        (("²", "11", "2025"), "Date must be a real date, such as 24 11 2026"),
        (("24", "11", "2999"), "Date must be today or in the past"),
    ],
)
def test_an_error_says_what_is_wrong_with_the_date(typed, said):
    with pytest.raises(ValidationError) as refused:
        DateBoxesField(label="Date", past=True).clean(list(typed))
    assert refused.value.messages == [said]


def test_today_is_in_the_past_tomorrow_is_not():
    field = DateBoxesField(label="Date", past=True)
    today = timezone.localdate()
    assert field.clean(today) == today
    with pytest.raises(ValidationError):
        field.clean(today + timedelta(days=1))


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2999, 12, 31)))
def test_every_date_survives_its_boxes(day):
    field = DateBoxesField()
    assert field.clean(field.widget.decompress(day)) == day


@given(st.lists(st.text(max_size=6), min_size=3, max_size=3))
def test_whatever_is_typed_as_a_date_is_a_date_or_a_sentence(typed):
    try:
        assert isinstance(DateBoxesField(required=False).clean(typed), date | None)
    except ValidationError as refused:
        assert refused.messages[0].startswith("Date must ")


# --- times


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("8:50am", time(8, 50)),
        ("08.50", time(8, 50)),
        ("0850", time(8, 50)),
        ("850", time(8, 50)),
        ("8 50 AM", time(8, 50)),
        ("2.15 p.m.", time(14, 15)),
        ("2pm", time(14)),
        ("14:15", time(14, 15)),
        ("15:45pm", time(15, 45)),
        ("12:30am", time(0, 30)),
        ("12pm", time(12)),
        ("02:15", time(2, 15)),
        ("noon", time(12)),
        ("", None),
    ],
)
def test_a_time_is_taken_as_it_is_written(typed, meant):
    assert TimeField(label="Time", required=False).clean(typed) == meant


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("ten to nine", "Time must be written like 8:50am or 2:15pm"),
        ("8:5", "Time must be written like 8:50am or 2:15pm"),
        ("8m", "Time must be written like 8:50am or 2:15pm"),
        ("25:00", "Time must be a real time, such as 8:50am or 2:15pm"),
        ("8:61", "Time must be a real time, such as 8:50am or 2:15pm"),
        ("14:15am", "Time must be a real time, such as 8:50am or 2:15pm"),
        ("2:15", "Time must say morning or afternoon, such as 2:15pm"),
        ("", "Enter the time"),
    ],
)
def test_an_error_says_what_is_wrong_with_the_time(typed, said):
    with pytest.raises(ValidationError) as refused:
        TimeField(label="Time").clean(typed)
    assert refused.value.messages == [said]


@given(st.times().map(lambda at: at.replace(second=0, microsecond=0)))
def test_every_time_survives_being_shown_and_sent_back(at):
    assert TimeField().clean(clock(at)) == at


@given(st.text(max_size=12))
def test_whatever_is_typed_as_a_time_is_a_time_or_a_sentence(typed):
    try:
        assert isinstance(TimeField(required=False).clean(typed), time | None)
    except ValidationError as refused:
        assert refused.messages[0].startswith(("Time must ", "Null characters"))


# --- errors and what is printed


def test_errors_repeat_the_words_of_their_field_and_lead_to_its_first_control():
    form = Report({**boxes("24", "11", ""), "what": "x" * 21})
    assert problems(form) == [
        {"text": "Choose an answer to “How soon does someone need to act?”", "href": "#id_soon_0"},
        {"text": "Date must include a year", "href": "#id_when_0"},
        {"text": "Choose where", "href": "#id_place"},
        {"text": "What you saw or heard must be 20 characters or fewer", "href": "#id_what"},
        {"text": "Tick “I have told a lead”", "href": "#id_told"},
    ]
    page = printed("{% for field in form %}{% field field %}{% endfor %}", form=form)
    for problem in problems(form):
        assert f'id="{problem["href"][1:]}"' in page


def test_a_form_without_errors_has_no_summary():
    assert printed("{% error_summary form nothing %}", form=Report(), nothing=None).strip() == ""


def test_nothing_that_was_typed_is_lost():
    form = Report(
        {**boxes("31", "Feb", "2026"), "at": "ten to nine", "what": "<b>Ro</b> said & cried, more than twenty"}
    )
    page = printed("{% for field in form %}{% field field %}{% endfor %}", form=form)
    for kept in ('value="31"', 'value="Feb"', 'value="2026"', 'value="ten to nine"'):
        assert kept in page
    assert "&lt;b&gt;Ro&lt;/b&gt; said &amp; cried, more than twenty" in page


def test_a_field_points_to_its_hint_and_its_error():
    page = printed("{% field form.what hint='Facts first' rows=6 width=20 %}", form=Report({}))
    assertInHTML(
        '<textarea name="what" rows="6" maxlength="20" spellcheck="true" class="hb-textarea hb-input hb-w20" '
        'aria-describedby="id_what_helptext id_what_error" aria-invalid="true" id="id_what"></textarea>',
        page,
    )
    assertInHTML('<div class="hb-hint" id="id_what_helptext">Facts first</div>', page)
    assertInHTML(
        '<p class="hb-error" id="id_what_error"><span class="hb-vh">Error: </span>Enter what you saw or heard</p>', page
    )


def test_a_group_of_radios_is_a_fieldset_whose_choices_have_hints():
    page = printed("{% field form.soon inline=True %}", form=Report())
    assert page.count("<fieldset") == 1
    assertInHTML('<legend class="hb-legend">How soon does someone need to act?</legend>', page)
    assertInHTML('<input type="radio" name="soon" value="4" id="id_soon_0" aria-describedby="id_soon_0_hint">', page)
    assertInHTML('<span class="hint" id="id_soon_0_hint">A child may be in danger</span>', page)
    assertInHTML('<input type="radio" name="soon" value="3" id="id_soon_1">', page)


def test_what_is_not_required_is_marked_unless_the_page_says_otherwise():
    assert "(optional)" in printed("{% field form.at %}", form=Report())
    assert "(optional)" not in printed("{% field form.at optional=False %}", form=Report())
    asked_by_service = Report()
    asked_by_service.needed = ["at"]
    assert "(optional)" not in printed("{% field form.at %}", form=asked_by_service)
    assert "(optional)" not in printed("{% field form.what %}", form=Report())


def test_a_form_of_the_library_is_printed_the_same_way():
    class Plain(forms.Form):
        name = forms.CharField(label="Name", help_text="<i>raw</i>")

    page = printed("{{ form.name.as_field_group }}", form=Plain(QueryDict("")))
    assertInHTML('<label class="hb-label" for="id_name">Name</label>', page)
    assert "&lt;i&gt;raw&lt;/i&gt;" in page
    assert "required" not in page.replace("is required", "")
