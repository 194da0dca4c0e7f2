"""Is a form of a page filled in and sent as a browser and a person do it?"""

from datetime import date

from tests.matrix.filling import PageForm, forms_of

PAGE = """
<form method="get"><input name="q"></form>
<form method="post" action="/notes/" id="note">
  <input type="hidden" name="token" value="t1"><input type="checkbox" name="sure">
  <input type="radio" name="how" value="phone"><input type="radio" name="how" value="letter" checked>
  <input type="radio" name="who" value=""><input type="radio" name="who" value="office">
  <select name="level"><option value="">Choose</option><option value="2">Two</option></select>
  <select name="kept" multiple><option value="a" selected>A</option><option value="b" selected>B</option></select>
  <textarea name="text">
Rang &amp; wrote.</textarea>
  <input name="on_day"><input name="on_month"><input name="on_year"><input name="off" value="x" disabled>
  <input type="file" name="paper"><input type="email" name="mail"><input name="said" value="">
  <button name="do" value="save">Save</button><button name="do" value="show">Show</button>
</form>
<input name="beside" value="b" form="note">
"""


def test_browser_sends_what_stands_there():
    assert the_form().sent() == {
        "token": "t1",
        "how": "letter",
        "level": "",
        "kept": ["a", "b"],
        "text": "Rang & wrote.",
        "on_day": "",
        "on_month": "",
        "on_year": "",
        "mail": "",
        "said": "",
        "beside": "b",
        "do": "save",
    }


def test_empty_fields_are_filled_in():
    form = the_form()
    asked = ["token", "sure", "how", "who", "level", "text", "on", "paper", "mail", "said", "nowhere"]
    assert form.fill_in(asked, date(2026, 11, 24)) == ["sure", "who", "level", "on", "paper", "mail", "said"]
    sent = form.sent()
    assert sent.pop("paper").read()
    assert {name: sent[name] for name in ("token", "sure", "how", "who", "level", "on_day", "on_month", "on_year")} == {
        "token": "t1",
        "sure": "on",
        "how": "letter",
        "who": "office",
        "level": "2",
        "on_day": "24",
        "on_month": "11",
        "on_year": "2026",
    }
    assert "@" in sent["mail"] and sent["said"]


def test_line_of_the_table_stands_above():
    form = the_form()
    form.put({"do": "show", "said": "Later.", "chosen": ["c"], "paper": ("a.csv", b"1,2")})
    sent = form.sent()
    assert (sent["do"], sent["said"], sent["chosen"]) == ("show", "Later.", "c")
    assert (sent["paper"].name, sent["paper"].read()) == ("a.csv", b"1,2")
    assert form.sent()["paper"].read() == b"1,2"


def the_form() -> PageForm:
    [form] = forms_of(PAGE)
    return form
