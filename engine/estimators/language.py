"""What can be told of texts without knowing their language."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Thai to Burmese, Khmer, Japanese, and the characters of Chinese
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
)
SHARE = 0.3  # of the letters, from which on a language is written without blanks
LONGEST = 25.0  # letters between blanks; no language's words are as long on average


def has_blanks(texts: Iterable[str]) -> bool:
    """Whether blanks part the words.

    >>> has_blanks(["the quick brown fox"]), has_blanks(["今天天气很好"])
    (True, False)
    """
    whole = list(texts)
    words = sum(len(text.split()) for text in whole)
    letters = sum(len(text) - text.count(" ") for text in whole)
    if not letters:
        return True
    unspaced = sum(len(_UNSPACED.findall(text)) for text in whole)
    return unspaced / letters <= SHARE and letters / words <= LONGEST


def is_unspaced(texts: Iterable[str]) -> bool:
    """Whether the letters are of a script that is written without blanks.

    >>> is_unspaced(["今天天气很好"]), is_unspaced(["a7f3-11c9-77aa-9b2e-55d1-8e2c-4f6d"])
    (True, False)
    """
    whole = "".join(texts)
    return bool(whole) and len(_UNSPACED.findall(whole)) / len(whole) > SHARE


def words_each(texts: Iterable[str]) -> float:
    """Return how many words a text has on average, as far as blanks part them.

    >>> words_each(["one two", "three"])
    1.5
    """
    counts = [len(text.split()) for text in texts]
    return sum(counts) / max(1, len(counts))
