/*
 * The folder of collectd's csv plugin: HOST/PLUGIN-INSTANCE/TYPE-INSTANCE-DATE,
 * where the date, of the local day, may be missing (FileDate false). Each file
 * is "epoch,value,...", with the names of the data sources.
 *
 * The plugin writes gauges and rates with a decimal point, and counters as they
 * are (StoreRates false) without one: what a number is can be seen from it.
 * types.db says how it counts.
 *
 * Several of collectd's threads may write at once, so that rows swap places; those
 * of a file are put in order.
 */
#include "anomaly/status.h"
#include "engine/describe.h"
#include "engine/identity.h"
#include "history/csv.h"
#include "history/row_sorter.h"
#include "history/source.h"
#include "history/tree.h"
#include "history/types_db.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SOURCES_MAX = 64, DATE_LENGTH = 11 /* "-2024-01-31" */ };

/* One data source of the open file; `number` lasts over the days of a metric. */
struct column_state {
  struct metric_name name;
  struct metric_id id;
  size_t number;
  bool wanted;
  const struct types_source *type; /* NULL: not in types.db */
};

/* What the sorter has of a row, for each column; no sample where the field is none. */
struct cell {
  bool is_sample;
  struct sample sample;
};

struct tree_state {
  struct history_context *context;
  struct tree tree;
  struct types_db types;
  size_t next_file, next_number;
  FILE *file;
  struct csv *csv;
  struct column_state *columns; /* SOURCES_MAX */
  size_t count, at;             /* columns of the file; next one of the row */
  struct row_sorter *sorter;    /* of the open file */
  const struct sorted_row *row;
  bool read; /* all of the file */
};

/* Length of the name without a date. */
static size_t without_date(const char *name) {
  static const char form[] = "-dddd-dd-dd";
  const size_t length = strlen(name);
  if (length <= DATE_LENGTH)
    return length;
  const char *const date = name + length - DATE_LENGTH;
  for (size_t i = 0; i < DATE_LENGTH; i++)
    if (form[i] == 'd' ? isdigit((unsigned char)date[i]) == 0 : date[i] != '-')
      return length;
  return length - DATE_LENGTH;
}

static bool ends_with(const char *name, const char *end) {
  const size_t length = strlen(name), tail = strlen(end);
  return length >= tail && strcmp(name + length - tail, end) == 0;
}

static bool takes(const char *name) { return !ends_with(name, ".rrd"); }

static bool knows(const char *place) {
  struct stat entry;
  return stat(place, &entry) == 0 && S_ISDIR(entry.st_mode);
}

/* By metric, then by date: a name with a date sorts among others as it is without. */
static int by_metric(const void *left, const void *right) {
  const struct tree_file *const one = left;
  const struct tree_file *const other = right;
  const size_t length = without_date(one->name), other_length = without_date(other->name);
  int order = strcmp(one->host, other->host);
  if (order == 0)
    order = strcmp(one->plugin, other->plugin);
  if (order == 0)
    order = strncmp(one->name, other->name, length < other_length ? length : other_length);
  if (order == 0)
    order = (length > other_length) - (length < other_length);
  return order != 0 ? order : strcmp(one->name, other->name);
}

static bool same_metrics(const struct tree_file *one, const struct tree_file *other) {
  const size_t length = without_date(one->name);
  return strcmp(one->host, other->host) == 0 && strcmp(one->plugin, other->plugin) == 0 &&
         without_date(other->name) == length && strncmp(one->name, other->name, length) == 0;
}

static int open_tree(void *of, struct history_context *context) {
  struct tree_state *const state = of;
  state->context = context;
  state->columns = calloc(SOURCES_MAX, sizeof *state->columns);
  if (state->columns == NULL) {
    text_add(&context->why, status_text(STATUS_NO_MEMORY));
    return STATUS_NO_MEMORY;
  }
  int status = tree_list(&state->tree, context, context->place, takes);
  if (status == STATUS_OK)
    status = history_read_types(context, &state->types);
  if (status == STATUS_OK && state->tree.count == 0) {
    text_add(&context->why, "no file HOST/PLUGIN-INSTANCE/TYPE-INSTANCE-DATE is in this folder");
    return STATUS_NOT_FOUND;
  }
  if (status == STATUS_OK)
    qsort(state->tree.files, state->tree.count, sizeof *state->tree.files, by_metric);
  return status;
}

