"""Slow twins of src/stats/context.c and gap_tail.c: tails by counts of half octaves."""

import math
import struct

BINS = 24


def clamp(x, low, high):
    return min(max(x, low), high)


def half_octave(distance):
    """The number of a half-octave bin: the top bits of a float."""
    return struct.unpack("<I", struct.pack("<f", distance))[0] >> 22


def edge(number):
    """The lower edge of a half-octave bin."""
    return struct.unpack("<f", struct.pack("<I", max(number, 0) << 22))[0]


def log_edge(number):
    return (number >> 1) * 0.6931472 + (number & 1) * 0.4054651


class ContextTail:
    """Half-octave counts of one deviation, and the Pareto tail fitted to the largest."""

    def __init__(self):
        self.first = None
        self.count = [0] * BINS
        self.threshold = math.inf
        self.steepness = self.decades = 0.0

    def surprise(self, distance, records):
        if distance <= 0:
            return 0.0
        result = 0.0
        if distance > self.threshold and records >= 50:
            beyond = math.log10(distance / self.threshold)
            result = min(self.decades + beyond * self.steepness, 6.0)
            at = clamp(half_octave(distance) - self.first, 0, BINS - 1)
            surely = sum(self.count[at:]) - 2 * math.sqrt(sum(self.count[at:]))
            if surely > 0:
                result = min(result, math.log10((records + 1) / surely))
        if self.first is None:
            self.first = half_octave(distance) - 12
        self.count[clamp(half_octave(distance) - self.first, 0, BINS - 1)] += 1
        return result

    def refresh(self, records):
        if self.first is None or not any(self.count):
            return
        need = max(0.02 * records, 10.0)
        at = next((b for b in range(BINS - 1, 0, -1) if sum(self.count[b:]) >= need), None)
        low = sparse = False
        if at is None and sum(self.count) >= need:
            low, at = True, 1
        elif at is None:
            at, sparse = next(b for b in range(BINS) if self.count[b] > 0), True
        elif at < BINS - 1:
            beyond = sum(self.count[at:])
            if beyond > 8 * need and self.count[at] > 0.75 * beyond:
                at, sparse = at + 1, True
        beyond = sum(self.count[at:])
        self.fit(at, beyond, records, 0.6 if sparse else 1.0)
        # What lies in bin 0 is somewhere below the window, or exactly there if it is all there is.
        refill = math.ceil(need - beyond) if low else self.count[0] if at == 0 else 0
        self.move(at - 7, refill)

    def fit(self, at, beyond, records, caution):
        total = sum(
            self.count[b]
            * (
                log_edge(self.first + b)
                - log_edge(self.first + at)
                + (0.1438 if (self.first + b) % 2 else 0.2027)
            )
            for b in range(at, BINS)
        )
        shape = (total + 10 / 3) / (beyond + 10)
        self.threshold = edge(self.first + at)
        self.steepness = caution / shape
        self.decades = caution * max(math.log10((records + 1) / max(beyond, 1)), 0.0)

    def move(self, shift, refill):
        count = self.count
        if shift > 0:
            self.count = [sum(count[: shift + 1])] + count[shift + 1 :] + [0] * shift
        elif shift < 0:
            top = BINS - 1 + shift
            self.count = [count[0]] + [0] * -shift + count[1:top] + [sum(count[top:])]
            refill = min(refill, count[0])
            self.count[-shift] += refill
            self.count[0] -= refill
        self.first += shift


class GapTail:
    """Half-octave counts of the distances to what was visited, from the largest down."""

    def __init__(self):
        self.first = None
        self.count = [0] * BINS

    def surprise(self, distance, looks):
        if distance <= 0:
            return 0.0
        number = half_octave(distance)
        result = self.judge(distance, looks) if looks >= 128 and self.first is not None else 0.0
        if self.first is None:
            self.first = number - BINS + 1
        above = max(number - (self.first + BINS - 1), 0)
        self.count = (self.count + [0] * above)[-BINS:]
        self.first += above
        if number >= self.first:
            self.count[number - self.first] += 1
        return result

    def judge(self, distance, looks):
        counted, total, threshold = 0, 0.0, 0.0
        for b in range(BINS - 1, -1, -1):
            number = self.first + b
            counted += self.count[b]
            total += self.count[b] * edge(number) * (1.1667 if number % 2 else 1.25)
            if counted >= 128:
                threshold = edge(number)
                break
        counted = max(counted, 32)
        if distance <= threshold:
            return 0.0
        excess = (distance - threshold) / max(total / counted - threshold, 1e-6 * distance)
        rarity = 0.3 * math.log(clamp((looks + 1) / counted, 1, 32))
        return min((excess + rarity) * 0.4343, 100.0)
