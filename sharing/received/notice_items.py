"""What do files from other schools hold of a child that the privacy notice lists?"""

from safeguarding.notice_items import holds

from .models import FileReceived

holds(what="Files from other schools: which came when, and from which school", by=FileReceived, page="received_file")
