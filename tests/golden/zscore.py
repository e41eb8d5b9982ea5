#!/usr/bin/env python3
"""Slow twin of src/detectors/zscore.c: keeps the window and sums it anew for every value."""

import math

import signals


class Zscore:
    def __init__(self, window=100, sigma=3.0, min_band=0.001):
        self.window, self.sigma, self.min_band = window, sigma, min_band
        self.values = []
        self.run = 0

    def band(self, sigma, also=0.0):
        mean = math.fsum(self.values) / len(self.values)
        squares = math.fsum((value - mean) ** 2 for value in self.values)
        deviation = math.sqrt(squares / (len(self.values) - 1))
        width = max(sigma * deviation, self.min_band * max(abs(mean), abs(also)))
        return mean, mean - width, mean + width

    def keep(self, value):
        self.values = (self.values + [value])[-self.window:]

    def update(self, _time, value):
        value = signals.clamp(value)
        if len(self.values) < min(self.window, 30):
            self.keep(value)
            return signals.UNKNOWN
        band = self.band(self.sigma)
        _, low, high = self.band(max(self.sigma, 3.0), value)
        if low <= value <= high:
            self.run = 0
            self.keep(value)
        else:
            self.run += 1
            if self.run > self.window:
                self.keep(value)
            elif self.run % 10 == 1:
                self.keep(min(max(value, low), high))
        return (signals.ratio_in_band(value, *band), *band)


def records(count, seed):
    """Noise on a daily wave, with outliers, steps, a constant and enormous stretches."""
    noise = signals.Noise(seed)
    for i in range(count):
        value = 50 + 10 * math.sin(i / 200) + 2 * noise.bell()
        if i % 97 == 60:
            value += 40 * noise.bell()
        if 300 <= i < 330 or 400 <= i < 620:
            value -= 60
        if 750 <= i < 890:
            value = 7.5
        if 1000 <= i < 1020:
            value *= 1e12
        yield signals.START + 60 * i, round(value, 2)


def main():
    for settings in ({}, {"window": 20, "sigma": 1.5}, {"window": 7, "sigma": 6.0, "min_band": 0.5}):
        signals.print_block(settings, records(600 if settings else 1200, 1), Zscore(**settings))


if __name__ == "__main__":
    main()
