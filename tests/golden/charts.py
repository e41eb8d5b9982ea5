"""Slow twin of src/stats/chart.c and page_sums.c: what the twins of the control charts share."""

import math

import signals
from tails import ContextTail

DAY = 86400


class Rarity:
    """Surprise of a statistic in decades, by the tail of its own past."""

    def __init__(self):
        self.tail = ContextTail()
        self.records = 0

    def judge(self, distance):
        decades = 0.0
        if self.records >= 128 and distance > self.tail.threshold:
            beyond = math.log10(distance / self.tail.threshold)
            decades = min(self.tail.decades + beyond * self.tail.steepness, 30.0)
        self.tail.surprise(distance, 0)
        self.records += 1
        if self.records % 128 == 0 or (self.records < 1024 and self.records % 32 == 0):
            self.tail.refresh(self.records)
        return decades

    def blank(self):
        return self.records >= 128 and self.tail.threshold == math.inf

    def halve(self):
        if self.records >= 256:
            self.records //= 2
            self.tail.count = [count // 2 for count in self.tail.count]


class Chart:
    """Level and spread, and the judgement of a statistic; `memory` in seconds, times regular."""

    def __init__(self, memory, interval):
        self.rarity = Rarity()
        self.interval = interval
        self.most = min(max(memory / interval, 100), 10000)
        self.start = None
        self.number = self.learned = self.over = self.far = self.vanishing = 0
        self.level = self.spread = 0.0

    def deviation_of_one(self):
        return max(1.2533 * self.spread, 1e-9 * abs(self.level), 1e-140)

    def take(self, time, value):
        """The standardised value."""
        if self.start is None:
            self.start = time
        self.elapsed = time - self.start
        self.number += 1
        self.value = signals.clamp(value)
        self.deviation = 0.0
        if self.learned < 30:
            return 0.0
        deviation = (self.value - self.level) / self.deviation_of_one()
        self.deviation = max(-1000.0, min(1000.0, deviation))
        return self.deviation

    def judge(self, size, limit, lasting):
        """Ratio and band."""
        decades = self.rarity.judge(size)
        ratio = 0.0
        if self.number > 128 and self.elapsed >= DAY:
            line = math.log10(1209600 / (self.interval * lasting))
            if limit > 0:
                ratio = min(size / limit, 1e6)
            elif self.rarity.blank():
                ratio = min(size / 5, 2.0)
            else:
                ratio = decades / min(max(line, 2.0), 5.5)
        if ratio < 1:
            self.over = 0
        else:
            self.over += 1
            if self.over == 1:
                self.over_since = self.elapsed
        if self.learned == 0:
            return signals.UNKNOWN
        width = 3 * self.deviation_of_one()
        return ratio, self.level, self.level - width, self.level + width

    def learn(self):
        """True where a new level begins."""
        lost = 0 < abs(self.value) < 1e-6 * (abs(self.level) + self.spread)
        self.vanishing = self.vanishing + 1 if lost else 0
        if abs(self.deviation) <= 4:
            self.far = 0
        else:
            self.far += 1
            if self.far == 1:
                self.far_since = self.elapsed
        stuck = self.over >= 20 and self.elapsed - self.over_since >= 1200
        stuck = stuck or (self.far >= 20 and self.elapsed - self.far_since >= 1200)
        anew = stuck or self.vanishing >= 64
        if anew:
            self.learned = self.over = self.far = self.vanishing = 0
            self.level = self.spread = 0.0
            self.rarity.halve()
        if self.learned == 0:
            self.level = self.value
        residual = self.value - self.level
        if self.learned >= 30:
            edge = 4 * self.deviation_of_one()
            residual = max(-edge, min(edge, residual))
        gain = max(1 / (self.learned + 1), 1 / self.most)
        self.level += gain * residual
        self.spread += gain * (abs(residual) - self.spread)
        self.learned += 1
        return anew


class PageChart:
    """Two-sided cumulative sums over a chart."""

    def __init__(self, memory, interval, slack, limit):
        self.chart = Chart(memory, interval)
        self.slack, self.limit = slack, limit
        self.up = self.down = 0.0

    def update(self, time, value):
        deviation = max(-4.0, min(4.0, self.chart.take(time, value)))
        self.up = max(0.0, self.up + deviation - self.slack)
        self.down = max(0.0, self.down - deviation - self.slack)
        finding = self.chart.judge(max(self.up, self.down), self.limit, 30)
        if self.chart.learn():
            self.up = self.down = 0.0
        return finding


def records(count, seed, interval):
    """Noise on a daily wave, with outliers, a lasting shift, a drift, and enormous values."""
    noise = signals.Noise(seed)
    for i in range(count):
        value = 50 + 3 * math.sin(i * interval / 13750) + 2 * noise.bell()
        if i % 397 == 360:
            value += 25
        if 1100 <= i < 1400:
            value += 12
        if 1500 <= i < 1800:
            value += (i - 1500) / 10
        if 1900 <= i < 1980:
            value *= 1e9
        yield signals.START + interval * i, round(value, 3)


def constant(count, interval):
    """One value for days, then another."""
    for i in range(count):
        yield signals.START + interval * i, 7.25 if i < count - 60 else 7.5
