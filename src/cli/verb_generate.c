#include "anomaly/engine.h"
#include "anomaly/status.h"
#include "base/nearest.h"
#include "base/text.h"
#include "base/timefmt.h"
#include "cli/csv_text.h"
#include "cli/decimal.h"
#include "cli/invocation.h"
#include "cli/say.h"
#include "cli/verbs.h"
#include "history/fault.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum option {
  OPTION_KIND,
  OPTION_FAULT,
  OPTION_INTERVAL,
  OPTION_LENGTH,
  OPTION_START,
  OPTION_SEED,
  OPTION_LABELS,
};

static const struct verb_option options[] = {
    [OPTION_KIND] = {.name = "kind",
                     .letter = 'k',
                     .argument = "KIND",
                     .help = "make a metric of this kind; may be repeated"},
    [OPTION_FAULT] = {.name = "fault",
                      .letter = 'f',
                      .argument = "FAULT",
                      .help = "put this fault, or none, into each metric; may be repeated"},
    [OPTION_INTERVAL] = {.name = "interval",
                         .letter = 'i',
                         .argument = "TIME",
                         .help = "time from value to value, such as 10 or 5m; 60 s if not given"},
    [OPTION_LENGTH] = {.name = "length",
                       .letter = 'n',
                       .argument = "TIME",
                       .help = "how much time the values cover; 28d if not given"},
    [OPTION_START] = {.name = "start",
                      .argument = "TIME",
                      .help = "time of the first value; 2023-11-15 if not given"},
    [OPTION_SEED] = {.name = "seed",
                     .argument = "N",
                     .help = "another number makes other values; 1 if not given"},
    [OPTION_LABELS] = {.name = "labels",
                       .letter = 'l',
                       .argument = "FILE",
                       .help = "write where the faults are into this file"},
    {.name = NULL},
};

enum { DIGITS = 9, TIME_DIGITS = 15, FAULTS_MAX = 64 };

static const double ROWS_MAX = 1e9;

struct series {
  enum generated_kind kind;
  struct fault faults[FAULTS_MAX];
  size_t fault_count;
  struct faulty values;
  char name[METRIC_TEXT_SIZE];
};

struct request {
  const struct verb *verb;
  enum fault_kind faults[FAULTS_MAX];
  size_t fault_count;
  struct series *series;
  size_t count;
  double interval, length, start;
  uint64_t seed;
};

static int refuse(const struct request *request, enum option option, const char *why) {
  say_error(request->verb, "--%s: %s", options[option].name, why);
  return EXIT_USAGE;
}

static int add_kind(struct request *request, const char *name) {
  const enum generated_kind kind = generated_kind_find(name);
  if (kind != GENERATED_KINDS) {
    request->series[request->count++].kind = kind;
    return EXIT_SUCCESS;
  }
  struct nearest nearest = {.name = name};
  for (enum generated_kind at = 0; at < GENERATED_KINDS; at++)
    nearest_try(&nearest, generated_kind_name(at));
  char why[256];
  struct text text = text_over(why, sizeof why);
  text_addf(&text, "no kind \"%.32s\"", name);
  if (nearest.best != NULL)
    text_addf(&text, "; did you mean \"%s\"?", nearest.best);
  return refuse(request, OPTION_KIND, why);
}

static int add_fault(struct request *request, const char *name) {
  if (strcmp(name, "none") == 0)
    return EXIT_SUCCESS;
  const enum fault_kind kind = fault_find(name);
  if (kind != FAULTS && request->fault_count < FAULTS_MAX) {
    request->faults[request->fault_count++] = kind;
    return EXIT_SUCCESS;
  }
  char why[256];
  struct text text = text_over(why, sizeof why);
  if (kind != FAULTS)
    text_addf(&text, "at most %d faults", FAULTS_MAX);
  else
    text_addf(&text, "no fault \"%.32s\"; there are none", name);
  for (enum fault_kind at = 0; kind == FAULTS && at < FAULTS; at++)
    text_addf(&text, ", %s", fault_name(at));
  return refuse(request, OPTION_FAULT, why);
}

