"""What does retention put into the pages that every app shares?"""

from django.urls import reverse

from safeguarding.accounts.notices import leads_to

leads_to("brake", lambda key: reverse("brake", args=[key]))
