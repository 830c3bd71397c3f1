"""The loader: typed frames from good files, what is known about them, and where they are found."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from sugarforoil import datasets, locate, validation
from sugarforoil.datasets import DataError

Edit = Callable[[str, str | bytes, str | bytes], None]


# Good files


def test_types_follow_the_schema(tiny: Path) -> None:
    prices = datasets.load("prices")
    assert prices.dtypes.astype(str).to_dict() == {
        "year": "Int64",
        "market": "string",
        "country": "string",
        "value": "float64",
        "value_low": "float64",
        "value_high": "float64",
        "preferred": "boolean",
        "source": "string",
        "evidence": "string",
        "note": "string",
    }
    assert datasets.load("eras")["end"].dtype == "datetime64[s]"
    assert datasets.load("eras")["end"].isna().tolist() == [False, False, False, True]


def test_values_arrive_as_written(tiny: Path) -> None:
    prices = datasets.load("prices")
    assert prices["value"].tolist() == [6.24, 2.97, 6.3, 3.14, 4.0]
    assert prices["preferred"].tolist() == [True, True, True, True, False]
    assert prices["note"].fillna("missing").tolist() == [
        "missing",
        "a text, with a comma",
        "missing",
        "NA",
        "Zürich",
    ]


def test_a_known_good_file_loads_without_frictionless_and_an_edited_one_with_it(tiny: Path) -> None:
    code = "import sys; from sugarforoil import datasets; datasets.load('prices'); print('frictionless' in sys.modules)"

    def imported() -> str:
        run = subprocess.run([sys.executable, "-c", code], env=os.environ, capture_output=True, text=True, check=True)
        return run.stdout.strip()

    assert imported() == "False"
    with (tiny / "prices.csv").open("a", encoding="utf-8") as file:
        file.write("1962,world,,2.98,,,true,faostat2023,official,\n")
    assert imported() == "True"


def test_both_ways_of_loading_give_the_same_frames(tiny: Path) -> None:
    fast = {name: datasets.load(name) for name in datasets.names()}
    path = tiny / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    for resource in package["resources"]:
        resource["hash"] = "sha256:" + "0" * 64
    path.write_text(json.dumps(package), encoding="utf-8")
    for name, frame in fast.items():
        assert not validation.known_good(datasets.describe(name), {n: datasets.describe(n) for n in fast})
        pd.testing.assert_frame_equal(frame, datasets.load(name))


def test_an_edited_but_right_file_loads_with_the_edit(edit: Edit) -> None:
    edit("prices.csv", "6.24", "7.5")
    assert datasets.load("prices")["value"].iloc[0] == 7.5


def test_crlf_line_ends_are_no_fault(tiny: Path) -> None:
    before = datasets.load("prices")
    path = tiny / "prices.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    pd.testing.assert_frame_equal(before, datasets.load("prices"))


def test_check_finds_what_a_recorded_hash_would_hide(edit: Edit, seal: Callable[[], None]) -> None:
    datasets.check()
    edit("prices.csv", "6.24", "cheap")
    seal()
    with pytest.raises(DataError) as caught:
        datasets.check()
    assert (caught.value.file, caught.value.row, caught.value.column) == ("prices.csv", 2, "value")


# Metadata


def test_a_frame_knows_its_dataset_and_keeps_it(tiny: Path) -> None:
    prices = datasets.load("prices")
    dataset = datasets.of(prices)
    assert dataset is not None
    assert prices.attrs["dataset"] is dataset
    derived = prices[prices["market"].eq("usa")].sort_values("year").assign(dollars=lambda f: f["value"] / 100)
    assert datasets.of(derived) == dataset
    assert datasets.of(pd.DataFrame()) is None
    assert copy.deepcopy(dataset) is dataset


def test_what_is_known_about_a_dataset(tiny: Path) -> None:
    dataset = datasets.describe("prices")
    assert dataset.title == "Prices of sugar"
    assert dataset.row == "One row is a price in one market in one year."
    assert dataset.unit("value") == "US cents per pound"
    assert dataset.unit("year") == ""
    assert dataset.primary_key == ("year", "market")
    assert dataset.source_columns == ("source",)
    assert dataset.sources == ("faostat2023", "frus1958v6d456")
    assert dataset.licences[0].name == "CC-BY-4.0"
    assert dataset.citation == "Nobody (2024). A table for tests."
    assert dataset.known_problems == ("Made up.",)
    assert dataset.path == tiny / "prices.csv"
    with pytest.raises(AttributeError):
        dataset.title = "Another"  # type: ignore[misc]


def test_a_dataset_renders_as_markdown(tiny: Path) -> None:
    text = datasets.describe("prices")._repr_markdown_()
    assert text.startswith("**Prices of sugar** (`prices`)")
    assert "| `value` | number | US cents per pound | The value. |" in text
    assert "Creative Commons Attribution 4.0" in text


def test_names_come_in_the_order_of_the_package(tiny: Path) -> None:
    assert datasets.names() == ["eras", "countries", "sources", "prices", "events"]


def test_the_sources_of_some_rows(tiny: Path) -> None:
    prices = datasets.load("prices")
    assert datasets.source_keys(prices) == ["faostat2023", "frus1958v6d456"]
    assert datasets.source_keys(prices[prices["market"].eq("usa")]) == ["faostat2023"]
    assert datasets.source_keys(datasets.load("countries")) == []


def test_sources_are_keyed(tiny: Path) -> None:
    table = datasets.sources()
    assert table.index.name == "key"
    assert table.loc["voeten2021", "year"] == "2021"


def test_labels_of_sources(tiny: Path) -> None:
    assert datasets.cite_label("voeten2021") == "Voeten et al. 2021"
    with pytest.raises(DataError, match="did you mean 'voeten2021'") as caught:
        datasets.cite_label("voeten2012")
    assert caught.value.file == "sources.csv"


# Where the data are


def test_the_clone_is_found_from_the_package(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUGARFOROIL_DATA", raising=False)
    assert locate.data_dir() == root / "data"


def test_a_wrong_directory_in_the_environment_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUGARFOROIL_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(DataError, match="SUGARFOROIL_DATA points there") as caught:
        datasets.load("prices")
    assert caught.value.file == str(tmp_path / "nowhere")


# The project's own tables


def test_every_table_of_the_project_passes_the_full_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUGARFOROIL_DATA", raising=False)
    datasets.check()
