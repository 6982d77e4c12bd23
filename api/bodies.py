"""How large a body may be that comes in, by its address."""

from ledger.gateways.objects.folder import ADDRESS as UPLOADS
from ledger.values.files import LARGEST_UPLOAD_BYTES

LARGEST_BODY_BYTES = 64 * 1024
NOTICES = "/webhooks/stripe"
HOSTS_NOTICES = f"{NOTICES}/hosts"
LARGER_BODIES_BYTES = {NOTICES: 256 * 1024, HOSTS_NOTICES: 256 * 1024}
"""By path: a notice that we find too large would never come in, however often it is sent."""


def largest_bytes_at(path: str) -> int:
    """How many bytes a body may have at an address."""
    if path.startswith(f"{UPLOADS}/"):
        return LARGEST_UPLOAD_BYTES
    return LARGER_BODIES_BYTES.get(path, LARGEST_BODY_BYTES)
