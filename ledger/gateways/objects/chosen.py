"""Which storage the settings name."""

from ledger.gateways.objects.folder import FolderObjects
from ledger.gateways.objects.s3 import Access, S3Objects, s3_client
from ledger.gateways.objects.store import Objects
from ledger.settings import Settings
from ledger.values.clock import Clock

DOCUMENTS, PHOTOS = "documents", "photos"
"""The two buckets, as folders."""


def chosen_by(settings: Settings, clock: Clock) -> Objects | None:
    """The buckets, or the folder where there are none, or nothing. Raises Misconfigured."""
    if settings.buckets is not None:
        access = Access(
            region=settings.objects_region,
            endpoint=settings.objects_endpoint,
            key_id=settings.objects_key_id,
            secret_key=settings.objects_secret_key,
        )
        client = s3_client(access)
        documents, photos = settings.buckets
        return Objects(S3Objects(client, documents, clock), S3Objects(client, photos, clock))
    folder = settings.objects_folder
    if folder is None:
        return None
    return Objects(FolderObjects(folder, DOCUMENTS, clock), FolderObjects(folder, PHOTOS, clock))
