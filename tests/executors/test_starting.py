from engine.testing.executor import StartSuite, started

__all__ = ["started"]


class TestStarting(StartSuite):
    pass
