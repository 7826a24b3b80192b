"""The columns of a model: the same for the same data, and refused where they don't fit."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

from adscribe.context import Context
from adscribe.errors import ModelError
from adscribe.features import FeatureSpace, extract
from adscribe.features.grammar import is_fact
from tests.features.conftest import context


@pytest.fixture(scope="module")
def space(samples: list[Context]) -> FeatureSpace:
    return FeatureSpace.fit(map(extract, samples), minimum=5)


def test_names_that_are_seen_often_enough_become_columns_in_order(
    space: FeatureSpace, samples: list[Context]
) -> None:
    seen: dict[str, int] = {}
    for sample in samples:
        for name in extract(sample):
            seen[name] = seen.get(name, 0) + 1
    assert space.names == tuple(sorted(name for name, times in seen.items() if times >= 5))
    assert 500 < len(space) < len(seen)


def test_the_order_of_the_samples_does_not_matter(space: FeatureSpace, samples: list[Context]) -> None:
    mixed = random.Random(7).sample(samples, len(samples))
    again = FeatureSpace.fit(map(extract, mixed), minimum=5)
    assert again.names == space.names
    assert again.schema_hash == space.schema_hash


def test_a_row_holds_the_values_of_the_named_columns(space: FeatureSpace, samples: list[Context]) -> None:
    for sample in samples:
        indices, values = space.vectorize(sample)
        assert indices.dtype == np.int32
        assert values.dtype == np.float32
        assert (np.diff(indices) > 0).all()
        named = extract(sample)
        known = {name: value for name, value in named.items() if name in space.names}
        assert {space.names[index] for index in indices} == known.keys()
        assert values == pytest.approx([known[space.names[index]] for index in indices])


def test_facts_that_were_never_seen_are_counted(space: FeatureSpace, samples: list[Context]) -> None:
    never = context(method="WORMHOLE", submethod="Quantum", targets=["10.3.0.5"], success=True)
    assert "WORMHOLE&success=yes" in extract(never)
    for sample in [*samples, never]:
        facts = [name for name in extract(sample) if is_fact(name)]
        row = space.row(sample)
        assert (row.facts, row.strange) == (len(facts), sum(name not in space.names for name in facts))


def test_the_columns_rest_on_keys(space: FeatureSpace) -> None:
    index = space.names.index("SCANS&source=inside")
    assert space.keys_of(index) == ("method", "source")


def test_columns_survive_json(space: FeatureSpace) -> None:
    again = FeatureSpace.from_dict(json.loads(json.dumps(space.to_dict())))
    assert again.names == space.names
    assert again.schema_hash == space.schema_hash
    assert FeatureSpace(space.names[1:]).schema_hash != space.schema_hash


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"extractors": {"facts": 0}}, "other features"),
        ({"names": "SCANS"}, "no list of names"),
        ({"names": ["b", "a"]}, "not in order"),
        ({"names": ["a", "a"]}, "not in order"),
    ],
)
def test_columns_that_do_not_fit_are_refused(
    space: FeatureSpace, changed: dict[str, object], said: str
) -> None:
    with pytest.raises(ModelError, match=said):
        FeatureSpace.from_dict({**space.to_dict(), **changed})
