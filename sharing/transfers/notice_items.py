"""What do files to the next school hold of a child that the privacy notice lists?"""

from safeguarding.notice_items import holds

from .models import FileTransfer

holds(what="Files to the next school, and who confirmed them", by=FileTransfer, page="child_sharing")
