"""The derived tables: their methods by hand, and the committed files against what `make data` would write."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from sugarforoil import datasets, premium, trade
from sugarforoil.metadata import read_package
from sugarforoil.publish import rebuild

ROOT = Path(__file__).resolve().parents[1]
TONNES = 2204.62262185 / 100  # US cents per pound -> US dollars per tonne, by hand


@pytest.mark.parametrize("name", rebuild.DERIVED)
def test_the_committed_table_is_what_its_origins_give(name: str) -> None:
    tables = read_package(ROOT / "data")
    assert tables[name].path.read_bytes() == rebuild.derive(name, tables), "run `make data`"
    assert list(tables[name].derived_from) == rebuild.origins(name, tables)


@pytest.mark.parametrize(
    ("derived", "origin", "old", "new"),
    [
        ("sugar_premium", "sugar_prices", "1974,world,29.702,", "1974,world,27.902,"),
        ("sugar_premium", "sugar_trade", "1985,CUB,exports,6243.1,", "1985,CUB,exports,6234.1,"),
        ("partner_shares", "trade_partners", "1958,USA,export,value,577,", "1958,USA,export,value,757,"),
    ],
)
def test_a_changed_origin_is_noticed(tmp_path: Path, derived: str, origin: str, old: str, new: str) -> None:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    path = tmp_path / "data" / f"{origin}.csv"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    tables = read_package(tmp_path / "data")
    assert tables[derived].path.read_bytes() != rebuild.derive(derived, tables)


# --- the premium ----------------------------------------------------------------------------------------------


def prices(**worlds: float) -> pd.DataFrame:
    """Preferred prices of three markets, in cents: the world's as given (y1961=2.0), 5 in the others."""
    rows = []
    for year, world in ((int(key[1:]), value) for key, value in worlds.items()):
        for market, value in (("world", world), ("usa", 5.0), ("eu", 5.0)):
            rows.append({"year": year, "market": market, "value": value, "preferred": True, "source": f"{market}src"})
    return pd.DataFrame(rows)


def sales(year: int, thousand_tonnes: float, thousand_dollars: float) -> pd.DataFrame:
    fixed = {"year": year, "country": "CUB", "preferred": True, "source": "fao"}
    return pd.DataFrame(
        [
            {**fixed, "series": "exports", "value": thousand_tonnes},
            {**fixed, "series": "export_value", "value": thousand_dollars},
        ]
    )


def test_the_premium_is_price_received_less_price_elsewhere_times_tonnes() -> None:
    result = premium.sugar_premium(prices(y1961=2.0), sales(1961, 1000, 100_000)).set_index("counterfactual")
    assert result.loc["world", "price_received"] == 100.0
    assert result.loc["world", "price_elsewhere"] == pytest.approx(2 * TONNES, abs=0.005)
    assert result.loc["world", "premium"] == pytest.approx(100 - 2 * TONNES, abs=0.05)  # a million tonnes: million $
    assert result.loc["usa", "premium"] == pytest.approx(100 - 5 * TONNES, abs=0.05)
    assert result.loc["usa", "premium"] < 0, "the other market would have paid more"
    assert result.loc["eu", "source"] == "eusrc;fao"
    assert "world_5yr" not in result.index, "five years are not known"
    assert result["premium_constant"].isna().all(), "there are no deflators"


def test_the_moving_mean_is_of_this_year_and_the_four_before() -> None:
    world = prices(y1960=1.0, y1961=2.0, y1962=3.0, y1963=4.0, y1964=10.0, y1965=5.0)
    table = premium.counterfactuals(world)
    assert table[premium.MOVING].isna().tolist() == [True] * 4 + [False, False]
    assert table.loc[1964, premium.MOVING] == pytest.approx(4 * TONNES)
    assert table.loc[1965, premium.MOVING] == pytest.approx(24 / 5 * TONNES)


def test_a_missing_year_is_no_part_of_a_mean_of_five() -> None:
    world = prices(y1960=1.0, y1961=2.0, y1963=4.0, y1964=10.0, y1965=5.0, y1966=1.0)
    assert premium.counterfactuals(world)[premium.MOVING].isna().all()


def test_rivals_that_are_not_preferred_do_not_count() -> None:
    rival = prices(y1961=9.0).assign(preferred=False)
    both = pd.concat([prices(y1961=2.0), rival], ignore_index=True)
    pd.testing.assert_frame_equal(premium.counterfactuals(both), premium.counterfactuals(prices(y1961=2.0)))


def test_constant_dollars_are_those_of_the_base_year() -> None:
    fixed = {"territory": "USA", "series": "cpi", "preferred": True, "source": "labor"}
    levels = pd.DataFrame([{**fixed, "year": 1961, "value": 12.5}, {**fixed, "year": premium.BASE, "value": 100.0}])
    result = premium.sugar_premium(prices(y1961=2.0), sales(1961, 1000, 100_000), levels)
    assert result["premium_constant"].tolist() == pytest.approx((result["premium"] * 8).tolist(), abs=0.5)
    assert result["source"].tolist() == ["eusrc;fao;labor", "fao;labor;usasrc", "fao;labor;worldsrc"]
    for wrong in ({"territory": "RUS"}, {"series": "gdp_deflator"}, {"preferred": False}):
        other = premium.sugar_premium(prices(y1961=2.0), sales(1961, 1000, 100_000), levels.assign(**wrong))
        assert other["premium_constant"].isna().all(), wrong
        assert not other["source"].str.contains("labor").any()


