#!/usr/bin/env python3
"""Slow twin of src/detectors/adaptive.c: in double precision and without regard to speed.

Prints, of signals that test_adaptive.c makes too, the findings of some records and the sums of
all: `signal,record,ratio,onset,expected,lower,upper` and `signal,all,ratios,onsets,alarms`.
"""

import math
import struct

import signals

BINS = 24
DAY = 86400


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


class Slot:
    """One hour of the day."""

    def __init__(self):
        self.mean = self.deviation = 0.0
        self.records = 0


class Adaptive:
    def __init__(self, interval=0.0, warmup=DAY):
        self.configured, self.warmup = interval, warmup
        self.first_time = self.first_value = None
        self.records = self.last_time = 0
        self.interval = 0.0
        # Profile of the day, and the running hour.
        self.slots = [Slot() for _ in range(24)]
        self.usual_error = 0.0
        self.hour = None
        self.hour_values = []
        self.hour_baseline = None
        self.hour_spoilt = False
        self.odd_hours = OddHours()
        self.first_range = FirstRange()
        # Context.
        self.tail_records = self.tails_halved = 0
        self.center = self.spread = 0.0
        self.recent = []
        self.tails = [ContextTail() for _ in range(9)]
        # Novelty.
        self.magnitude = self.residual_magnitude = 0.0
        self.window = []
        self.novelties = [Novelty() for _ in range(5)]
        self.novelty_halved = (0, 0)
        # Runs.
        self.run = self.longest_run = self.changes = 0
        # Evidence, incident, onset.
        self.last_evidence = self.habit = 0.0
        self.open = False
        self.calm = 0
        self.stuck = (0, 0)
        self.onset_habit = self.onset_peak = 0.0
        self.onset_record = 0

    def update(self, time, value):
        """Returns ratio, onset, expected, lower and upper."""
        if self.records == 0:
            self.first_time, self.first_value = time, value
        number, self.records = self.records, self.records + 1
        x = value - self.first_value
        elapsed = time - self.first_time
        gap = elapsed - self.last_time
        self.last_time = elapsed
        age = elapsed / self.warmup
        day = time // DAY
        ready = number >= 128 and age >= 1

        per_hour = self.learn_interval(number, gap)
        ramp = age / (age + 2) if ready else 0.0
        hour_surprise, odd_hours = self.change_hour(time // 3600, day, ramp)
        self.hour_values.append(x)
        slot = self.slots[time // 3600 % 24]
        known, usual = slot.records >= per_hour, slot.records > 2 * per_hour
        residual = x - slot.mean

        deviations = self.measure(number, x, slot, usual)
        band = self.band(number, slot, usual)
        self.learn(number, x, slot, per_hour)
        context = self.judge_context(deviations)
        novelty = hour_surprise + self.judge_novelty(number, value, x, day)
        if known and age >= 1:
            novelty += self.judge_residual(residual, day)
        self.age_novelty(elapsed)
        run, first_change = self.judge_run(number, x, age)
        self.recent = (self.recent + [x])[-10:]

        glanced = not ready and number >= 64 and age >= 1 / 24
        outside = 0.0 if ready else self.first_range.judge(x, glanced)
        run *= 0.5 if glanced else ramp
        novelty, hour_surprise = novelty * ramp, hour_surprise * ramp
        own = (context + 0.3 * novelty) * age / (age + 0.5)
        evidence = own + 0.5 * math.exp(-gap / 150) * self.last_evidence
        self.last_evidence = own
        line = max(18 + 4.5 * math.log10(60 / max(self.interval, 1)), 6)
        self.habit *= 1 - min(gap / 604800, 0.01)
        line *= 1 + 0.1 * max(0, self.habit - 7)
        ratio = max(evidence / line, novelty / 20, run / 8, hour_surprise / 10, outside)
        if first_change:
            ratio = max(ratio, 1.0)

        self.track_incident(number, elapsed, ratio)
        ratio = max(ratio, odd_hours / 5.5)
        due = self.tail_records >= 8000 and elapsed - self.tails_halved >= 3.5 * DAY
        if due or self.tail_records >= 120000:
            self.halve_tails(elapsed)
        onset = self.find_onset(number, gap, novelty + run, ready * max(0, evidence - 1.5 * line))
        return (ratio, onset) + band

    def learn_interval(self, number, gap):
        if self.configured > 0:
            self.interval = self.configured
        elif number > 0:
            seen = min(gap, 2 * self.interval) if number > 16 else gap
            self.interval += max(1 / number, 0.01) * (seen - self.interval)
        return max(3600 / max(self.interval, 1), 1)

    def change_hour(self, hour, day, ramp):
        if hour == self.hour:
            return 0.0, 0.0
        surprise = odd = 0.0
        if self.hour_values and self.hour_baseline is not None and not self.hour_spoilt:
            mean = sum(self.hour_values) / len(self.hour_values)
            surprise = self.novelties[4].judge_plain(mean - self.hour_baseline, day)
            odd = self.odd_hours.judge(mean - self.hour_baseline, ramp)
        elif self.hour_spoilt:
            self.odd_hours.told = True
        if self.hour is not None and hour // 24 != self.hour // 24:
            for novelty in self.novelties:
                novelty.memory.forget(day)
        slot = self.slots[hour % 24]
        self.hour, self.hour_values = hour, []
        self.hour_baseline = slot.mean if slot.records > 0 else None
        self.hour_spoilt = self.open
        return surprise, odd

    def measure(self, number, x, slot, usual):
        """Roughness, from the mean of the last ten, for this hour, from the center, step."""
        deviations = [0.0] * 5
        if number >= 10:
            last = self.recent[-9:] + [x]
            squares = sum((last[k] - last[k - 3]) ** 2 for k in range(4, 10))
            deviations[0] = math.sqrt(squares)
            deviations[1] = x - sum(self.recent) / 10
            deviations[4] = x - self.recent[-1]
        if usual:
            width = slot.deviation + 0.2 * self.usual_error + 1e-30
            deviations[2] = clamp((x - slot.mean) / width, -1000, 1000)
        if number > 50:
            deviations[3] = clamp((x - self.center) / (self.spread + 1e-30), -1000, 1000)
        return deviations

    def band(self, number, slot, usual):
        if number == 0:
            return (math.nan,) * 3
        center, width, tails = self.center, self.spread, self.tails[5:7]
        if usual:
            center, tails = slot.mean, self.tails[3:5]
            width = slot.deviation + 0.2 * self.usual_error
        down, up = (4 if math.isinf(tail.threshold) else tail.threshold for tail in tails)
        center += self.first_value
        return center, center - down * width, center + up * width

    def learn(self, number, x, slot, per_hour):
        residual = x - slot.mean
        if slot.records > per_hour:
            most = 4 * (slot.deviation + self.usual_error)
            residual = clamp(residual, -most, most)
        gain = max(0.15 / per_hour, 1 / (slot.records + 1))
        slot.mean += gain * residual
        slot.deviation += gain * (abs(residual) - slot.deviation)
        slot.records = min(slot.records + 1, 65535)
        self.usual_error += (abs(residual) - self.usual_error) / min(number + 1, 2000)

        gain = 1 / min(self.tail_records + 1, 5000)
        residual = x - self.center
        if self.spread > 0:
            residual = clamp(residual, -1000 * self.spread, 1000 * self.spread)
        self.center += gain * residual
        self.spread += gain * (abs(residual) - self.spread)

    def judge_context(self, deviations):
        surprise = self.tails[0].surprise(deviations[0], self.tail_records)
        for k in range(1, 5):
            tail = self.tails[2 * k if deviations[k] >= 0 else 2 * k - 1]
            surprise += tail.surprise(abs(deviations[k]), self.tail_records)
        self.tail_records += 1
        n = self.tail_records
        if n % 128 == 0 or (n < 1024 and n % 32 == 0):
            for tail in self.tails:
                tail.refresh(n)
        return surprise

    def judge_novelty(self, number, value, x, day):
        self.magnitude += max(1 / self.records, 0.001) * (abs(value) - self.magnitude)
        frame = (day, self.first_value, 0.01 * self.magnitude + 1e-20)
        if number % 8 == 0:
            self.window = (self.window + [[]])[-6:]
        self.window[-1].append(x)
        surprise = 2 * self.novelties[0].judge(x, *frame)
        if self.records >= 48:
            surprise += self.novelties[1].judge(min(map(min, self.window)), *frame)
            surprise += self.novelties[2].judge(max(map(max, self.window)), *frame)
        return surprise

    def judge_residual(self, residual, day):
        gain = max(1 / self.records, 0.001)
        self.residual_magnitude += gain * (abs(residual) - self.residual_magnitude)
        return self.novelties[3].judge(residual, day, 0.0, self.residual_magnitude + 1e-20)

    def age_novelty(self, elapsed):
        then, record = self.novelty_halved
        if self.records - record >= 8000 and elapsed - then >= 28 * DAY:
            for novelty in self.novelties:
                novelty.halve()
            self.longest_run //= 2
            self.novelty_halved = (elapsed, self.records)

    def judge_run(self, number, x, age):
        first_change = False
        if number > 0 and x == self.recent[-1]:
            self.run += 1
        elif number > 0:
            first_change = self.changes == 0 and number >= 128 and age >= 7
            self.longest_run = max(self.longest_run, self.run)
            self.changes += 1
            self.run = 0
        if self.run < 16 or self.run * self.interval < 600 or self.changes < 64:
            return 0.0, first_change
        return clamp(4 * math.log2(self.run / (4 * (self.longest_run + 1))), 0, 20), first_change

    def track_incident(self, number, elapsed, ratio):
        if ratio >= 1 and not self.open:
            self.open = True
            self.habit += 1
            self.calm, self.stuck = 0, (number, elapsed)
        if not self.open:
            return
        self.hour_spoilt = True
        self.calm = 0 if ratio >= 0.5 else self.calm + 1
        self.open = self.calm < 10
        if number - self.stuck[0] >= 20 and elapsed - self.stuck[1] >= 1200:
            self.stuck = (number, elapsed)
            self.halve_tails(elapsed)

    def halve_tails(self, elapsed):
        if self.tail_records > 200:
            self.tails_halved = elapsed
            self.tail_records //= 2
            for tail in self.tails:
                tail.count = [count // 2 for count in tail.count]

    def find_onset(self, number, gap, novel, sudden):
        strength = novel / (1 + 0.2 * self.onset_habit) + sudden
        self.onset_habit *= 1 - min(gap / 604800, 0.0005)
        if strength <= 0:
            return 0.0
        if number - self.onset_record > 70:
            self.onset_peak = 0.0
        peak = self.onset_peak
        if strength > 1.1 * peak and strength >= 2.5 and peak < 2.5:
            self.onset_habit += 1
        if strength > peak:
            self.onset_peak, self.onset_record = strength, number
        return strength if strength > 1.1 * peak else 0.0


def cents(x):
    return math.floor(x * 100 + 0.5) / 100


def bell(noise):
    total = -6.0
    for _ in range(12):
        total += noise.uniform()
    return total


def slope(i, period):
    """0 .. 1 .. 0 in a period."""
    phase = i % period
    return 2 * min(phase, period - phase) / period


def wave(_noise, i):
    """Small regular noise on a sine, with spikes, a stuck time, and a step that lasts."""
    value = 50 + 10 * math.sin(2 * math.pi * i / 288) + 0.3 * (7919 * i % 13) - 1.8
    if i in (3000, 4500):
        value = 90
    if 3500 <= i < 3540:
        value = 20
    if 5000 <= i < 5040:
        value = 55
    return value + 30 if i >= 5500 else value


def minutes(noise, i):
    """A month of a busy machine, with everything that can go wrong."""
    value = 40 + 30 * slope(i, 1440) + (12 if 28000 <= i < 28060 else 2) * bell(noise)
    if i in (9000, 20000, 20001, 41000):
        value += 60
    if i == 30000:
        value -= 45
    if 25000 <= i < 25600:
        return 55.0
    return cents(value + 50) if i >= 36000 else cents(value)


def hours(noise, i):
    """Four months; the same peak twice, more than six weeks apart."""
    value = 1000 + 500 * slope(i, 24) + 60 * bell(noise)
    return cents(value + 1500) if i in (480, 1800) else cents(value)


def counts(noise, i):
    """Mostly nothing, then more, then a burst."""
    share = 0.003 if i < 20000 else 0.03
    chance, size = noise.uniform(), noise.uniform()
    if 30000 <= i < 30010:
        return 40.0 + math.floor(10 * size)
    return 1.0 + math.floor(10 * size) if chance < share else 0.0


def constant(_noise, i):
    """One change in ten days, and back."""
    return 9.0 if i == 2500 else 8.0


def young(noise, i):
    """A demonstration: a warm-up of a minute, then full load."""
    busy = 300 <= i < 320
    return 100.0 if busy else math.floor(5 + 2 * bell(noise))


#          signal, records, seconds from one to the next, configured interval, warm-up
SIGNALS = ((wave, 6000, 300, 0, DAY),
           (minutes, 44640, 60, 60, DAY),
           (hours, 2880, 3600, 0, DAY),
           (counts, 34560, 10, 10, DAY),
           (constant, 2880, 300, 0, DAY),
           (young, 600, 1, 1, 60))


def main():
    for number, (signal, records, seconds, interval, warmup) in enumerate(SIGNALS):
        noise = signals.Noise(number)
        detector = Adaptive(interval, warmup)
        ratios = onsets = alarms = 0
        for i in range(records):
            finding = detector.update(signals.START + seconds * i, signal(noise, i))
            ratios += finding[0]
            onsets += finding[1]
            alarms += finding[0] >= 1
            if i % (records // 60) == 0 or finding[0] >= 0.7 or finding[1] >= 2:
                row = ",".join(f"{x:.6g}" for x in finding)
                print(f"{signal.__name__},{i},{row}")
        print(f"{signal.__name__},all,{ratios:.6g},{onsets:.6g},{alarms}")


if __name__ == "__main__":
    main()
