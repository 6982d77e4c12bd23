"""Object storage: where files lie, behind one small protocol and two implementations of it.

`s3` is any storage that speaks S3; `folder` the same promises on a disk of ours, for a machine that
has no bucket. Whoever uploads or views does so by a signed link, and not through us: it names one
key, lasts five minutes at most, and an upload can never overwrite what is there.
"""

from ledger.gateways.objects.chosen import chosen_by
from ledger.gateways.objects.store import Objects, ObjectStore, Promised, SignedUpload

__all__ = ["ObjectStore", "Objects", "Promised", "SignedUpload", "chosen_by"]