def test_the_premiums_that_the_book_tells() -> None:
    """Worked out apart from this code, from the same FAO and World Bank figures: against the world price."""
    table = datasets.load("sugar_premium").query("counterfactual == 'world'").set_index("year")["premium"]
    for year, expected in {1963: -133, 1974: -1258, 1982: 3028, 1985: 4153, 1991: 929, 1992: 6}.items():
        assert table[year] == pytest.approx(expected, abs=1), year
    assert table.idxmax() == 1985


def test_every_year_and_counterfactual_is_there() -> None:
    table = datasets.load("sugar_premium")
    years = table.groupby("counterfactual")["year"].agg(list)
    for name in ("world", "usa", "eu"):
        assert years[name] == list(range(1961, 2021))
    assert years["world_5yr"] == list(range(1964, 2021))


# --- the shares -------------------------------------------------------------------------------------------------


def row(year: int, partner: str, flow: str, value: float | None, **more: object) -> dict[str, object]:
    fixed = {"measure": "value", "unit": "million US dollars", "kind": "series", "preferred": True}
    return {"year": year, "partner": partner, "flow": flow, "value": value, **fixed, "status": "recorded",
            "source": "cow", **more}  # fmt: skip


GOOD = [
    row(1958, "USA", "export", 60.0),
    row(1958, "USA", "import", 10.0),
    row(1958, "WLD", "export", 80.0, source="bank"),
    row(1958, "WLD", "import", 20.0, source="bank"),
]


def test_shares_by_hand() -> None:
    result = trade.apparent_shares(pd.DataFrame(GOOD)).set_index("flow")
    assert result["share"].to_dict() == {"both": 70.0, "export": 75.0, "import": 50.0}
    assert result.loc["both", ["value", "total"]].tolist() == [70.0, 100.0]
    assert set(result["source"]) == {"bank;cow"}
    assert set(result["evidence"]) == {"derived"}


def test_the_world_is_no_partner_and_half_a_turnover_is_none() -> None:
    result = trade.apparent_shares(pd.DataFrame([GOOD[0], *GOOD[2:]]))
    assert result[["partner", "flow"]].to_numpy().tolist() == [["USA", "export"]]


def test_plans_rivals_other_units_and_missing_totals_give_no_share() -> None:
    rows = [
        *GOOD,
        row(1958, "USA", "export", 99.0, preferred=False),
        row(1958, "SUN", "export", 5.0, status="planned", kind="anchor"),
        row(1958, "CHN", "export", 5.0, unit="million roubles", kind="anchor"),
        row(1959, "USA", "export", 5.0),
        row(1958, "CAN", "export", None),
    ]
    pd.testing.assert_frame_equal(trade.apparent_shares(pd.DataFrame(rows)), trade.apparent_shares(pd.DataFrame(GOOD)))


def test_an_anchor_is_marked_and_gives_way_to_a_series() -> None:
    rows = [*GOOD, row(1958, "SUN", "export", 8.0, kind="anchor"), row(1958, "USA", "export", 1.0, kind="anchor")]
    result = trade.apparent_shares(pd.DataFrame(rows)).query("flow == 'export'").set_index("partner")
    assert result["kind"].to_dict() == {"SUN": "anchor", "USA": "series"}
    assert result["share"].to_dict() == {"SUN": 10.0, "USA": 75.0}


def test_a_single_report_is_divided_by_the_total_of_its_own_source() -> None:
    cia = [
        row(1958, "SUN", "export", 8.0, kind="anchor", source="cia"),
        row(1958, "WLD", "export", 100.0, kind="anchor", source="cia", preferred=False),
    ]
    result = trade.apparent_shares(pd.DataFrame([*GOOD, *cia])).query("flow == 'export'").set_index("partner")
    assert result["total"].to_dict() == {"SUN": 100.0, "USA": 80.0}
    assert result["source"].to_dict() == {"SUN": "cia", "USA": "bank;cow"}


def test_the_table_says_the_same_as_the_method_that_chapters_use() -> None:
    table = datasets.load("partner_shares")
    method = trade.partner_shares(datasets.load("trade_partners"), "USA").set_index("year")
    usa = table[table["partner"].eq("USA") & table["kind"].eq("series")].pivot(
        index="year", columns="flow", values="share"
    )
    for flow in ("export", "import", "both"):
        expected = method[flow].dropna()
        assert usa[flow].dropna().index.tolist() == expected.index.tolist()
        assert (usa[flow].dropna() - expected).abs().max() <= 0.005 + 1e-9
    assert usa.loc[1958, "export"] == pytest.approx(75.62, abs=0.01)
