"""A recipe that is written down reads back as it was."""

import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.recipe.file.text import parse
from engine.recipe.file.written import dump

plain = st.one_of(st.integers(), st.booleans(), st.text(st.characters(codec="ascii"), max_size=8))


@given(st.dictionaries(st.from_regex(r"[a-z]{1,6}", fullmatch=True), plain, min_size=1))
def test_it_reads_back(tree):
    assert yaml.safe_load(dump(tree)) == tree


def test_a_name_that_looks_like_a_number_stays_a_text():
    tree = {"name": "1e5", "a": "1_000", "b": "-.5e3", "c": "yes", "d": "2024"}
    assert parse(dump(tree), "r.yaml").tree == tree
