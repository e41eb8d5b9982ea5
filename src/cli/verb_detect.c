#include "anomaly/status.h"
#include "base/timefmt.h"
#include "cli/detect_columns.h"
#include "cli/detect_group.h"
#include "cli/invocation.h"
#include "cli/json.h"
#include "cli/overrides.h"
#include "cli/say.h"
#include "cli/settings.h"
#include "cli/verbs.h"
#include "engine/identity.h"

#include <stdlib.h>

enum option {
  OPTION_CONFIG,
  OPTION_PROFILE,
  OPTION_DETECTOR,
  OPTION_METRIC,
  OPTION_COLUMN,
  OPTION_SENSITIVITY,
  OPTION_INTERVAL,
  OPTION_WARMUP,
  OPTION_EPISODES,
  OPTION_INCIDENTS,
  OPTION_GROUP,
  OPTION_MODEL,
  OPTION_TRAIN,
  OPTION_JSON,
  OPTION_RAW,
  OPTION_LINE_BUFFERED,
};

static const struct verb_option options[] = {
    [OPTION_CONFIG] = {.name = "config",
                       .letter = 'c',
                       .argument = "FILE",
                       .help = "use the rules of this anomaly.cfg"},
    [OPTION_PROFILE] = SETTINGS_PROFILE_OPTION,
    [OPTION_DETECTOR] = {.name = "detector",
                         .letter = 'd',
                         .argument = "NAME[:OPT=VAL,..]",
                         .help = "use this detector, with these options; may be repeated"},
    [OPTION_METRIC] = {.name = "metric",
                       .letter = 'm',
                       .argument = "ID",
                       .help = "identity that the rules see, such as web1/cpu-0/cpu-idle"},
    [OPTION_COLUMN] = {.name = "column",
                       .argument = "NAME",
                       .help = "replay this column only; may be repeated"},
    [OPTION_SENSITIVITY] = {.name = "sensitivity",
                            .letter = 's',
                            .argument = "LEVEL",
                            .help =
                                "quiet, normal or high: moves the lines of WARNING and FAILURE"},
    [OPTION_INTERVAL] = {.name = "interval",
                         .letter = 'i',
                         .argument = "TIME",
                         .help = "time from value to value, such as 10 or 5m; else it is learned"},
    [OPTION_WARMUP] = {.name = "warmup",
                       .letter = 'w',
                       .argument = "TIME",
                       .help = "time for which a metric must be known before it can alarm"},
    [OPTION_EPISODES] = {.name = "episodes",
                         .help = "print each metric's alarms from begin to end in place of rows"},
    [OPTION_INCIDENTS] = {.name = "incidents",
                          .help = "print what people would be told, and what they would not"},
    [OPTION_GROUP] = {.name = "group",
                      .letter = 'g',
                      .help = "judge the columns together; --detector is then a group detector"},
    [OPTION_MODEL] = {.name = "model",
                      .argument = "NAME[:OPT=VAL,..]",
                      .help = "judge a group by this model, fitted as the rows go by, in place of "
                              "a detector"},
    [OPTION_TRAIN] = {.name = "train",
                      .argument = "FILE.csv",
                      .help = "what a group has seen already, before the file's first row"},
    [OPTION_JSON] = {.name = "json",
                     .help = "print incidents, episodes, or a group's rows, as JSON, an object in "
                             "each line"},
    [OPTION_RAW] = {.name = "raw",
                    .help =
                        "add to each row a fitted model's own score, whether that is an outlier "
                        "by its contamination, and how many values it still misses"},
    [OPTION_LINE_BUFFERED] = {.name = "line-buffered", .help = "write each row at once"},
    {.name = NULL},
};

/* What the options say. */
struct detect {
  const struct invocation *invocation;
  struct overrides overrides;
  const char **chosen; /* columns by name */
  size_t chosen_count;
  double interval;
  enum columns_output print;
};

