"""One look at SQL before a database sees it: a single statement, which reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from engine.errors import DataError, Fault

_WRITING = ("insert", "update", "delete", "merge")
READING = ("select", "with", "values", "table", "from")
WHERE = "data.query"
_TABLE = re.compile(r"[^\W\d][\w$]*(\.[^\W\d][\w$]*){0,2}")
_BEYOND = re.compile(  # functions that read or write files, or ask other servers
    r"pg_(read|ls)_\w+|pg_stat_file|dblink\w*|load_file|load_extension|openrowset|opendatasource"
    r"|openquery|lo_(import|export|get|put|creat|create|open|unlink|from_bytea|truncate(64)?)"
)
_PART = re.compile(
    r"""--[^\n]*|/\*.*?(?:\*/|\Z)                      # comments
    |[eE]'(?:[^'\\]|\\.|'')*(?:'|\Z)                   # a text of PostgreSQL with signs of C
    |'(?:[^']|'')*(?:'|\Z) | "(?:[^"]|"")*(?:"|\Z)     # texts and names
    |`[^`]*(?:`|\Z) | (\$\w*\$).*?(?:\1|\Z)            # names of MySQL, texts of PostgreSQL
    |\w+ | \s+ | .""",
    re.VERBOSE | re.DOTALL,
)


def is_table(query: str) -> bool:
    """Whether a query is nothing but the name of a table.

    >>> is_table("sales.orders"), is_table("select 1")
    (True, False)
    """
    return bool(_TABLE.fullmatch(query.strip()))


def reading(query: str) -> str:
    """Return the query without a semicolon at its end.

    Raises
    ------
    engine.errors.DataError
        If it is not a single statement that reads.
    """
    words = list(_words(query))
    while words and words[-1][1] == ";":
        words.pop()
    if not words:
        raise DataError(Fault("the query is empty", WHERE, "write SELECT ..."))
    ends = [place for place, word in words if word == ";"]
    if ends:
        message = "the query holds more than one statement"
        raise DataError(Fault(message, WHERE, "write one SELECT; WITH names what comes before it"))
    first = next((word for _, word in words if word != "("), "")
    if first.lower() not in READING:
        message = f"the query begins with {first[:30]!r}: only one that reads is carried out"
        raise DataError(Fault(message, WHERE, "write one SELECT"))
    if writer := _writer([word.lower() for _, word in words]):
        message = f"the query writes ({writer.upper()}): only one that reads is carried out"
        raise DataError(Fault(message, WHERE, f'write one SELECT; a column is written "{writer}"'))
    if reaching := next((name for name in called(query) if _BEYOND.fullmatch(name)), ""):
        message = f"the query calls `{reaching}`, which reaches beyond the tables"
        raise DataError(Fault(message, WHERE, "leave it out: a query reads the database's tables"))
    last_place, last_word = words[-1]
    return query[: last_place + len(last_word)]


def words(query: str) -> list[str]:
    """Return the words and signs of a query, without blanks and comments."""
    return [word for _, word in _words(query)]


def called(query: str) -> list[str]:
    """Return what stands before an opening bracket, such as a function's name, in small letters.

    >>> called('SELECT "Random"(), max (a)')
    ['random', 'max']
    """
    found = words(query)
    return [_bare(word) for word, after in pairwise(found) if after == "("]


def _bare(word: str) -> str:
    """Return a name without its quotes."""
    name = word[1:-1].replace('""', '"') if word[0] in '"`' and len(word) > 1 else word
    return name.lower()


def _writer(words: list[str]) -> str:
    """Return the word by which a query that begins as one that reads writes all the same."""
    opened = (word for before, word in pairwise(words) if before in "()" and word in _WRITING)
    return "into" if "into" in words else next(opened, "")


def _words(query: str) -> Iterator[tuple[int, str]]:
    """Yield what is neither blank nor comment, with its place."""
    for part in _PART.finditer(query):
        text = part[0]
        if not text.isspace() and not text.startswith(("--", "/*")):
            yield part.start(), text
