"""Put it on paper: a concern for who may see it, a report for who wrote it, and the form for when Harbour cannot be
reached.

What is printed is read through the read gate and recorded as printed; the page it came from records that it was seen.
"""

from uuid import UUID

from django.http import HttpResponse

from safeguarding.accounts.permissions import anyone_signed_in, requires_for_record
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_one, visible
from safeguarding.concerns.models import Account, ConcernChild, HowSoon
from safeguarding.concerns.permissions import access_given
from safeguarding.concerns.services.deciding import open_concern
from safeguarding.concerns.services.on_paper import concern_on_paper, report_on_paper, whole_on_paper
from safeguarding.concerns.services.progress import as_reporter
from safeguarding.concerns.services.reading import for_page
from safeguarding.concerns.views.earlier_marks import of_concern
from safeguarding.http import Request
from safeguarding.printing.paper import paper, put_on_paper


@requires_for_record("view_concerns", also=access_given)
def concern_paper(request: Request, concern_id: UUID) -> HttpResponse:
    """The whole concern. Who reads it on paper has read it, as on the page."""
    concern = read_one(request, for_page(), verb=Verb.PRINT, purpose="concern", pk=concern_id)
    concern = open_concern(concern=concern, by=request.user)
    it = whole_on_paper(request, concern)
    earlier = of_concern(request, concern, it.children, verb=Verb.PRINT) if it.marks else None
    return put_on_paper(request, concern_on_paper(request, concern, it, earlier=earlier))


@anyone_signed_in
def report_paper(request: Request, concern_id: UUID) -> HttpResponse:
    """A reporter's own words. Nothing that anybody else wrote."""
    with as_reporter():
        mine = visible(request, Account).select_related("author")
        account = read_one(request, mine, verb=Verb.PRINT, purpose="report", concern_id=concern_id, author=request.user)
        return put_on_paper(request, report_on_paper(request, account))


@anyone_signed_in
def paper_form(request: Request) -> HttpResponse:
    """The log form to fill in by hand when Harbour cannot be reached.

    Printed beforehand: it holds nothing about a child.
    """
    context = {"how_soon": HowSoon.labels, "roles": ConcernChild.Role.labels, "told": Account.Told.labels}
    return paper(request, "pdf/form.html", context, title="Paper log form", school_id=request.held.school_id)
