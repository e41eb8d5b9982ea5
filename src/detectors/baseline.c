/*
 * Baseline: count, mean, standard deviation, smallest and largest value and
 * percentiles of a whole period (a day, if `refresh` is not changed), and limits
 * made of them: mean ± `sigma` standard deviations, or the 1st and 99th
 * percentile with a margin. Detects values outside of what that period has
 * shown, spikes and dips, however long they last, of a metric that does not
 * drift. Made for this project after the baseline tables that monitoring
 * systems keep; the percentiles are Jain and Chlamtac's (1985).
 *
 * One generation judges while the next one learns; after `refresh` the learned
 * one takes over. The first one judges while it still learns, from
 * `min_samples` values on, without waiting for the rule's warm-up: till it is
 * complete, it takes hours of the day that it has not seen for odd. A
 * generation begun more than `max_age` ago is not used any more.
 *
 * What is odd is learned with care: clipped to the limits (of at least 3 sigma,
 * or a margin of 1), and only for one value in ten of a generation once a
 * finished one judges. When values have stayed beyond the limits for all of
 * `refresh`, the next `min_samples` of them, learned as they are, become the
 * baseline: a lasting new level is usual after `refresh` and `min_samples`.
 */
#include "anomaly/detector.h"
#include "stats/band.h"
#include "stats/moments.h"
#include "stats/quantile.h"

#include <math.h>

enum { LIMITS_SIGMA, LIMITS_PERCENTILE };

enum { ONE_CLIPPED_OF = 10 };

/* Clipping nearer than this would keep a spread from growing. */
static const double LEARNED_SIGMA = 3;
static const double LEARNED_MARGIN = 1;

static const double LATEST_TIME = 1e12;

struct baseline_options {
  int limits;
  double sigma;
  double margin;
  double min_band;
  uint32_t min_samples;
  double refresh;
  double max_age;
};

/* What a period has shown; all zero is empty. */
struct generation {
  double start;     /* time of its first value */
  uint64_t clipped; /* of its values, those beyond the limits of their time */
  struct moments moments;
  struct quantiles quantiles;
};

struct baseline_state {
  struct generation learning;
  struct generation judging; /* empty while the first one learns */
  double beyond_since;       /* time since which values are beyond; 0 = they are not */
  uint8_t accepting;         /* beyond for so long that they are learned as they are */
  uint8_t over;              /* the last value was over the alarm line */
};

static const char *const limits_choices[] = {"sigma", "percentile", NULL};

#define FIELD(name_) .name = #name_, .offset = offsetof(struct baseline_options, name_)

static const struct option_row baseline_options[] = {
    {FIELD(limits), .kind = OPTION_CHOICE, .preset = LIMITS_SIGMA, .choices = limits_choices,
     .help = "What the limits are made of: mean and standard deviation, or percentiles"},
    {FIELD(sigma), .kind = OPTION_REAL, .unit = "standard deviations", .preset = 3, .min = 1,
     .max = 100, .help = "With limits = sigma, the limits' distance from the mean"},
    {FIELD(margin), .kind = OPTION_REAL, .preset = 1, .min = 0, .max = 100,
     .help = "With limits = percentile, how far beyond the 1st and 99th percentile the limits "
             "are, as a share of the percentile's distance from the median"},
    {FIELD(min_band), .kind = OPTION_REAL, .unit = "of the mean or median", .preset = .001,
     .min = 1e-9, .max = 10,
     .help = "Smallest distance of the limits from the middle, as a share of it: how far a "
             "constant metric may move"},
    {FIELD(min_samples), .kind = OPTION_COUNT, .unit = "samples", .preset = 100, .min = 20,
     .max = 1000000, .help = "Values that a baseline is made of at least"},
    {FIELD(refresh), .kind = OPTION_DURATION, .preset = 86400, .min = 60, .max = 52 * 604800.,
     .help = "Time that a baseline learns, and after which the next one replaces it; whole days "
             "cover the daily rhythm"},
    {FIELD(max_age), .kind = OPTION_DURATION, .preset = 4 * 604800, .min = 120,
     .max = 520 * 604800.,
     .help = "A baseline begun longer ago is not used any more; at least twice refresh"},
    OPTION_ROWS_END,
};

