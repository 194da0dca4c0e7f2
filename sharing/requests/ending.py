"""What of requests about data keeps a child's record? A request that is not answered; one that is answered does not."""

from safeguarding.ending.reasons import Of, fills, keeps

from .models import RightsRequest

keeps("keeps_open_request", says="A request about data is not answered.", model=RightsRequest, of=Of.CHILD)
fills("fills_request", says="There is or was a request about data.", model=RightsRequest)
