#include "cli/replay.h"

#include "anomaly/status.h"
#include "cli/csv_text.h"
#include "cli/decimal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The score needs all digits there are near 1; the rest is for people and graphs. */
enum { SCORE_DIGITS = 16, DIGITS = 9, ROWS_PER_LOOK = 4096 };

/* Enough for the numbers and the name behind timestamp and value. */
enum { TAIL_SIZE = 8 * DECIMAL_SIZE + 64 };

static const struct verdict nothing = {
    .expected = (double)NAN, .lower = (double)NAN, .upper = (double)NAN, .kind = KIND_NONE};

void replay_print_header(const struct replay *replay) {
  fprintf(stdout, "%stimestamp,value,score,anomaly,expected,lower,upper,kind,onset%s\n",
          replay->columns->count > 1 ? "metric," : "",
          replay->print_raw ? ",raw,outlier,missing" : "");
}

static size_t add_number(char *to, size_t used, double number, unsigned digits) {
  to[used] = ',';
  return used + 1 + decimal_write(to + used + 1, number, digits);
}

static size_t add_word(char *to, size_t used, const char *word) {
  const size_t length = strlen(word);
  memcpy(to + used, word, length);
  return used + length;
}

/* Empty where no model is fitted. */
static size_t add_raw(char *to, size_t used, const struct verdict *verdict) {
  used = add_number(to, used, verdict->scored ? verdict->raw : (double)NAN, SCORE_DIGITS);
  used = add_number(to, used, verdict->scored ? verdict->outlier : (double)NAN, 1);
  return add_number(to, used, verdict->missing, DIGITS);
}

static void print_row(const struct replay *replay, const struct column *column,
                      const struct verdict *verdict) {
  if (replay->columns->count > 1)
    csv_add_field(stdout, column->label);
  csv_add_field(stdout, csv_field(replay->csv, 0));
  csv_write_field(stdout, csv_field(replay->csv, column->field));
  char tail[TAIL_SIZE];
  size_t used = add_number(tail, 0, verdict->score, SCORE_DIGITS);
  used = add_word(tail, used, verdict->anomaly ? ",1" : ",0");
  used = add_number(tail, used, verdict->expected, DIGITS);
  used = add_number(tail, used, verdict->lower, DIGITS);
  used = add_number(tail, used, verdict->upper, DIGITS);
  used = add_word(tail, used, ",");
  used = add_word(tail, used, anomaly_kind_name(verdict->kind));
  used = add_number(tail, used, verdict->onset, DIGITS);
  if (replay->print_raw)
    used = add_raw(tail, used, verdict);
  tail[used++] = '\n';
  fwrite_unlocked(tail, 1, used, stdout);
}

/* Returns the verdict's score 0 and no more where there is nothing to judge. */
static struct verdict judge(struct replay *replay, size_t index, double time) {
  const struct column *const column = &replay->columns->list[index];
  struct verdict verdict = nothing;
  double value;
  if (csv_number(replay->csv, column->field, &value) != STATUS_OK) {
    problems_add(&replay->problems, PROBLEM_VALUE, csv_line(replay->csv));
    return verdict;
  }
  const struct sample sample = sample_gauge(time, replay->interval, value);
  const enum observation_result result =
      feed_sample(replay->engine, &column->id, &sample, &replay->cadences[index], &verdict);
  const enum problem problem = problem_of_result(result);
  if (problem != PROBLEMS)
    problems_add(&replay->problems, problem, csv_line(replay->csv));
  return verdict;
}

/* Whether the row's values can be judged; counts what is wrong if not. */
static bool begin_row(struct replay *replay, int status, double *ret_time) {
  enum problem problem = PROBLEMS;
  if (status == STATUS_LIMIT)
    problem = PROBLEM_LONG;
  else if (status != STATUS_OK)
    problem = PROBLEM_ROW;
  else if (csv_time(replay->csv, 0, ret_time) != STATUS_OK)
    problem = PROBLEM_TIME;
  if (problem != PROBLEMS) {
    problems_add(&replay->problems, problem, csv_line(replay->csv));
    return false;
  }
  if (isnan(replay->first_time))
    replay->first_time = *ret_time;
  replay->last_time = *ret_time;
  if (replay->incidents != NULL)
    incident_feed_advance(replay->incidents, *ret_time);
  return true;
}

static void run_row(struct replay *replay, int status) {
  double time;
  const bool readable = begin_row(replay, status, &time);
  for (size_t i = 0; i < replay->columns->count; i++) {
    *replay->now_column = i;
    const struct verdict verdict = readable ? judge(replay, i, time) : nothing;
    if (replay->print_rows)
      print_row(replay, &replay->columns->list[i], &verdict);
  }
  if (replay->flush_rows)
    fflush(stdout);
}

int replay_run(struct replay *replay) {
  replay->first_time = replay->last_time = (double)NAN;
  int status;
  while ((status = csv_next(replay->csv)) != STATUS_NOT_FOUND && status != STATUS_IO &&
         ferror(stdout) == 0) {
    run_row(replay, status);
    if (++replay->rows % ROWS_PER_LOOK == 0)
      progress_update(&replay->progress, csv_bytes(replay->csv), replay->rows);
  }
  progress_clear(&replay->progress);
  return status == STATUS_IO ? STATUS_IO : STATUS_OK;
}
