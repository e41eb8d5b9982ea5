#!/usr/bin/env python3
"""Slow twin of src/models/stl.c: STL by its definition, then forecasts of one row."""

import math
import statistics

import model_rows

SPAN = 11


def odd(number):
    whole = math.ceil(number)
    return whole + (whole % 2 == 0)


def loess(numbers, weights, span, degree, place):
    """Weighted least squares over the nearest `span` numbers."""
    count = len(numbers)
    first, used = 0, count
    if span < count:
        nearest = math.floor(place + 0.5) - span // 2
        first, used = min(max(nearest, 0), count - span), span
    reach = max(place - first, first + used - 1 - place)
    if span > count:
        reach += (span - count) // 2
    points = []
    for at in range(first, first + used):
        distance = abs(at - place)
        tricube = (1 - (distance / reach) ** 3) ** 3 if distance > 0.001 * reach else 1
        if distance <= 0.999 * reach:
            points.append((at - place, numbers[at], tricube * weights[at]))
    total = sum(weight for _, _, weight in points)
    if total == 0:
        return numbers[min(max(place, 0), count - 1)]
    x = sum(weight * off for off, _, weight in points) / total
    y = sum(weight * number for _, number, weight in points) / total
    spread = sum(weight * (off - x) ** 2 for off, _, weight in points) / total
    if degree == 0 or math.sqrt(spread) <= 0.001 * count:
        return y
    product = sum(weight * (off - x) * (number - y) for off, number, weight in points) / total
    return y - x * product / spread


def smooth(numbers, weights, span):
    return [loess(numbers, weights, span, 1, at) for at in range(len(numbers))]


def average(numbers, width):
    return [statistics.fmean(numbers[at : at + width]) for at in range(len(numbers) - width + 1)]


def season_of(rest, weights, period):
    count = len(rest)
    cycle = [0.0] * (count + 2 * period)
    for phase in range(period):
        own, own_weights = rest[phase::period], weights[phase::period]
        for visit in range(-1, len(own) + 1):
            smoothed = loess(own, own_weights, SPAN, 0, visit)
            cycle[phase + (visit + 1) * period] = smoothed
    low = average(average(average(cycle, period), period), 3)
    low = smooth(low, [1] * count, odd(period))
    return [cycle[at + period] - low[at] for at in range(count)]


def decompose(series, period):
    count = len(series)
    span = odd(1.5 * period / (1 - 1.5 / SPAN)) if period > 1 else 25
    trend, season, weights = [0.0] * count, [0.0] * count, [1.0] * count
    for turn in range(5):
        for _ in range(2):
            if period > 1:
                season = season_of([y - t for y, t in zip(series, trend)], weights, period)
            trend = smooth([y - s for y, s in zip(series, season)], weights, span)
        rest = [abs(y - t - s) for y, t, s in zip(series, trend, season)]
        limit = 6 * statistics.median(rest)
        weights = [max(1 - (size / limit) ** 2, 0) ** 2 for size in rest]
    return trend, season


class Course:
    def __init__(self, trend, gain, scale=math.inf, smallest=0.0):
        self.slope = trend[1] - trend[0]
        self.level = trend[0] - self.slope
        self.gain, self.scale, self.smallest = gain, scale, smallest

    def error(self, value, season):
        return value - season - self.level - self.slope

    def learn(self, error):
        most = 3 * self.scale
        lesson = min(max(error, -most), most)
        self.level += self.slope + self.gain * lesson
        self.slope += self.gain * 0.1 * lesson
        if math.isfinite(self.scale):
            moved = self.scale + 0.01 * (1.2533 * abs(lesson) - self.scale)
            self.scale = max(moved, self.smallest)
        return lesson


def scale_with(gain, series, trend, season):
    course, sizes = Course(trend, gain), []
    for value, usual in zip(series, season):
        error = course.error(value, usual)
        course.learn(error)
        sizes.append(abs(error))
    return 1.4826 * statistics.median(sizes)


def score_column(series, fitted, period):
    """Of each row, in scales."""
    mean, deviation = statistics.fmean(series[:fitted]), statistics.pstdev(series[:fitted])
    series = [(value - mean) / deviation for value in series]
    trend, season = decompose(series[:fitted], period)
    scale, gain = min(
        (scale_with(gain, series[:fitted], trend, season), gain)
        for gain in (0.01, 0.03, 0.1, 0.3, 0.9)
    )
    smallest = 1e-3 * statistics.stdev(series[:fitted])
    course, scores = Course(trend, gain, max(scale, smallest), smallest), []
    for at, value in enumerate(series):
        if at >= fitted:
            season.append(season[at - period])
        error = course.error(value, season[at])
        scores.append(abs(error) / course.scale)
        lesson = course.learn(error)
        if at >= fitted and period > 1:
            season[at] += 0.1 * lesson
    return scores


def print_scores(period):
    rows = model_rows.table()
    fitted = model_rows.TRAINING
    columns = [score_column(list(column), fitted, period) for column in zip(*rows)]
    print(f"#period={period}")
    for i, row in enumerate(rows):
        found = max(column[i] for column in columns)
        print(f"{int(i < fitted)},{','.join(map(str, row))},{found:.12g}")


def main():
    for period in (1, 2, 7, 24):
        print_scores(period)


if __name__ == "__main__":
    main()
