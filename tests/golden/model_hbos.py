#!/usr/bin/env python3
"""Slow twin of src/models/hbos.c: looks for each value's bin from the first edge on."""

import math

import model_rows


class Histogram:
    def __init__(self, numbers, n_bins, alpha):
        low, high = min(numbers), max(numbers)
        if low == high:
            low, high = low - 0.5, high + 0.5
        self.width = (high - low) / n_bins
        self.edges = [low + i * self.width for i in range(n_bins)] + [high]
        counts = [0] * n_bins
        for number in numbers:
            above = [i for i in range(n_bins) if number >= self.edges[i]]
            counts[above[-1]] += 1
        self.scores = []
        for i, count in enumerate(counts):
            density = count / len(numbers) / (self.edges[i + 1] - self.edges[i])
            self.scores.append(-math.log2(density + alpha))

    def score(self, value, tol):
        below = sum(1 for edge in self.edges if edge < value)
        if below == 0:
            near = self.edges[0] - value <= tol * self.width
            return self.scores[0] if near else max(self.scores)
        if below == len(self.edges):
            near = value - self.edges[-1] <= tol * self.width
            return self.scores[-1] if near else max(self.scores)
        return self.scores[below - 1]


def fit(rows, n_bins=10, alpha=0.1, tol=0.5):
    histograms = [Histogram(column, n_bins, alpha) for column in zip(*rows)]
    return lambda row: math.fsum(h.score(x, tol) for h, x in zip(histograms, row))


def main():
    for settings in ({}, {"n_bins": 4, "alpha": 0.5, "tol": 0.1}, {"n_bins": 50, "tol": 0}):
        model_rows.print_scores(settings, fit)


if __name__ == "__main__":
    main()
