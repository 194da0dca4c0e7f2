"""The format of the file that follows a child to the next school, and nothing of how it is sent or taken in.

A file is one or more encrypted PDFs, its volumes. Printed, they are the paper file. Inside lie `record.json`, the
original documents, `manifest.json` with the digest of everything, and `manifest.sig`, signed by the sending school.
`docs/transfer-file.md` describes it for whoever writes or reads such a file without Harbour.

record       record.json: what the file says
manifest     manifest.json: what belongs to the file, each with its digest
signing      manifest.sig: whose key signed the manifest
receipts     the signed receipt that goes back
containers   the PDF around all of it: written, and opened with limits
pages        the digest of what stands on the pages of a PDF
json_text    JSON from elsewhere, read strictly
"""
