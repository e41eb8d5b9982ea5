"""The small table that slow twins of models are fitted to, and how their scores are printed."""

import signals

TRAINING = 80


def table(seed=1, later=20):
    """Rows of a bell, a skewed column with ties, and one that goes with the first; some far out."""
    noise = signals.Noise(seed)
    rows = []
    for i in range(TRAINING + later):
        first = 5 + 2 * noise.bell()
        second = abs(noise.bell()) ** 3
        third = 0.5 * first + noise.bell() / 2
        if i % 19 == 11:
            second += 12
        if i % 23 == 7:
            first -= 9
        rows.append((round(first, 2), round(second, 1), round(100 * third, 1)))
    return rows


def print_scores(settings, fit):
    """A comment line with the options, then `fitted,x0,x1,x2,score` for each row.

    fit(rows, **settings) gives what scores a row."""
    rows = table()
    score = fit(rows[:TRAINING], **settings)
    print("#" + ",".join(f"{name}={value}" for name, value in settings.items()))
    for i, row in enumerate(rows):
        print(f"{int(i < TRAINING)},{','.join(map(str, row))},{score(row):.12g}")
