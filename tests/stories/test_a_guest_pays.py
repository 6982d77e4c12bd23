"""A guest pays, and calls the stay off: the whole way over HTTP, each part a process of its own.

Nobody here reaches behind a door: the guest's browser knows the client secret and nothing else, and
what the processor tells comes in as a webhook.
"""

from pathlib import Path

from bench.estate import Estate
from ledger.application import Ledger
from ledger.store import EventStore
from tests.api.houses import settle_in
from tests.conftest import Database
from tests.stories.system import authenticates, confirms, in_processes, sentences

TOTAL = {"minor": 27360, "currency": "EUR"}
PLAINLY = [
    "The guest's bank asks the guest to confirm (3-D Secure)",
    "Guest answered their bank, attempt 1 goes on at the processor",
    "Payment of 273.60 EUR completed",
    "Booking confirmed for 273.60 EUR",
    "Booking cancelled by guest; 273.60 EUR goes back to the guest",
    "Refund of 273.60 EUR approved",
    "Refund of 273.60 EUR reached the guest",
]


def house(database: Database) -> Estate:
    """A property with three rooms."""
    store = EventStore(database.url)
    try:
        return settle_in(Ledger(store))
    finally:
        store.close()


def test_a_guest_pays_and_gets_it_back(database: Database, redis_url: str, tmp_path: Path) -> None:
    estate = house(database)
    with in_processes(database, redis_url, tmp_path) as system:
        # Given a stay that is booked and waits for its money.
        booked = system.command("/bookings", estate.wish())
        trip, case = f"/trips/{booked['booking_id']}", f"/bookings/{booked['booking_id']}"
        asked = system.command(f"{case}/payment", {})

        # When the guest pays, and answers their bank.
        payment = f"/payments/{asked['payment_id']}"
        shown = system.ask(payment, lambda said: said["next"] == "confirm")
        confirms(system, shown["client_secret"])
        shown = system.ask(payment, lambda said: said["next"] == "authenticate")
        authenticates(system, shown["client_secret"])

        # Then the processor tells us, and the nights are the guest's.
        system.ask(trip, lambda said: said["trip"]["status"] == "confirmed")
        paid = system.api.get(payment).json()
        assert (paid["status"], paid["paid"], paid["next"]) == ("completed", TOTAL, "nothing")

        # When the guest calls it off for what they are shown, then that is what comes back.
        preview = system.api.get(f"{case}/cancellation").json()
        assert (preview["step"], preview["refund"]) == ("cancel", TOTAL)
        cancelled = system.command(f"{case}/cancellation", {"preview": preview["preview"]})
        assert cancelled["refund"] == TOTAL
        told = system.ask(
            f"/timelines/{booked['booking_id']}",
            lambda said: "Refund of 273.60 EUR reached the guest" in sentences(said),
        )
        assert [one for one in sentences(told) if one in PLAINLY] == PLAINLY
        refunded = system.api.get(payment).json()
        assert (refunded["status"], refunded["next"]) == ("refunded", "nothing")

        # And nothing of all that has put the guest's secret into a log.
        assert system.log is not None
        assert "_secret_" not in system.log.read_text()
        assert '"status": 200' in system.log.read_text()
