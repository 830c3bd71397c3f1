"""Trade methods: shares and the implied premium, by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from sugarforoil import trade


def row(year: int, partner: str, flow: str, value: float | None, **more: object) -> dict[str, object]:
    """One row of the table trade_partners."""
    fixed = {"measure": "value", "unit": "million US dollars", "kind": "series", "preferred": True}
    return {"year": year, "partner": partner, "flow": flow, "value": value, **fixed, **more}


def table(*rows: dict[str, object]) -> pd.DataFrame:
    """A table of such rows."""
    return pd.DataFrame(list(rows))


def test_shares_are_percent_of_exports_of_imports_and_of_both() -> None:
    result = trade.partner_shares(
        table(
            row(1958, "USA", "export", 60.0),
            row(1958, "USA", "import", 10.0),
            row(1958, "WLD", "export", 80.0),
            row(1958, "WLD", "import", 20.0),
        ),
        "USA",
    )
    assert result.columns.tolist() == ["year", "export", "import", "both"]
    assert result.iloc[0].tolist() == [1958, 75.0, 50.0, 70.0]


def test_half_a_turnover_is_missing_not_small() -> None:
    result = trade.partner_shares(
        table(
            row(1963, "USA", "import", 37.0),
            row(1963, "WLD", "export", 544.0),
            row(1963, "WLD", "import", 867.0),
        ),
        "USA",
    )
    assert result["export"].isna().all()
    assert result["both"].isna().all()
    assert result.loc[0, "import"] == pytest.approx(4.2676, abs=1e-4)


def test_plans_anchors_shares_and_rivals_are_not_used() -> None:
    good = [row(1960, "USA", "export", 50.0), row(1960, "WLD", "export", 100.0)]
    result = trade.partner_shares(
        table(
            *good,
            row(1960, "USA", "export", 99.0, preferred=False),
            row(1960, "USA", "export", 98.0, kind="anchor"),
            row(1960, "USA", "export", 97.0, measure="share"),
            row(1960, "USA", "total", 96.0),
        ),
        "USA",
    )
    assert result["export"].tolist() == [50.0]


def test_a_partner_with_anchors_only_has_no_share() -> None:
    frame = table(row(1957, "SUN", "export", 52.0, kind="anchor"), row(1957, "WLD", "export", 806.6))
    with pytest.raises(KeyError, match="SUN"):
        trade.partner_shares(frame, "SUN")


def test_metadata_survive() -> None:
    frame = table(row(1958, "USA", "export", 1.0), row(1958, "WLD", "export", 2.0))
    frame.attrs["dataset"] = "kept"
    assert trade.partner_shares(frame, "USA").attrs["dataset"] == "kept"


def test_unit_value_is_value_by_quantity_and_missing_for_nothing() -> None:
    result = trade.unit_value(pd.Series([487000.0, 5.0]), pd.Series([5873.3, 0.0]))
    assert result.iloc[0] == pytest.approx(82.917, abs=1e-3)
    assert pd.isna(result.iloc[1])


def test_premium_is_negative_where_others_paid_more() -> None:
    years = [1963, 1985]
    received = pd.Series([120.0, 740.0], index=years)
    elsewhere = pd.Series([180.0, 90.0], index=years)
    tonnes = pd.Series([3.5e6, 6.7e6], index=years)
    result = trade.implied_premium(received, elsewhere, tonnes)
    assert result.loc[1963] == pytest.approx(-210e6)
    assert result.loc[1985] == pytest.approx(4355e6)


def test_premium_is_missing_where_a_price_is() -> None:
    result = trade.implied_premium(pd.Series([1.0]), pd.Series([None], dtype="float64"), pd.Series([1.0]))
    assert result.isna().all()
