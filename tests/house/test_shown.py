from tests.house.shown import Command, File, parts, unmatched

TEXT = """\
# Title

```yaml
# recipes/churn.yaml            engine run churn
name: churn
```

```yaml
just: an example
```

Then:

```console
$ engine plan churn
plan of churn
...
3 steps
$ engine run churn \\
>     seed=2
$ engine check churm    # exit 2
```

```python
$ not a command
```

  ```sh
  $ make demo   # once
  ```
"""


def test_commands_and_files_are_read_in_order():
    assert parts(TEXT) == [
        File(
            "recipes/churn.yaml",
            "# recipes/churn.yaml            engine run churn\nname: churn\n",
            4,
        ),
        Command(("engine", "plan", "churn"), ("plan of churn", "...", "3 steps"), 0, 15),
        Command(("engine", "run", "churn", "seed=2"), (), 0, 19),
        Command(("engine", "check", "churm"), (), 2, 21),
        Command(("make", "demo"), (), 0, 29),
    ]


def test_an_excerpt_may_leave_lines_and_words_out():
    output = "begin\nfirst 1.23 s\nmiddle\n  last line\n"
    assert unmatched(("first ... s", "...", "last line", ""), output) is None


def test_an_excerpt_keeps_to_the_order_and_to_whole_lines():
    assert unmatched(("b", "a"), "a\nb\n") == "a"
    assert unmatched(("a",), "a b\n") == "a"
    assert unmatched(("a", "a"), "a\n") == "a"
