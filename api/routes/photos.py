"""Photos: each size of one, under an address that is its content's."""

from fastapi import APIRouter
from starlette.responses import Response

from api.problems import described
from api.shapes import Digest, Uuid
from api.storage import OnStorage
from ledger import errors
from ledger.errors import NotFound
from ledger.values.files import KEPT_AS, rendition_key

router = APIRouter(tags=["photos"])

FOR_EVER = "public, max-age=31536000, immutable"
"""Its content names a photo: what lies at its address never changes."""

UNREACHABLE = (errors.GatewayDeclined, errors.GatewayUnavailable, errors.StorageNotSetUp)


@router.get(
    "/photos/{document_id}/{content_hash}.jpg",
    responses=described(errors.NotFound, *UNREACHABLE),
    response_class=Response,
)
async def photo(document_id: Uuid, content_hash: Digest, storage: OnStorage) -> Response:
    """One size of a photo, for everybody and for ever: an address never shows anything else."""
    bucket, key = storage.objects.photos, rendition_key(document_id, content_hash)
    body = await storage.run(lambda: bucket.read(key))
    if body is None:
        raise NotFound(document_id=document_id)
    headers = {"Cache-Control": FOR_EVER, "Cross-Origin-Resource-Policy": "cross-origin"}
    return Response(body, media_type=KEPT_AS.value, headers=headers)
