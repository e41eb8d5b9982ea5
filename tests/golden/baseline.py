#!/usr/bin/env python3
"""Slow twin of src/detectors/baseline.c: keeps every value of a generation."""

import bisect
import math

import signals

SHARES = [0, 0.005, 0.01, 0.255, 0.5, 0.725, 0.95, 0.97, 0.99, 0.995, 1]


class Percentiles:
    """Jain and Chlamtac's P² with the markers of four percentiles, positions from 1 as there."""

    def __init__(self):
        self.heights, self.positions = [], []

    def add(self, value):
        if len(self.heights) < len(SHARES):
            bisect.insort(self.heights, value)
            self.positions = list(range(1, len(self.heights) + 1))
            return
        q, n = self.heights, self.positions
        q[0], q[-1] = min(q[0], value), max(q[-1], value)
        cell = min(bisect.bisect_right(q, value), len(q) - 1)
        for i in range(cell, len(n)):
            n[i] += 1
        for i in range(1, len(q) - 1):
            off = 1 + (n[-1] - 1) * SHARES[i] - n[i]
            if off >= 1 and n[i + 1] - n[i] > 1:
                self.step(i, 1)
            elif off <= -1 and n[i - 1] - n[i] < -1:
                self.step(i, -1)

    def step(self, i, d):
        q, n = self.heights, self.positions
        curved = q[i] + d / (n[i + 1] - n[i - 1]) * (
            (n[i] - n[i - 1] + d) * (q[i + 1] - q[i]) / (n[i + 1] - n[i])
            + (n[i + 1] - n[i] - d) * (q[i] - q[i - 1]) / (n[i] - n[i - 1])
        )
        if not q[i - 1] < curved < q[i + 1]:
            curved = q[i] + d * (q[i + d] - q[i]) / (n[i + d] - n[i])
        q[i] = curved
        n[i] += d

    def at(self, share):
        return self.heights[SHARES.index(share)]


class Generation:
    def __init__(self):
        self.values, self.clipped, self.start = [], 0, None
        self.percentiles = Percentiles()

    def add(self, time, value):
        if not self.values:
            self.start = time
        self.values.append(value)
        self.percentiles.add(value)


class Baseline:
    def __init__(self, limits="sigma", sigma=3.0, margin=1.0, min_band=0.001, min_samples=100,
                 refresh=86400, max_age=4 * 604800):
        self.limits, self.sigma, self.margin, self.min_band = limits, sigma, margin, min_band
        self.min_samples, self.refresh, self.max_age = min_samples, refresh, max_age
        self.learning, self.judging = Generation(), None
        self.beyond_since, self.accepting = None, False

    def band(self, generation, sigma, margin, also=0.0):
        if self.limits == "sigma":
            middle = math.fsum(generation.values) / len(generation.values)
            squares = math.fsum((value - middle) ** 2 for value in generation.values)
            below = above = sigma * math.sqrt(squares / (len(generation.values) - 1))
        else:
            middle = generation.percentiles.at(0.5)
            below = (1 + margin) * (middle - generation.percentiles.at(0.01))
            above = (1 + margin) * (generation.percentiles.at(0.99) - middle)
        least = self.min_band * max(abs(middle), abs(also))
        return middle, middle - max(below, least), middle + max(above, least)

    def turn(self, time):
        if self.judging and time - self.judging.start > self.max_age:
            self.judging = None
        if self.learning.values and time - self.learning.start > self.max_age:
            self.learning = Generation()
        if len(self.learning.values) < self.min_samples:
            return
        if self.accepting or time - self.learning.start >= self.refresh:
            self.judging, self.learning = self.learning, Generation()
            if self.accepting:
                self.beyond_since, self.accepting = None, False

    def update(self, time, value):
        value = signals.clamp(value)
        self.turn(time)
        judge = self.judging or self.learning
        finding = signals.UNKNOWN
        clipped = value
        if len(judge.values) >= self.min_samples:
            band = self.band(judge, self.sigma, self.margin)
            finding = (signals.ratio_in_band(value, *band), *band)
            _, low, high = self.band(judge, max(self.sigma, 3.0), max(self.margin, 1.0), value)
            clipped = min(max(value, low), high)
        self.learn(time, value, clipped)
        return finding

    def learn(self, time, value, clipped):
        if clipped == value:
            if self.accepting:
                self.learning = Generation()
            self.beyond_since, self.accepting = None, False
            self.learning.add(time, value)
            return
        if self.beyond_since is None:
            self.beyond_since = time
        if not self.accepting and time - self.beyond_since >= self.refresh:
            self.accepting, self.learning = True, Generation()
        if self.accepting:
            self.learning.add(time, value)
        elif self.judging is None or self.learning.clipped * 10 <= len(self.learning.values):
            self.learning.clipped += 1
            self.learning.add(time, clipped)


def records(count, seed):
    """A daily wave with noise, outliers, a short and a lasting step, a constant, and a long gap."""
    noise = signals.Noise(seed)
    time = signals.START
    for i in range(count):
        time += 300
        if i == count // 2:
            time += 30 * 86400
        value = 50 + 10 * math.sin(i * 2 * math.pi / 288) + 2 * noise.bell()
        if i % 89 == 70:
            value += 60 * noise.bell()
        if 320 <= i < 380 or 700 <= i < 1150:
            value += 200
        if 1250 <= i < 1400:
            value = -3.0
        yield time, round(value, 2)


def main():
    for settings in (
        {},
        {"limits": "percentile", "refresh": 43200, "min_samples": 40},
        {"sigma": 2.0, "refresh": 7200, "min_samples": 20, "max_age": 172800, "min_band": 0.1},
    ):
        signals.print_block(settings, records(900 if settings else 1700, 2), Baseline(**settings))


if __name__ == "__main__":
    main()
