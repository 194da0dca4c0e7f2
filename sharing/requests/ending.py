"""What of requests about data keeps a child's record? A request that is not answered; one that is answered does not."""

from safeguarding.ending.kinds import period
from safeguarding.ending.reasons import Of, fills, keeps

from .models import RightsRequest

period(
    "request",
    RightsRequest,
    rules={"R12": "request_over", "R13": "complaint_over"},
    called=("Request or complaint about data", "Requests and complaints about data"),
    child="child",
    hidden="requests_hidden",
    known_by="reference",
)
keeps("keeps_open_request", says="A request about data is not answered.", model=RightsRequest, of=Of.CHILD)
fills("fills_request", says="There is or was a request about data.", model=RightsRequest)
