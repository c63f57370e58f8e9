"""From a recipe's file to Hydra's form, and to one composed tree."""
