"""Does `docs/policy.yaml` speak of every address there is, and of nothing else?"""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from tests.matrix.policy import METHODS, Policy, read
from tests.matrix.world import RECORDS, ROLES

POLICY = read()
WORDS = {"shown", "onwards", "taken", "refused", "damaged", "own", "closed", "not_there", "not_allowed", "sign_in"}
ENTRY = {
    "door",
    "of",
    "needs",
    "shows",
    "writes",
    "queries",
    "but",
    "signed_out",
    "unseen",
    "never_issued",
    "may_be_empty",
    *METHODS,
}


def names(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    """The name of each address, or the address itself where it has none."""
    for entry in patterns:
        if isinstance(entry, URLResolver):
            yield from names(entry.url_patterns)
        else:
            yield entry.name or str(entry.pattern)


def test_every_address_has_its_entry():
    """A page that is added needs a line in docs/policy.yaml: who may open it, and what it may show."""
    assert set(names(get_resolver().url_patterns)) - set(POLICY.pages) == set()


def test_every_entry_is_about_an_address():
    assert set(POLICY.pages) - set(names(get_resolver().url_patterns)) == set()


def test_an_address_without_an_entry_would_be_found():
    from django.urls import path

    assert set(names([path("new/", lambda request: None, name="new_page")])) - set(POLICY.pages) == {"new_page"}


def without_queries(policy: Policy) -> set[str]:
    """The pages that are shown, and whose lines do not say how often they may ask the database."""
    return {page for page in policy.pages if policy.is_shown(page) and policy.queries(page) is None}


def test_every_shown_page_says_how_often_it_may_ask_the_database():
    """A page that is added needs `queries` in its line in docs/policy.yaml: run it, and the test says how many."""
    assert without_queries(POLICY) == set()
    assert [page for page in POLICY.pages if POLICY.queries(page) and not POLICY.is_shown(page)] == []


def test_shown_page_without_queries_would_be_found():
    page = {"door": "anyone", "POST": "closed"}
    lines = {
        "new_page": page | {"GET": "shown"},
        "of_some": page | {"GET": "closed", "but": [{"who": ["lead"], "GET": "shown", "because": "she asks"}]},
        "counted": page | {"GET": "shown", "queries": 9},
        "closed": page | {"GET": "closed"},
    }
    assert without_queries(Policy({"pages": lines})) == {"new_page", "of_some"}


def test_entries_use_the_words_of_the_file_and_no_others():
    for name, entry in POLICY.pages.items():
        assert set(entry) <= ENTRY, name
        assert set(METHODS) <= set(entry), name
        assert ("of" in entry) == ("needs" in entry), (
            f"{name}: a page of a record says what part of it its reader must see"
        )
        answers = [entry[m] for m in METHODS] + [*entry.get("signed_out", {}).values()]
        answers += [line[m] for line in entry.get("but", ()) for m in METHODS if m in line]
        assert set(answers) <= WORDS, name
        assert all(line["because"] for line in entry.get("but", ())), name


def test_every_door_and_every_sight_cites_its_cell():
    lines = [*POLICY.said["doors"].values(), *POLICY.said["sees"], *POLICY.said["never"]]
    assert all(line["cell"] for line in lines)
    assert all(line["because"] for line in POLICY.said.get("not_yet") or ())


def test_people_and_records_are_those_of_the_world():
    assert set(POLICY.people) == {*ROLES, "public", "leaver", "trust_out"}
    assert set(POLICY.records) == set(RECORDS)
    assert len(POLICY.people) >= 14
    assert len(POLICY.records) >= 9
