"""Every failure case has its test or the reason why it has none; the page says which."""

from tests.failure_cases import CASES, PAGE, held, page

ALL = [case for cases in CASES.values() for case in cases]


def test_every_case_has_a_test_or_a_reason() -> None:
    tests = held()

    assert [case.id for case in ALL if case.id not in tests and not case.waits_for] == []


def test_an_id_stands_for_one_case_and_no_test_names_another() -> None:
    ids = [case.id for case in ALL]

    assert len(ids) == len(set(ids))
    assert set(held()) <= set(ids), (
        "add the case to tests/failure_cases.py, or mend the test's name"
    )


def test_the_page_is_not_stale() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python3 run.py generate`"
