"""Seeded signals for the slow twins, and how their findings are printed."""

import math

START = 1700000000
LARGEST = 1e140


class Noise:
    """The generator of C's rand48, so that no version of Python changes a signal."""

    def __init__(self, seed):
        self.state = (seed << 16) + 0x330E

    def uniform(self):
        self.state = (self.state * 0x5DEECE66D + 11) % 2**48
        return self.state / 2**48

    def bell(self):
        """Nearly Gaussian: mean 0, standard deviation 1."""
        return sum(self.uniform() for _ in range(12)) - 6


def clamp(value):
    if abs(value) < 1 / LARGEST:
        return 0.0
    return max(-LARGEST, min(LARGEST, value))


def ratio_in_band(value, expected, lower, upper):
    distance = abs(value - expected)
    limit = upper - expected if value >= expected else expected - lower
    if distance == 0:
        return 0.0
    return min(distance / limit, 1e6) if limit > 0 else 1e6


def print_block(settings, records, detector):
    """A comment line with the options, then a line for each record."""
    print("#" + ",".join(f"{name}={value}" for name, value in settings.items()))
    for time, value in records:
        ratio, expected, lower, upper = detector.update(time, value)
        print(f"{time},{value!r},{ratio:.9g},{expected:.9g},{lower:.9g},{upper:.9g}")


UNKNOWN = (0.0, math.nan, math.nan, math.nan)
