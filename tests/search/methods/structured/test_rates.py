"""Rates as a person writes them."""

import pytest
from written_genotypes import parsed, resnet, vgg

from litesnn.base.errors import PruningError
from litesnn.compiler.genotype import resolve
from litesnn.search.methods.structured import PRESETS, channel_groups, group_rates, parse_rates


def rates_of(raw, text: str) -> dict[str, float | None]:
    groups = channel_groups(resolve(parsed(raw)))
    return dict(zip((group.name for group in groups), group_rates(groups, parse_rates(text)), strict=True))


def test_one_number_is_for_all() -> None:
    assert set(rates_of(vgg(), "0.3").values()) == {0.3}


def test_the_last_pattern_that_matches_counts_and_the_rest_stays_whole() -> None:
    assert rates_of(vgg(), "cell[012]*=0.5, cell1.node0=0.25") == {
        "cell0.node0": 0.5,
        "cell1.node0": 0.25,
        "cell2.node0": 0.5,
        "cell3.node0": 0.0,
        "cell4.node0": 0.0,
    }


def test_a_pattern_that_matches_one_member_is_for_the_group() -> None:
    assert rates_of(resnet(), "cell2.node1=0.5")["cell1.node1+cell2.node1"] == 0.5


@pytest.mark.parametrize("text", ["", "half", "1", "-0.1", "nan", "stem=", "=0.5", "stem=0.1;cell0=1", "stem=1.5"])
def test_other_rates_are_refused(text: str) -> None:
    with pytest.raises(PruningError, match=r"--rates: found .*allowed:"):
        parse_rates(text)


def test_a_pattern_without_a_population_names_them() -> None:
    with pytest.raises(
        PruningError, match=r"found 'cell9\*', which matches no population; allowed: cell0.node0, cell1"
    ):
        rates_of(vgg(), "cell9*=0.5")


def test_a_preset_for_another_network_is_refused() -> None:
    with pytest.raises(PruningError, match="preset 'resnet20-a' has 13 rates.*this network has 5 groups"):
        rates_of(vgg(), "resnet20-a")


def test_presets_are_rates() -> None:
    assert {len(rates) for name, rates in PRESETS.items() if name.startswith("vgg16")} == {13}
    assert all(0 <= rate < 1 for rates in PRESETS.values() for rate in rates)
