"""Where do notices about prints lead, and what are they about?"""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.urls import reverse

from safeguarding.accounts.notices import leads_to
from safeguarding.audit.reading import visible
from safeguarding.http import Request

from .models import PrintJob


def _titles(request: Request, keys: Collection[UUID]) -> Mapping[UUID, str]:
    return {job.pk: job.title for job in visible(request, PrintJob).filter(pk__in=keys).only("title")}


leads_to("print", lambda key: reverse("print_job", args=[key]), _titles)
