#!/usr/bin/env python3
"""Slow twin of src/models/matrix_profile.c: each pair of subsequences, value by value."""

import math
import statistics

import model_rows


def shape(values, floor):
    mean = statistics.fmean(values)
    size = math.sqrt(statistics.pvariance(values) + floor**2)
    return [(value - mean) / size if size > 0 else 0 for value in values]


def nearest(series, end, others, window, floor):
    """0 where there is nothing to compare with."""
    if end < window - 1:
        return 0
    own = shape(series[end - window + 1 : end + 1], floor)
    shapes = [shape(series[at - window + 1 : at + 1], floor) for at in others]
    return min((math.dist(own, other) for other in shapes), default=0)


def standardise(rows, fitted):
    """By the mean and the deviation of the fitted rows."""
    columns = []
    for column in zip(*rows):
        mean, size = statistics.fmean(column[:fitted]), statistics.pstdev(column[:fitted])
        columns.append([(value - mean) / size for value in column])
    return columns


def score(columns, end, fitted, window, history, count, floor):
    """A row that was fitted to is compared with both sides, a later one with the past."""
    distances = []
    for series in columns:
        size = floor * statistics.stdev(series[:fitted])
        past = range(max(window - 1, end - history + window), end - window + 1)
        future = range(end + window, min(fitted, end + history - window + 1))
        others = [*past, *(future if end < fitted else [])]
        distances.append(nearest(series, end, others, window, size))
    return statistics.fmean(sorted(distances)[-count:])


def print_scores(**settings):
    rows = model_rows.table()
    fitted = model_rows.TRAINING
    columns = standardise(rows, fitted)
    window = settings.get("window", 24)
    history = settings.get("history", 1000)
    count, floor = settings.get("columns", 0), settings.get("floor", 1)
    print("#" + ",".join(f"{name}={value}" for name, value in settings.items()))
    for i, row in enumerate(rows):
        found = score(columns, i, fitted, window, history, count, floor)
        print(f"{int(i < fitted)},{','.join(map(str, row))},{found:.12g}")


def main():
    print_scores()
    print_scores(window=8, history=40)
    print_scores(window=5, history=13, floor=0)
    print_scores(window=4, history=60, floor=0.3, columns=1)
    print_scores(window=12, columns=2)


if __name__ == "__main__":
    main()
