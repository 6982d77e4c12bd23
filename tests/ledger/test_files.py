"""Files of hosts go through the workers: read, drawn anew, kept, and deleted in time (S41, S42)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest

from ledger import processes
from ledger.aggregates.document import DOCUMENT, AnnounceDocument, Document, Status
from ledger.aggregates.provider import CloseProvider
from ledger.draft import Draft
from ledger.errors import (
    DocumentNotReady,
    GatewayUnavailable,
    NotFound,
    SelfApproval,
    TransitionNotAllowed,
)
from ledger.events import Actor
from ledger.events.document import DocumentPurged, DocumentScanned, UploadDiscarded
from ledger.gateways.objects import Objects, ObjectStore, Promised, SignedUpload
from ledger.gateways.objects.folder import FolderObjects
from ledger.gateways.scanner import Scanner, Verdict
from ledger.values.clock import Instant
from ledger.values.files import Fault, MediaType, Purpose, expires_at
from ledger.values.ids import DocumentId, HostId, PropertyId
from ledger.values.verification import ShownDocument
from tests.facts import (
    HOST,
    PASSPORT,
    PHOTO,
    PROPERTY,
    RUI,
    RUNS_OUT,
    VERIFIER,
    an_id,
    to_accept,
    to_announce,
    to_announce_a_photo,
    to_list,
    to_refuse,
    to_view,
)
from tests.ledger.market import Market
from tests.ledger.memory import Moment
from tests.pictures import SCRIPT, a_file, of_a_telephone, the_sea

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
A_PASSPORT = a_file(picture=the_sea(600, 400))


class Perilous:
    """A storage at which a worker may die before each call, or after it."""

    def __init__(self, store: ObjectStore, moment: Moment) -> None:
        self._store = store
        self._moment = moment

    def sign_upload(self, key: str, promised: Promised, until: Instant) -> SignedUpload:
        return self._store.sign_upload(key, promised, until)

    def sign_view(self, key: str, until: Instant) -> str:
        return self._store.sign_view(key, until)

    def put(self, key: str, body: bytes, media_type: MediaType) -> None:
        self._moment("before a put")
        self._store.put(key, body, media_type)
        self._moment("after a put")

    def read(self, key: str) -> bytes | None:
        self._moment("before a read")
        return self._store.read(key)

    def delete(self, key: str) -> None:
        self._moment("before a deletion")
        self._store.delete(key)
        self._moment("after a deletion")


class Archive(Market):
    """The market, with a place for files, and Rui, who hosts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scanner: Scanner | None = None
        super().__init__()
        self.decide(lambda draft: processes.register_host(draft, RUI, "PT"), RUI)
        self.decide(lambda draft: draft.do(HOST, to_list()), PROPERTY)

    def hire(self) -> None:
        """A new worker, who knows where files lie."""
        super().hire()
        documents, photos = (
            FolderObjects(self.folder, name, self.clock) for name in ("documents", "photos")
        )
        self.store_of = Objects(documents, photos)
        at_risk = Objects(*(Perilous(one, self._moment) for one in (documents, photos)))
        self.world = replace(self.world, objects=at_risk, scanner=self.scanner)

    def engage(self, scanner: Scanner) -> None:
        """Somebody looks for malware from now on."""
        self.scanner = scanner
        self.world = replace(self.world, scanner=scanner)

    def send(
        self, raw: bytes, wish: AnnounceDocument | None = None, *, says_so: bool = True
    ) -> None:
        """Announce a file, upload it, and perhaps say so."""
        told = replace_length(wish or to_announce(), len(raw))
        self.decide(partial(processes.announce_document, command=told), told.document_id)
        key = self.document(told.document_id).upload_key
        assert key is not None
        if raw:
            self.store_of.uploads.put(key, raw, told.media_type)
        if says_so:
            self.say(told.document_id)

    def say(self, document_id: DocumentId) -> None:
        """The host says that the file is there."""
        self.decide(partial(processes.report_upload, document_id=document_id), document_id)

    def by(self, actor: Actor, step: Callable[..., object], command: object) -> None:
        """Somebody of the staff, or the host, does something."""

        def plan(draft: Draft) -> None:
            step(draft, actor, command)

        self.decide(plan, PASSPORT)

    def document(self, document_id: DocumentId = PASSPORT) -> Document:
        """How a document stands."""
        found = self.ledger.state(DOCUMENT, document_id)
        assert found is not None
        return found

    def files(self) -> list[str]:
        """What lies in both buckets."""
        return sorted(
            str(path.relative_to(self.folder))
            for bucket in ("documents", "photos")
            for path in (self.folder / bucket).rglob("*")
            if path.is_file()
        )