static void close_file(struct tree_state *state) {
  row_sorter_destroy(state->sorter);
  csv_close(state->csv);
  if (state->file != NULL)
    fclose(state->file);
  state->sorter = NULL;
  state->csv = NULL;
  state->file = NULL;
}

/* The metric of one column of a file; false, with a remark, if it is none. */
static bool name_column(struct tree_state *state, const struct tree_file *file, size_t column) {
  struct column_state *const into = &state->columns[column - 1];
  const char *const source = csv_column_name(state->csv, column);
  char type[2 * METRIC_PART_SIZE], why[128];
  struct text text = text_over(type, sizeof type);
  struct text reason = text_over(why, sizeof why);
  text_addf(&text, "%.*s", (int)without_date(file->name), file->name);
  if (text.cut ||
      identity_join(file->host, file->plugin, type, source, &into->name, &reason) != STATUS_OK) {
    history_note(state->context, HISTORY_UNKNOWN, "%.120s, column %.30s", file->path, source);
    return false;
  }
  into->id = metric_name_id(&into->name);
  into->type = types_db_find(&state->types, into->id.part[METRIC_TYPE], source);
  into->wanted = history_wants(state->context, &into->id);
  return true;
}

/* `going_on`: the file is a further day of the metrics that are open. */
static void name_columns(struct tree_state *state, const struct tree_file *file, bool going_on) {
  const size_t found = csv_columns(state->csv) - 1;
  const size_t before = going_on ? state->count : 0;
  state->count = found < SOURCES_MAX ? found : SOURCES_MAX;
  for (size_t i = 0; i < state->count; i++) {
    struct column_state *const column = &state->columns[i];
    char last[METRIC_PART_SIZE] = "";
    if (i < before)
      text_copy(last, sizeof last, column->name.part[METRIC_DATA_SOURCE]);
    if (!name_column(state, file, i + 1))
      column->wanted = false;
    else if (i >= before || strcmp(last, column->name.part[METRIC_DATA_SOURCE]) != 0)
      column->number = state->next_number++;
  }
  state->at = state->count;
}

/* Opens the next file that can be read; STATUS_NOT_FOUND where there is none. */
static int next_file(struct tree_state *state) {
  while (state->next_file < state->tree.count) {
    const size_t index = state->next_file++;
    const struct tree_file *const file = &state->tree.files[index];
    const bool going_on = index > 0 && same_metrics(file, file - 1);
    if (!going_on)
      state->count = 0;
    close_file(state);
    state->file = fopen(file->path, "re");
    const int status = state->file == NULL ? STATUS_IO : csv_open(&state->csv, state->file);
    if (status == STATUS_NO_MEMORY)
      return status;
    if (status == STATUS_IO)
      history_note(state->context, HISTORY_UNREADABLE, "%.110s: %.40s", file->path,
                   strerror(errno));
    else if (status != STATUS_OK || strcmp(csv_column_name(state->csv, 0), "epoch") != 0 ||
             csv_columns(state->csv) < 2)
      history_note(state->context, HISTORY_FOREIGN, "%.150s", file->path);
    else {
      name_columns(state, file, going_on);
      state->read = false;
      return row_sorter_create(&state->sorter, state->count * sizeof(struct cell));
    }
  }
  return STATUS_NOT_FOUND;
}

static bool is_whole(const char *field) {
  field += *field == '-';
  return *field != '\0' && field[strspn(field, "0123456789")] == '\0';
}

/* A number without a point, of a type that is no gauge, is a counter as it stands. */
static bool read_counter(const struct column_state *column, const char *field,
                         struct sample *sample) {
  if (!is_whole(field) || (column->type != NULL && column->type->kind == VALUE_GAUGE))
    return false;
  const enum value_kind kind = column->type != NULL ? column->type->kind : VALUE_DERIVE;
  errno = 0;
  if (kind == VALUE_DERIVE)
    sample->value.derive = strtoll(field, NULL, 10);
  else
    sample->value.counter = strtoull(field, NULL, 10);
  if (errno != 0 || (kind != VALUE_DERIVE && *field == '-'))
    return false;
  sample->kind = kind;
  return true;
}

