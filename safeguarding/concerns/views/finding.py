"""The search above every page: a reference, a child, or words that somebody wrote about a concern.

All of it by POST: what is looked for stands in no address. That somebody searched is recorded with the number found,
never with the words.
"""

from collections import defaultdict
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from children.models import Child, ChildFile
from children.services.finding import find_children, is_record_number
from children.services.mentioning import Names
from safeguarding.accounts.permissions import requires
from safeguarding.accounts.services import bulk
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, visible
from safeguarding.audit.services import record_many
from safeguarding.concerns.forms.finding import FindForm
from safeguarding.concerns.models import Concern, EarlierFile, EarlierRecord
from safeguarding.concerns.services import reading
from safeguarding.concerns.services.passages import terms_of
from safeguarding.concerns.services.searching import FoundDocuments, Tell, search_documents, search_words
from safeguarding.concerns.services.searching_beside import FoundBeside, search_beside
from safeguarding.concerns.services.searching_earlier import SearchedEarlier, search_earlier
from safeguarding.concerns.services.waiting_rows import give_waits
from safeguarding.http import Request
from safeguarding.rendering import Showing


@requires("view_concerns")
def find(request: Request) -> HttpResponse:
    """A reference leads to its concern, a name or the number of a record to the children it fits, anything else to the
    words.

    A bare number that is both shows both: opening a concern acknowledges it.
    """
    request.nav = ""
    form = FindForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _not_asked(request, form)
    words, school_id = form.cleaned_data["q"], request.held.school_id
    if bulk.had_enough(bulk.SEARCHES, by=request.user, school_id=school_id):
        return _stopped(request, words)
    concern = reading.by_reference(visible(request, Concern), school_id, words)
    if concern is not None:
        read_many(request, [concern], verb=Verb.SEARCH, purpose="reference")
        numbered = visible(request, Child).filter(school=school_id, number=concern.number)
        if not (is_record_number(words) and numbered.exists()):
            return redirect("concern", concern.pk)
    found = find_children(by=request.user, school=school_id, words=words, today=timezone.localdate(), everyone=True)
    read_many(request, [each.child for each in found], verb=Verb.SEARCH, purpose="name")
    context = {"asked": True, "words": words, "found": found, "concern": concern}
    # Opening every text of a school takes as long as twenty pages: not before somebody wants it, or nothing else fits.
    fits = concern is not None or any(not each.by_slip for each in found[:1])
    written = {} if fits else _written(request, words)
    return render(request, "concerns/find.html", context | written)


@require_POST
@requires("view_concerns")
def find_words(request: Request) -> HttpResponse:
    """What was written about concerns, newest first, and on from where the last search ended."""
    request.nav = ""
    form = FindForm(request.POST)
    if not form.is_valid():
        return _not_asked(request, form)
    words = form.cleaned_data["q"]
    if bulk.had_enough(bulk.SEARCHES, by=request.user, school_id=request.held.school_id):
        return _stopped(request, words)
    written = _written(request, words, before=form.cleaned_data["before"])
    return render(request, "concerns/find.html", {"asked": True, "words": words, "only_written": True} | written)


def _not_asked(request: Request, form: FindForm) -> HttpResponse:
    """How to search; for what cannot be searched for, why not."""
    typed = request.POST.get("q", "").strip()
    said = " ".join(str(error) for errors in form.errors.values() for error in errors)
    problem = f"Nothing was searched. {said}" if typed else ""
    return render(request, "concerns/find.html", {"asked": False, "problem": problem}, status=422 if problem else 200)


def _stopped(request: Request, words: str) -> HttpResponse:
    """Far more was searched than work needs: why nothing is shown now, with the words still in the box."""
    context = {"asked": False, "problem": bulk.STOP, "kept_words": words}
    return render(request, "concerns/find.html", context, status=429)


def _written(request: Request, words: str, before: str = "") -> dict[str, Any]:
    """What was found in the words of concerns.

    Each concern of which some are shown is recorded, not their number alone.
    """
    terms, school_id = terms_of(words), request.held.school_id
    tell = Names(request.user, Showing()).tell
    written = search_words(partial(visible, request), school_id, terms, before=before, tell=tell)
    documents = None if before else _documents(request, terms)
    concerns = read_many(request, [hit.concern for hit in written.hits], verb=Verb.SEARCH, purpose="words")
    record_many(Verb.SEARCH, Concern._meta.label_lower, [c.pk for c in concerns], school_id=school_id, purpose="words")
    reading.dress(concerns)
    give_waits(concerns, partial(visible, request), at=timezone.now())
    beside = [] if before else _beside(request, terms, tell)
    earlier = None if before else _from_earlier(request, terms)
    rows = reading.rows(concerns, reader=request.user, at=timezone.now())
    hits = list(zip(rows, written.hits, strict=True))
    found = {"documents": documents, "beside": beside, "earlier": earlier}
    return {"written": written, "hits": hits, "terms": terms, **found}


def _documents(request: Request, terms: list[str]) -> FoundDocuments:
    """Documents of children's records with such a name. Each that is shown is recorded."""
    school_id = request.held.school_id
    documents = search_documents(partial(visible, request), school_id, terms)
    files = read_many(request, [one.file for one in documents.found], verb=Verb.SEARCH, purpose="documents")
    record_many(Verb.SEARCH, ChildFile._meta.label_lower, [f.pk for f in files], school_id=school_id, purpose="words")
    return documents


def _beside(request: Request, terms: list[str], tell: Tell) -> list[FoundBeside]:
    """What apps above have of it, by their own pages. Each record that is shown is recorded."""
    school_id = request.held.school_id
    found = search_beside(partial(visible, request), school_id, terms, tell)
    keys: defaultdict[str, list[UUID]] = defaultdict(list)
    for row in (hit.row for one in found for hit in one.hits):
        keys[row._meta.label_lower].append(row.pk)
    for label, some in keys.items():
        record_many(Verb.SEARCH, label, some, school_id=school_id, purpose="words")
    return found


def _from_earlier(request: Request, terms: list[str]) -> SearchedEarlier:
    """What earlier systems of the school had, and the names of their files. Each that is shown is recorded."""
    school_id = request.held.school_id
    found = search_earlier(partial(visible, request), school_id, terms)
    for model in (EarlierRecord, EarlierFile):
        keys = [one.row.pk for one in found.hits if isinstance(one.row, model)]
        record_many(Verb.SEARCH, model._meta.label_lower, keys, school_id=school_id, purpose="words")
    return found
