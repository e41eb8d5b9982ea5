/* The settings that a rule can give. */
#include "anomaly/rule.h"

#include <math.h>
#include <stddef.h>

static const char *const directions[] = {
    [DIRECTION_BOTH] = "both", [DIRECTION_ABOVE] = "above", [DIRECTION_BELOW] = "below", NULL};

static const char *const consensuses[] = {[CONSENSUS_ANY] = "any",
                                          [CONSENSUS_MAJORITY] = "majority",
                                          [CONSENSUS_ALL] = "all",
                                          [CONSENSUS_STRONGEST] = "strongest",
                                          NULL};

static const char *const sensitivities[] = {[SENSITIVITY_QUIET] = "quiet",
                                            [SENSITIVITY_NORMAL] = "normal",
                                            [SENSITIVITY_HIGH] = "high",
                                            NULL};

static const char *const notifies[] = {
    [NOTIFY_NEVER] = "never", [NOTIFY_SPARINGLY] = "sparingly", [NOTIFY_ALWAYS] = "always", NULL};

#define FIELD(field) #field, .offset = offsetof(struct rule_options, field)

const struct option_row rule_option_rows[] = {
    {.name = FIELD(ignore),
     .kind = OPTION_BOOL,
     .preset = false,
     .help = "Leave the metric alone: it is not watched and costs next to nothing"},
    {.name = FIELD(sensitivity),
     .kind = OPTION_CHOICE,
     .choices = sensitivities,
     .preset = SENSITIVITY_NORMAL,
     .help = "How much it takes to alarm: quiet moves the lines of WARNING and FAILURE up by a "
             "quarter, high moves them down by a fifth"},
    {.name = FIELD(direction),
     .kind = OPTION_CHOICE,
     .choices = directions,
     .preset = DIRECTION_BOTH,
     .help = "Alarm for values on this side of the expected one only"},
    {.name = FIELD(consensus),
     .kind = OPTION_CHOICE,
     .choices = consensuses,
     .preset = CONSENSUS_ANY,
     .help = "How many of several detectors must agree; strongest is any, with the confidence of "
             "the strongest one alone"},
    {.name = FIELD(min_deviation),
     .kind = OPTION_REAL,
     .preset = 0,
     .min = 0,
     .max = HUGE_VAL,
     .help = "No alarm for a value that differs from the expected one by less than this, in the "
             "metric's own unit"},
    {.name = FIELD(min_rel_deviation),
     .kind = OPTION_REAL,
     .preset = 0,
     .min = 0,
     .max = HUGE_VAL,
     .help = "The same as a share of the expected value: 0.2 asks for a difference of 20 %"},
    {.name = FIELD(range_min),
     .kind = OPTION_REAL,
     .preset = -HUGE_VAL,
     .min = -HUGE_VAL,
     .max = HUGE_VAL,
     .help = "Smallest value that can be: one below it is taken for bad data and dropped, and the "
             "usual range that is shown ends here"},
    {.name = FIELD(range_max),
     .kind = OPTION_REAL,
     .preset = HUGE_VAL,
     .min = -HUGE_VAL,
     .max = HUGE_VAL,
     .help = "Largest value that can be, likewise"},
    {.name = FIELD(hits),
     .kind = OPTION_COUNT,
     .unit = "records",
     .preset = 1,
     .min = 1,
     .max = 10000,
     .help = "Records in a row over the alarm line that open an episode; the default detector is "
             "surprised once by what is new, so more than 1 makes it miss most"},
    {.name = FIELD(calm),
     .kind = OPTION_COUNT,
     .unit = "records",
     .preset = 10,
     .min = 1,
     .max = 10000,
     .help = "Calm records in a row that close an episode"},
    {.name = FIELD(hysteresis),
     .kind = OPTION_REAL,
     .preset = .5,
     .min = .01,
     .max = 1,
     .help = "A record is calm when its evidence is under this share of the alarm line"},
    {.name = FIELD(warning_score),
     .kind = OPTION_REAL,
     .preset = .5,
     .min = .01,
     .max = .99,
     .help = "Score of the alarm line, from which a record is anomalous and an episode is a "
             "WARNING; the evidence over that of 0.5 is score / (1 - score)"},
    {.name = FIELD(failure_score),
     .kind = OPTION_REAL,
     .preset = .8,
     .min = .02,
     .max = .999,
     .help = "Score from which an episode is a FAILURE; 0.8 is four times the evidence of 0.5"},
    {.name = FIELD(timeout),
     .kind = OPTION_DURATION,
     .preset = 86400,
     .min = 1,
     .max = 52 * 604800,
     .help = "An episode that lasts longer is closed: what it was about is the new usual"},
    {.name = FIELD(warmup),
     .kind = OPTION_DURATION,
     .preset = 86400,
     .min = 1,
     .max = 52 * 604800,
     .help =
         "Time for which a metric must be known before its detectors alarm, but for zscore and "
         "baseline, which count values, and limit; adaptive tells what is blatant earlier; less "
         "alarms earlier and more often for nothing"},
    {.name = FIELD(notify),
     .kind = OPTION_CHOICE,
     .choices = notifies,
     .preset = NOTIFY_SPARINGLY,
     .help = "Whether people are told: sparingly counts towards its host's incidents_per_week; "
             "always is told in any case, as what the detector limit finds is; never is seen in "
             "values only"},
    {.name = FIELD(publish_score),
     .kind = OPTION_BOOL,
     .preset = false,
     .help = "Give the metric's score out as a value of its own, for graphs"},
    OPTION_ROWS_END,
};

_Static_assert(sizeof rule_option_rows / sizeof rule_option_rows[0] <= RULE_OPTIONS_MAX + 1,
               "too many rows for the marks of a rule");

const char *rule_options_check(const struct rule_options *options) {
  if (options->range_min >= options->range_max)
    return "range_min must be less than range_max";
  if (options->warning_score >= options->failure_score)
    return "warning_score must be less than failure_score";
  return NULL;
}
