#include "cli/detect_group.h"

#include "anomaly/status.h"
#include "base/timefmt.h"
#include "cli/csv_text.h"
#include "cli/group_judge.h"
#include "cli/group_table.h"
#include "cli/json.h"
#include "cli/problems.h"
#include "cli/progress.h"
#include "cli/say.h"
#include "engine/group_tick.h"
#include "history/input.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SCORE_DIGITS = 16, REASON_SIZE = 1024, ROWS_PER_LOOK = 4096, DAY = 86400 };

static const double INTERVAL_DRIFT = 1.05; /* what one odd gap between rows can change */

/* The run through one file, and what goes on from the one before. */
struct group_run {
  const struct group_request *request;
  const char *path;
  struct group_names names;
  struct group_judge judge;
  struct group_tick tick;
  double interval;  /* from row to row, as told or learned; 0 = not known yet */
  double last_time; /* of the last row; NaN before the first */
  double shift;     /* added to the times of a file that begins before the last one ends */
  bool begun;       /* a row of this file came */
  struct group_judged judged; /* the last row that was */
  struct problems problems;
  uint64_t rows;
};

/* ---- Judging ---- */

/* Near the median of the gaps: a gap in the data hardly moves it. */
static void learn_interval(struct group_run *run, double time) {
  const double gap = time - run->last_time;
  if (run->request->interval > 0 || isnan(gap))
    return;
  if (run->interval > 0)
    run->interval = fmin(fmax(gap, run->interval / INTERVAL_DRIFT), run->interval * INTERVAL_DRIFT);
  else
    run->interval = gap;
}

static double tick_of(double time) { return floor(time / GROUP_INTERVAL_LEAST); }

/* Whether a row at `time` belongs to the tick of the last row. */
static bool is_same_tick(const struct group_run *run, double time) {
  return run->interval < GROUP_INTERVAL_LEAST && tick_of(time) == tick_of(run->last_time);
}

static bool is_last_of_tick(const struct group_run *run, double time) {
  return run->interval >= GROUP_INTERVAL_LEAST ||
         (run->interval > 0 && tick_of(time + run->interval) != tick_of(time));
}

static void close_tick(struct group_run *run) {
  const struct group_row row = {
      .time = run->last_time,
      .interval = run->interval == 0 ? 0 : fmax(run->interval, GROUP_INTERVAL_LEAST),
      .value = group_tick_take(&run->tick)};
  group_judge_row(&run->judge, &row, &run->judged);
}

static void add_values(struct group_run *run, const struct group_table *table) {
  for (size_t i = 1; i < csv_columns(table->csv); i++) {
    double value;
    if (table->column[i] == GROUP_NO_COLUMN)
      continue;
    if (csv_number(table->csv, i, &value) == STATUS_OK)
      group_tick_add(&run->tick, table->column[i], value);
    else
      problems_add(&run->problems, PROBLEM_VALUE, csv_line(table->csv));
  }
}

/* Whether the row has a time that can be judged; counts what is wrong if not. */
static bool read_time(struct group_run *run, const struct group_table *table, int status,
                      double *ret_time) {
  enum problem problem = PROBLEMS;
  double time = 0;
  if (status == STATUS_LIMIT)
    problem = PROBLEM_LONG;
  else if (status != STATUS_OK)
    problem = PROBLEM_ROW;
  else if (csv_time(table->csv, 0, &time) != STATUS_OK)
    problem = PROBLEM_TIME;
  else if (!(time >= 0 && time < ENGINE_TIME_MAX))
    problem = PROBLEM_REFUSED_TIME;
  else if (run->begun && time + run->shift <= run->last_time)
    problem = PROBLEM_LATE;
  if (problem != PROBLEMS)
    problems_add(&run->problems, problem, csv_line(table->csv));
  else
    *ret_time = time;
  return problem == PROBLEMS;
}

/* A file that begins before the last one ends is taken as if it came whole days later. */
static void begin_file(struct group_run *run, double time) {
  run->begun = true;
  if (isnan(run->last_time) || time > run->last_time)
    return;
  run->shift = DAY * ceil((run->last_time + fmax(run->interval, 1) - time) / DAY);
  say_error(run->request->verb, "%s begins before %s ends: it is taken as %.0f days later",
            run->path, run->request->train, run->shift / DAY);
}

static void take_row(struct group_run *run, const struct group_table *table, double time) {
  if (!run->begun)
    begin_file(run, time);
  time += run->shift;
  learn_interval(run, time);
  if (run->tick.values > 0 && !is_same_tick(run, time))
    close_tick(run);
  run->last_time = time;
  add_values(run, table);
  if (is_last_of_tick(run, time))
    close_tick(run);
}

/* ---- Output ---- */

static void print_reason(const struct group_run *run) {
  char reason[REASON_SIZE] = "";
  struct text text = text_over(reason, sizeof reason);
  for (size_t i = 0; i < run->judged.blame_count; i++)
    text_addf(&text, "%s%.100s %.2f", i == 0 ? "" : ", ",
              run->names.name[run->judged.blames[i].column], run->judged.blames[i].decades);
  csv_write_field(stdout, reason);
}

