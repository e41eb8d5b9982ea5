#include "cli/detect_columns.h"

#include "anomaly/status.h"
#include "base/timefmt.h"
#include "cli/episodes.h"
#include "cli/incident_lines.h"
#include "cli/incident_list.h"
#include "cli/replay.h"
#include "cli/say.h"
#include "cli/settings.h"
#include "engine/group_rule.h"
#include "history/columns.h"
#include "history/input.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Everything that must be released. */
struct detect {
  const struct columns_request *request;
  const char *path; /* of the input, for messages */
  FILE *input;
  struct csv *csv;
  struct columns columns;
  struct cadence *cadences;
  struct config config;
  struct engine *engine;
  struct episodes episodes;
  struct incident_list incidents;
};

static const struct verb *verb_of(const struct detect *detect) { return detect->request->verb; }

/* Without a file: no rules but the one that matches everything. */
static int read_config(struct detect *detect) {
  const struct columns_request *const request = detect->request;
  const int exit_status = settings_load_or(request->verb, request->config, "rules = ( );",
                                           request->profile, &detect->config);
  if (exit_status != EXIT_SUCCESS)
    return exit_status;
  const int status = overrides_apply(request->overrides, detect->config.rules);
  if (status == STATUS_OK)
    return EXIT_SUCCESS;
  say_error(request->verb, "%s", status_text(status));
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
  const char *const operand = detect->request->path;
  detect->path = strcmp(operand, "-") == 0 ? "standard input" : operand;
  detect->input = input_open(operand);
  if (detect->input == NULL)
    return say_input(detect, STATUS_IO);
  return open_csv(detect);
}

static int choose_columns(struct detect *detect) {
  char why[512];
  struct text text = text_over(why, sizeof why);
  const int status = columns_create(&detect->columns, detect->csv, detect->request->metric,
                                    detect->request->chosen, detect->request->chosen_count, &text);
  if (status == STATUS_OK)
    return EXIT_SUCCESS;
  say_error(verb_of(detect), "%s: %s", detect->path,
            status == STATUS_NO_MEMORY ? status_text(status) : why);
  return EXIT_FAILURE;
}

/* Prepares what is printed in place of rows. */
static int listen(struct detect *detect, struct engine_settings *settings) {
  const bool json = detect->request->json;
  switch (detect->request->print) {
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

/* The most values that a model misses, and rows that a group does. */
struct most_missing {
  uint32_t values, rows;
};

static bool note_missing(void *context, const struct metric_view *view) {
  struct most_missing *const most = context;
  const bool group = strcmp(view->id.part[METRIC_PLUGIN], GROUP_PLUGIN) == 0;
  uint32_t *const missing = group ? &most->rows : &most->values;
  if (view->last.missing > *missing)
    *missing = view->last.missing;
  return true;
}

static void say_missing(const struct detect *detect, const struct engine_stats *stats) {
  struct most_missing most = {.values = 0};
  engine_each(detect->engine, note_missing, &most);
  if (most.values > 0)
    say_error(verb_of(detect), "%s: %zu of %zu columns have no model yet: %" PRIu32 " values more",
              detect->path, (size_t)stats->models_warming, detect->columns.count, most.values);
  if (most.rows > 0 && stats->groups_warming == stats->groups)
    say_error(verb_of(detect), "%s: no group can alarm yet: %" PRIu32 " rows more", detect->path,
              most.rows);
}

/* What somebody wonders about who sees no anomaly at all. */
static void say_notes(const struct detect *detect, const struct replay *replay) {
  struct engine_stats stats;
  engine_stats(detect->engine, &stats);
  say_missing(detect, &stats);
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
      .interval = detect->request->interval,
      .print_rows = detect->request->print == PRINT_ROWS,
      .print_raw = detect->request->raw,
      .flush_rows = detect->request->flush_rows,
      .now_column = &detect->episodes.column,
      .incidents = detect->request->print == PRINT_INCIDENTS ? &detect->incidents.feed : NULL,
      .progress = progress_of(detect->input),
  };
  if (replay.print_rows)
    replay_print_header(&replay);
  const int status = replay_run(&replay);
  if (detect->request->print == PRINT_EPISODES)
    episodes_finish(&detect->episodes, replay.last_time);
  if (detect->request->print == PRINT_INCIDENTS)
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
  if (detect->request->print == PRINT_EPISODES)
    episodes_release(&detect->episodes);
  incident_list_release(&detect->incidents);
  free(detect->cadences);
  columns_release(&detect->columns);
  csv_close(detect->csv);
  input_close(detect->input);
}

int detect_columns(const struct columns_request *request) {
  static int (*const steps[])(struct detect *) = {
      read_config, open_input, choose_columns, create_engine, run_replay,
  };
  struct detect detect = {.request = request};
  int exit_status = EXIT_SUCCESS;
  for (size_t i = 0; i < sizeof steps / sizeof steps[0] && exit_status == EXIT_SUCCESS; i++)
    exit_status = steps[i](&detect);
  release(&detect);
  return exit_status;
}
