"""The eras: which one a date or a year lies in, and the bands that figures draw."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest

from sugarforoil import datasets, eras

pytestmark = pytest.mark.usefixtures("tiny")


@pytest.mark.parametrize(
    ("moment", "key"),
    [
        (date(1958, 12, 31), "batista"),
        (date(1959, 1, 1), "realignment"),  # the first day belongs to the era ...
        (date(1961, 12, 31), "realignment"),
        (date(1962, 1, 1), "missiles"),  # ... and the end does not
        ("1962-10-22", "missiles"),
        (datetime(1962, 12, 14, 23, 59), "missiles"),
        (pd.Timestamp("1962-12-15"), "friction"),
        (date(2020, 5, 1), "friction"),  # the last era is open
        (1902, "batista"),  # a year that began before the first era
        (1962, "missiles"),  # two eras share the year; this one has most of its days
        (1963, "friction"),
        (1962.99, "friction"),  # a point on an axis is a day, not a year
    ],
)
def test_the_era_of_a_moment(moment: eras.Moment, key: str) -> None:
    assert eras.at(moment).key == key


@pytest.mark.parametrize("moment", [1901, "1902-05-19", 1800.5])
def test_a_moment_before_the_first_era_is_refused(moment: eras.Moment) -> None:
    with pytest.raises(ValueError, match="the first begins on 1902-05-20"):
        eras.at(moment)


def test_an_era_carries_what_the_table_says() -> None:
    assert eras.at(1962) == eras.Era(
        key="missiles",
        label="The crisis",
        start=date(1962, 1, 1),
        end=date(1962, 12, 15),
        chapter="03_missiles",
        part="Alliance",
    )
    assert eras.at(2000).end is None


def test_bands_of_years_cover_whole_years() -> None:
    bands = eras.bands(1958, 1961)
    assert bands["era"].tolist() == ["batista", "realignment"]
    assert bands["label"].tolist() == ["Before", "Changing sides"]
    assert bands["start"].tolist() == [pd.Timestamp("1958-01-01"), pd.Timestamp("1959-01-01")]
    assert bands["end"].tolist() == [pd.Timestamp("1959-01-01"), pd.Timestamp("1962-01-01")]
    assert bands["x_start"].tolist() == [1958.0, 1959.0]
    assert bands["x_end"].tolist() == [1959.0, 1962.0]


def test_bands_are_clipped_to_an_axis_of_decimal_years() -> None:
    bands = eras.bands(1958.5, 1962.5)
    assert bands["era"].tolist() == ["batista", "realignment", "missiles"]
    assert bands["x_start"].iloc[0] == pytest.approx(1958.5, abs=1 / 365)
    assert bands["x_end"].iloc[-1] == pytest.approx(1962.5, abs=1 / 365)


def test_bands_close_the_open_era() -> None:
    bands = eras.bands("1962-10-01", "2024-06-30")
    assert bands["end"].tolist() == [pd.Timestamp("1962-12-15"), pd.Timestamp("2024-06-30")]
    assert bands["start"].dtype == bands["end"].dtype == "datetime64[s]"


def test_bands_leave_no_gap_and_no_overlap() -> None:
    bands = eras.bands(1850, 2030)
    assert bands["start"].iloc[0] == pd.Timestamp("1902-05-20")
    assert bands["start"].iloc[1:].tolist() == bands["end"].iloc[:-1].tolist()


def test_bands_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="must come after"):
        eras.bands(1962, 1958)
    assert eras.bands(1800, 1850).empty


def test_masks_of_dates_and_years() -> None:
    events = datasets.load("events")
    assert eras.mask(events, "missiles").tolist() == [False, True]
    assert eras.mask(events, "missiles", column="date_low").tolist() == [
        False,
        True,
    ]  # a missing date is in no era
    prices = datasets.load("prices").set_index("market")
    mask = eras.mask(prices, "realignment")
    assert mask.index.equals(prices.index)
    assert mask.dtype == bool
    assert mask.tolist() == [True] * 5


def test_every_year_lies_in_one_era_only() -> None:
    years = pd.DataFrame({"year": range(1902, 2031)})
    masks = pd.concat([eras.mask(years, key) for key in eras.table()["era"]], axis=1)
    assert masks.sum(axis=1).eq(1).all()


def test_a_year_outside_the_eras_is_masked_out() -> None:
    assert eras.mask(pd.DataFrame({"year": [1899, 1950]}), "batista").tolist() == [False, True]


def test_an_unknown_era_is_refused() -> None:
    with pytest.raises(KeyError, match="no era is called 'misiles'"):
        eras.mask(datasets.load("events"), "misiles")


def test_decimal_years() -> None:
    assert eras.decimal_year(date(1962, 1, 1)) == 1962.0
    assert eras.decimal_year(date(1960, 12, 31)) == pytest.approx(1960 + 365 / 366)


def test_the_eras_of_the_project_follow_one_another(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    monkeypatch.setenv("SUGARFOROIL_DATA", str(root / "data"))
    table = eras.table()
    assert table["era"].tolist() == [
        "batista",
        "realignment",
        "missiles",
        "friction",
        "comecon",
        "perestroika",
        "special_period",
        "lourdes",
        "return",
        "strategic",
    ]
    assert table["start"].iloc[1:].tolist() == table["end"].iloc[:-1].tolist()
    assert pd.isna(table["end"].iloc[-1])
    assert eras.at(1991).key == "perestroika"  # all but its last days
