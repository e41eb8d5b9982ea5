#include "anomaly/status.h"
#include "base/text.h"
#include "cli/csv_text.h"
#include "cli/decimal.h"
#include "cli/past.h"
#include "cli/verbs.h"
#include "engine/describe.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const struct verb_option options[] = {PAST_OPTION_ROWS, [PAST_OPTIONS] = {.name = NULL}};

enum { TIME_DIGITS = 15, VALUE_DIGITS = 15 };

static void write_value(const struct sample *sample) {
  char number[DECIMAL_SIZE];
  switch (sample->kind) {
  case VALUE_GAUGE:
    decimal_write(number, sample->value.gauge, VALUE_DIGITS);
    fprintf(stdout, "%s,gauge", number);
    return;
  case VALUE_DERIVE:
    fprintf(stdout, "%" PRIi64 ",derive", sample->value.derive);
    return;
  case VALUE_COUNTER:
    fprintf(stdout, "%" PRIu64 ",counter", sample->value.counter);
    return;
  case VALUE_ABSOLUTE:
    fprintf(stdout, "%" PRIu64 ",absolute", sample->value.absolute);
    return;
  }
}

static bool visit(void *context, const struct history_value *value) {
  (void)context;
  char words[METRIC_TEXT_SIZE], number[DECIMAL_SIZE];
  struct text text = text_over(words, sizeof words);
  describe_metric(&value->id, &text);
  csv_write_field(stdout, words);
  decimal_write(number, value->sample.time, TIME_DIGITS);
  fprintf(stdout, ",%s,", number);
  write_value(&value->sample);
  decimal_write(number, value->sample.interval, TIME_DIGITS);
  fprintf(stdout, ",%s\n", number);
  return ferror(stdout) == 0;
}

static void done(void *context, const struct past_place *place) {
  int *const exit_status = context;
  if (past_print_report(stderr, place) != EXIT_SUCCESS)
    *exit_status = EXIT_FAILURE;
}

static int run(const struct invocation *invocation) {
  struct past past = {.verb = invocation->verb};
  int exit_status = past_read(&past, invocation);
  if (exit_status == EXIT_SUCCESS)
    fputs("metric,timestamp,value,kind,interval\n", stdout);
  for (size_t i = 0; i < invocation->operand_count && exit_status != EXIT_USAGE; i++)
    if (past_walk(&past, invocation->operands[i], visit, &exit_status, done) != EXIT_SUCCESS)
      exit_status = EXIT_FAILURE;
  past_release(&past);
  return exit_status;
}

const struct verb history_verb = {
    .name = "history",
    .operands = "SOURCE...",
    .operands_min = 1,
    .operands_max = VERB_OPERANDS_MAX,
    .summary = "prints values of the past, from wherever collectd keeps them",
    .about = "A SOURCE is a CSV file as detect reads it, the folder of collectd's csv plugin, the\n"
             "folder of its rrdtool plugin or one RRD file (these need rrdtool), or the address\n"
             "of a Prometheus server, http://HOST:PORT.\n"
             "\n"
             "Output: metric,timestamp,value,kind,interval. What was used, repaired and skipped\n"
             "is told on standard error.\n",
    .options = options,
    .run = run,
};
