"""How a recipe names a metric: a word, a word with parameters, or a sum by weight."""
