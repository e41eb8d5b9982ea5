"""What the slow twins of src/models/ecod.c and copod.c share: counts anew for every value."""

import math


def skewness(numbers):
    mean = math.fsum(numbers) / len(numbers)
    second = math.fsum((x - mean) ** 2 for x in numbers) / len(numbers)
    third = math.fsum((x - mean) ** 3 for x in numbers) / len(numbers)
    return third / second ** 1.5


def surprise(inside, count):
    """Nobody there: as if the value itself had been one more."""
    return -math.log(inside / count if inside else 1 / (count + 1))


def fit(rows, part):
    """part(left, right, longer) is what a column adds to the score."""
    columns = list(zip(*rows))
    tilts = [skewness(column) for column in columns]

    def column_score(column, tilt, value):
        left = surprise(sum(1 for x in column if x <= value), len(column))
        right = surprise(sum(1 for x in column if x >= value), len(column))
        longer = left + right if tilt == 0 else left if tilt < 0 else right
        return part(left, right, longer)

    return lambda row: math.fsum(map(column_score, columns, tilts, row))
