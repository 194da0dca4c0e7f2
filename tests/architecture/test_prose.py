"""Is what the documents say still there?

Their links, files, commands, people and the words on the buttons they name.
"""

import re

import pytest
from django.core.management import get_commands

from safeguarding.demo.people import sign_ins

from .source import ROOT, product, templates

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
# Written as a pattern, or made while Harbour runs.
NO_FILES = re.compile(r"NAME|VERSION|^var/|\*|<|\.\.\.|…")


@pytest.fixture(params=DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def document(request):
    return request.param, request.param.read_text()


def test_links_lead_somewhere(document):
    path, text = document
    links = re.findall(r"\]\(([^)#\s]+)(?:#[\w-]+)?\)", text)
    assert [link for link in links if "://" not in link and not (path.parent / link).exists()] == []


def test_files_that_are_named_exist(document):
    path, text = document
    named = re.findall(r"`([\w.-]+(?:/[\w.-]+)+/?)`", text)
    places = [ROOT / place for place in ("", "safeguarding", "safeguarding/concerns", "templates", "static")]
    missing = [
        name
        for name in named
        if not any((place / name).exists() for place in (*places, path.parent)) and not NO_FILES.search(name)
    ]
    assert [name for name in missing if "." in name.rsplit("/", 1)[-1] or name.endswith("/")] == []


def test_commands_that_are_named_exist(document):
    _, text = document
    assert set(re.findall(r"`(?:PORT=\d+ )?make ([a-z]+)", text)) <= TARGETS
    assert set(re.findall(r"manage\.py ([a-z]\w+)", text)) <= set(get_commands())


def test_the_tour_names_people_who_can_sign_in_and_words_that_are_on_the_pages():
    tour = (ROOT / "README.md").read_text().split("## Five minutes")[1].split("\n## ")[0]
    people = {(entry.role, entry.name) for entry in sign_ins()}
    told = set(re.findall(r"\*([A-Z][\w ]+)\* \(([A-Z]\w+ [A-Z]\w+)\)", " ".join(tour.split())))
    assert told
    assert told <= people
    # Bold is what to press or look for; the first word of each step is a title.
    steps = re.sub(r"^\d+\. \*\*.*?\*\*", "", tour, flags=re.MULTILINE)
    pages = "\n".join([text for _, text in templates()] + [module.text for module in product()])
    pressed = {" ".join(words.split()) for words in re.findall(r"\*\*(.+?)\*\*", steps, re.DOTALL)}
    assert pressed
    assert {words for words in pressed if words not in pages} == set()
