"""The mutation test of the data, tested: its slips spoil what they say, and a sample of them is noticed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from sugarforoil.metadata import read_package
from sugarforoil.publish import mutate

ROOT = Path(__file__).resolve().parents[1]
PRICES = read_package(ROOT / "data")["sugar_prices"]
CELLS = {"year": "1974", "market": "world", "value": "29.702", "source": "worldbank2021pinksheet"}


def record() -> list[list[str]]:
    return [list(PRICES.fields), [CELLS.get(name, "") for name in PRICES.fields]]


def spoil(kind: str, seed: int = 1) -> tuple[dict[str, str], str | None]:
    """Make one slip in a record of one row; return what changed."""
    one = record()
    what = mutate.SLIPS[kind](Random(seed), PRICES, one)  # noqa: S311
    after = dict(zip(one[0], one[1], strict=True))
    return {name: cell for name, cell in after.items() if cell != CELLS.get(name, "")}, what


def test_slips_do_what_they_say() -> None:
    changed, what = spoil("sign flipped")
    assert changed == {"value": "-29.702"}
    assert what == "row 2, column value: 29.702 became -29.702"
    assert spoil("unit times 1,000")[0] == {"value": "29702"}
    assert {spoil("digits swapped", seed)[0]["value"] for seed in range(40)} == {"92.702", "29.072", "29.720"}
    assert {spoil("year shifted", seed)[0]["year"] for seed in range(40)} == {"1964", "1973", "1975", "1984"}
    changed, _ = spoil("source mistyped")
    assert changed["source"] != CELLS["source"]
    assert len(changed["source"]) == len(CELLS["source"])


def test_a_row_is_dropped_or_doubled() -> None:
    for kind, rows in (("row dropped", 1), ("row doubled", 3)):
        one = record()
        assert mutate.SLIPS[kind](Random(1), PRICES, one)  # noqa: S311
        assert len(one) == rows


def test_a_table_without_a_place_for_a_slip_is_passed_over() -> None:
    jumps = read_package(ROOT / "data")["known_jumps"]
    assert mutate.mistype_source(Random(1), jumps, [list(jumps.fields), ["a", "b", "1974", "3", "c"]]) is None  # noqa: S311


def test_a_seeded_sample_is_noticed_and_the_tables_are_left_alone() -> None:
    before = {path.name: path.read_bytes() for path in (ROOT / "data").iterdir()}
    trials = mutate.mutate(trials=70)
    assert {path.name: path.read_bytes() for path in (ROOT / "data").iterdir()} == before
    assert {trial.kind for trial in trials} == set(mutate.SLIPS), "ten of each"
    noticed, of = mutate.caught(trials)
    escaped = [f"{trial.kind} in {trial.table}: {trial.what}" for trial in trials if trial.caught_by is None]
    assert noticed / of > 0.8, escaped
    always = {"sign flipped", "source mistyped", "row dropped", "row doubled"}
    assert sum(trial.caught_by is None for trial in trials if trial.kind in always) <= 2, escaped


@pytest.fixture
def small(tiny: Path) -> Path:
    """The tiny package, clean by every check: it says in which order the rows of two tables stand."""
    path = tiny / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    for resource in package["resources"]:
        resource |= {"eras": {"order": ["start"]}, "events": {"order": ["date"]}}.get(resource["name"], {})
    path.write_text(json.dumps(package), encoding="utf-8")
    return tiny


def test_the_same_seed_gives_the_same_slips(small: Path) -> None:
    assert mutate.mutate(14, seed=3, data=small) == mutate.mutate(14, seed=3, data=small)
    assert mutate.mutate(14, seed=3, data=small) != mutate.mutate(14, seed=4, data=small)


def test_dirty_tables_are_refused(small: Path, edit: Callable[[str, str, str], None]) -> None:
    """A check that refuses clean tables would seem to notice every slip."""
    edit("prices.csv", "2.97,2.9,3.1", "3.97,2.9,3.1")
    with pytest.raises(mutate.DirtyTables, match=r"the first: prices\.csv, row 3, column value: .* within its range"):
        mutate.mutate(trials=1, data=small)


def test_the_report_counts_and_lists_what_escaped() -> None:
    trials = [
        mutate.Trial("row dropped", "oil_terms", "row 3 is gone", "row count"),
        mutate.Trial("digits swapped", "oil_terms", "row 3: 25 became 52", None),
        mutate.Trial("digits swapped", "events", "row 4", "rules"),
    ]
    text = mutate.report(trials)
    assert "| digits swapped | 2 | 50 % | rules 1 |" in text
    assert "| all | 3 | 67 % | |" in text
    assert "- digits swapped in oil_terms: 1, such as row 3: 25 became 52" in text
