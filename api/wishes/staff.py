"""Who of the staff speaks: nobody signs in yet, so whoever is at the door says who they are."""

from api.shapes import Body, Query, Uuid


class OfFinance(Body):
    """Who of finance does it."""

    by: Uuid


class OfVerification(Body):
    """Which verifier does it."""

    by: Uuid


class OfSupport(Body):
    """Who of support does it."""

    by: Uuid


class OfHostOrOperator(Body):
    """Which operator does it; nobody is named where the host does."""

    by: Uuid | None = None


class AsSupport(Query):
    """Who of support reads."""

    by: Uuid