def replace_length(wish: AnnounceDocument, length_bytes: int) -> AnnounceDocument:
    """The wish for a file of so many bytes; of one at least."""
    told = {name: getattr(wish, name) for name in wish.__struct_fields__}
    return AnnounceDocument(**{**told, "length_bytes": max(length_bytes, 1)})


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path)


# -- What becomes of a file ---------------------------------------------------------------------


def test_s42_a_passport_is_drawn_anew_and_the_file_itself_is_deleted_after_an_hour(
    archive: Archive,
) -> None:
    archive.send(A_PASSPORT)
    archive.settle()

    document = archive.document()
    assert document.status is Status.SCANNED
    (rendition,) = document.renditions
    assert len(archive.files()) == 2

    archive.until(archive.clock.now + HOUR, step=HOUR)

    assert archive.document().upload_key is None
    assert archive.files() == [f"documents/{rendition.key}"]
    assert len(archive.events(UploadDiscarded)) == 1


def test_s42_what_is_kept_of_a_photo_lies_in_a_bucket_of_its_own_in_three_sizes(
    archive: Archive,
) -> None:
    archive.send(a_file(picture=the_sea(2400, 1600)), to_announce_a_photo())
    archive.settle()
    archive.until(archive.clock.now + HOUR, step=HOUR)

    photo = archive.document(PHOTO)
    assert photo.status is Status.ACCEPTED
    assert [one.width for one in photo.renditions] == [320, 960, 1920]
    assert archive.files() == sorted(f"photos/{one.key}" for one in photo.renditions)


def test_s42_where_a_photo_was_taken_is_nowhere_an_hour_later(archive: Archive) -> None:
    archive.send(of_a_telephone(), to_announce_a_photo())
    archive.settle()
    archive.until(archive.clock.now + HOUR, step=HOUR)

    kept = [(archive.folder / name).read_bytes() for name in archive.files()]
    assert kept
    assert not any(b"telephone" in body or b"Exif" in body for body in kept)


def test_a_file_is_read_although_its_host_never_came_to_say_that_it_is_there(
    archive: Archive,
) -> None:
    archive.send(A_PASSPORT, says_so=False)
    archive.settle()
    assert archive.document().status is Status.ANNOUNCED

    archive.until(archive.clock.now + HOUR, step=HOUR)

    assert archive.document().status is Status.SCANNED


@pytest.mark.parametrize("says_so", [True, False])
def test_a_file_that_never_came_is_refused(archive: Archive, *, says_so: bool) -> None:
    archive.send(b"", says_so=says_so)
    archive.until(archive.clock.now + HOUR, step=HOUR)
    archive.settle()

    assert archive.document().reason is Fault.NOTHING_CAME


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (SCRIPT, Fault.WRONG_TYPE),
        (A_PASSPORT[: len(A_PASSPORT) // 2], Fault.UNREADABLE),
        (a_file(picture=the_sea(10, 10)), Fault.TOO_SMALL),
    ],
    ids=["a page", "half a passport", "a dot"],
)
def test_s42_of_a_file_that_is_refused_nothing_is_kept(
    archive: Archive, raw: bytes, fault: Fault
) -> None:
    archive.send(raw)
    archive.settle()
    document = archive.document()
    assert (document.status, document.reason) == (Status.REFUSED, fault)

    archive.until(archive.clock.now + HOUR, step=HOUR)

    assert archive.document().status is Status.PURGED
    assert archive.files() == []


def test_a_file_that_is_longer_than_was_said_is_refused(archive: Archive) -> None:
    archive.send(b"", says_so=False)
    key = archive.document().upload_key
    assert key is not None
    archive.store_of.uploads.put(key, A_PASSPORT, MediaType.JPEG)
    archive.say(PASSPORT)
    archive.settle()

    assert archive.document().reason is Fault.WRONG_LENGTH


