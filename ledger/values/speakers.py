"""Speakers: who has a word in a booking's matters."""

from enum import StrEnum

from msgspec import Struct

from ledger.errors import NotAParty
from ledger.values.ids import GuestId, HostId


class Speaker(StrEnum):
    """In which part somebody speaks."""

    GUEST = "guest"
    HOST = "host"
    SUPPORT = "support"


class Parties(Struct, frozen=True, gc=False):
    """The two whose booking it is."""

    guest_id: GuestId
    host_id: HostId

    def admit(self, speaker: Speaker, by: str) -> None:
        """Let somebody speak for a part that is theirs; support is let in by who calls.

        Raises NotAParty.
        """
        its_own = {Speaker.GUEST: self.guest_id, Speaker.HOST: self.host_id}.get(speaker, by)
        if its_own != by:
            raise NotAParty(speaker=speaker.value, by=by)
