#!/usr/bin/env python3
"""Slow twin of src/models/lof.c: its definitions, worked out anew for every pair of rows."""

import math

import model_rows


def fit(rows, n_neighbors=20):
    def nearest(row, others):
        """(distance, number) of each"""
        return sorted((math.dist(row, rows[other]), other) for other in others)[:n_neighbors]

    everyone = range(len(rows))
    neighbours = [nearest(rows[i], (j for j in everyone if j != i)) for i in everyone]

    def density(found):
        reached = math.fsum(max(distance, neighbours[i][-1][0]) for distance, i in found)
        return 1 / (reached / len(found) + 1e-10)

    def score(row):
        found = nearest(row, everyone)
        beside = math.fsum(density(neighbours[i]) for _, i in found) / len(found)
        return beside / density(found)

    return score


def main():
    for settings in ({}, {"n_neighbors": 3}, {"n_neighbors": 79}):
        model_rows.print_scores(settings, fit)


if __name__ == "__main__":
    main()