static const struct state_row generation_rows[] = {
    STATE_FIELD(struct generation, start, STATE_F64),
    STATE_FIELD(struct generation, clipped, STATE_U64),
    STATE_STRUCTS(struct generation, moments, 1, struct moments, moments_rows),
    STATE_STRUCTS(struct generation, quantiles, 1, struct quantiles, quantile_rows),
    STATE_ROWS_END,
};

static const struct state_row baseline_rows[] = {
    STATE_STRUCTS(struct baseline_state, learning, 1, struct generation, generation_rows),
    STATE_STRUCTS(struct baseline_state, judging, 1, struct generation, generation_rows),
    STATE_FIELD(struct baseline_state, beyond_since, STATE_F64),
    STATE_FIELD(struct baseline_state, accepting, STATE_U8),
    STATE_FIELD(struct baseline_state, over, STATE_U8),
    STATE_ROWS_END,
};

static size_t baseline_state_size(const void *options) {
  (void)options;
  return sizeof(struct baseline_state);
}

static const char *baseline_check(const void *options) {
  const struct baseline_options *const baseline = options;
  return baseline->max_age < 2 * baseline->refresh ? "max_age must be at least twice refresh"
                                                   : NULL;
}

static void baseline_init(void *state, const void *options) {
  (void)state;
  (void)options;
}

static void add_value(struct generation *generation, double value, double time) {
  if (generation->moments.count == 0)
    generation->start = time;
  moments_add(&generation->moments, value);
  quantile_add(&generation->quantiles, value);
}

static bool is_complete(const struct generation *generation,
                        const struct baseline_options *options) {
  return generation->moments.count >= options->min_samples;
}

static const struct generation *judge_of(const struct baseline_state *state) {
  return state->judging.moments.count > 0 ? &state->judging : &state->learning;
}

static struct band sigma_band(const struct generation *generation, double sigma) {
  return band_around(generation->moments.mean, sigma * moments_deviation(&generation->moments));
}

static struct band percentile_band(const struct generation *generation, double margin) {
  const double low = quantile_get(&generation->quantiles, QUANTILE_1);
  const double middle = quantile_get(&generation->quantiles, QUANTILE_50);
  const double high = quantile_get(&generation->quantiles, QUANTILE_99);
  return (struct band){.expected = middle,
                       .lower = middle - (1 + margin) * (middle - low),
                       .upper = middle + (1 + margin) * (high - middle)};
}

static void widen(struct band *band, double least) {
  band->lower = fmin(band->lower, band->expected - least);
  band->upper = fmax(band->upper, band->expected + least);
}

static struct band limits_of(const struct generation *generation,
                             const struct baseline_options *options) {
  struct band limits = options->limits == LIMITS_SIGMA
                           ? sigma_band(generation, options->sigma)
                           : percentile_band(generation, options->margin);
  widen(&limits, options->min_band * fabs(limits.expected));
  return limits;
}

/* Of the edge, min_band is a share of the value too, so that a constant 0 can be left. */
static double clip(const struct generation *generation, const struct baseline_options *options,
                   double value) {
  struct band edge = options->limits == LIMITS_SIGMA
                         ? sigma_band(generation, fmax(options->sigma, LEARNED_SIGMA))
                         : percentile_band(generation, fmax(options->margin, LEARNED_MARGIN));
  widen(&edge, options->min_band * fmax(fabs(edge.expected), fabs(value)));
  return band_clip(&edge, value);
}

/* In decades; beyond percentiles as if tails were exponential through the median and them. */
static double surprise_of(const struct baseline_options *options, double ratio) {
  static const double median_decades = .3, limit_decades = 2, surprise_max = 300;
  if (options->limits == LIMITS_SIGMA)
    return gaussian_surprise(ratio * options->sigma);
  if (ratio == 0)
    return 0;
  return fmin(median_decades + (limit_decades - median_decades) * ratio * (1 + options->margin),
              surprise_max);
}

