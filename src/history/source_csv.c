/* A CSV file: what `anomalyctl detect` reads. */
#include "anomaly/status.h"
#include "engine/describe.h"
#include "history/columns.h"
#include "history/input.h"
#include "history/row_sorter.h"
#include "history/source.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>

struct cell {
  double number;
  bool is_number;
};

/* A row in the sorter: its label, and a cell for each column that is a metric. */
struct csv_row {
  bool labelled;
  struct cell cells[];
};

struct csv_state {
  struct history_context *context;
  FILE *file;
  double size; /* bytes; 0 where it is not known */
  struct csv *csv;
  struct columns columns;
  const char **chosen; /* names of the columns that are metrics */
  ptrdiff_t label;     /* column of labels; -1: none */
  struct row_sorter *sorter;
  bool read; /* all that there is, or that is wanted */
  const struct sorted_row *row;
  size_t at;               /* next column of the row; columns.count: the row is used up */
  uint64_t *numbers, *bad; /* by column: values that were numbers, and that were none */
};

/* Anything may be a CSV file: this source is asked last. */
static bool knows(const char *place) {
  (void)place;
  return true;
}

static int open_file(struct csv_state *state) {
  struct history_context *const context = state->context;
  struct stat file;
  state->file = input_open(context->place);
  if (state->file == NULL) {
    text_add(&context->why, input_error(errno));
    return STATUS_IO;
  }
  if (fstat(fileno(state->file), &file) == 0 && S_ISREG(file.st_mode))
    state->size = (double)file.st_size;
  return csv_open_or_why(&state->csv, state->file, "timestamp,value", &context->why);
}

/* Names every column but the first and the labels'. */
static int choose(struct csv_state *state, size_t *ret_count) {
  const char *const label = state->context->settings->label_column;
  const size_t columns = csv_columns(state->csv);
  state->label = label != NULL ? csv_column_find(state->csv, label) : -1;
  if (label != NULL && state->label < 1) {
    text_addf(&state->context->why, "there is no column \"%.64s\"", label);
    return STATUS_INVALID;
  }
  state->chosen = calloc(columns, sizeof *state->chosen);
  if (state->chosen == NULL)
    return STATUS_NO_MEMORY;
  size_t count = 0;
  for (size_t i = 1; i < columns; i++)
    if ((ptrdiff_t)i != state->label)
      state->chosen[count++] = csv_column_name(state->csv, i);
  *ret_count = count;
  return STATUS_OK;
}

/* Leaves out what is not wanted. */
static void keep_wanted(struct csv_state *state) {
  struct columns *const columns = &state->columns;
  size_t kept = 0;
  for (size_t i = 0; i < columns->count; i++) {
    if (!history_wants(state->context, &columns->list[i].id))
      continue;
    columns->list[kept] = columns->list[i];
    columns->list[kept].id = metric_name_id(&columns->list[kept].name);
    kept++;
  }
  columns->count = kept;
}

static int open_columns(struct csv_state *state) {
  size_t count = 0;
  int status = choose(state, &count);
  if (status == STATUS_OK)
    status = columns_create(&state->columns, state->csv, state->context->settings->metric,
                            state->label >= 0 ? state->chosen : NULL, state->label >= 0 ? count : 0,
                            &state->context->why);
  if (status != STATUS_OK)
    return status;
  keep_wanted(state);
  state->at = state->columns.count;
  state->numbers = calloc(state->columns.count + 1, sizeof *state->numbers);
  state->bad = calloc(state->columns.count + 1, sizeof *state->bad);
  if (state->numbers == NULL || state->bad == NULL)
    return STATUS_NO_MEMORY;
  return row_sorter_create(&state->sorter,
                           sizeof(struct csv_row) + state->columns.count * sizeof(struct cell));
}

static int open_csv(void *of, struct history_context *context) {
  struct csv_state *const state = of;
  state->context = context;
  int status = open_file(state);
  if (status == STATUS_OK)
    status = open_columns(state);
  if (status == STATUS_NO_MEMORY && context->why.used == 0)
    text_add(&context->why, status_text(status));
  return status;
}

/* A column in which nothing is a number is no metric; in any other it is a bad value. */
static void note_columns(struct csv_state *state) {
  for (size_t i = 0; i < state->columns.count; i++) {
    if (state->numbers[i] == 0 && state->bad[i] > 0)
      history_note(state->context, HISTORY_UNKNOWN, "%s, column %.64s", state->context->place,
                   state->columns.list[i].label);
    else
      state->context->report->remarks[HISTORY_BAD_VALUE].count += state->bad[i];
    state->bad[i] = 0;
  }
}

