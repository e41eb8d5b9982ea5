#!/usr/bin/env python3
"""Slow twin of src/detectors/flatline.c: keeps every value."""

import math

import signals

DAY = 86400
INTERVAL = 300


class Flatline:
    def __init__(self, accept=DAY):
        self.accept = accept
        self.times, self.values = [], []
        self.longest = self.changes = 0

    def run(self):
        """Records since the last change, this one included, and the time of that."""
        at = len(self.values) - 1
        while at > 0 and self.values[at - 1] == self.values[at]:
            at -= 1
        return len(self.values) - 1 - at, self.times[at]

    def update(self, time, value):
        before = self.run()[0] if self.values else 0
        self.times.append(time)
        self.values.append(value)
        length, since = self.run()
        age = (time - self.times[0]) / DAY
        if length == 0:
            self.longest = max(self.longest, before)
            self.changes += 1
        decades = 0.0
        if length >= 16 and length * INTERVAL >= 600 and self.changes >= 64:
            decades = min(max(4 * math.log2(length / (4 * (self.longest + 1))), 0), 20)
        if decades > 0 and time - since >= self.accept:
            self.longest = length
        ready = len(self.values) > 128 and age >= 1
        ramp = age / (age + 2) if ready else 0.0
        return ramp * decades / 2, math.nan, math.nan, math.nan


def records(seed):
    """Steps of a tenth every now and then, with a stretch that is stuck and one that is for days."""
    noise = signals.Noise(seed)
    value = 20.0
    for i in range(2000):
        stuck = 300 <= i < 320 or 1200 <= i < 1900
        if not stuck and noise.uniform() < 0.6:
            value = round(value + 0.1 * noise.bell(), 2)
        yield signals.START + INTERVAL * i, value


def main():
    signals.print_block({}, records(1), Flatline())
    signals.print_block({"accept": 36000}, records(2), Flatline(36000))


if __name__ == "__main__":
    main()
