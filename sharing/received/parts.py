"""How is it told beyond a page that a file has come from another school?"""

from safeguarding.parts import as_declared, tell

from .models import FileReceived

tell(
    FileReceived,
    title="File from another school",
    blocks=as_declared(
        "received_at", but=("manifest", "manifest_digest", "sender_key", "receipt", "receipt_at", "key_was_known")
    ),
)
