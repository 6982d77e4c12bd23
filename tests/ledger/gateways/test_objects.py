"""Object storage keeps the same promises in a bucket and in a folder (spec: security, S41)."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from ledger.errors import GatewayDeclined, GatewayUnavailable, LinkHasExpired
from ledger.gateways.objects import ObjectStore, Promised
from ledger.gateways.objects.folder import FolderObjects
from ledger.gateways.objects.s3 import Access, S3Objects, s3_client
from ledger.settings import Settings
from ledger.values.clock import Instant, system_clock
from ledger.values.files import LINK_LASTS, MediaType
from tests.api.conftest import serving, until
from tests.ledger.gateways.buckets import BUCKET, s3_serving

KEY = "uploads/4f7c1f0e2b9d4a6e8c3b5d7f9a1e2c4d"
A_FILE = b"\xff\xd8\xff\xe0 as it comes from a telephone"
PROMISED = Promised(MediaType.JPEG, len(A_FILE))


class Place:
    """A storage, and a browser that follows links into it."""

    def __init__(self, store: ObjectStore, browser: httpx.Client) -> None:
        self.store = store
        self._browser = browser

    def link(self, lasts: timedelta = LINK_LASTS, promised: Promised = PROMISED) -> str:
        """Where to put the file."""
        return self.store.sign_upload(KEY, promised, soon(lasts)).url

    def upload(self, url: str, body: bytes = A_FILE, **changed: str | None) -> int:
        """PUT a file as a browser does, or almost; the answer's status."""
        told = {"Content-Type": "image/jpeg", "If-None-Match": "*"}
        headers = {name.replace("_", "-"): value for name, value in changed.items()}
        sent = {name: value for name, value in (told | headers).items() if value is not None}
        return self._browser.put(url, content=body, headers=sent).status_code

    def view(self, url: str) -> httpx.Response:
        """Follow a link."""
        return self._browser.get(url)


def soon(lasts: timedelta = LINK_LASTS) -> Instant:
    """So long from now."""
    return system_clock() + lasts


@pytest.fixture(scope="module")
def access(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Access]:
    with s3_serving(tmp_path_factory.mktemp("s3")) as access:
        yield access


@pytest.fixture(scope="module")
def bucket(access: Access) -> S3Objects:
    return S3Objects(s3_client(access), BUCKET, system_clock)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("folder")


@pytest.fixture(scope="module")
def browser(folder: Path) -> Iterator[httpx.Client]:
    """Links without a host are the API's own."""
    settings = Settings(database_url="postgresql:///", objects_folder=folder)
    with serving(settings) as address, httpx.Client(base_url=address) as browser:
        yield browser


@pytest.fixture(params=["bucket", "folder"])
def place(
    request: pytest.FixtureRequest, bucket: S3Objects, folder: Path, browser: httpx.Client
) -> Place:
    """A storage of either kind, with nothing in it."""
    of_folder = FolderObjects(folder, "documents", system_clock)
    place = Place(bucket if request.param == "bucket" else of_folder, browser)
    place.store.delete(KEY)
    return place


# -- Uploads ----------------------------------------------------------------------------------


def test_s41_what_is_uploaded_by_a_link_can_be_read(place: Place) -> None:
    assert place.upload(place.link()) in (200, 201)
    assert place.store.read(KEY) == A_FILE


def test_v4_s41_a_key_cannot_be_overwritten_by_the_same_link_or_another(place: Place) -> None:
    first, second = place.link(), place.link()
    place.upload(first)
    assert place.upload(first) == 412
    assert place.upload(second) == 412
    assert place.store.read(KEY) == A_FILE


def test_s41_of_many_uploads_at_once_one_wins(place: Place) -> None:
    url = place.link()
    with ThreadPoolExecutor(8) as hands:
        answers = list(hands.map(lambda _: place.upload(url), range(8)))
    assert sorted(answers)[1:] == [412] * 7
    assert place.store.read(KEY) == A_FILE


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        (A_FILE + b"!", {}),
        (A_FILE[:-1], {}),
        (A_FILE, {"Content_Type": "text/html"}),
        (A_FILE, {"Content_Type": "image/png"}),
    ],
    ids=["longer", "shorter", "a page", "another picture"],
)
def test_s41_nothing_comes_in_but_what_was_promised(
    place: Place, body: bytes, changed: Any
) -> None:
    assert place.upload(place.link(), body, **changed) in (400, 403)
    assert place.store.read(KEY) is None


@pytest.mark.parametrize("instead", [None, '"an etag"'], ids=["missing", "another"])
def test_v4_s41_an_upload_that_could_overwrite_is_refused(
    place: Place, instead: str | None
) -> None:
    assert place.upload(place.link(), If_None_Match=instead) == 403
    assert place.store.read(KEY) is None