# -- Malware ------------------------------------------------------------------------------------


class Engine:
    """A scanner that finds, or does not, or is away."""

    def __init__(self, *, finds: bool = False, is_away: bool = False) -> None:
        self.finds = finds
        self.is_away = is_away

    def scan(self, raw: bytes) -> Verdict:
        if self.is_away:
            raise GatewayUnavailable(reason="ConnectionRefusedError")
        return Verdict("ClamAV 1.5/27001", infected=self.finds)


def test_s42_a_document_says_which_engine_found_nothing(archive: Archive) -> None:
    archive.engage(Engine())
    archive.send(A_PASSPORT)
    archive.settle()
    assert archive.document().scanned_by == "ClamAV 1.5/27001"


def test_s42_a_document_says_that_no_engine_looked(archive: Archive) -> None:
    archive.send(A_PASSPORT)
    archive.settle()
    assert archive.document().status is Status.SCANNED
    assert archive.document().scanned_by is None


def test_s42_what_is_infected_is_refused_although_it_could_be_drawn(archive: Archive) -> None:
    archive.engage(Engine(finds=True))
    archive.send(A_PASSPORT)
    archive.settle()
    assert archive.document().reason is Fault.INFECTED
    assert len(archive.files()) == 1


def test_s42_while_the_engine_is_away_nothing_is_taken_in(archive: Archive) -> None:
    engine = Engine(is_away=True)
    archive.engage(engine)
    archive.send(A_PASSPORT)
    archive.step()
    assert archive.document().status is Status.UPLOADED

    engine.is_away = False
    archive.until(archive.clock.now + HOUR, step=HOUR)

    assert archive.document().status is Status.SCANNED


# -- People -------------------------------------------------------------------------------------


def accepted(archive: Archive) -> None:
    archive.send(A_PASSPORT)
    archive.settle()
    archive.by(VERIFIER, processes.accept_document, to_accept())


def test_v3_an_accepted_passport_expires_when_it_runs_out_and_is_deleted_in_the_end(
    archive: Archive,
) -> None:
    accepted(archive)
    archive.until(expires_at(RUNS_OUT), step=100 * DAY)
    assert archive.document().status is Status.EXPIRED
    assert archive.files()

    archive.until(expires_at(RUNS_OUT) + 90 * DAY, step=45 * DAY)

    assert archive.document().status is Status.PURGED
    assert archive.files() == []


def test_v3_nobody_decides_on_their_own_document(archive: Archive) -> None:
    archive.send(A_PASSPORT)
    archive.settle()
    rui_verifies = Actor("V", RUI)
    with pytest.raises(SelfApproval):
        archive.by(rui_verifies, processes.accept_document, to_accept())
    with pytest.raises(SelfApproval):
        archive.by(rui_verifies, processes.refuse_document, to_refuse())


def shown(archive: Archive, of: HostId = RUI) -> ShownDocument:
    """The passport, as it is shown for a review."""
    documents: list[ShownDocument] = []
    archive.decide(
        lambda draft: documents.append(processes.shown_document(draft, of, PASSPORT)), PASSPORT
    )
    return documents[-1]


def test_pr2_a_document_is_shown_for_a_review_once_it_is_read(archive: Archive) -> None:
    archive.send(A_PASSPORT)
    with pytest.raises(DocumentNotReady, match="uploaded"):
        shown(archive)
    archive.settle()

    digest = sha256(A_PASSPORT).hexdigest()
    assert shown(archive) == ShownDocument(PASSPORT, "identity", digest, RUNS_OUT)
    with pytest.raises(DocumentNotReady):
        shown(archive, of=HostId(an_id("another host")))
    archive.by(VERIFIER, processes.refuse_document, to_refuse())
    with pytest.raises(DocumentNotReady, match="refused"):
        shown(archive)


def test_py2_a_property_is_shown_by_its_own_photos_only(archive: Archive) -> None:
    archive.send(a_file(), to_announce_a_photo())
    archive.settle()
    archive.decide(lambda draft: nothing(processes.shown_photo(draft, PROPERTY, PHOTO)), PHOTO)
    other = PropertyId(an_id("another house"))
    with pytest.raises(DocumentNotReady):
        archive.decide(lambda draft: nothing(processes.shown_photo(draft, other, PHOTO)), PHOTO)


