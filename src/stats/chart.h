/*
 * What the control charts of this project share: a level and a spread of the
 * metric that are robustly estimated as values come, the standardised value that
 * a chart's statistic is made of, and the judgement of that statistic by how
 * rare it is for this metric (rarity.h).
 *
 * The level is an exponentially weighted mean over the last hours or days, the
 * spread the mean distance from it likewise; both learn a value clipped to four
 * standard deviations (winsorised), so that wild values cannot spoil them. Where
 * a statistic stays over the alarm line for 20 records and 20 minutes, or values
 * more than four deviations off, what goes on is a new level: it is learned from
 * scratch, and the statistic begins anew. So is the level of a metric whose
 * values vanish beside it.
 *
 * Source: this project; control charts: Shewhart, 1931; the clipped estimates:
 * Huber, 1964, Robust estimation of a location parameter.
 */
#ifndef ANOMALY_STATS_CHART_H
#define ANOMALY_STATS_CHART_H

#include "anomaly/detector.h"
#include "stats/pace.h"
#include "stats/rarity.h"

#include <stdbool.h>
#include <stdint.h>

struct chart {
  struct rarity rarity; /* of the statistic; first, for its cache line */
  double first_time;    /* seconds since the epoch; 0 before the first record */
  double level, spread;
  uint32_t elapsed;    /* seconds from the first record to the last one */
  uint32_t number;     /* records so far; saturates */
  uint32_t learned;    /* records behind level and spread; saturates */
  uint32_t over_since; /* elapsed: when the statistic last came over the line */
  uint32_t over;       /* records that it has been over since then */
  uint32_t far_since;  /* elapsed: when values last came to be more than CHART_CLIP off */
  uint32_t far;        /* records that they have been since then */
  struct pace pace;
  uint8_t vanishing; /* records in a row that vanish beside the spread */
};

extern const struct state_row chart_rows[];

/* One value on its way through a chart. */
struct chart_record {
  double value;     /* brought into the range of moments.h */
  double deviation; /* from the level in standard deviations, within +-CHART_FARTHEST; 0 before
                       the level is known */
  bool ready;       /* the metric has been known for the rule's warm-up */
};

#define CHART_FARTHEST 1000.0
#define CHART_CLIP 4.0 /* standard deviations that a value teaches at most */

/* Makes a zeroed chart ready. */
void chart_init(struct chart *chart);

/* Whether enough records of the rule's warm-up have been taken for a judgement. */
bool chart_is_ready(const struct chart *chart, const struct observation *now);

/* Takes a value; it is judged and learned by the two calls below, in this order. */
struct chart_record chart_take(struct chart *chart, const struct observation *now);

struct chart_statistic {
  double size;    /* >= 0 */
  double lasting; /* records for which it stays large once it is, by chance: they count for one */
  double limit;   /* size that is over the line; 0 = what is rare for the metric */
};

/*
 * Counts a statistic and writes what it means: ratio, onset, surprise, band and
 * ready of *ret; kind is level_shift where ratio is not 0, the rest is nothing.
 * Returns whether it is over the line.
 */
bool chart_judge(struct chart *chart, const struct chart_record *record,
                 const struct chart_statistic *statistic, const struct observation *now,
                 struct finding *ret);

/*
 * Learns the value, into a level of so many seconds of memory. True where a new
 * level begins: the statistic has to begin anew too.
 */
bool chart_learn(struct chart *chart, const struct chart_record *record, double memory);

/* Standard deviation of one value, > 0. */
double chart_deviation(const struct chart *chart);

/* Seconds since the epoch of `elapsed` seconds after the first record, not after now. */
double chart_since(const struct chart *chart, uint32_t elapsed, const struct observation *now);

/* Whether restored fields can be gone on from. */
bool chart_valid(const struct chart *chart);

#endif
