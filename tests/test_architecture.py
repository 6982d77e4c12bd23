"""What the house looks like from outside: measures, and no binary fractions near money.

Who may import whom stands in `pyproject.toml` and is checked by import-linter.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
PACKAGES = ("ledger", "projections", "api", "replay", "sandbox", "bench", "tests")
LONGEST_FUNCTION = 40
# Folder, and the most lines that a file in it may have. Measures as for prose: a file that outgrows
# its measure has two subjects.
LONGEST_FILE = {"ledger/aggregates": 350, "projections": 200, "api": 150}
# Files with one subject all the same: their own measure, and why.
OUTGROWN = {
    "api/problems.py": 240,                     # one row for each error there is
    "api/routes/cases.py": 190,                 # one door for each step of a case
    "api/routes/damages.py": 185,               # one door for each step of a claim
    "projections/hosting.py": 250,              # one case for each step that a host sees of a stay
    "projections/earnings.py": 250,             # one column for each cause, and the sums of them
    "projections/desk.py": 295,                 # what lies on it, what that is about, and its debts
    "projections/matters.py": 360,              # one line for each event that brings up or ends one
    "projections/host_statements.py": 220,      # each figure of a month, and the rules it is of
    "projections/verifications.py": 230,        # reviews, what they are about, and what is shown
    "projections/reviews.py": 320,              # three tables, and what is asked of each side
    "projections/receipts.py": 240,             # three tables, and why a number never changes
    "projections/papers.py": 230,               # what a paper says, field by field
    "projections/reconciliation.py": 210,       # one line for each event that moves money there
    "projections/payouts.py": 240,              # payouts, their holds, and the account they go to
    "projections/trips.py": 310,                # the stay and its money, one case for each event
}  # fmt: skip
# Where amounts are made, kept and shown. Seconds to wait may be fractions; they live elsewhere.
NEAR_MONEY = ("ledger/values", "ledger/events", "ledger/aggregates", "projections")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (PROJECT / folder).rglob("*.py"))


def functions(node: ast.AST) -> Iterator[Function]:
    """The functions in a node; there are none in an expression."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            yield child
        if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
            yield from functions(child)


def lines_count(function: Function) -> int:
    """The lines of a function that must be understood at once.

    That is without its docstring, and a form filled in field by field counts as one line.
    """
    docstring = ast.get_docstring(function, clean=False)
    documented = len(docstring.splitlines()) if docstring else 0
    return height(function) - documented - sum(height(form) - 1 for form in forms(function))


def forms(node: ast.AST) -> Iterator[ast.Dict]:
    """The outermost dictionaries written out in a node."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Dict):
            yield child
        else:
            yield from forms(child)


def height(node: Function | ast.Dict) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def where(path: Path, node: ast.stmt | ast.expr) -> str:
    return f"{path.relative_to(PROJECT)}:{node.lineno}"


def test_every_function_fits_a_screen() -> None:
    too_long = [
        f"{where(path, function)} {function.name} has {lines_count(function)} lines"
        for path in sources(*PACKAGES)
        for function in functions(ast.parse(path.read_text()))
        if height(function) > LONGEST_FUNCTION and lines_count(function) > LONGEST_FUNCTION
    ]
    assert not too_long, "\n".join(too_long)


@pytest.mark.parametrize(("folder", "measure"), LONGEST_FILE.items())
def test_every_file_keeps_its_measure(folder: str, measure: int) -> None:
    too_long = [
        f"{path.relative_to(PROJECT)} has {count} lines"
        for path in sources(folder)
        if (count := len(path.read_text().splitlines()))
        > OUTGROWN.get(str(path.relative_to(PROJECT)), measure)
    ]
    assert not too_long, "\n".join(too_long)


def test_no_file_is_exempt_that_need_not_be() -> None:
    needless = [
        f"{name} would keep the measure of {folder}"
        for name in OUTGROWN
        for folder, measure in LONGEST_FILE.items()
        if name.startswith(f"{folder}/")
        and len((PROJECT / name).read_text().splitlines()) <= measure
    ]
    assert not needless, "\n".join(needless)


def test_whatever_others_may_call_says_what_it_is() -> None:
    silent = [
        f"{where(path, found)} {found.name}"
        for path in sources(*(package for package in PACKAGES if package not in ("bench", "tests")))
        for found in public(ast.parse(path.read_text()))
        if not ast.get_docstring(found)
    ]
    assert not silent, "\n".join(silent)


def public(node: ast.AST) -> Iterator[Function | ast.ClassDef]:
    """The classes, functions and methods of a file whose names no underscore begins."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function | ast.ClassDef) and not child.name.startswith("_"):
            yield child
            if isinstance(child, ast.ClassDef):
                yield from public(child)


def test_no_binary_fraction_comes_near_money() -> None:
    fractions = [
        where(path, node)
        for path in sources(*NEAR_MONEY)
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
    ]
    assert not fractions, "\n".join(fractions)


def test_only_a_lifecycle_says_that_a_step_is_not_allowed() -> None:
    """So one code always carries the same facts."""
    sayers = {
        str(path.relative_to(PROJECT))
        for path in sources("ledger", "projections", "api", "replay")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "TransitionNotAllowed"
    }
    assert sayers == {"ledger/aggregates/decider.py"}


def test_every_package_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(PROJECT))
        for package in PACKAGES
        for path in [PROJECT / package / "__init__.py"]
        if not path.exists() or not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert not silent, "\n".join(silent)


def test_what_a_package_says_that_it_offers_is_there() -> None:
    missing = [
        f"{path.relative_to(PROJECT)} has no {name}"
        for path in sources("ledger", "projections", "api", "replay")
        if path.name == "__init__.py"
        for name in not_there(ast.parse(path.read_text()))
    ]
    assert missing == []


def not_there(module: ast.Module) -> set[str]:
    """The names in `__all__` that the module neither imports nor makes."""
    named: set[str] = set()
    made: set[str] = set()
    for node in module.body:
        match node:
            case ast.ImportFrom(names=names):
                made |= {one.asname or one.name for one in names}
            case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
                named = set(ast.literal_eval(value))
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                made.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                made.add(name)
            case _:
                continue
    return named - made
