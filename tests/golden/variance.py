#!/usr/bin/env python3
"""Slow twin of src/detectors/variance.c."""

import math

import charts
import signals

DAY = 86400
INTERVAL = 60


class Variance:
    def __init__(self, window=30):
        self.window = window
        self.wider, self.narrower = charts.Rarity(), charts.Rarity()
        self.start = self.last = None
        self.quick = self.usual = 0.0
        self.number = self.lost = self.calm = 0
        self.mark = None  # of an open incident: record and time

    def learn(self, size):
        number = self.wider.records + 1
        some, most = size, size
        if self.usual > 0:
            some, most = min(size, 8 * self.usual), min(size, 1000 * self.usual)
        self.quick += max(1 / number, 2 / (self.window + 1)) * (some - self.quick)
        self.usual += max(1 / number, 1 / 5000) * (most - self.usual)
        self.lost = self.lost + 1 if 0 < self.quick < 1e-4 * self.usual else 0
        if self.lost == 64:
            self.usual, self.lost = self.quick, 0

    def track(self, time, ratio):
        if self.mark is None:
            if ratio >= 1:
                self.mark, self.calm = (self.number, time), 0
            return
        record, since = self.mark
        lasts = self.number - record >= 20 and time - since >= 1200
        if lasts:
            self.mark = (self.number, time)
            self.wider.halve()
            self.narrower.halve()
        self.calm = 0 if ratio >= 0.5 else self.calm + 1
        if self.calm == 10:
            self.mark = None

    def update(self, time, value):
        if self.start is None:
            self.start, self.last = time, value
            return signals.UNKNOWN
        self.number += 1
        self.learn(abs(value - self.last))
        self.last = value
        excess = 0.0
        if self.usual > 0:
            excess = math.log((self.quick / self.usual + 0.05) / 1.05)
        decades = self.wider.judge(max(excess, 0.0)) + self.narrower.judge(max(-excess, 0.0))
        ratio = 0.0
        if self.number >= 128 and time - self.start >= DAY:
            line = math.log10(1209600 / (INTERVAL * self.window / 2))
            ratio = decades / min(max(line, 2.0), 5.5)
        self.track(time, ratio)
        return ratio, math.nan, math.nan, math.nan


def records(count, seed):
    """Noise on a wave, that is five times as large, a tenth and nothing for a while, and wild."""
    noise = signals.Noise(seed)
    for i in range(count):
        size = 2.0
        if 1700 <= i < 1950:
            size = 10.0
        if 2300 <= i < 2400:
            size = 0.2
        if 2600 <= i < 2700:
            size = 0.0
        if 2900 <= i < 2910:
            size = 1e9
        yield signals.START + INTERVAL * i, round(50 + 5 * math.sin(i / 229) + size * noise.bell(), 3)


def main():
    for settings in ({}, {"window": 60}):
        signals.print_block(settings, records(3200, 1), Variance(**settings))


if __name__ == "__main__":
    main()
