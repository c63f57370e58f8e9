"""What is seen while a search goes on."""

from engine.cli.progress import Watcher


def test_the_bar_knows_the_folds_once_they_are_cut():
    watcher = Watcher(4)
    watcher.live = True
    with watcher:
        watcher("step_started", step="search", about="")
        watcher("search_started", maximize=True, done=1, first=None, folds=6)
        watcher("unit_finished", index=1, fold=0, seconds=0.1)
        (task,) = watcher._bar.tasks
        assert (task.completed, task.total) == (7, 24)
