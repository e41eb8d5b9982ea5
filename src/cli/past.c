#include "cli/past.h"

#include "anomaly/engine.h"
#include "anomaly/status.h"
#include "base/timefmt.h"
#include "cli/moment.h"
#include "cli/progress.h"
#include "cli/say.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { VALUES_PER_LOOK = 4096, PROGRESS_STEPS = 1 << 20 };

static int refuse(const struct past *past, enum past_option option, const char *why) {
  say_error(past->verb, "--%s: %s", past->verb->options[option].name, why);
  return EXIT_USAGE;
}

static int read_time(const struct past *past, enum past_option option, const char *value,
                     double *ret_time) {
  return moment_read(value, (double)time(NULL), ret_time) == STATUS_OK
             ? EXIT_SUCCESS
             : refuse(past, option, MOMENT_HELP);
}

static int read_interval(struct past *past, const char *value) {
  double seconds;
  if (duration_parse(value, &seconds) != STATUS_OK || !(seconds > 0 && seconds < ENGINE_TIME_MAX))
    return refuse(past, PAST_INTERVAL, "must be a time such as 10, 90s or 5m");
  past->settings.interval = seconds;
  return EXIT_SUCCESS;
}

static int read_option(struct past *past, const struct given_option *given) {
  size_t wanted = 0;
  switch (given->option) {
  case PAST_SINCE:
    return read_time(past, PAST_SINCE, given->value, &past->settings.since);
  case PAST_UNTIL:
    return read_time(past, PAST_UNTIL, given->value, &past->settings.until);
  case PAST_INTERVAL:
    return read_interval(past, given->value);
  case PAST_TYPES_DB:
    past->settings.types_db = given->value;
    return EXIT_SUCCESS;
  case PAST_METRIC:
    while (past->wanted[wanted] != NULL)
      wanted++;
    past->wanted[wanted] = given->value;
    past->settings.wanted = past->wanted;
    return EXIT_SUCCESS;
  default:
    return EXIT_SUCCESS;
  }
}

int past_read(struct past *past, const struct invocation *invocation) {
  past->verb = invocation->verb;
  past->settings.until = (double)INFINITY;
  past->wanted = calloc(invocation->given_count + 1, sizeof *past->wanted);
  if (past->wanted == NULL) {
    say_error(past->verb, "%s", status_text(STATUS_NO_MEMORY));
    return EXIT_FAILURE;
  }
  int status = EXIT_SUCCESS;
  for (size_t i = 0; i < invocation->given_count && status == EXIT_SUCCESS; i++)
    status = read_option(past, &invocation->given[i]);
  return status;
}

void past_release(struct past *past) {
  free(past->wanted);
  past->wanted = NULL;
}

static int walk(struct history *history, past_visit visit, void *context) {
  struct progress progress = progress_start(PROGRESS_STEPS);
  struct history_value value;
  uint64_t values = 0;
  int status;
  while ((status = history_next(history, &value)) == STATUS_OK && visit(context, &value))
    if (++values % VALUES_PER_LOOK == 0) {
      const double share = history_progress(history);
      progress_update(&progress, isnan(share) ? 0 : (uint64_t)(share * PROGRESS_STEPS), values);
    }
  progress_clear(&progress);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

int past_walk(const struct past *past, const char *place, past_visit visit, void *context,
              void (*done)(void *context, const struct past_place *place)) {
  char why[512];
  struct text text = text_over(why, sizeof why);
  struct history *history;
  int status = history_open(&history, place, &past->settings, &text);
  if (status != STATUS_OK) {
    say_error(past->verb, "%s: %s", place, *why != '\0' ? why : status_text(status));
    return EXIT_FAILURE;
  }
  status = walk(history, visit, context);
  if (status != STATUS_OK)
    say_error(past->verb, "%s: %s", place,
              *history_why(history) != '\0' ? history_why(history) : status_text(status));
  const struct past_place told = {
      .place = place, .kind = history_kind(history), .report = history_report(history)};
  if (done != NULL)
    done(context, &told);
  history_close(history);
  return status == STATUS_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void print_span(FILE *stream, const struct history_report *report) {
  char span[128];
  struct text text = text_over(span, sizeof span);
  if (report->values > 0) {
    text_add(&text, ", ");
    time_add_iso(&text, report->first_time);
    text_add(&text, " .. ");
    time_add_iso(&text, report->last_time);
  }
  fprintf(stream, "%s\n", span);
}

int past_print_report(FILE *stream, const struct past_place *place) {
  static const char *const words[] = {[HISTORY_USED] = "used",
                                      [HISTORY_REPAIRED] = "repaired",
                                      [HISTORY_SKIPPED] = "skipped",
                                      [HISTORY_FAULT] = "unreadable"};
  const struct history_report *const report = place->report;
  int exit_status = EXIT_SUCCESS;
  fprintf(stream, "%s (%s): %" PRIu64 " values of %" PRIu64 " metrics", place->place, place->kind,
          report->values, report->metrics);
  print_span(stream, report);
  for (enum history_weight weight = HISTORY_USED; weight <= HISTORY_FAULT; weight++)
    for (enum history_remark remark = 0; remark < HISTORY_REMARKS; remark++) {
      if (report->remarks[remark].count == 0 || history_remark_weight(remark) != weight)
        continue;
      fprintf(stream, "  %s: %s: %" PRIu64 " (first: %s)\n", words[weight],
              history_remark_text(remark), report->remarks[remark].count,
              report->remarks[remark].first);
      if (weight == HISTORY_FAULT)
        exit_status = EXIT_FAILURE;
    }
  return exit_status;
}