static void print_csv(const struct group_run *run, const char *time, double score, bool anomaly) {
  csv_add_field(stdout, time);
  csv_add_number(stdout, score, SCORE_DIGITS);
  fputs_unlocked(anomaly ? "1," : "0,", stdout);
  print_reason(run);
  putc_unlocked('\n', stdout);
}

static void print_row(struct group_run *run, const struct group_table *table, bool readable) {
  const double ratio = readable ? run->judged.finding.ratio : 0;
  const bool anomaly = readable && run->judged.finding.anomaly;
  const char *const time = csv_field(table->csv, 0);
  if (!readable)
    run->judged.blame_count = 0;
  if (run->request->json) {
    const struct group_line line = {.time = time,
                                    .score = ratio / (1 + ratio),
                                    .anomaly = anomaly,
                                    .names = run->names.name,
                                    .blames = run->judged.blames,
                                    .blame_count = run->judged.blame_count,
                                    .measure = run->request->model != NULL ? "share" : "decades",
                                    .missing = group_judge_missing(&run->judge)};
    json_write_group(stdout, &line);
  } else {
    print_csv(run, time, ratio / (1 + ratio), anomaly);
  }
  if (run->request->flush_rows)
    fflush(stdout);
}

/* ---- Files ---- */

/* Reads a file to its end. Errors: STATUS_IO. */
static int run_rows(struct group_run *run, const struct group_table *table, bool print) {
  struct progress progress = progress_of(table->input);
  int status;
  while ((status = csv_next(table->csv)) != STATUS_NOT_FOUND && status != STATUS_IO &&
         ferror(stdout) == 0) {
    double time;
    const bool readable = read_time(run, table, status, &time);
    if (readable)
      take_row(run, table, time);
    if (print)
      print_row(run, table, readable);
    if (++run->rows % ROWS_PER_LOOK == 0)
      progress_update(&progress, csv_bytes(table->csv), run->rows);
  }
  progress_clear(&progress);
  return status == STATUS_IO ? STATUS_IO : STATUS_OK;
}

static int grow(struct group_run *run) {
  int status = group_judge_grow(&run->judge, run->names.count);
  if (status == STATUS_OK)
    status = group_tick_grow(&run->tick, run->names.count);
  if (status == STATUS_OK)
    return EXIT_SUCCESS;
  say_error(run->request->verb, "%s: %s", run->path, status_text(status));
  return EXIT_FAILURE;
}

static void print_header(const struct group_run *run) {
  if (!run->request->json)
    puts("timestamp,score,anomaly,reason");
}

static int run_table(struct group_run *run, const struct group_table *table, bool print) {
  if (grow(run) != EXIT_SUCCESS)
    return EXIT_FAILURE;
  if (print)
    print_header(run);
  run->begun = false;
  run->problems = (struct problems){0};
  const int status = run_rows(run, table, print);
  if (status != STATUS_OK) {
    say_error(run->request->verb, "%s: %s", table->path, input_error(errno));
    return EXIT_FAILURE;
  }
  if (ferror(stdout) != 0)
    return EXIT_FAILURE;
  return problems_report(&run->problems, run->request->verb, table->path);
}

static int run_file(struct group_run *run, const char *path, bool print) {
  struct group_table table = {0};
  char why[512] = "";
  struct text text = text_over(why, sizeof why);
  const int status = group_table_open(&table, path, run->request->chosen,
                                      run->request->chosen_count, &run->names, &text);
  run->path = table.path;
  int exit_status = EXIT_FAILURE;
  if (status == STATUS_OK)
    exit_status = run_table(run, &table, print);
  else
    say_error(run->request->verb, "%s: %s", table.path, why);
  group_table_release(&table);
  return exit_status;
}

/* What somebody wonders about who sees no anomaly at all. */
static void say_notes(const struct group_run *run) {
  char trouble[256] = "";
  struct text text = text_over(trouble, sizeof trouble);
  group_judge_say_trouble(&run->judge, run->names.count, &text);
  if (trouble[0] != '\0')
    say_error(run->request->verb, "%s: %s", run->path, trouble);
  else if (run->rows > 0 && !run->judged.finding.ready)
    say_error(run->request->verb, "%s: all of it is warm-up: nothing can alarm yet (see --train)",
              run->path);
}

static int run_files(struct group_run *run) {
  int exit_status = EXIT_SUCCESS;
  if (run->request->train != NULL)
    exit_status = run_file(run, run->request->train, false);
  if (exit_status != EXIT_SUCCESS)
    return exit_status;
  exit_status = run_file(run, run->request->test, true);
  if (exit_status == EXIT_SUCCESS)
    say_notes(run);
  return exit_status;
}

int detect_group(const struct group_request *request) {
  struct group_run run = {
      .request = request, .interval = request->interval, .last_time = (double)NAN};
  char why[512] = "";
  struct text text = text_over(why, sizeof why);
  const int status = group_judge_create(&run.judge, request->detector, request->model, &text);
  if (status == STATUS_NO_MEMORY) {
    say_error(request->verb, "%s", status_text(status));
    return EXIT_FAILURE;
  }
  if (status != STATUS_OK) {
    say_error(request->verb, "--%s: %s", request->model != NULL ? "model" : "detector", why);
    return EXIT_USAGE;
  }
  const int exit_status = run_files(&run);
  group_names_release(&run.names);
  group_tick_release(&run.tick);
  group_judge_release(&run.judge);
  return exit_status;
}
