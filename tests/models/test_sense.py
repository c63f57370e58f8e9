from engine.testing.sense import SenseSuite


class TestSense(SenseSuite):
    pass
