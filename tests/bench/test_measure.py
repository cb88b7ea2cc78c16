"""How measurements are taken and summed up, on numbers made by hand."""

import math

import numpy as np
import pytest

from forge.bench.measure import alternate, quotients, spread, undisturbed


def test_spread_of_five_numbers_given_out_of_order() -> None:
    found = spread([40.0, 10.0, 50.0, 20.0, 30.0])
    # sorted, 10 20 30 40 50 stand at places 0 to 4. 10 % of the way is place 0.4: 10 + 0.4 · 10; 90 % is place 3.6:
    # 40 + 0.6 · 10
    assert found == pytest.approx((30, 14, 46, 10, 50, 5))
    assert found.rounds == 5


def test_spread_of_an_even_number_takes_the_middle_between_the_two_in_the_middle() -> None:
    assert spread([1.0, 2.0, 4.0, 9.0]).median == 3


def test_spread_of_one_measurement_is_that_measurement() -> None:
    assert spread([7.0]) == (7, 7, 7, 7, 7, 1)


@pytest.mark.parametrize("values", [[], [1.0, math.nan], [math.inf]])
def test_spread_refuses_what_is_no_measurement(values: list[float]) -> None:
    with pytest.raises(ValueError, match="finite numbers, at least one"):
        spread(values)


def test_quotients_pair_the_rounds() -> None:
    # the second round was twice as slow for both: the ratio does not see it
    assert quotients([6.0, 12.0], [3.0, 6.0]) == [2, 2]


def test_quotients_need_as_many_rounds_on_both_sides() -> None:
    with pytest.raises(ValueError, match="2 and 1 measurements"):
        quotients([1.0, 2.0], [1.0])


def test_undisturbed_adds_the_fastest_time_of_each_part() -> None:
    rounds = [np.array([5.0, 20.0, 7.0]), np.array([50.0, 2.0, 8.0])]
    assert undisturbed(rounds) == 5 + 2 + 7


def test_alternate_measures_in_turn_there_and_back() -> None:
    played: list[str] = []

    def contestant(name: str) -> int:
        played.append(name)
        return len(played)

    measured = alternate({name: lambda name=name: contestant(name) for name in "abc"}, 3)
    assert "".join(played) == "abc" + "cba" + "abc"
    assert measured == {"a": [1, 6, 7], "b": [2, 5, 8], "c": [3, 4, 9]}
