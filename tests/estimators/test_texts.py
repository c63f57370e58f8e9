"""Columns of text, against scikit-learn's own vectorizer."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import hstack
from sklearn.base import clone
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer

from engine.bundle import persist
from engine.estimators.dense import Dense
from engine.estimators.language import has_blanks
from engine.estimators.texts import Texts

ENGLISH = ["the red house", "a blue house", "the red car", "blue skies over the house"] * 5
CHINESE = ["今天天气很好我们去公园", "昨天下雨我们在家看书", "明天天气不好在家吃饭"][:2] * 10


def frame(*columns):
    rows = min(map(len, columns))
    return pd.DataFrame({f"t{i}": list(column)[:rows] for i, column in enumerate(columns)})


def test_each_column_has_a_vectorizer_of_its_own():
    given = frame(ENGLISH, ENGLISH[::-1])
    vectorizer = TfidfVectorizer(sublinear_tf=True, min_df=2)
    found = Texts(vectorizer).fit_transform(given)
    expected = hstack([clone(vectorizer).fit_transform(given[name]) for name in given])
    np.testing.assert_allclose(found.toarray(), expected.toarray())


@pytest.mark.parametrize("vectorizer", [TfidfVectorizer(), CountVectorizer(ngram_range=(1, 2)),
                                        HashingVectorizer(n_features=64)])  # fmt: skip
def test_new_texts_are_read_as_by_the_vectorizer_itself(vectorizer, tmp_path):
    fitted = Texts(vectorizer).fit(frame(ENGLISH))
    persist.save_pipeline(fitted, tmp_path / "texts.skops")
    new = ["a red car over the skies", "nothing known", ""]
    expected = clone(vectorizer).fit(ENGLISH).transform(new).toarray()
    for one in (fitted, persist.load_pipeline(tmp_path / "texts.skops")):
        np.testing.assert_allclose(one.transform(frame(new)).toarray(), expected)


def test_a_missing_text_has_no_words():
    given = frame(ENGLISH).astype("str")
    given.iloc[0, 0] = None
    found = Texts(TfidfVectorizer()).fit(given).transform(given)
    assert found[0].nnz == 0
    assert found[1].nnz > 0


def test_texts_without_blanks_are_cut_into_letters():
    fitted = Texts(TfidfVectorizer()).fit(frame(CHINESE, ENGLISH))
    assert fitted.letters_ == [True, False]
    expected = TfidfVectorizer(analyzer="char", ngram_range=(1, 3)).fit(CHINESE)
    found = fitted.transform(frame(["天气很好"], ["house"])).toarray()
    wide = len(expected.vocabulary_)
    np.testing.assert_allclose(found[:, :wide], expected.transform(["天气很好"]).toarray())


@pytest.mark.parametrize(
    ("texts", "blanks"),
    [
        (ENGLISH, True),
        (CHINESE, False),
        (["สวัสดีครับวันนี้อากาศดี"], False),
        (["Donaudampfschifffahrtsgesellschaft ist ein langes Wort"], True),
        (["Привет мир", "как дела"], True),
        (["https://example.org/a/very/long/path/to/somewhere"], False),
        ([""], True),
        ([], True),
    ],
)
def test_blanks_between_words_are_told(texts, blanks):
    assert has_blanks(texts) is blanks


def test_a_column_without_words_gives_nothing_and_does_not_fail():
    given = frame([""] * 20, ENGLISH)
    fitted = Texts(TfidfVectorizer(min_df=2)).fit(given)
    assert (
        fitted.transform(given).shape
        == Texts(TfidfVectorizer(min_df=2)).fit_transform(frame(ENGLISH)).shape
    )


def test_where_each_word_is_rare_each_counts():
    given = frame(["one", "two", "three"])
    assert Texts(TfidfVectorizer(min_df=2)).fit_transform(given).shape == (3, 3)


def test_a_mistaken_parameter_is_told_and_not_hidden():
    with pytest.raises(ValueError, match="ngram_range"):
        Texts(TfidfVectorizer(ngram_range=(3, 1))).fit(frame(ENGLISH))


def test_a_vocabulary_of_20_000_words_is_saved_as_one_text(tmp_path):
    words = [f"w{i}" for i in range(20_000)]
    fitted = Texts(TfidfVectorizer()).fit(frame([" ".join(words)]))
    fitted.transform(frame(["w1"]))
    persist.save_pipeline(fitted, tmp_path / "texts.skops")
    assert (tmp_path / "texts.skops").stat().st_size < 2_000_000
    loaded = persist.load_pipeline(tmp_path / "texts.skops")
    assert loaded.transform(frame(["w7 w19999"])).nnz == 2


def test_zeros_are_filled_in_up_to_a_size():
    sparse = TfidfVectorizer().fit_transform(ENGLISH)
    np.testing.assert_array_equal(Dense().fit_transform(sparse), sparse.toarray())
    plain = np.ones((2, 2))
    assert Dense().fit_transform(plain) is plain
    with pytest.raises(ValueError, match=r"columns for 20 rows are 0.0 GB.*put `svd` after"):
        Dense(most=100).fit_transform(sparse)
