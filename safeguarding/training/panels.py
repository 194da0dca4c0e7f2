"""What does training put into the pages that every app shares? The register under School, everybody's own under their
name, the courses among the settings, a line of the self-check.
"""

from django.urls import reverse

from safeguarding import checks
from safeguarding.accounts.notices import leads_to
from safeguarding.accounts.permissions import may
from safeguarding.accounts.roles import Capability
from safeguarding.http import Request
from safeguarding.panels import PERSON, SCHOOL, NavItem, Setting, register

from .capabilities import TrainingCapability as C
from .services.checks import training_and_guidance


def _keeps(request: Request) -> bool:
    return may(request.user, C.KEEP_TRAINING, request.held.school_id)


leads_to("course", lambda key: reverse("training_course", args=[key]))
leads_to("training", lambda key: reverse("training_record", args=[key]))
leads_to("guidance", lambda key: reverse("read_guidance", args=[key]))
register(
    NavItem(
        "training",
        "Training of staff",
        "training",
        may=_keeps,
        order=30,
        place=SCHOOL,
        says="Who is trained, what runs out, and who has read the guidance.",
    ),
    NavItem("my_training", "My training", "my_training", may=lambda r: True, order=30, place=PERSON),
    Setting(
        "training",
        "Training courses",
        "Which courses staff have to have, and how long each holds.",
        "training_courses",
        may=lambda r: may(r.user, Capability.MANAGE_SCHOOL, r.held.school_id),
        models=("training.course",),
        order=70,
    ),
)
checks.register(
    checks.Check(
        "training",
        "Training and guidance",
        "All staff have the training that the school asks of them, and have read the guidance that is in force.",
        training_and_guidance,
        sees=C.KEEP_TRAINING,
        url_name="training",
        order=80,
    )
)
