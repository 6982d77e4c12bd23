"""An attestation: somebody vouches for what the ledger cannot check."""

from ledger.errors import TransitionNotAllowed
from tests.facts import GUEST, HOST, OPERATOR, PROCESS, a_property_attested, to_attest
from tests.given import given


def test_an_operator_vouches_for_a_property() -> None:
    given().when(OPERATOR, to_attest()).then(a_property_attested())


def test_an_import_vouches_for_a_property() -> None:
    given().when(PROCESS, to_attest()).then(a_property_attested())


def test_nobody_vouches_for_their_own_property() -> None:
    given().when(HOST, to_attest()).refused(TransitionNotAllowed, aggregate="attestation")
    given().when(GUEST, to_attest()).refused(TransitionNotAllowed)


def test_what_is_vouched_for_is_not_vouched_for_again() -> None:
    given(a_property_attested()).when(OPERATOR, to_attest()).refused(
        TransitionNotAllowed, before="attested", command="AttestProperty"
    )


def test_an_attestation_remembers_the_terms_that_stays_are_sold_under() -> None:
    attestation = given().when(OPERATOR, to_attest()).state

    assert attestation.house == to_attest().house
    assert attestation.fee_plan == to_attest().fee_plan
    assert attestation.policies == to_attest().policies