static int read_span(const struct request *request, enum option option, const char *value,
                     double *ret_seconds) {
  double seconds;
  if (duration_parse(value, &seconds) != STATUS_OK || !(seconds > 0 && seconds < ENGINE_TIME_MAX))
    return refuse(request, option, "must be a time such as 10, 90s or 28d");
  *ret_seconds = seconds;
  return EXIT_SUCCESS;
}

static int read_start(struct request *request, const char *value) {
  double start;
  if (time_parse(value, &start) != STATUS_OK || !(start > 0 && start < ENGINE_TIME_MAX))
    return refuse(request, OPTION_START, "must be a time such as 2023-11-15 or 1700006400");
  request->start = start;
  return EXIT_SUCCESS;
}

static int read_seed(struct request *request, const char *value) {
  char *end;
  errno = 0;
  request->seed = strtoull(value, &end, 10);
  if (end == value || *end != '\0' || errno != 0 || strchr(value, '-') != NULL)
    return refuse(request, OPTION_SEED, "must be a whole number");
  return EXIT_SUCCESS;
}

static int read_option(struct request *request, const struct given_option *given) {
  switch ((enum option)given->option) {
  case OPTION_KIND:
    return add_kind(request, given->value);
  case OPTION_FAULT:
    return add_fault(request, given->value);
  case OPTION_INTERVAL:
    return read_span(request, OPTION_INTERVAL, given->value, &request->interval);
  case OPTION_LENGTH:
    return read_span(request, OPTION_LENGTH, given->value, &request->length);
  case OPTION_START:
    return read_start(request, given->value);
  case OPTION_SEED:
    return read_seed(request, given->value);
  case OPTION_LABELS:
    break;
  }
  return EXIT_SUCCESS;
}

/* What somebody gets who asks for nothing: a server and a machine of a factory. */
static void add_usual(struct request *request, const struct invocation *invocation) {
  static const enum generated_kind usual[] = {
      GENERATED_CPU,      GENERATED_MEMORY,   GENERATED_BURSTY, GENERATED_TEMPERATURE,
      GENERATED_HUMIDITY, GENERATED_PRESSURE, GENERATED_RPM,
  };
  for (size_t i = 0; request->count == 0 && i < sizeof usual / sizeof usual[0]; i++)
    request->series[i].kind = usual[i];
  if (request->count == 0)
    request->count = sizeof usual / sizeof usual[0];
  for (enum fault_kind kind = 0; !invocation_has(invocation, OPTION_FAULT) && kind < FAULTS; kind++)
    request->faults[request->fault_count++] = kind;
}

static int read_options(struct request *request, const struct invocation *invocation) {
  for (size_t i = 0; i < invocation->given_count; i++) {
    const int status = read_option(request, &invocation->given[i]);
    if (status != EXIT_SUCCESS)
      return status;
  }
  add_usual(request, invocation);
  if (request->length / request->interval > ROWS_MAX)
    return refuse(request, OPTION_LENGTH, "these are more than 1e9 rows");
  if (request->start + request->length > ENGINE_TIME_MAX)
    return refuse(request, OPTION_LENGTH, "ends beyond all times");
  return EXIT_SUCCESS;
}

/* The second metric of a kind is of another host: demo2. */
static void name_series(const struct request *request, struct series *series) {
  unsigned earlier = 0;
  for (const struct series *at = request->series; at < series; at++)
    earlier += at->kind == series->kind;
  const char *const metric = generated_kind_info(series->kind)->metric;
  const int host = (int)strcspn(metric, "/");
  struct text text = text_over(series->name, sizeof series->name);
  text_addf(&text, "%.*s", host, metric);
  if (earlier > 0)
    text_addf(&text, "%u", earlier + 1);
  text_add(&text, metric + host);
}

static bool prepare(const struct request *request, struct series *series) {
  const uint64_t seed = request->seed * 4096 + (uint64_t)(series - request->series);
  for (size_t i = 0; i < request->fault_count; i++)
    if (fault_suits(request->faults[i], series->kind))
      series->faults[series->fault_count++].kind = request->faults[i];
  if (series->fault_count > 0 &&
      !fault_place(series->faults, series->fault_count, request->start,
                   request->start + request->length, request->interval, seed))
    return false;
  struct generator generator = generator_of(series->kind, request->interval, seed);
  generator.start = request->start;
  series->values = faulty_of(generator, series->faults, series->fault_count);
  name_series(request, series);
  return true;
}