static bool read_sample(const struct tree_state *state, size_t at, double time,
                        struct sample *ret_sample) {
  const struct column_state *const column = &state->columns[at];
  const char *const field = csv_field(state->csv, at + 1);
  struct sample sample = sample_gauge(time, state->context->settings->interval, (double)NAN);
  double number;
  if (column->type != NULL) {
    sample.min = column->type->min;
    sample.max = column->type->max;
  } else {
    sample.min = 0;
  }
  if (!read_counter(column, field, &sample)) {
    if (*field == '\0' || csv_number(state->csv, at + 1, &number) != STATUS_OK)
      return false;
    sample = sample_gauge(sample.time, sample.interval, number);
  }
  *ret_sample = sample;
  return true;
}

static void note_row(struct tree_state *state, enum history_remark remark) {
  history_note(state->context, remark, "%.120s, line %llu",
               state->tree.files[state->next_file - 1].path,
               (unsigned long long)csv_line(state->csv));
}

static void read_cells(struct tree_state *state, double time, struct cell *cells) {
  for (size_t i = 0; i < state->count; i++) {
    cells[i].is_sample = state->columns[i].wanted && read_sample(state, i, time, &cells[i].sample);
    if (state->columns[i].wanted && !cells[i].is_sample)
      note_row(state, HISTORY_BAD_VALUE);
  }
}

/* Puts the next row into the sorter, if it is one. */
static void read_row(struct tree_state *state) {
  const int status = csv_next(state->csv);
  double time;
  bool late;
  state->read = status == STATUS_NOT_FOUND || status == STATUS_IO;
  if (status == STATUS_IO)
    history_note(state->context, HISTORY_UNREADABLE, "%.150s",
                 state->tree.files[state->next_file - 1].path);
  if (state->read)
    return;
  if (status != STATUS_OK || csv_time(state->csv, 0, &time) != STATUS_OK) {
    note_row(state, status == STATUS_OK ? HISTORY_BAD_TIME : HISTORY_BAD_ROW);
    return;
  }
  read_cells(state, time, (void *)row_sorter_put(state->sorter, time, &late)->cells);
  if (late)
    note_row(state, HISTORY_UNSORTED);
}

/* Goes to the oldest row that was read of this file, or to the next file. */
static int next_row(struct tree_state *state) {
  for (;;) {
    while (state->sorter != NULL && !state->read && !row_sorter_is_full(state->sorter))
      read_row(state);
    state->at = 0;
    state->row = state->sorter != NULL ? row_sorter_take(state->sorter) : NULL;
    if (state->row != NULL)
      return STATUS_OK;
    const int status = next_file(state);
    if (status != STATUS_OK)
      return status;
  }
}

static int next(void *of, struct history_value *ret_value) {
  struct tree_state *const state = of;
  for (;;) {
    const int status = state->row != NULL && state->at < state->count ? STATUS_OK : next_row(state);
    if (status != STATUS_OK)
      return status;
    const struct column_state *const column = &state->columns[state->at];
    const struct cell *const cell =
        &((const struct cell *)(const void *)state->row->cells)[state->at++];
    if (!cell->is_sample)
      continue;
    *ret_value =
        (struct history_value){.metric = column->number, .id = column->id, .sample = cell->sample};
    return STATUS_OK;
  }
}

static double progress(const void *of) {
  const struct tree_state *const state = of;
  const size_t done = state->next_file > 0 ? state->next_file - 1 : 0;
  return (double)done / (double)state->tree.count;
}

static void close_tree(void *of) {
  struct tree_state *const state = of;
  close_file(state);
  free(state->columns);
  types_db_release(&state->types);
  tree_release(&state->tree);
}

const struct history_source collectd_csv_source = {
    .name = "the folder of collectd's csv plugin",
    .state_size = sizeof(struct tree_state),
    .knows = knows,
    .open = open_tree,
    .next = next,
    .progress = progress,
    .close = close_tree,
};
