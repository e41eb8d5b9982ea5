#!/usr/bin/env python3
"""Slow twin of src/detectors/spot.c: keeps lists, and sums and sorts them anew for every value."""

import math
import struct

import signals

INTERVAL = 300
WARMUP = 86400
PEAKS = 200
GAIN = 0.02


def single(number):
    """The number as a float of 32 bits."""
    return struct.unpack("f", struct.pack("f", number))[0]


class Tail:
    """Zhang and Stephens, 2009, in their own notation: F(x) = 1 - (1 - k x / sigma) ^ (1 / k)."""

    def __init__(self, excesses):
        x = sorted(excesses)
        n = len(x)
        m = 20 + math.isqrt(n)
        start = x[math.floor(n / 4 + 0.5) - 1]
        thetas, likelihoods = [], []
        for j in range(1, m + 1):
            theta = 1 / x[-1] + (1 - math.sqrt(m / (j - 0.5))) / (3 * start)
            k = -math.fsum(math.log1p(-theta * value) for value in x) / n
            thetas.append(theta)
            likelihoods.append(n * (math.log(theta / k) + k - 1))
        weights = [1 / math.fsum(math.exp(other - own) for other in likelihoods)
                   for own in likelihoods]
        theta = math.fsum(t * w for t, w in zip(thetas, weights))
        k = -math.fsum(math.log1p(-theta * value) for value in x) / n
        self.sigma = k / theta
        self.shape = (-k * n + 20 / 3) / (n + 20)

    def decades(self, excess):
        inside = 1 + self.shape * excess / self.sigma
        return min(math.log10(inside) / self.shape, 300.0) if inside > 0 else 300.0

    def quantile(self, decades):
        return self.sigma / self.shape * (10 ** (decades * self.shape) - 1)


class Side:
    def __init__(self):
        self.units = 0.0
        self.peaks = []
        self.fresh = 0
        self.tail = None
        self.reach = 0.0

    def add(self, peak):
        self.peaks = (self.peaks + [single(peak)])[-PEAKS:]
        self.fresh += 1

    def fit(self, threshold, decades):
        excesses = [peak - threshold for peak in self.peaks if peak > threshold]
        self.fresh = 0
        self.tail = None
        if len(excesses) >= 10:
            self.tail = Tail(excesses)
            self.reach = self.tail.quantile(decades)


class Spot:
    def __init__(self, depth=20, level=0.98, risk=0.0):
        self.depth, self.level = depth, level
        self.line = -math.log10(risk) if risk else math.log10(1209600 / INTERVAL)
        self.window, self.first = [], []
        self.side = {-1: Side(), 1: Side()}
        self.distance = 0.0
        self.start = None
        self.records = self.run = 0

    def edge(self, side):
        return (max(side.units, 0) * self.distance +
                (side.reach if side.tail else 4 * self.distance))

    def decades(self, side, distance):
        threshold = side.units * self.distance
        if distance <= threshold or distance <= 0:
            return 0.0
        if side.tail:
            decades = side.tail.decades(distance - threshold)
            reached = sum(1 for peak in side.peaks if peak >= distance)
            if reached >= 3:
                decades = min(decades, math.log10((len(side.peaks) + 1) / reached))
            return decades - math.log10(1 - self.level)
        return math.log10((self.records - self.depth + 1) / (len(side.peaks) + 1))

    def calibrate(self, deviation):
        self.first.append(single(deviation))
        count = len(self.first)
        self.distance += (abs(deviation) - self.distance) / count
        if count < 2 * PEAKS:
            return
        peaks = int(2 * PEAKS * (1 - self.level))
        for sign, side in self.side.items():
            descending = sorted((sign * value for value in self.first), reverse=True)
            threshold = descending[peaks]
            side.units = threshold / self.distance if self.distance > 0 else 0.0
            top = descending[:peaks]
            for peak in top[::-1] if sign > 0 else top:
                if peak > threshold:
                    side.add(peak)
            side.fit(side.units * self.distance, self.line)

    def learn(self, deviation):
        distance = abs(deviation)
        edge = self.edge(self.side[1 if deviation > 0 else -1])
        for sign, side in self.side.items():
            signed = distance if (deviation > 0) == (sign > 0) else -distance
            threshold = side.units * self.distance
            if signed > threshold and signed > 0:
                side.add(signed)
                if side.fresh * 8 >= len(side.peaks):
                    side.fit(threshold, self.line)
            side.units += GAIN * ((1 if signed > threshold else 0) - (1 - self.level))
        clipped = min(distance, edge) if edge > 0 else distance
        self.distance += GAIN * (clipped - self.distance)

    def update(self, time, value):
        self.start = time if self.start is None else self.start
        finding = signals.UNKNOWN
        deviation = value - math.fsum(self.window) / max(len(self.window), 1)
        calibrated = len(self.first) == 2 * PEAKS
        if calibrated and time - self.start >= WARMUP:
            mean = value - deviation
            own = self.side[1 if deviation > 0 else -1]
            ratio = self.decades(own, abs(deviation)) / self.line
            finding = (ratio, mean, mean - self.edge(self.side[-1]), mean + self.edge(self.side[1]))
        over = finding[0] >= 1
        self.run = min(self.run + 1, self.depth + 1) if over else 0
        usual = not over or self.run > self.depth
        if calibrated and (usual or self.run == 1):
            self.learn(deviation)
        elif not calibrated and len(self.window) == self.depth:
            self.calibrate(deviation)
        if usual:
            self.window = (self.window + [value])[-self.depth:]
        self.records += 1
        return finding


def records(count, seed):
    """Noise on a wave that becomes wider, with outliers, steps, and a constant stretch."""
    noise = signals.Noise(seed)
    for i in range(count):
        value = 50 + 10 * math.sin(i / 200) + (2 if i < 1500 else 5) * noise.bell()
        if i % 97 == 60:
            value += 15 * noise.bell()
        if 800 <= i < 830 or 1200 <= i < 1300:
            value -= 60
        if 1600 <= i < 1660:
            value = 7.5
        yield signals.START + INTERVAL * i, round(value, 2)


def main():
    for settings in ({}, {"depth": 7, "level": 0.9, "risk": 0.0001}, {"depth": 100}):
        signals.print_block(settings, records(1200 if settings else 2500, 1), Spot(**settings))


if __name__ == "__main__":
    main()
