#include "anomaly/status.h"
#include "base/text.h"
#include "cli/csv_text.h"
#include "cli/invocation.h"
#include "cli/json.h"
#include "cli/past.h"
#include "cli/say.h"
#include "cli/timeline.h"
#include "cli/verbs.h"
#include "engine/describe.h"
#include "engine/rate.h"
#include "stats/decompose.h"
#include "stats/forecast.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum option {
  OPTION_STEPS = PAST_OPTIONS,
  OPTION_PERIOD,
  OPTION_COVERAGE,
  OPTION_JSON,
};

static const struct verb_option options[] = {
    PAST_OPTION_ROWS,
    [OPTION_STEPS] = {.name = "steps",
                      .letter = 'n',
                      .argument = "N",
                      .help = "tell so many values to come; 24 if not given"},
    [OPTION_PERIOD] = {.name = "period",
                       .argument = "N",
                       .help =
                           "values after which a season begins anew, 1 for none; else it is found"},
    [OPTION_COVERAGE] = {.name = "coverage",
                         .argument = "SHARE",
                         .help = "share of the values to come that the band is to hold; 0.95 if "
                                 "not given"},
    [OPTION_JSON] = {.name = "json", .help = "print JSON, an object in each line"},
    {.name = NULL},
};

enum { TIME_DIGITS = 15, VALUE_DIGITS = 9, STEPS_MAX = 1000000 };

/* A metric of the place that is read. */
struct line {
  char name[METRIC_TEXT_SIZE];
  struct rate rate;
  struct timeline timeline;
};

struct request {
  const struct invocation *invocation;
  struct past past;
  struct forecast_settings settings;
  unsigned long steps;
  bool json;
  struct line *lines; /* by metric of the place that is read */
  size_t count;
  int status; /* of what is kept */
  int exit_status;
};

/* ---- Options ---- */

static int refuse(const struct request *request, enum option option, const char *why) {
  say_error(request->invocation->verb, "--%s: %s", options[option].name, why);
  return EXIT_USAGE;
}

static int read_count(const struct request *request, enum option option, unsigned long most,
                      unsigned long *ret_count) {
  const char *const text = invocation_value(request->invocation, option);
  char *end;
  if (text == NULL)
    return EXIT_SUCCESS;
  errno = 0;
  const unsigned long count = strtoul(text, &end, 10);
  if (strspn(text, "0123456789") != strlen(text) || end == text || errno != 0 || count < 1 ||
      count > most) {
    char why[64];
    struct text words = text_over(why, sizeof why);
    text_addf(&words, "must be a whole number from 1 to %lu", most);
    return refuse(request, option, why);
  }
  *ret_count = count;
  return EXIT_SUCCESS;
}

static int read_coverage(struct request *request) {
  const char *const text = invocation_value(request->invocation, OPTION_COVERAGE);
  const char *rest;
  if (text == NULL)
    return EXIT_SUCCESS;
  if (!text_to_number(text, &request->settings.coverage, &rest) || *rest != '\0' ||
      !(request->settings.coverage > 0 && request->settings.coverage < 1))
    return refuse(request, OPTION_COVERAGE, "must be a number between 0 and 1");
  return EXIT_SUCCESS;
}

static int read_options(struct request *request) {
  unsigned long period = 0;
  int exit_status = read_count(request, OPTION_STEPS, STEPS_MAX, &request->steps);
  if (exit_status == EXIT_SUCCESS)
    exit_status = read_count(request, OPTION_PERIOD, DECOMPOSE_PERIOD_MAX, &period);
  if (exit_status == EXIT_SUCCESS)
    exit_status = read_coverage(request);
  if (exit_status == EXIT_SUCCESS && request->json && !json_is_there(request->invocation->verb))
    exit_status = EXIT_USAGE;
  request->settings.period = period;
  request->settings.steps = request->steps;
  return exit_status;
}

/* ---- Values ---- */

static int make_room(struct request *request, size_t metric) {
  if (metric < request->count)
    return STATUS_OK;
  struct line *const lines = realloc(request->lines, (metric + 1) * sizeof *lines);
  if (lines == NULL)
    return STATUS_NO_MEMORY;
  memset(lines + request->count, 0, (metric + 1 - request->count) * sizeof *lines);
  request->lines = lines;
  request->count = metric + 1;
  return STATUS_OK;
}

static bool visit(void *context, const struct history_value *value) {
  struct request *const request = context;
  request->status = make_room(request, value->metric);
  if (request->status != STATUS_OK)
    return false;
  struct line *const line = &request->lines[value->metric];
  if (line->name[0] == '\0') {
    struct text text = text_over(line->name, sizeof line->name);
    describe_metric(&value->id, &text);
  }
  const double rate = rate_update(&line->rate, &value->sample);
  if (isfinite(rate))
    request->status = timeline_add(&line->timeline, value->sample.time, rate);
  return request->status == STATUS_OK;
}

