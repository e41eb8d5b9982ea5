#!/usr/bin/env python3
"""Slow twin of src/detectors/adaptive.c: in double precision and without regard to speed.

Prints, of signals that test_adaptive.c makes too, the findings of some records and the sums of
all: `signal,record,ratio,onset,expected,lower,upper` and `signal,all,ratios,onsets,alarms`.
"""

import math

import signals
from novelty import FirstRange, Novelty, OddHours
from tails import ContextTail, clamp

DAY = 86400


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
