#!/usr/bin/env python3
"""Slow twin of src/models/pca.c: finds the directions by orthogonal iteration."""

import math

import model_rows


def standardised(rows):
    means = [math.fsum(column) / len(rows) for column in zip(*rows)]
    scales = [math.sqrt(math.fsum((x - mean) ** 2 for x in column) / len(rows))
              for column, mean in zip(zip(*rows), means)]
    return lambda row: [(x - mean) / scale for x, mean, scale in zip(row, means, scales)]


def product(a, b):
    return math.fsum(x * y for x, y in zip(a, b))


def directions(matrix):
    """Eigenvectors, that of the largest eigenvalue first."""
    size = len(matrix)
    basis = [[float(i == k) + 0.1 * k for k in range(size)] for i in range(size)]
    for _ in range(20000):
        following = []
        for vector in basis:
            vector = [product(row, vector) for row in matrix]
            for other in following:
                share = product(vector, other)
                vector = [x - share * y for x, y in zip(vector, other)]
            length = math.sqrt(product(vector, vector))
            following.append([x / length for x in vector])
        basis = following
    return basis


def fit(rows, n_selected_components=0, weighted="true"):
    standardise = standardised(rows)
    points = list(map(standardise, rows))
    columns = list(zip(*points))
    matrix = [[product(a, b) / len(rows) for b in columns] for a in columns]
    vectors = [vector if max((product(point, vector) for point in points), key=abs) > 0
               else [-x for x in vector] for vector in directions(matrix)]
    variances = [product(v, [product(row, v) for row in matrix]) for v in vectors]
    shares = [variance / math.fsum(variances) for variance in variances]
    chosen = list(zip(vectors, shares))[-n_selected_components:]

    def score(row):
        point = standardise(row)
        return math.fsum(math.dist(point, vector) / (share if weighted == "true" else 1)
                         for vector, share in chosen)

    return score


def main():
    for settings in ({}, {"n_selected_components": 2}, {"weighted": "false"}):
        model_rows.print_scores(settings, fit)


if __name__ == "__main__":
    main()
