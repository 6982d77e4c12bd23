"""Objects: what signed links lead to, where files lie in a folder of ours.

The links are no part of the description: as those of a bucket elsewhere, they are handed out whole.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.storage import OnStorage
from ledger.errors import NotFound
from ledger.gateways.objects.folder import ADDRESS, Link
from ledger.values.files import KEPT_AS

router = APIRouter(tags=["files"])

Seconds = Annotated[str, Query(pattern="^[0-9]{1,12}$")]
Bound = Annotated[str, Query(max_length=100)]


async def link_of(
    until: Seconds, signature: Bound, media_type: Bound = "", length: Bound = ""
) -> Link:
    """What a link says besides its address."""
    return Link(until=until, media_type=media_type, length=length, signature=signature)


Signed = Annotated[Link, Depends(link_of)]


@router.put(ADDRESS + "/{bucket}/{key:path}", status_code=201, include_in_schema=False)
async def receive_object(
    bucket: str, key: str, request: Request, link: Signed, storage: OnStorage
) -> Response:
    """Take in what a link was made for, once."""
    folder, body = storage.folder(bucket), await request.body()
    await storage.run(lambda: folder.receive(key, link, request.headers, body))
    return Response(status_code=201)


@router.get(ADDRESS + "/{bucket}/{key:path}", include_in_schema=False)
async def show_object(bucket: str, key: str, link: Signed, storage: OnStorage) -> Response:
    """Show what a link was made for."""
    folder = storage.folder(bucket)
    body = await storage.run(lambda: folder.show(key, link))
    if body is None:
        raise NotFound(key=key)
    return Response(body, media_type=KEPT_AS.value)
