#!/usr/bin/env python3
"""Slow twin of src/groups/host.c: in double precision and without regard to speed.

Prints, of signals that test_group_host.c makes too, the findings of some rows and the sums of
all: `signal,row,ratio,anomaly,column:decades ...` and `signal,all,ratios,alarms,begun`.
"""

import math
import struct

import signals

DAY = 86400


def float32(x):
    return struct.unpack("<f", struct.pack("<f", x))[0]


def exponent(distance):
    """q with 2^(q-1) <= distance < 2^q, as a float has it; None for 0 and denormals."""
    x = float32(distance)
    return None if x < 2.0**-126 else math.frexp(x)[1]


class Tail:
    def __init__(self):
        self.bins = {}  # by exponent
        self.top = None
        self.rows = 0
        self.u = self.a = self.b = 0.0

    def score(self, d):
        if self.rows < 60 or d <= self.u or exponent(d) is None:
            return 0.0
        if self.u > 0:
            return self.a + self.b * math.log2(d)
        if d >= -self.u:
            return self.a
        return 0.7 * self.a if d >= -self.u * 2.0**-15 else 0.0

    def insert(self, d, horizon):
        self.rows += 1
        if self.rows > horizon:
            self.rows //= 2
            self.bins = {q: n // 2 for q, n in self.bins.items()}
        q = exponent(d)
        if q is None:
            return
        if self.top is None:
            self.top = q
        if q > self.top:
            self.top += 1
            self.bins = {e: n for e, n in self.bins.items() if self.top - e < 16}
            q = self.top
        if self.top - q >= 16:
            return
        self.bins[q] = self.bins.get(q, 0) + 1
        if self.u <= 0:
            self.refresh()

    def refresh(self):
        self.bins = {q: n for q, n in self.bins.items() if n > 0}
        self.top = max(self.bins) if self.bins else None
        if self.top is None:
            self.u, self.a, self.b = 0.0, math.log10(self.rows + 1), 0.0
            return
        need = max(0.03 * self.rows, 8)
        s, taken = 0, []
        for q in sorted(self.bins, reverse=True):
            if s >= need:
                break
            s += self.bins[q]
            taken.append(q)
        if s < 8:
            self.u = -(2.0 ** (self.top - 1))
            self.a, self.b = max(math.log10(self.rows / (s + 1)), 0.0), 0.0
            return
        low = taken[-1] if s >= need else self.top - 15
        excess = sum(self.bins[q] * (q - low + 0.5) for q in taken)
        xi = max((math.log(2) * excess + 10 / 3) / (s + 10), 0.05)
        self.u = 2.0 ** (low - 1)
        self.b = math.log10(2) / xi
        self.a = max(math.log10(self.rows / s), 0.0) - self.b * (low - 1)

    def limit(self, x):
        if self.top is None:
            return x
        most = 2.0 ** (self.top + 1)
        return max(-most, min(most, x))


class Column:
    def __init__(self, number):
        self.number = number
        self.first = None
        self.f = self.m = self.d = self.prev = self.z = self.z2 = 0.0
        self.n = 0
        self.profile, self.seen = [0.0] * 24, [0] * 24
        self.tails = [Tail() for _ in range(4)]

    def update(self, x, dt, hour, teach):
        lasting = min(1 - 0.9 ** max(dt / 60, 1), 0.2)
        horizon = max(2016, min(10080, int(35 * DAY / dt)))
        if math.isnan(x):
            self.z -= 0.7 * self.z
            self.z2 -= lasting * self.z2
            return
        if self.first is None:
            self.first = x
        self.n += 1
        y = float32(x - self.first)
        e, ef, r = y - self.m, y - self.f, y - self.profile[hour]
        fast = self.f + max(1 / self.n, 0.125) * self.tails[0].limit(ef)
        known = self.seen[hour] >= 200 or self.seen[hour] * dt > 3600
        distances = [
            abs(ef),
            abs(y - self.prev) if self.n > 1 else 0.0,
            abs(r) if known else None,
            abs(fast - self.m) / self.d if self.d > 0 else 0.0,
        ]
        pairs = [(t, d) for t, d in zip(self.tails, distances) if d is not None]
        s = min(sum(t.score(d) for t, d in pairs), 16.0)
        s *= min(self.n / max(DAY / dt, 240), 1.0)
        self.z += 0.7 * (s - self.z)
        self.z2 += lasting * (s - self.z2)
        if teach or s < 2:
            for tail, distance in pairs:
                tail.insert(distance, horizon)
        if (self.n + 7 * self.number) % (8 if self.n < 512 else 64) == 0:
            for tail in self.tails:
                tail.refresh()
        gain = max(1 / self.n, 2.016 / max(2016, min(10080, 35 * DAY / dt)))
        e = self.tails[2].limit(e)
        self.m += gain * e
        self.d += gain * (abs(e) - self.d)
        self.profile[hour] += max(1 / (self.seen[hour] + 1), min(dt / 12000, 0.2)) * self.tails[
            2
        ].limit(r)
        self.seen[hour] = min(self.seen[hour] + 1, 255)
        self.f, self.prev = fast, y


class Usual:
    def __init__(self):
        self.counts, self.rows, self.u = [0.0] * 320, 0.0, 0.0

    def count(self, g, horizon):
        self.counts[min(int(g / 0.25), 319)] += 1
        self.rows += 1
        if self.rows > 2 * horizon:
            self.rows /= 2
            self.counts = [n / 2 for n in self.counts]

    def refresh(self):
        beyond = 0.0
        for i in range(319, -1, -1):
            beyond += self.counts[i]
            if beyond >= 0.005 * self.rows:
                self.u = 0.25 * (i + 1) if i > 0 else 0.0
                return
        self.u = 0.0


class Days:
    def __init__(self):
        self.yesterday, self.before = [0.0] * 144, [0.0] * 144
        self.now = self.pending = 0.0
        self.slot = None

    def commit(self, slot, value):
        self.before[slot % 144] = self.yesterday[slot % 144]
        self.yesterday[slot % 144] = value

    def take(self, time, g):
        slot = int(time % DAY // 600)
        if self.slot is not None and slot != self.slot:
            self.commit(self.slot - 1, self.pending)
            self.pending = self.now
            if slot != (self.slot + 1) % 144:
                self.commit(self.slot, self.now)
                self.pending = self.yesterday[(slot - 1) % 144]
            self.now = 0.0
        self.slot = slot
        self.now = max(self.now, g)
        near = [(slot + i) % 144 for i in (-1, 0, 1)]
        return min(max(self.yesterday[i] for i in near), max(self.before[i] for i in near))


class Host:
    def __init__(self, columns, dt):
        self.columns = [Column(j) for j in range(columns)]
        self.dt = dt
        self.k = max(2, min(5, (columns + 2) // 4))
        self.line = 20.5 * (self.k / 5) ** 0.8
        self.usual, self.usual2, self.days = Usual(), Usual(), Days()
        self.n = 0
        self.on, self.age, self.quiet, self.peak = False, 0, 0, 0.0

    def update(self, time, values):
        teach = not self.on or self.age >= 60 or self.n % 4 == 0
        for column, x in zip(self.columns, values):
            column.update(x, self.dt, int(time % DAY // 3600), teach)
        g = sum(sorted((c.z for c in self.columns), reverse=True)[: self.k])
        g2 = sum(sorted((c.z2 for c in self.columns), reverse=True)[: self.k])
        usual = self.days.take(time, g)
        ratio = max(
            (g - 0.6 * max(usual - self.usual.u, 0)) / (self.line + 0.7 * self.usual.u),
            1.2 * g2 / (self.line + 0.7 * self.usual2.u),
        )
        age = (self.n + 1) / max(14 * DAY / self.dt, 720)
        if age < 1:
            ratio /= 1 - 0.1 * math.log2(age)
        ratio = max(ratio, 0.0) if self.n >= 300 else 0.0
        horizon = max(2016, min(10080, 35 * DAY / self.dt))
        self.usual.count(g, horizon)
        self.usual2.count(g2, horizon)
        self.n += 1
        if self.n % 60 == 0:
            self.usual.refresh()
            self.usual2.refresh()
        return (ratio, *self.alarm(ratio))

    def alarm(self, ratio):
        again = self.on and self.age >= 60 and ratio > 1.25 * self.peak
        began = ratio >= 1 and (not self.on or again)
        if began:
            self.on, self.age, self.quiet, self.peak = True, 0, 0, ratio
        if not self.on:
            return False, False
        anomaly = self.age < 60
        self.age += 1
        self.peak = max(self.peak, ratio)
        self.quiet = 0 if ratio >= 0.7 else self.quiet + 1
        if self.quiet >= 5:
            self.on = False
        return anomaly, began

    def blame(self):
        weights = [(max(c.z, 1.2 * c.z2), -c.number) for c in self.columns]
        return [(-j, w) for w, j in sorted(weights, reverse=True) if w >= 1][:8]


def slope(i, period):
    return 2.0 * min(i % period, period - i % period) / period


def cents(value):
    return math.floor(value * 100 + 0.5) / 100


def busy(noise, i, columns):
    """Two days' waves, each column its own; incidents of some columns, a daily job, a rare mover."""
    values = []
    for j in range(columns):
        value = 40 + 3 * j + 20 * slope(i + 100 * j, 1440) + (1 + j % 3) * noise.bell()
        if j < 4 and 12000 <= i < 12012:
            value += 60
        if j in (2, 5, 7) and 15000 <= i < 15200:
            value -= 35
        if 4 <= j < 7 and i % 1440 in (600, 601, 602):
            value += 30
        values.append(cents(value))
    values[8] = 5 if i not in (9000, 9001, 17000) else 6
    values[9] = 3
    if 7000 <= i < 7100 or i % 501 == 0:
        values[1] = math.nan
    if i == 13000:
        values[10] = 1e9
    return values


def sparse(noise, i, columns):
    """Hours apart, some columns in whole numbers."""
    values = []
    for j in range(columns):
        value = 100 + 30 * slope(i, 96) + 5 * noise.bell()
        if j < 2 and 2000 <= i < 2003:
            value += 200
        values.append(cents(value) if j < 3 else math.floor(value / 10))
    return values


# Name, values, columns, rows, seconds from row to row, rows from printed row to printed row.
SIGNALS = (("busy", busy, 12, 23040, 60, 211), ("sparse", sparse, 5, 4000, 900, 97))


def main():
    print("signal,row,ratio,anomaly,columns")
    for seed, (name, make, columns, rows, dt, every) in enumerate(SIGNALS):
        noise, host = signals.Noise(seed + 1), Host(columns, dt)
        ratios, alarms, begun = 0.0, 0, 0
        for i in range(rows):
            ratio, anomaly, began = host.update(signals.START + dt * i, make(noise, i, columns))
            ratios += ratio
            alarms += anomaly
            begun += began
            if i % every == 0 or began:
                named = " ".join(f"{j}:{w:.3f}" for j, w in host.blame()) if anomaly else ""
                print(f"{name},{i},{ratio:.6g},{int(anomaly)},{named}")
        print(f"{name},all,{ratios:.6g},{alarms},{begun}")


if __name__ == "__main__":
    main()