static void judge(struct baseline_state *state, const struct baseline_options *options,
                  double value, double line, struct finding *ret) {
  const struct band limits = limits_of(judge_of(state), options);
  const bool over_before = state->over;
  *ret = band_judge(&limits, value);
  ret->surprise = surprise_of(options, ret->ratio);
  state->over = ret->ratio >= line;
  if (!state->over)
    return;
  ret->onset = over_before ? 0 : ret->ratio;
  ret->reason = "outside of its baseline";
}

static bool is_stale(const struct generation *generation, const struct baseline_options *options,
                     double time) {
  return generation->moments.count > 0 && time - generation->start > options->max_age;
}

/* Drops what is stale and lets a complete generation take over. */
static void turn_generations(struct baseline_state *state, const struct baseline_options *options,
                             double time) {
  if (is_stale(&state->judging, options, time))
    state->judging = (struct generation){0};
  if (is_stale(&state->learning, options, time))
    state->learning = (struct generation){0};
  if (!is_complete(&state->learning, options) ||
      (!state->accepting && time - state->learning.start < options->refresh))
    return;
  state->judging = state->learning;
  state->learning = (struct generation){0};
  if (state->accepting)
    state->beyond_since = 0;
  state->accepting = false;
}

/* A value beyond the limits: clipped and rationed, or, after `refresh`, taken as it is. */
static void learn_beyond(struct baseline_state *state, const struct baseline_options *options,
                         double value, double clipped, double time) {
  struct generation *const learning = &state->learning;
  if (state->beyond_since == 0)
    state->beyond_since = time;
  if (!state->accepting && time - state->beyond_since >= options->refresh) {
    state->accepting = true;
    *learning = (struct generation){0};
  }
  if (state->accepting) {
    add_value(learning, value, time);
  } else if (state->judging.moments.count == 0 ||
             learning->clipped * ONE_CLIPPED_OF <= learning->moments.count) {
    learning->clipped++;
    add_value(learning, clipped, time);
  }
}

static void learn_within(struct baseline_state *state, double value, double time) {
  if (state->accepting)
    state->learning = (struct generation){0};
  state->accepting = false;
  state->beyond_since = 0;
  add_value(&state->learning, value, time);
}

static void baseline_update(void *state_, const void *options, const struct observation *now,
                            struct finding *ret) {
  struct baseline_state *const state = state_;
  const double value = moments_clamp(now->value);
  turn_generations(state, options, now->time);
  if (is_complete(judge_of(state), options)) {
    judge(state, options, value, now->line, ret);
  } else {
    *ret = finding_none();
    state->over = false;
  }
  const double clipped = ret->ratio > 1 ? clip(judge_of(state), options, value) : value;
  if (clipped == value)
    learn_within(state, value, now->time);
  else
    learn_beyond(state, options, value, clipped, now->time);
}

static bool is_time(double time) { return time >= 0 && time <= LATEST_TIME; }

static bool is_valid_generation(const struct generation *generation) {
  return is_time(generation->start) && generation->clipped <= generation->moments.count &&
         generation->moments.count == generation->quantiles.count &&
         moments_valid(&generation->moments) && quantile_valid(&generation->quantiles);
}

static bool baseline_valid(const void *state, const void *options) {
  (void)options;
  const struct baseline_state *const baseline = state;
  return is_valid_generation(&baseline->learning) && is_valid_generation(&baseline->judging) &&
         is_time(baseline->beyond_since);
}

const struct detector baseline_detector = {
    .name = "baseline",
    .summary = "values outside of the limits that a whole period has shown",
    .source = "this project; percentiles: Jain and Chlamtac, 1985, The P² algorithm for dynamic "
              "calculation of quantiles and histograms without storing observations",
    .options = baseline_options,
    .options_size = sizeof(struct baseline_options),
    .state = baseline_rows,
    .state_version = 1,
    .state_size = baseline_state_size,
    .check = baseline_check,
    .init = baseline_init,
    .update = baseline_update,
    .valid = baseline_valid,
};