static void write_labels(FILE *file, const struct request *request) {
  fputs("metric,start,end,fault\n", file);
  for (size_t i = 0; i < request->count; i++) {
    const struct series *const series = &request->series[i];
    for (size_t at = 0; at < series->fault_count; at++) {
      const struct fault *const fault = &series->faults[at];
      char times[128];
      struct text text = text_over(times, sizeof times);
      time_add_iso(&text, fault->start);
      text_add(&text, ",");
      /* The last row that it touches: labels name what is in them. */
      time_add_iso(&text, fault->end - request->interval);
      csv_write_field(file, series->name);
      fprintf(file, ",%s,%s\n", times, fault_name(fault->kind));
    }
  }
}

static int save_labels(const struct request *request, const char *path) {
  FILE *const file = fopen(path, "we");
  if (file == NULL) {
    say_error(request->verb, "%s: %s", path, strerror(errno));
    return EXIT_FAILURE;
  }
  write_labels(file, request);
  const bool good = ferror(file) == 0;
  if (fclose(file) == 0 && good)
    return EXIT_SUCCESS;
  say_error(request->verb, "%s: %s", path, strerror(errno));
  return EXIT_FAILURE;
}

static void write_rows(struct request *request) {
  fputs("timestamp", stdout);
  for (size_t i = 0; i < request->count; i++) {
    putc_unlocked(',', stdout);
    csv_write_field(stdout, request->series[i].name);
  }
  putc_unlocked('\n', stdout);
  const uint64_t rows = (uint64_t)(request->length / request->interval);
  char number[DECIMAL_SIZE];
  for (uint64_t row = 0; row < rows && ferror(stdout) == 0; row++) {
    const double time = generator_time(&request->series[0].values.generator);
    fwrite_unlocked(number, 1, decimal_write(number, time, TIME_DIGITS), stdout);
    for (size_t i = 0; i < request->count; i++) {
      const double value = faulty_next(&request->series[i].values);
      putc_unlocked(',', stdout);
      fwrite_unlocked(number, 1, decimal_write(number, value, DIGITS), stdout);
    }
    putc_unlocked('\n', stdout);
  }
}

static int generate(struct request *request, const struct invocation *invocation) {
  int status = read_options(request, invocation);
  for (size_t i = 0; i < request->count && status == EXIT_SUCCESS; i++)
    if (!prepare(request, &request->series[i]))
      status = refuse(request, OPTION_LENGTH,
                      "too short for so many faults (a missing peak wants two days to itself)");
  const char *const labels = invocation_value(invocation, OPTION_LABELS);
  if (status == EXIT_SUCCESS && labels != NULL)
    status = save_labels(request, labels);
  if (status == EXIT_SUCCESS)
    write_rows(request);
  return status;
}

static int run(const struct invocation *invocation) {
  struct request request = {
      .verb = invocation->verb,
      .interval = 60,
      .length = 28 * 86400,
      .start = GENERATED_START,
      .seed = 1,
      .series = calloc(invocation->given_count + GENERATED_KINDS, sizeof *request.series),
  };
  if (request.series == NULL) {
    say_error(request.verb, "%s", status_text(STATUS_NO_MEMORY));
    return EXIT_FAILURE;
  }
  const int status = generate(&request, invocation);
  free(request.series);
  return status;
}

const struct verb generate_verb = {
    .name = "generate",
    .operands = "",
    .summary = "makes metrics with faults at known places, as CSV",
    .about =
        "The same options and seed make the same file. Without --kind there are cpu, memory,\n"
        "bursty, temperature, humidity, pressure and rpm; without --fault each metric has\n"
        "every fault that can be seen in it.\n"
        "\n"
        "Kinds: gaussian, wandering, latency, cpu, weekly, bursty, errors, saturating,\n"
        "sawtooth, queue, filling, memory, temperature, humidity, pressure, rpm.\n"
        "Faults: spike, dip, shift, drift, variance, flatline, missing_peak, gap.\n"
        "\n"
        "The file of --labels has metric,start,end,fault: first and last time of each fault.\n",
    .options = options,
    .run = run,
};