static bool is_label(const struct csv_state *state) {
  double number;
  return state->label >= 0 && csv_number(state->csv, (size_t)state->label, &number) == STATUS_OK &&
         number > 0;
}

static void note_bad_value(struct csv_state *state, size_t column) {
  char *const first = state->context->report->remarks[HISTORY_BAD_VALUE].first;
  if (*first == '\0')
    snprintf(first, sizeof state->context->report->remarks[HISTORY_BAD_VALUE].first,
             "%s, line %llu", state->context->place, (unsigned long long)csv_line(state->csv));
  state->bad[column]++;
}

static void read_cells(struct csv_state *state, struct csv_row *row) {
  row->labelled = is_label(state);
  for (size_t i = 0; i < state->columns.count; i++) {
    struct cell *const cell = &row->cells[i];
    cell->is_number =
        csv_number(state->csv, state->columns.list[i].field, &cell->number) == STATUS_OK;
    if (cell->is_number)
      state->numbers[i]++;
    else
      note_bad_value(state, i);
  }
}

/* Puts the next row that has a time into the sorter; STATUS_NOT_FOUND at the end. */
static int read_row(struct csv_state *state) {
  for (;;) {
    const int status = csv_next(state->csv);
    const unsigned long long line = csv_line(state->csv);
    double time;
    bool late;
    if (status == STATUS_IO && history_stopped(state->context))
      return STATUS_NOT_FOUND;
    if (status == STATUS_IO)
      text_add(&state->context->why, input_error(errno));
    if (status == STATUS_NOT_FOUND || status == STATUS_IO)
      return status;
    if (status != STATUS_OK) {
      history_note(state->context, HISTORY_BAD_ROW, "%s, line %llu", state->context->place, line);
      continue;
    }
    if (csv_time(state->csv, 0, &time) != STATUS_OK) {
      history_note(state->context, HISTORY_BAD_TIME, "%s, line %llu", state->context->place, line);
      continue;
    }
    read_cells(state, (void *)row_sorter_put(state->sorter, time, &late)->cells);
    if (late)
      history_note(state->context, HISTORY_UNSORTED, "%s, line %llu", state->context->place, line);
    return STATUS_OK;
  }
}

/* Goes to the oldest row that was read; STATUS_NOT_FOUND at the end. */
static int next_row(struct csv_state *state) {
  while (!state->read && !row_sorter_is_full(state->sorter)) {
    const int status = history_stopped(state->context) ? STATUS_NOT_FOUND : read_row(state);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
      return status;
    state->read = status == STATUS_NOT_FOUND;
    if (state->read)
      note_columns(state);
  }
  state->row = row_sorter_take(state->sorter);
  state->at = 0;
  return state->row != NULL ? STATUS_OK : STATUS_NOT_FOUND;
}

static int next(void *of, struct history_value *ret_value) {
  struct csv_state *const state = of;
  for (;;) {
    const int status = state->at < state->columns.count ? STATUS_OK : next_row(state);
    if (status != STATUS_OK)
      return status;
    if (state->columns.count == 0)
      continue;
    const size_t index = state->at++;
    const struct csv_row *const row = (const void *)state->row->cells;
    const struct cell *const cell = &row->cells[index];
    if (!cell->is_number)
      continue;
    *ret_value = (struct history_value){
        .metric = index,
        .id = state->columns.list[index].id,
        .sample = sample_gauge(state->row->time, state->context->settings->interval, cell->number),
        .labelled = row->labelled};
    return STATUS_OK;
  }
}

static double progress(const void *of) {
  const struct csv_state *const state = of;
  return state->size > 0 ? fmin((double)csv_bytes(state->csv) / state->size, 1) : (double)NAN;
}

static void close_csv(void *of) {
  struct csv_state *const state = of;
  row_sorter_destroy(state->sorter);
  free(state->bad);
  free(state->numbers);
  columns_release(&state->columns);
  free(state->chosen);
  csv_close(state->csv);
  input_close(state->file);
}

const struct history_source csv_source = {
    .name = "a CSV file",
    .state_size = sizeof(struct csv_state),
    .drains = true,
    .knows = knows,
    .open = open_csv,
    .next = next,
    .progress = progress,
    .close = close_csv,
};
