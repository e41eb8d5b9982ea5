#include "anomaly/status.h"
#include "base/timefmt.h"
#include "cli/detect_group.h"
#include "cli/episodes.h"
#include "cli/incident_lines.h"
#include "cli/incident_list.h"
#include "cli/invocation.h"
#include "cli/json.h"
#include "cli/overrides.h"
#include "cli/replay.h"
#include "cli/say.h"
#include "cli/settings.h"
#include "cli/verbs.h"
#include "config/config.h"
#include "engine/identity.h"
#include "history/columns.h"
#include "history/input.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* Everything that must be released, and the verb for messages. */
struct detect {
  const struct invocation *invocation;
  const char *path; /* of the input, for messages */
  FILE *input;
  struct csv *csv;
  struct columns columns;
  struct cadence *cadences;
  struct overrides overrides;
  const char **chosen; /* columns by name */
  size_t chosen_count;
  struct config config;
  struct engine *engine;
  struct episodes episodes;
  struct incident_list incidents;
  double interval;
  enum { PRINT_ROWS, PRINT_EPISODES, PRINT_INCIDENTS } print;
};

static const struct verb *verb_of(const struct detect *detect) { return detect->invocation->verb; }

/* Says what is wrong with an option and returns the exit status. */
static int refuse(const struct detect *detect, size_t option, int status, const char *why) {
  if (status == STATUS_NO_MEMORY) {
    say_error(verb_of(detect), "%s", status_text(status));
    return EXIT_FAILURE;
  }
  say_error(verb_of(detect), "--%s: %s", options[option].name, why);
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

static int read_options(struct detect *detect) {
  const struct invocation *const invocation = detect->invocation;
  detect->chosen = calloc(invocation->given_count + 1, sizeof *detect->chosen);
  if (detect->chosen == NULL)
    return refuse(detect, OPTION_COLUMN, STATUS_NO_MEMORY, NULL);
  for (size_t i = 0; i < invocation->given_count; i++) {
    char why[512];
    struct text text = text_over(why, sizeof why);
    const int status = read_option(detect, &invocation->given[i], &text);
    if (status != STATUS_OK)
      return refuse(detect, invocation->given[i].option, status, why);
  }
  return EXIT_SUCCESS;
}

static int read_config(struct detect *detect) {
  /* Without a file: no rules but the one that matches everything. */
  const char *const path = invocation_value(detect->invocation, OPTION_CONFIG);
  struct config_error error;
  const char *const profile = invocation_value(detect->invocation, OPTION_PROFILE);
  int status = path != NULL ? config_load_file_as(path, profile, &detect->config, &error)
                            : config_load_text_as("rules = ( );", profile, &detect->config, &error);
  if (status != STATUS_OK) {
    char message[1200];
    struct text text = text_over(message, sizeof message);
    config_error_print(&error, &text);
    say_error(verb_of(detect), "%s", message);
    return EXIT_FAILURE;
  }
  status = overrides_apply(&detect->overrides, detect->config.rules);
  if (status == STATUS_OK)
    return EXIT_SUCCESS;
  say_error(verb_of(detect), "%s", status_text(status));
  return EXIT_FAILURE;
}

static int say_input(const struct detect *detect, int status) {
  say_error(verb_of(detect), "%s: %s", detect->path,
            status == STATUS_IO ? input_error(errno) : status_text(status));
  return EXIT_FAILURE;
}

static int open_csv(struct detect *detect) {
  char why[512];
  struct text text = text_over(why, sizeof why);
  if (csv_open_or_why(&detect->csv, detect->input, "timestamp,value", &text) == STATUS_OK)
    return EXIT_SUCCESS;
  say_error(verb_of(detect), "%s: %s", detect->path, why);
  return EXIT_FAILURE;
}

static int open_input(struct detect *detect) {
  const char *const operand = detect->invocation->operands[0];
  detect->path = strcmp(operand, "-") == 0 ? "standard input" : operand;
  detect->input = input_open(operand);
  if (detect->input == NULL)
    return say_input(detect, STATUS_IO);
  return open_csv(detect);
}

static int choose_columns(struct detect *detect) {
  char why[512];
  struct text text = text_over(why, sizeof why);
  const int status = columns_create(&detect->columns, detect->csv,
                                    invocation_value(detect->invocation, OPTION_METRIC),
                                    detect->chosen, detect->chosen_count, &text);
  if (status == STATUS_OK)
    return EXIT_SUCCESS;
  say_error(verb_of(detect), "%s: %s", detect->path,
            status == STATUS_NO_MEMORY ? status_text(status) : why);
  return EXIT_FAILURE;
}

/* Prepares what is printed in place of rows. */
static int listen(struct detect *detect, struct engine_settings *settings) {
  const bool json = invocation_has(detect->invocation, OPTION_JSON);
  switch (detect->print) {
  case PRINT_EPISODES:
    settings->listener = episodes_listen;
    settings->listener_context = &detect->episodes;
    return episodes_create(&detect->episodes, &detect->columns, json);
  case PRINT_INCIDENTS:
    settings->listener = incident_feed_take_episode;
    settings->boot_listener = incident_feed_take_boot;
    settings->listener_context = &detect->incidents.feed;
    if (!json)
      incident_lines_print_header();
    return incident_list_create(&detect->incidents, &detect->config.incidents,
                                json ? incident_lines_print_json : incident_lines_print_csv, NULL);
  case PRINT_ROWS:
    break;
  }
  return STATUS_OK;
}

static int create_engine(struct detect *detect) {
  detect->cadences = calloc(detect->columns.count, sizeof *detect->cadences);
  struct engine_settings settings = engine_settings_preset();
  settings.options = detect->config.engine;
  settings.rules = detect->config.rules;
  int status = detect->cadences == NULL ? STATUS_NO_MEMORY : listen(detect, &settings);
  if (status == STATUS_OK)
    status = engine_create(&detect->engine, &settings);
  if (status != STATUS_OK) {
    say_error(verb_of(detect), "%s", status_text(status));
    return EXIT_FAILURE;
  }
  detect->config.rules = NULL;
  return EXIT_SUCCESS;
}

/* What somebody wonders about who sees no anomaly at all. */
static void say_notes(const struct detect *detect, const struct replay *replay) {
  struct engine_stats stats;
  engine_stats(detect->engine, &stats);
  if (stats.ignored > 0)
    say_error(verb_of(detect), "%s: a rule ignores %zu of %zu columns", detect->path,
              (size_t)stats.ignored, detect->columns.count);
  if (stats.metrics == 0 || stats.warming < stats.metrics)
    return;
  char span[64];
  struct text text = text_over(span, sizeof span);
  time_add_duration(&text, replay->last_time - replay->first_time);
  say_error(verb_of(detect),
            "%s: the data cover %s, all of it warm-up: nothing can alarm yet "
            "(see --warmup)",
            detect->path, span);
}

static int run_replay(struct detect *detect) {
  struct replay replay = {
      .csv = detect->csv,
      .engine = detect->engine,
      .columns = &detect->columns,
      .cadences = detect->cadences,
      .interval = detect->interval,
      .print_rows = detect->print == PRINT_ROWS,
      .print_raw = invocation_has(detect->invocation, OPTION_RAW),
      .flush_rows = invocation_has(detect->invocation, OPTION_LINE_BUFFERED),
      .now_column = &detect->episodes.column,
      .incidents = detect->print == PRINT_INCIDENTS ? &detect->incidents.feed : NULL,
      .progress = progress_of(detect->input),
  };
  if (replay.print_rows)
    replay_print_header(&replay);
  const int status = replay_run(&replay);
  if (detect->print == PRINT_EPISODES)
    episodes_finish(&detect->episodes, replay.last_time);
  if (detect->print == PRINT_INCIDENTS)
    incident_list_finish(&detect->incidents);
  if (status != STATUS_OK)
    return say_input(detect, status);
  if (ferror(stdout) != 0)
    return EXIT_FAILURE;
  say_notes(detect, &replay);
  const int exit_status = problems_report(&replay.problems, verb_of(detect), detect->path);
  if (!detect->episodes.no_memory && !detect->incidents.no_memory)
    return exit_status;
  say_error(verb_of(detect), "%s", status_text(STATUS_NO_MEMORY));
  return EXIT_FAILURE;
}

static void release(struct detect *detect) {
  engine_destroy(detect->engine);
  config_release(&detect->config);
  if (detect->print == PRINT_EPISODES)
    episodes_release(&detect->episodes);
  incident_list_release(&detect->incidents);
  free(detect->cadences);
  columns_release(&detect->columns);
  overrides_release(&detect->overrides);
  free(detect->chosen);
  csv_close(detect->csv);
  input_close(detect->input);
}

/* ---- Groups ---- */

static int check_group_option(size_t option, struct text *why) {
  switch ((enum option)option) {
  case OPTION_DETECTOR:
  case OPTION_COLUMN:
  case OPTION_INTERVAL:
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

static int read_group_options(struct detect *detect) {
  const struct invocation *const invocation = detect->invocation;
  detect->chosen = calloc(invocation->given_count + 1, sizeof *detect->chosen);
  if (detect->chosen == NULL)
    return refuse(detect, OPTION_COLUMN, STATUS_NO_MEMORY, NULL);
  for (size_t i = 0; i < invocation->given_count; i++) {
    const struct given_option *const given = &invocation->given[i];
    char why[512];
    struct text text = text_over(why, sizeof why);
    int status = check_group_option(given->option, &text);
    if (status == STATUS_OK && (given->option == OPTION_COLUMN || given->option == OPTION_INTERVAL))
      status = read_option(detect, given, &text);
    if (status != STATUS_OK)
      return refuse(detect, given->option, status, why);
  }
  if (invocation_has(invocation, OPTION_MODEL) && invocation_has(invocation, OPTION_DETECTOR))
    return refuse(detect, OPTION_MODEL, STATUS_INVALID, "--detector judges the group already");
  return EXIT_SUCCESS;
}

static int run_group(const struct invocation *invocation) {
  struct detect detect = {.invocation = invocation};
  int exit_status = read_group_options(&detect);
  const struct group_request request = {
      .verb = invocation->verb,
      .detector = invocation_value(invocation, OPTION_DETECTOR),
      .model = invocation_value(invocation, OPTION_MODEL),
      .train = invocation_value(invocation, OPTION_TRAIN),
      .test = invocation->operands[0],
      .chosen = detect.chosen,
      .chosen_count = detect.chosen_count,
      .interval = detect.interval,
      .json = invocation_has(invocation, OPTION_JSON),
      .flush_rows = invocation_has(invocation, OPTION_LINE_BUFFERED),
  };
  if (exit_status == EXIT_SUCCESS)
    exit_status = detect_group(&request);
  release(&detect);
  return exit_status;
}

static int run(const struct invocation *invocation) {
  if (invocation_has(invocation, OPTION_JSON) && !json_is_there(invocation->verb))
    return EXIT_FAILURE;
  if (invocation_has(invocation, OPTION_GROUP))
    return run_group(invocation);
  if (invocation_has(invocation, OPTION_TRAIN)) {
    say_error(invocation->verb, "--train: only a group has a file to train from; see --group");
    return EXIT_USAGE;
  }
  if (invocation_has(invocation, OPTION_MODEL)) {
    say_error(invocation->verb, "--model: only a group has one; see --group and --detector");
    return EXIT_USAGE;
  }
  static int (*const steps[])(struct detect *) = {
      read_options, read_config, open_input, choose_columns, create_engine, run_replay,
  };
  struct detect detect = {.invocation = invocation};
  int exit_status = EXIT_SUCCESS;
  for (size_t i = 0; i < sizeof steps / sizeof steps[0] && exit_status == EXIT_SUCCESS; i++)
    exit_status = steps[i](&detect);
  release(&detect);
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