def nothing(_answer: object) -> None:
    """A plan answers nothing."""


def test_of_a_document_that_a_verifier_refused_nothing_is_left_an_hour_later(
    archive: Archive,
) -> None:
    archive.send(A_PASSPORT)
    archive.settle()
    archive.by(VERIFIER, processes.refuse_document, to_refuse())
    assert archive.files()

    archive.until(archive.clock.now + HOUR, step=HOUR)

    assert archive.files() == []


def test_of_a_file_that_its_host_takes_back_nothing_is_left_an_hour_later(archive: Archive) -> None:
    archive.send(A_PASSPORT)
    archive.settle()
    archive.decide(partial(processes.withdraw_document, document_id=PASSPORT), PASSPORT)

    archive.until(archive.clock.now + HOUR, step=HOUR)

    assert archive.document().status is Status.PURGED
    assert archive.files() == []


class Slow:
    """A scanner that takes so long that the host does something else meanwhile."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        self.meanwhile: Callable[[], None] | None = meanwhile

    def scan(self, raw: bytes) -> Verdict:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return Verdict("ClamAV 1.5/27001", infected=False)


@pytest.mark.parametrize("wish", [to_announce(), to_announce_a_photo()], ids=["passport", "photo"])
def test_s42_of_a_file_that_is_taken_back_while_it_is_read_nothing_is_left_either(
    archive: Archive, wish: AnnounceDocument
) -> None:
    of = wish.document_id
    take_back = partial(processes.withdraw_document, document_id=of)
    archive.engage(Slow(lambda: archive.decide(take_back, of)))
    archive.send(A_PASSPORT, wish)
    archive.settle()
    assert archive.document(of).status is Status.WITHDRAWN

    archive.until(archive.clock.now + HOUR, step=HOUR)

    assert archive.document(of).status is Status.PURGED
    assert archive.files() == []


def test_who_is_no_host_sends_nothing(archive: Archive) -> None:
    stranger = to_announce(host_id="11111111-1111-4111-8111-111111111111")
    with pytest.raises(NotFound):
        archive.send(A_PASSPORT, stranger)


def test_who_hosts_no_more_sends_nothing(archive: Archive) -> None:
    close = CloseProvider(host_id=RUI, obligations=())
    archive.decide(lambda draft: draft.do(HOST, close), RUI)
    with pytest.raises(TransitionNotAllowed):
        archive.send(A_PASSPORT)


def test_s42_each_look_at_a_document_is_an_event_with_who_and_why(archive: Archive) -> None:
    accepted(archive)
    archive.by(VERIFIER, processes.view_document, to_view())
    recorded = archive.store.history[-1]
    assert recorded.envelope.actor == VERIFIER
    assert recorded.event.topic == "document.viewed"


# -- Workers die --------------------------------------------------------------------------------


def ends(archive: Archive) -> tuple[object, ...]:
    """A photo comes, and a passport that is accepted, expires and is deleted; how it ends."""
    archive.send(a_file(picture=the_sea(400, 300)), to_announce_a_photo())
    accepted(archive)
    archive.until(archive.clock.now + HOUR, step=HOUR)
    archive.until(expires_at(RUNS_OUT) + 90 * DAY, step=100 * DAY)
    times = [len(archive.events(kind)) for kind in (DocumentScanned, DocumentPurged)]
    return archive.document(), archive.document(PHOTO), archive.files(), times


def test_a_worker_may_die_anywhere_and_nothing_is_lost_or_left_behind(tmp_path: Path) -> None:
    undisturbed = Archive(tmp_path / "undisturbed")
    expected = ends(undisturbed)
    assert undisturbed.moments > 20
    for moment in range(1, undisturbed.moments + 1):
        disturbed = Archive(tmp_path / str(moment))
        disturbed.dies_at = moment
        assert ends(disturbed) == expected, f"died at {moment}"
        assert disturbed.deaths == 1


def test_a_purpose_says_whether_it_is_of_a_property() -> None:
    of_a_property = {one for one in Purpose if one.is_of_a_property}
    assert of_a_property == {Purpose.RIGHT_TO_LET, Purpose.SAFETY, Purpose.PHOTO}