static bool has(const struct detect *detect, enum option option) {
  return invocation_has(detect->invocation, option);
}

static const char *value_of(const struct detect *detect, enum option option) {
  return invocation_value(detect->invocation, option);
}

/* Says what is wrong with an option and returns the exit status. */
static int refuse(const struct detect *detect, size_t option, int status, const char *why) {
  const struct verb *const verb = detect->invocation->verb;
  if (status == STATUS_NO_MEMORY) {
    say_error(verb, "%s", status_text(status));
    return EXIT_FAILURE;
  }
  say_error(verb, "--%s: %s", options[option].name, why);
  return EXIT_USAGE;
}

static int read_interval(struct detect *detect, const char *value, struct text *why) {
  const int status = duration_parse(value, &detect->interval);
  if (status == STATUS_OK && detect->interval > 0 && detect->interval < ENGINE_TIME_MAX)
    return STATUS_OK;
  text_add(why, "must be a time such as 10, 90s or 5m");
  return STATUS_INVALID;
}

static int check_metric(const char *value, struct text *why) {
  struct metric_name name;
  return identity_parse(value, &name, why);
}

static int read_option(struct detect *detect, const struct given_option *given, struct text *why) {
  switch ((enum option)given->option) {
  case OPTION_PROFILE:
    return settings_check_profile(given->value, why);
  case OPTION_DETECTOR:
    return overrides_add_detector(&detect->overrides, given->value, why);
  case OPTION_SENSITIVITY:
  case OPTION_WARMUP:
    return overrides_set(&detect->overrides, options[given->option].name, given->value, why);
  case OPTION_INTERVAL:
    return read_interval(detect, given->value, why);
  case OPTION_COLUMN:
    detect->chosen[detect->chosen_count++] = given->value;
    return STATUS_OK;
  case OPTION_EPISODES:
    detect->print = PRINT_EPISODES;
    return STATUS_OK;
  case OPTION_INCIDENTS:
    detect->print = PRINT_INCIDENTS;
    return STATUS_OK;
  case OPTION_JSON:
    if (detect->print == PRINT_ROWS)
      detect->print = PRINT_INCIDENTS;
    return STATUS_OK;
  case OPTION_METRIC:
    return check_metric(given->value, why);
  case OPTION_CONFIG:
  case OPTION_GROUP:
  case OPTION_MODEL:
  case OPTION_TRAIN:
  case OPTION_RAW:
  case OPTION_LINE_BUFFERED:
    break;
  }
  return STATUS_OK;
}

static int read_group_option(struct detect *detect, const struct given_option *given,
                             struct text *why) {
  switch ((enum option)given->option) {
  case OPTION_COLUMN:
  case OPTION_INTERVAL:
    return read_option(detect, given, why);
  case OPTION_DETECTOR:
  case OPTION_GROUP:
  case OPTION_MODEL:
  case OPTION_TRAIN:
  case OPTION_JSON:
  case OPTION_LINE_BUFFERED:
    return STATUS_OK;
  case OPTION_CONFIG:
  case OPTION_PROFILE:
  case OPTION_METRIC:
  case OPTION_SENSITIVITY:
  case OPTION_WARMUP:
  case OPTION_EPISODES:
  case OPTION_INCIDENTS:
  case OPTION_RAW:
    break;
  }
  text_add(why, "has no meaning with --group");
  return STATUS_INVALID;
}

static int read_options(struct detect *detect) {
  const struct invocation *const invocation = detect->invocation;
  const bool group = has(detect, OPTION_GROUP);
  detect->chosen = calloc(invocation->given_count + 1, sizeof *detect->chosen);
  if (detect->chosen == NULL)
    return refuse(detect, OPTION_COLUMN, STATUS_NO_MEMORY, NULL);
  for (size_t i = 0; i < invocation->given_count; i++) {
    const struct given_option *const given = &invocation->given[i];
    char why[512];
    struct text text = text_over(why, sizeof why);
    const int status =
        group ? read_group_option(detect, given, &text) : read_option(detect, given, &text);
    if (status != STATUS_OK)
      return refuse(detect, given->option, status, why);
  }
  return EXIT_SUCCESS;
}

