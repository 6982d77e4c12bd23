"""Object storage that speaks S3. boto3 is known here only."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ledger.errors import GatewayDeclined, GatewayUnavailable
from ledger.gateways.objects.store import ONLY_ONCE, Promised, SignedUpload, lasts_seconds
from ledger.values.clock import Clock, Instant
from ledger.values.files import MediaType

CONNECT_SECONDS = 3
ANSWER_SECONDS = 20
TRIES = 2


@dataclass(frozen=True, kw_only=True)
class Access:
    """Where the storage is and who we are there.

    Without an endpoint it is Amazon's; without a key, the machine's own role.
    """

    region: str
    endpoint: str | None = None
    key_id: str | None = None
    secret_key: str | None = None


def s3_client(access: Access) -> Any:
    """A client for all buckets, safe to share between threads."""
    config = Config(
        signature_version="s3v4",  # left to itself, boto3 still signs links the old way
        connect_timeout=CONNECT_SECONDS,
        read_timeout=ANSWER_SECONDS,
        retries={"mode": "standard", "total_max_attempts": TRIES},
        # A link for somebody else's upload cannot know its checksum.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={"addressing_style": "path" if access.endpoint else "auto"},
    )
    return boto3.client(
        "s3",
        endpoint_url=access.endpoint,
        region_name=access.region,
        aws_access_key_id=access.key_id,
        aws_secret_access_key=access.secret_key,
        config=config,
    )


class S3Objects:
    """One bucket of a storage that speaks S3."""

    def __init__(self, client: Any, bucket: str, clock: Clock) -> None:
        self._client = client
        self._bucket = bucket
        self._clock = clock

    def sign_upload(self, key: str, promised: Promised, until: Instant) -> SignedUpload:
        """See ObjectStore. Type, length and `If-None-Match` are part of what is signed."""
        lasts = lasts_seconds(self._clock(), until)
        content_type = promised.media_type.value
        told = {
            "ContentType": content_type,
            "ContentLength": promised.length_bytes,
            "IfNoneMatch": ONLY_ONCE,
        }
        url = self._signed("put_object", lasts, Key=key, **told)
        return SignedUpload(url, {"Content-Type": content_type, "If-None-Match": ONLY_ONCE})

    def sign_view(self, key: str, until: Instant) -> str:
        """See ObjectStore."""
        lasts = lasts_seconds(self._clock(), until)
        return self._signed("get_object", lasts, Key=key, ResponseCacheControl="no-store")

    def put(self, key: str, body: bytes, media_type: MediaType) -> None:
        """See ObjectStore."""
        with failing_as_ours():
            try:
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=key,
                    Body=body,
                    ContentType=media_type.value,
                    IfNoneMatch=ONLY_ONCE,
                )
            except ClientError as error:
                if _status(error) != HTTPStatus.PRECONDITION_FAILED:
                    raise

    def read(self, key: str) -> bytes | None:
        """See ObjectStore."""
        with failing_as_ours():
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
            except ClientError as error:
                if _status(error) != HTTPStatus.NOT_FOUND:
                    raise
                return None
            body: bytes = answer["Body"].read()
            return body

    def delete(self, key: str) -> None:
        """See ObjectStore."""
        with failing_as_ours():
            self._client.delete_object(Bucket=self._bucket, Key=key)

    def _signed(self, method: str, lasts_seconds: int, **told: Any) -> str:
        url: str = self._client.generate_presigned_url(
            method, Params={"Bucket": self._bucket, **told}, ExpiresIn=lasts_seconds
        )
        return url


@contextmanager
def failing_as_ours() -> Iterator[None]:
    """Let failures of boto3 pass as ours. Raises GatewayUnavailable, GatewayDeclined."""
    try:
        yield
    except ClientError as error:
        again = _status(error) in AGAIN or _status(error) >= HTTPStatus.INTERNAL_SERVER_ERROR
        kind = GatewayUnavailable if again else GatewayDeclined
        raise kind(reason=error.response["Error"]["Code"]) from error
    except BotoCoreError as error:
        raise GatewayUnavailable(reason=type(error).__name__) from error


AGAIN = (HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS)
"""Somebody else was putting the same object, or we were too fast."""


def _status(error: ClientError) -> int:
    status: int = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return status
