/*
 * Limits: values beyond bounds that a user gives, such as collectd's threshold
 * plugin has them. Nothing is learned; the first value is judged already.
 *
 * A value beyond a failure bound has at least the ratio of the rule's failure
 * line, one beyond a warning bound at least that of its alarm line and less than
 * that of a failure, wherever sensitivity and scores put these lines; the
 * further beyond, the larger. A value at a bound is within it. There the ratio
 * is 0, or just under the alarm line where a bound is nearer than `hysteresis`:
 * that opens no incident, and keeps an open one open.
 *
 * There is no tail probability behind a bound: surprise is always 0.
 */
#include "anomaly/detector.h"

#include <math.h>

struct limit_options {
  double warning_min, warning_max;
  double failure_min, failure_max;
  bool invert;
  double hysteresis;
};

struct limit_state {
  uint8_t over; /* the last value was over the alarm line */
};

/* Of one severity. Infinite = not given; inverted, what is between them is bad. */
struct bounds {
  double min, max;
  bool invert;
  const char *above, *below, *between; /* reasons */
};

#define FIELD(name_) .name = #name_, .offset = offsetof(struct limit_options, name_)
#define ANY .kind = OPTION_REAL, .min = -HUGE_VAL, .max = HUGE_VAL

static const struct option_row limit_options[] = {
    {FIELD(warning_min), ANY, .preset = -HUGE_VAL,
     .help = "A value below it is over the alarm line: a WARNING"},
    {FIELD(warning_max), ANY, .preset = HUGE_VAL,
     .help = "A value above it is over the alarm line: a WARNING"},
    {FIELD(failure_min), ANY, .preset = -HUGE_VAL,
     .help = "A value below it is over the failure line: a FAILURE"},
    {FIELD(failure_max), ANY, .preset = HUGE_VAL,
     .help = "A value above it is over the failure line: a FAILURE"},
    {FIELD(invert), .kind = OPTION_BOOL, .preset = false,
     .help = "The values between a minimum and its maximum are the bad ones, the bounds included"},
    {FIELD(hysteresis), .kind = OPTION_REAL, .preset = 0, .min = 0, .max = 1e300,
     .help = "A value that has come back counts as calm only when it is further than this from "
             "the bound, in the metric's own unit"},
    OPTION_ROWS_END,
};

static const struct state_row limit_rows[] = {
    STATE_FIELD(struct limit_state, over, STATE_U8),
    STATE_ROWS_END,
};

static size_t limit_state_size(const void *options) {
  (void)options;
  return sizeof(struct limit_state);
}

static void limit_init(void *state, const void *options) {
  (void)state;
  (void)options;
}

static struct bounds warning_of(const struct limit_options *options) {
  return (struct bounds){.min = options->warning_min,
                         .max = options->warning_max,
                         .invert = options->invert,
                         .above = "above warning_max",
                         .below = "below warning_min",
                         .between = "between warning_min and warning_max"};
}

static struct bounds failure_of(const struct limit_options *options) {
  return (struct bounds){.min = options->failure_min,
                         .max = options->failure_max,
                         .invert = options->invert,
                         .above = "above failure_max",
                         .below = "below failure_min",
                         .between = "between failure_min and failure_max"};
}

static bool are_given(const struct bounds *bounds) {
  return !isinf(bounds->min) || !isinf(bounds->max);
}

static const char *limit_check(const void *options) {
  const struct bounds warning = warning_of(options), failure = failure_of(options);
  if (!are_given(&warning) && !are_given(&failure))
    return "one of warning_min, warning_max, failure_min and failure_max must be given";
  if (warning.min > warning.max)
    return "warning_min must not be more than warning_max";
  if (failure.min > failure.max)
    return "failure_min must not be more than failure_max";
  return NULL;
}

/* How far a value is on the bad side; negative on the good one. */
static double depth_of(const struct bounds *bounds, double value) {
  if (!are_given(bounds))
    return -HUGE_VAL;
  const double beyond = fmax(value - bounds->max, bounds->min - value);
  return bounds->invert ? -beyond : beyond;
}

static bool is_bad(const struct bounds *bounds, double depth) {
  return bounds->invert ? depth >= 0 : depth > 0;
}

static double size_of(double bound) { return isinf(bound) ? 0 : fabs(bound); }

/* 0 at the bound, half way at twice the bound, towards 1 far beyond. */
static double share_of(const struct bounds *bounds, double depth) {
  const double scale = fmax(fmax(size_of(bounds->min), size_of(bounds->max)), 1);
  return 1 / (1 + scale / depth);
}

static void judge_by(const struct bounds *bounds, double value, double ratio, struct finding *ret) {
  ret->ratio = ratio;
  ret->kind = bounds->invert ? KIND_LEVEL_SHIFT : value > bounds->max ? KIND_SPIKE : KIND_DIP;
  ret->reason = bounds->invert        ? bounds->between
                : value > bounds->max ? bounds->above
                                      : bounds->below;
}

static void judge(const struct limit_options *options, const struct observation *now,
                  struct finding *ret) {
  const struct bounds warning = warning_of(options), failure = failure_of(options);
  const double warned = depth_of(&warning, now->value), failed = depth_of(&failure, now->value);
  const double line = fmax(now->failure, now->line);
  if (is_bad(&failure, failed)) {
    judge_by(&failure, now->value, line * (1 + share_of(&failure, failed)), ret);
  } else if (is_bad(&warning, warned)) {
    const double ratio = now->line + (line - now->line) * share_of(&warning, warned);
    judge_by(&warning, now->value, fmax(fmin(ratio, nextafter(line, 0)), now->line), ret);
  } else if (options->hysteresis > 0 && fmax(warned, failed) > -options->hysteresis) {
    ret->ratio = nextafter(now->line, 0);
    ret->kind = KIND_LEVEL_SHIFT;
  }
}

/* Up to the bound that comes first on each side; inverted, there is no one range. */
static void set_band(const struct limit_options *options, struct finding *ret) {
  const double lower = fmax(options->warning_min, options->failure_min);
  const double upper = fmin(options->warning_max, options->failure_max);
  if (options->invert || lower > upper)
    return;
  if (!isinf(lower))
    ret->lower = lower;
  if (!isinf(upper))
    ret->upper = upper;
}

static void limit_update(void *state, const void *options, const struct observation *now,
                         struct finding *ret) {
  struct limit_state *const limit = state;
  *ret = finding_none();
  ret->ready = true;
  set_band(options, ret);
  judge(options, now, ret);
  const bool over = ret->ratio >= now->line;
  if (over && limit->over == 0)
    ret->onset = ret->ratio;
  limit->over = over;
}

const struct detector limit_detector = {
    .name = "limit",
    .summary = "values beyond fixed bounds that the configuration gives",
    .source = "this project, after the threshold plugin of collectd",
    .certain = true,
    .options = limit_options,
    .options_size = sizeof(struct limit_options),
    .state = limit_rows,
    .state_version = 1,
    .state_size = limit_state_size,
    .check = limit_check,
    .init = limit_init,
    .update = limit_update,
};
