"""Do the scripts save time and never lose anything? Each module on a page of its own, its server played by the test.

The clock of the browser is the test's: five seconds pass when it says so.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, expect

from tests.architecture.source import ROOT
from tests.functional.stage import CASES, Stage, browser_token, case


@pytest.fixture
def new_stage(browser: Browser) -> Iterator[Callable[[], Stage]]:
    """`new_stage()`: a page with a clock and cookies of its own."""
    contexts: list[BrowserContext] = []

    def put_up() -> Stage:
        contexts.append(browser.new_context())
        contexts[-1].set_default_timeout(5000)
        return Stage(contexts[-1].new_page())

    yield put_up
    for context in contexts:
        context.close()


# --- drafts

DRAFT = """<form method="post" data-autosave="/draft/"><input type="hidden" name="csrfmiddlewaretoken" value="stale">
<label>What<textarea name="what"></textarea></label>
<input type="file" name="file"><button name="send" value="yes">Send</button>
<p data-autosave-note="What you type is saved">Press Save draft</p></form><a href="/children/">Children</a>"""
NO_CONNECTION = "Not saved: no connection. Keep this page open."


def hung(route: Route) -> None:
    """A server that never answers."""


def saved(route: Route) -> None:
    route.fulfill(json={"saved": "Draft saved at 9:29am."})


@case("drafts")
def a_draft_is_saved_within_five_seconds_and_only_when_something_changed(stage):
    stage.answer = saved
    stage.show("drafts.js", DRAFT)
    stage.later(20)
    assert stage.asked == []
    stage.page.get_by_label("What").press_sequentially("Ro was quiet")
    stage.later(5)
    expect(stage.page.get_by_text("Draft saved at 9:29am.")).to_be_visible()
    assert stage.asked == [("/draft/", {"what": ["Ro was quiet"]}, "fresh")]
    stage.later(20)
    assert len(stage.asked) == 1


@case("drafts")
def a_draft_is_saved_on_leaving_a_field(stage):
    stage.answer = saved
    stage.show("drafts.js", DRAFT)
    stage.page.get_by_label("What").fill("Ro was quiet")
    stage.page.get_by_role("button", name="Send").focus()
    expect(stage.page.get_by_text("Draft saved")).to_be_visible()


@case("drafts")
def a_cut_network_is_told_and_tried_again(stage):
    stage.answer = lambda route: route.abort()
    stage.show("drafts.js", DRAFT)
    stage.page.get_by_label("What").fill("Ro was quiet")
    stage.later(5)
    expect(stage.page.get_by_text("Not saved: no connection. Keep this page open.")).to_be_visible()
    stage.answer = saved
    stage.later(5)
    expect(stage.page.get_by_text("Draft saved")).to_be_visible()
    assert [fields for _, fields, _ in stage.asked] == [{"what": ["Ro was quiet"]}] * 2


@case("drafts", lambda route: route.fulfill(status=302, headers={"location": "/"}))
@case("drafts", lambda route: route.fulfill(status=403))
def who_was_signed_out_is_told_and_can_send_after_signing_in_elsewhere(stage, answer):
    stage.answer = answer
    stage.show("drafts.js", DRAFT)
    stage.page.get_by_label("What").fill("Ro was quiet")
    stage.later(5)
    expect(stage.page.get_by_text("you have been signed out")).to_be_visible()
    stage.answer = saved
    stage.page.context.add_cookies(browser_token("newer"))
    stage.later(5)
    expect(stage.page.get_by_text("Draft saved")).to_be_visible()
    expect(stage.page.locator("[name=csrfmiddlewaretoken]")).to_have_value("newer")


@case("drafts")
def leaving_with_something_unsaved_asks_first(stage):
    stage.answer = lambda route: route.abort()
    stage.show("drafts.js", DRAFT)
    stage.page.get_by_label("What").press_sequentially("Ro")
    # By a link, as a person leaves: a page that is being closed while it asks can end the whole of Chromium (156).
    asked = []
    stage.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    stage.page.get_by_role("link", name="Children").click()
    assert asked == ["beforeunload"]
    expect(stage.page.get_by_label("What")).to_have_value("Ro")


@case("drafts")
def only_where_the_script_runs_the_page_says_that_it_saves(stage):
    stage.show("drafts.js", DRAFT)
    expect(stage.page.get_by_text("What you type is saved")).to_be_visible()


@case("drafts")
def what_cannot_be_saved_is_not_sent_away_and_stays_on_the_page(stage):
    stage.answer = lambda route: route.abort()
    stage.show("drafts.js", DRAFT)
    stage.page.get_by_label("What").fill("Ro was quiet")
    for _ in range(2):
        stage.page.get_by_role("button", name="Send").click()
        expect(stage.page.get_by_text("Not sent: no connection.")).to_be_visible()
    expect(stage.page.get_by_label("What")).to_have_value("Ro was quiet")
    assert {path for path, *_ in stage.asked} == {"/draft/"}

    # The draft is saved by itself when the server is back. That it was not sent is still said.
    stage.answer = saved
    stage.page.get_by_label("What").focus()
    stage.page.get_by_label("What").blur()
    note = stage.page.locator("[data-autosave-note]")
    expect(note).to_contain_text("If it is urgent, do not wait for Harbour. Draft saved")
    with stage.page.expect_navigation():
        stage.page.get_by_role("button", name="Send").click()
    assert stage.asked[-2:] == [
        ("/draft/", {"what": ["Ro was quiet"]}, "fresh"),
        ("/", {"csrfmiddlewaretoken": ["fresh"], "what": ["Ro was quiet"], "send": ["yes"]}, None),
    ]


@case("drafts")
def where_the_server_says_that_it_cannot_save_the_form_goes_there_to_be_printed(stage):
    stage.answer = lambda route: route.fulfill(status=503, json={"problem": "Not saved: ring Priya Raman."})
    stage.show("drafts.js", DRAFT)
    stage.page.get_by_label("What").fill("Ro was quiet")
    stage.later(5)
    expect(stage.page.get_by_text("Not saved: ring Priya Raman.")).to_be_visible()
    with stage.page.expect_navigation():
        stage.page.get_by_role("button", name="Send").click()
    assert stage.asked[-1][1]["what"] == ["Ro was quiet"] and stage.asked[-1][0] == "/"


@case("drafts")
def a_draft_that_the_server_does_not_take_is_sent_all_the_same_for_it_to_judge(stage):
    stage.answer = lambda route: route.fulfill(status=409, json={"problem": "Moved on in another window."})
    stage.show("drafts.js", DRAFT)
    stage.page.get_by_label("What").fill("Ro was quiet")
    with stage.page.expect_navigation():
        stage.page.get_by_role("button", name="Send").click()
    assert stage.asked[-1][0] == "/"


@case("drafts")
def a_connection_that_hangs_is_told_and_stops_no_later_save(stage):
    stage.answer = hung
    stage.show("drafts.js", DRAFT)
    stage.page.get_by_label("What").fill("Ro was quiet")
    stage.later(14)
    expect(stage.page.get_by_text(NO_CONNECTION)).to_be_visible()
    stage.answer = saved
    stage.later(5)
    expect(stage.page.get_by_text("Draft saved")).to_be_visible()


# --- calls

CALLS = '<label>Note<input></label><div data-calls="/calls/" role="alert"></div>'


@case("calls")
def a_call_is_shown_within_five_seconds_without_moving_the_focus(stage):
    stage.show("calls.js", CALLS)
    stage.page.get_by_label("Note").focus()
    stage.answer = lambda route: route.fulfill(body="<p>Room 5B <button>Open</button></p>")
    stage.later(5)
    expect(stage.page.get_by_role("alert")).to_have_text("Room 5B Open")
    expect(stage.page.get_by_label("Note")).to_be_focused()
    expect(stage.page).to_have_title("Call waiting: Today")
    assert stage.asked[0][0] == "/calls/?part=1"


@case("calls")
def a_call_is_not_taken_away_from_who_is_about_to_open_it(stage):
    stage.answer = lambda route: route.fulfill(body="<button>Open</button>")
    stage.show("calls.js", CALLS)
    stage.page.get_by_role("button", name="Open").focus()
    stage.answer = lambda route: route.fulfill(body="")
    for _ in range(2):  # The second question is put after the first answer was dealt with.
        with stage.page.expect_response("**/calls/**"):
            stage.later(5)
    expect(stage.page.get_by_role("button", name="Open")).to_be_focused()
    stage.page.get_by_label("Note").focus()
    stage.later(5)
    expect(stage.page.get_by_role("alert")).to_be_empty()
    expect(stage.page).to_have_title("Today")


@case("calls", lambda route: route.abort())
@case("calls", hung)
def silence_of_the_network_does_not_look_like_peace(stage, answer):
    stage.answer = answer
    stage.show("calls.js", CALLS)
    for _ in range(10):
        stage.later(4)
    expect(stage.page.get_by_role("alert")).to_have_text(
        "No connection: calls for a safeguarding lead are not shown here."
    )


@case("calls")
def a_page_behind_another_window_is_asked_as_often(stage):
    stage.show("calls.js", CALLS)
    stage.page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true })")
    with stage.page.expect_response("**/calls/**"):
        stage.later(5)
    stage.answer = lambda route: route.fulfill(body="<p>Room 5B</p>")
    stage.later(5)
    expect(stage.page.get_by_role("alert")).to_have_text("Room 5B")


@case("calls")
def the_senders_page_asks_again_when_a_connection_hangs(stage):
    stage.answer = hung
    stage.show("live.js", '<div data-live="/call/7/" role="status">Nobody yet</div>')
    stage.later(9)
    stage.answer = lambda route: route.fulfill(body="Priya Raman has opened your call")
    stage.later(5)
    expect(stage.page.get_by_role("status")).to_have_text("Priya Raman has opened your call")


# --- finding a child

FINDER = """<form method="post"><button name="remove" value="1">Remove</button><div>
<div data-find="/find/"><label>Add a child
<input type="text" name="kid" autocomplete="off"></label><button name="find">Find</button></div>
<div data-found></div></div></form>"""


def two_children(route: Route) -> None:
    route.fulfill(
        body='<ul><li><button name="add" value="1">Rowan, 5B</button><li><button name="add" value="2">Rohan, '
        "2A</button></ul>"
    )


@case("finding a child")
def a_child_is_found_and_chosen_by_keyboard_alone(stage):
    stage.answer = two_children
    stage.show("childfinder.js", FINDER)
    name = stage.page.get_by_label("Add a child")
    name.press_sequentially("Ro")
    stage.later(1)
    expect(stage.page.get_by_role("status")).to_have_text("2 found. Press the down arrow to choose.")
    assert stage.asked == [("/find/", {"q": ["Ro"]}, "fresh")]
    name.press("ArrowDown")
    stage.page.keyboard.press("ArrowDown")
    expect(stage.page.get_by_role("button", name="Rohan")).to_be_focused()
    stage.page.keyboard.press("Enter")
    expect(name).to_have_value("")
    assert stage.asked[-1] == ("/", {"kid": ["Ro"], "add": ["2"]}, None)


@case("finding a child")
def enter_in_the_name_presses_no_other_button_of_the_form(stage):
    stage.answer = two_children
    stage.show("childfinder.js", FINDER)
    stage.page.get_by_label("Add a child").press_sequentially("Ro")
    stage.page.keyboard.press("Enter")
    expect(stage.page.get_by_role("button", name="Rowan")).to_be_focused()
    stage.page.keyboard.press("Escape")
    expect(stage.page.get_by_role("button", name="Rowan")).to_have_count(0)
    assert [path for path, *_ in stage.asked] == ["/find/"]


@case("finding a child")
def when_the_list_cannot_be_had_the_button_still_works(stage):
    stage.answer = lambda route: route.abort()
    stage.show("childfinder.js", FINDER)
    stage.page.get_by_label("Add a child").press_sequentially("Ro")
    stage.later(1)
    expect(stage.page.get_by_role("status")).to_have_text("The list cannot be shown now. Press Find.")


@case("finding a child")
def who_has_looked_up_very_many_names_reads_why_there_is_no_list(stage):
    stage.answer = lambda route: route.fulfill(status=429, body="<p>Very many names were looked up.</p>")
    stage.show("childfinder.js", FINDER)
    stage.page.get_by_label("Add a child").press_sequentially("Ro")
    stage.later(1)
    expect(stage.page.get_by_text("Very many names were looked up.")).to_be_visible()


# --- parts of a form, and sending it


@case("forms")
def the_guidance_of_the_chosen_category_is_shown(stage):
    stage.show(
        "guidance.js",
        '<div data-guidance><label>Kind<select><option value=""><option value="NEG">Neglect</select></label>'
        '<details open><p data-for="NEG">Hungry, cold, tired.</p></details></div>',
    )
    everything = stage.page.get_by_role("group")
    expect(everything).to_be_visible()
    stage.page.get_by_label("Kind").select_option("NEG")
    expect(stage.page.get_by_role("status")).to_have_text("Hungry, cold, tired.")
    expect(everything).to_be_hidden()


@case("forms")
def a_part_of_a_form_is_shown_when_the_answers_ask_for_it(stage):
    stage.show(
        "reveal.js",
        '<form><label>Decision<select name="decision"><option>watch<option>refer_17<option>refer_47</select></label>'
        '<div data-when="decision=refer_17 refer_47">Consent</div>'
        '<div data-unless="decision=watch">Afterwards</div></form>',
    )
    part, other = stage.page.get_by_text("Consent"), stage.page.get_by_text("Afterwards")
    expect(part).to_be_hidden()
    expect(other).to_be_hidden()
    stage.page.get_by_label("Decision").select_option("refer_47")
    expect(part).to_be_visible()
    expect(other).to_be_visible()
    stage.page.get_by_label("Decision").select_option("watch")
    expect(part).to_be_hidden()
    expect(other).to_be_hidden()


@case("forms")
def a_form_is_sent_once(stage):
    stage.show("page.js", '<form method="post"><button>Send</button></form>')
    sent = stage.page.evaluate(
        """() => { let sent = 0; const form = document.forms[0];
        form.addEventListener("submit", () => queueMicrotask(() => {}));
        document.addEventListener("submit", (event) => {
            if (!event.defaultPrevented) sent += 1; event.preventDefault(); });
        form.requestSubmit(); form.requestSubmit(); return sent; }"""
    )
    assert sent == 1


@case("forms")
def the_list_of_problems_has_the_focus(stage):
    stage.show("page.js", '<div tabindex="-1" data-error-summary>There is a problem</div>')
    expect(stage.page.get_by_text("There is a problem")).to_be_focused()


# --- files

FILES = """<form method="post" action="/files/" data-upload><label>What<input name="what"></label>
<label>File<input type="file"
name="chosen" data-most-bytes="9" data-most-files="1" data-most-in-all="9"></label><button>Send</button></form>"""
REFUSED = f"""<!doctype html><title>Error: Today</title><main><div data-error-summary tabindex="-1">Say what it is</div>
{FILES.replace('name="what"', 'name="what" value="kept"')}</main>"""


@case("files")
def a_form_with_files_that_is_refused_comes_back_with_what_was_typed_and_the_files(stage):
    stage.answer = lambda route: route.fulfill(status=422, body=REFUSED, content_type="text/html")
    stage.show("upload.js", FILES)
    stage.page.get_by_label("File").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"He fell"})
    stage.page.get_by_role("button", name="Send").click()
    expect(stage.page.get_by_text("Say what it is")).to_be_focused()
    expect(stage.page.get_by_label("What")).to_have_value("kept")
    expect(stage.page).to_have_title("Error: Today")
    stage.answer = lambda route: route.fulfill(status=204, headers={"Location": "/done/"})
    stage.page.get_by_role("button", name="Send").click()
    stage.page.wait_for_url("**/done/")
    assert [path for path, *_ in stage.asked] == ["/files/", "/files/"]


@case("files")
def a_server_that_breaks_leaves_the_form_with_its_files_as_it_was(stage):
    stage.answer = lambda route: route.fulfill(status=502, body="<main>Bad gateway</main>", content_type="text/html")
    stage.show("upload.js", FILES)
    stage.page.get_by_label("File").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"He fell"})
    stage.page.get_by_role("button", name="Send").click()
    expect(stage.page.get_by_text("nothing is taken twice").or_(stage.page.get_by_text("Not sent."))).to_be_visible()
    expect(stage.page.get_by_role("button", name="Send")).to_be_enabled()
    assert stage.page.get_by_label("File").evaluate("input => input.files.length") == 1


# --- the browser's token


@case("drafts")
def over_http_the_token_is_that_of_the_plain_cookie(stage):
    stage.address, stage.answer = "http://harbour.test", saved
    stage.show("drafts.js", DRAFT)
    stage.page.get_by_label("What").fill("Ro was quiet")
    stage.later(5)
    expect(stage.page.get_by_text("Draft saved at 9:29am.")).to_be_visible()
    assert [token for _, _, token in stage.asked] == ["fresh"]


# --- all of them


@pytest.mark.parametrize("area", CASES)
def test_the_scripts_save_time_and_lose_nothing(new_stage, area):
    for does in CASES[area]:
        does(new_stage())


def test_every_script_that_sends_the_token_looks_for_the_cookie_of_https_first():
    scripts = [file.read_text() for file in (ROOT / "static" / "js").glob("*.js")]
    looks = [text for text in scripts if "csrftoken" in text]
    assert len(looks) == sum("X-CSRFToken" in text for text in scripts) == 4
    assert all(text.index('"__Host-csrftoken"') < text.index('"csrftoken"') for text in looks)