@pytest.mark.parametrize(("said", "instead"), [("4f7c", "4f7d"), ("ignature=.", "ignature=x")])
def test_v4_a_link_that_was_changed_lets_nobody_in(place: Place, said: str, instead: str) -> None:
    assert place.upload(re.sub(said, instead, place.link())) == 403
    assert place.store.read(KEY) is None


def test_v4_a_link_to_upload_shows_nothing_and_one_to_view_takes_nothing(place: Place) -> None:
    upload, view = place.link(), place.store.sign_view(KEY, soon())
    assert place.upload(view) in (400, 403)
    place.upload(upload)
    assert place.view(upload).status_code == 403


def test_v4_s41_a_link_that_is_over_lets_nobody_in(place: Place) -> None:
    url = place.link(timedelta(seconds=1.05))
    over = soon(timedelta(seconds=1.1))
    until(lambda: system_clock() > over)
    assert place.upload(url) == 403


def test_s41_a_link_lasts_five_minutes_at_most(place: Place) -> None:
    with pytest.raises(AssertionError):
        place.link(LINK_LASTS + timedelta(minutes=1))


def test_no_link_is_made_that_is_over_already(place: Place) -> None:
    with pytest.raises(LinkHasExpired):
        place.link(timedelta(0))


# -- Views ------------------------------------------------------------------------------------


def test_s41_a_link_shows_what_we_put(place: Place) -> None:
    place.store.put(KEY, A_FILE, MediaType.JPEG)
    shown = place.view(place.store.sign_view(KEY, soon()))
    assert shown.content == A_FILE
    assert shown.headers["Content-Type"] == "image/jpeg"


def test_s41_without_a_link_nobody_sees_anything(place: Place) -> None:
    place.store.put(KEY, A_FILE, MediaType.JPEG)
    bare = place.store.sign_view(KEY, soon()).partition("?")[0]
    assert place.view(bare).status_code in (403, 422)


def test_v4_a_link_of_one_object_shows_no_other(place: Place) -> None:
    other = f"{KEY}a"
    place.store.put(other, A_FILE, MediaType.JPEG)
    url = place.store.sign_view(KEY, soon()).replace(KEY, other)
    assert place.view(url).status_code == 403


# -- What we do ourselves -----------------------------------------------------------------------


def test_what_is_there_stays_when_we_put_it_again(place: Place) -> None:
    place.store.put(KEY, A_FILE, MediaType.JPEG)
    place.store.put(KEY, b"something else", MediaType.JPEG)
    assert place.store.read(KEY) == A_FILE


def test_what_is_not_there_is_nothing_and_can_be_deleted(place: Place) -> None:
    assert place.store.read(KEY) is None
    place.store.delete(KEY)


def test_what_is_deleted_is_gone(place: Place) -> None:
    place.store.put(KEY, A_FILE, MediaType.JPEG)
    place.store.delete(KEY)
    assert place.store.read(KEY) is None


def test_s41_the_policy_of_the_buckets_demands_what_our_links_promise() -> None:
    page = (Path(__file__).parents[3] / "docs" / "object-storage.md").read_text()
    policy = json.loads(page.partition("```json")[2].partition("```")[0])
    denied = {one["Sid"]: one["Condition"] for one in policy["Statement"]}
    lasts_ms = str(LINK_LASTS // timedelta(milliseconds=1))

    assert {one["Effect"] for one in policy["Statement"]} == {"Deny"}
    assert denied["NothingIsOverwritten"] == {"Null": {"s3:if-none-match": "true"}}
    assert denied["LinksLastFiveMinutes"] == {"NumericGreaterThan": {"s3:signatureAge": lasts_ms}}


# -- A bucket alone, and a folder alone ---------------------------------------------------------


def test_a_storage_that_is_away_may_come_back() -> None:
    nobody = Access(region="us-east-1", endpoint="http://127.0.0.1:9", key_id="a", secret_key="b")
    with pytest.raises(GatewayUnavailable):
        S3Objects(s3_client(nobody), BUCKET, system_clock).read(KEY)


def test_a_storage_that_does_not_know_us_says_no_for_good(access: Access) -> None:
    stranger = Access(
        region="us-east-1", endpoint=access.endpoint, key_id="stranger", secret_key="b"
    )
    with pytest.raises(GatewayDeclined):
        S3Objects(s3_client(stranger), BUCKET, system_clock).read(KEY)


def test_two_processes_sign_with_one_key(folder: Path) -> None:
    one, other = (FolderObjects(folder, "photos", system_clock) for _ in range(2))
    at = soon()
    assert one.sign_view(KEY, at) == other.sign_view(KEY, at)


def test_nobody_else_on_the_machine_reads_the_folder(folder: Path) -> None:
    FolderObjects(folder, "documents", system_clock).put(KEY, A_FILE, MediaType.JPEG)
    private = [folder / "signing-key", folder / "documents" / KEY]
    assert [path.stat().st_mode & 0o077 for path in private] == [0, 0]