static void done(void *context, const struct past_place *place) {
  struct request *const request = context;
  if (past_print_report(stderr, place) != EXIT_SUCCESS)
    request->exit_status = EXIT_FAILURE;
}

static void forget(struct request *request) {
  for (size_t i = 0; i < request->count; i++)
    timeline_release(&request->lines[i].timeline);
  free(request->lines);
  request->lines = NULL;
  request->count = 0;
}

/* ---- Output ---- */

static void print_step(const struct request *request, const struct line *line, double time,
                       const struct forecast_step *step) {
  if (request->json) {
    json_write_forecast(stdout, line->name, time, step);
    return;
  }
  csv_add_field(stdout, line->name);
  csv_add_number(stdout, time, TIME_DIGITS);
  csv_add_number(stdout, step->value, VALUE_DIGITS);
  csv_add_number(stdout, step->lower, VALUE_DIGITS);
  csv_write_number(stdout, step->upper, VALUE_DIGITS);
  putc_unlocked('\n', stdout);
}

static int forecast(const struct request *request, const struct line *line) {
  struct timeline_series series;
  struct forecast *forecast;
  int status = timeline_space(&line->timeline, request->past.settings.interval,
                              FORECAST_NUMBERS_MAX, &series);
  if (status != STATUS_OK)
    return status;
  status = forecast_create(&forecast, series.values, series.count, &request->settings);
  free(series.values);
  if (status != STATUS_OK)
    return status;
  for (unsigned long i = 1; i <= request->steps && ferror(stdout) == 0; i++) {
    const struct forecast_step step = forecast_next(forecast);
    print_step(request, line, series.last_time + (double)i * series.step, &step);
  }
  forecast_destroy(forecast);
  return STATUS_OK;
}

static void fail(struct request *request, const char *what, const char *why) {
  say_error(request->invocation->verb, "%s: %s", what, why);
  request->exit_status = EXIT_FAILURE;
}

/* Why a metric has no forecast. */
static const char *reason_of(int status) {
  switch (status) {
  case STATUS_LIMIT:
    return "too few values, or too many for their span: at least 32 and two periods and a third, "
           "at most four million";
  case STATUS_INVALID:
    return "its values are too large";
  default:
    return status_text(status);
  }
}

static void forecast_all(struct request *request) {
  for (size_t i = 0; i < request->count; i++) {
    const struct line *const line = &request->lines[i];
    if (line->name[0] == '\0')
      continue;
    const int status = line->timeline.count > 0 ? forecast(request, line) : STATUS_LIMIT;
    if (status != STATUS_OK)
      fail(request, line->name, reason_of(status));
  }
}

static void read_place(struct request *request, const char *place) {
  const int exit_status = past_walk(&request->past, place, visit, request, done);
  if (exit_status != EXIT_SUCCESS)
    request->exit_status = exit_status;
  if (request->status != STATUS_OK)
    fail(request, place, status_text(request->status));
  else if (exit_status == EXIT_SUCCESS && request->count == 0)
    fail(request, place, "there are no values");
  else
    forecast_all(request);
  forget(request);
}

static int run(const struct invocation *invocation) {
  struct request request = {.invocation = invocation,
                            .past = {.verb = invocation->verb},
                            .settings = {.coverage = .95},
                            .steps = 24,
                            .json = invocation_has(invocation, OPTION_JSON)};
  int exit_status = read_options(&request);
  if (exit_status == EXIT_SUCCESS)
    exit_status = past_read(&request.past, invocation);
  if (exit_status == EXIT_SUCCESS && !request.json)
    fputs("metric,timestamp,forecast,lower,upper\n", stdout);
  for (size_t i = 0; i < invocation->operand_count && exit_status == EXIT_SUCCESS; i++)
    read_place(&request, invocation->operands[i]);
  past_release(&request.past);
  return exit_status != EXIT_SUCCESS ? exit_status : request.exit_status;
}

const struct verb forecast_verb = {
    .name = "forecast",
    .operands = "SOURCE...",
    .operands_min = 1,
    .operands_max = VERB_OPERANDS_MAX,
    .summary = "tells what metrics will do next, by their trend and season",
    .about =
        "A SOURCE is as for history. Counters are taken as rates, and what is missing between\n"
        "two values as a straight line.\n"
        "\n"
        "Output: metric,timestamp,forecast,lower,upper. What was used, repaired and skipped\n"
        "is told on standard error.\n",
    .options = options,
    .run = run,
};
