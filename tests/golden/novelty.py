"""Slow twins of src/stats/novelty.c, odd_hours.c and first_range.c: what was never seen before."""

import math

from tails import ContextTail, GapTail


class Memory:
    """At most ten spans [low, high, day] that hold all that was visited."""

    def __init__(self):
        self.spans = []

    def forget(self, day):
        self.spans = [span for span in self.spans if day - span[2] <= 42]

    def visit(self, value, day):
        """Returns the neighbours of a new value, which is then held; [] if it is not new."""
        for span in self.spans:
            if span[0] <= value <= span[1]:
                span[2] = day
                return []
        below = [span[1] for span in self.spans if span[1] < value]
        above = [span[0] for span in self.spans if span[0] > value]
        self.spans = sorted(self.spans + [[value, value, day]])
        if len(self.spans) > 10:
            self.join()
        return below[-1:] + above[:1]

    def join(self):
        gaps = [after[0] - before[1] for before, after in zip(self.spans, self.spans[1:])]
        at = gaps.index(min(gaps))
        before, after = self.spans[at : at + 2]
        self.spans[at : at + 2] = [[before[0], after[1], max(before[2], after[2])]]


class Novelty:
    """Surprise of values that were never visited."""

    def __init__(self):
        self.memory = Memory()
        self.plain, self.logarithmic = GapTail(), GapTail()
        self.looks = 0

    def judge(self, value, day, offset, scale):
        def signed_log(x):
            return math.copysign(math.log(1 + abs(x + offset) / scale), x + offset)

        looks, self.looks = self.looks, self.looks + 1
        around = self.memory.visit(value, day)
        if not around:
            return 0.0
        distance = min(abs(value - x) for x in around)
        ratio = min(abs(signed_log(value) - signed_log(x)) for x in around)
        return math.sqrt(
            self.plain.surprise(distance, looks) * self.logarithmic.surprise(ratio, looks)
        )

    def judge_plain(self, value, day):
        looks, self.looks = self.looks, self.looks + 1
        around = self.memory.visit(value, day)
        return self.plain.surprise(min((abs(value - x) for x in around), default=0.0), looks)

    def halve(self):
        self.looks = max(self.looks // 2, 128)
        for tail in (self.plain, self.logarithmic):
            if sum(tail.count) >= 256:
                tail.count = [count // 2 for count in tail.count]


class OddHours:
    """Hours on one side of what is usual: their surprises add up and are told once."""

    def __init__(self):
        self.tails, self.hours = [ContextTail(), ContextTail()], 0
        self.sum, self.above, self.told = 0.0, False, False

    def judge(self, excess, weight):
        above = excess > 0
        decades = self.tails[above].surprise(abs(excess), self.hours if self.hours >= 168 else 0)
        self.hours += 1
        for tail in self.tails if self.hours % 8 == 0 else ():
            tail.refresh(self.hours)
        if self.hours >= 1008:
            self.hours //= 2
            for tail in self.tails:
                tail.count = [count // 2 for count in tail.count]
        self.sum = (0.5 * self.sum if above == self.above else 0.0) + decades
        self.above = above
        if self.told:
            self.sum, self.told = 0.0, decades > 0
        self.told = self.told or weight * self.sum >= 5.5
        return weight * self.sum


class FirstRange:
    """What a young metric has been, and how far it is from that."""

    def __init__(self):
        self.low = self.high = 0.0
        self.outside, self.told = 0, False

    def judge(self, x, known):
        most = 1.5 * (self.high - self.low)
        distance = max(x - self.high, self.low - x)
        if not known or most <= 0 or distance <= most or self.outside >= 20:
            self.told, self.outside = self.told or self.outside >= 5, 0
            self.low, self.high = min(self.low, x), max(self.high, x)
            return 0.0
        self.outside += 1
        return 0.0 if self.told or self.outside < 5 else min(distance / most, 4.0)