static int run_columns(const struct detect *detect) {
  if (has(detect, OPTION_TRAIN))
    return refuse(detect, OPTION_TRAIN, STATUS_INVALID,
                  "only a group has a file to train from; see --group");
  if (has(detect, OPTION_MODEL))
    return refuse(detect, OPTION_MODEL, STATUS_INVALID,
                  "only a group has one; see --group and --detector");
  const struct columns_request request = {
      .verb = detect->invocation->verb,
      .path = detect->invocation->operands[0],
      .config = value_of(detect, OPTION_CONFIG),
      .profile = value_of(detect, OPTION_PROFILE),
      .metric = value_of(detect, OPTION_METRIC),
      .overrides = &detect->overrides,
      .chosen = detect->chosen,
      .chosen_count = detect->chosen_count,
      .interval = detect->interval,
      .print = detect->print,
      .json = has(detect, OPTION_JSON),
      .raw = has(detect, OPTION_RAW),
      .flush_rows = has(detect, OPTION_LINE_BUFFERED),
  };
  return detect_columns(&request);
}

static int run_group(const struct detect *detect) {
  if (has(detect, OPTION_MODEL) && has(detect, OPTION_DETECTOR))
    return refuse(detect, OPTION_MODEL, STATUS_INVALID, "--detector judges the group already");
  const struct group_request request = {
      .verb = detect->invocation->verb,
      .detector = value_of(detect, OPTION_DETECTOR),
      .model = value_of(detect, OPTION_MODEL),
      .train = value_of(detect, OPTION_TRAIN),
      .test = detect->invocation->operands[0],
      .chosen = detect->chosen,
      .chosen_count = detect->chosen_count,
      .interval = detect->interval,
      .json = has(detect, OPTION_JSON),
      .flush_rows = has(detect, OPTION_LINE_BUFFERED),
  };
  return detect_group(&request);
}

static int run(const struct invocation *invocation) {
  struct detect detect = {.invocation = invocation};
  if (has(&detect, OPTION_JSON) && !json_is_there(invocation->verb))
    return EXIT_FAILURE;
  int exit_status = read_options(&detect);
  if (exit_status == EXIT_SUCCESS)
    exit_status = has(&detect, OPTION_GROUP) ? run_group(&detect) : run_columns(&detect);
  overrides_release(&detect.overrides);
  free(detect.chosen);
  return exit_status;
}

const struct verb detect_verb = {
    .name = "detect",
    .operands = "FILE.csv",
    .operands_min = 1,
    .operands_max = 1,
    .summary = "replays a CSV file (- is standard input) and says what is unusual",
    .about =
        "Input: a header line; the first column is the time (called timestamp; epoch seconds\n"
        "or ISO 8601, UTC), each other column a metric. Empty or nan is a gap.\n"
        "\n"
        "Output: timestamp,value,score,anomaly,expected,lower,upper,kind,onset, one row for\n"
        "each value, with the metric before it where there are several columns. The score is\n"
        "0 .. 1, and 0.5 is the alarm line.\n"
        "\n"
        "Without --config one rule watches everything with the default detector.\n"
        "\n"
        "With --group the columns, but for those called label, train and test, are judged "
        "together\n"
        "by a group detector, host unless another is named, or by a model. Output: timestamp,\n"
        "score,anomaly,reason, one row for each row; the reason names the columns that made\n"
        "the score, most of it first, each with its decades of surprise, or with a model its\n"
        "share. Rows that come faster than one a minute are averaged by the minute, and are\n"
        "judged with its last one.\n",
    .options = options,
    .run = run,
};
