"""Formulas over columns: ``total_charges / tenure``, ``weekday(date) >= 5``.

A formula is numbers, texts in quotes, ``true``, ``false``, ``missing`` and names of columns (in
backticks where they are no plain words), joined by ``+ - * / // % **``, ``== != < <= > >=``,
``in (...)``, ``and``, ``or``, ``not``, and the functions of :mod:`engine.formula.functions`.

It is read by a scanner and a parser of our own and not by Python's: nothing of Python's grammar
(attributes, subscripts, comprehensions, lambdas) has to be recognised and shut out again, since
nothing but the above was ever let in, and what is wrong is said in a recipe's words with the place
marked. A formula becomes a short list of instructions for a stack, so that no formula, however
nested, makes Python recurse; length, nesting and the number of instructions have caps, and so has
the size of the texts that it makes. All numbers are float64, so no power grows without end.

What is missing stays missing: an operator or function of something missing gives missing, a
comparison with it too, and ``where`` whose condition is missing. Exceptions are ``is_missing``,
``coalesce``, and the three-valued logic of ``and`` and ``or`` (``false and missing`` is false).
What has no value (a division by zero, a logarithm of -1) is missing as well, and is told.
"""

from engine.formula.applied import Applied, Loss
from engine.formula.error import FormulaError
from engine.formula.formula import Formula, parse
from engine.formula.order import circle, ordered

__all__ = ["Applied", "Formula", "FormulaError", "Loss", "circle", "ordered", "parse"]
