/*
 * RRD files: one, or collectd's folder HOST/PLUGIN-INSTANCE/TYPE-INSTANCE.rrd.
 * They are read by running `rrdtool`, whose library has another licence.
 *
 * Of each file the finest archive is read that covers the time asked for, or
 * all that the file knows. A row of it is the mean over its step, which is told
 * as the value's interval; NaN is a gap. Rates are rates already.
 */
#include "anomaly/status.h"
#include "engine/describe.h"
#include "engine/identity.h"
#include "history/child.h"
#include "history/number.h"
#include "history/rrd_info.h"
#include "history/source.h"
#include "history/tree.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { SOURCES_MAX = 64, LINE_SIZE = 64 * 32 };

struct rrd_column {
  struct metric_name name;
  struct metric_id id;
  size_t number;
  bool wanted;
};

struct rrd_state {
  struct history_context *context;
  struct tree tree;
  struct tree_file single; /* where the place is one file */
  char *single_names;
  size_t next_file, next_number;
  struct rrd_info info;
  struct child child;
  bool running;
  double step; /* of the archive that is read */
  bool began;  /* something but NaN was seen in this file */
  char line[LINE_SIZE];
  char *rest; /* of the row */
  struct rrd_column columns[SOURCES_MAX];
  size_t count, at;
  double time; /* of the row */
};

static bool takes(const char *name) {
  const size_t length = strlen(name);
  return length > 4 && strcasecmp(name + length - 4, ".rrd") == 0;
}

/* A folder is ours where the first file in its depth is. */
static bool knows(const char *place) {
  struct stat entry;
  if (stat(place, &entry) != 0)
    return false;
  if (!S_ISDIR(entry.st_mode))
    return takes(place);
  static const struct history_settings nothing = {.since = 0};
  struct history_report report = {.values = 0};
  struct history_context context = {.place = place, .settings = &nothing, .report = &report};
  char why[64];
  context.why = text_over(why, sizeof why);
  struct tree tree = {.files = NULL};
  const bool found = tree_list(&tree, &context, place, takes) == STATUS_OK && tree.count > 0;
  tree_release(&tree);
  return found;
}

/* The names of HOST/PLUGIN/FILE behind any path; what is missing has a stand-in. */
static int open_single(struct rrd_state *state, const char *place) {
  char *const names = strdup(place);
  if (names == NULL)
    return STATUS_NO_MEMORY;
  state->single_names = names;
  state->single = (struct tree_file){.host = "localhost", .plugin = "rrd", .name = names};
  const char **const into[] = {&state->single.name, &state->single.plugin, &state->single.host};
  for (size_t i = 0; i < 3; i++) {
    char *const slash = strrchr(names, '/');
    const char *const name = slash != NULL ? slash + 1 : names;
    if (*name != '\0' && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
      *into[i] = name;
    if (slash == NULL)
      break;
    *slash = '\0';
  }
  state->single.path = strdup(place);
  return state->single.path == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

static int open_rrd(void *of, struct history_context *context) {
  struct rrd_state *const state = of;
  struct stat entry;
  state->context = context;
  if (stat(context->place, &entry) == 0 && S_ISDIR(entry.st_mode))
    return tree_list(&state->tree, context, context->place, takes);
  const int status = open_single(state, context->place);
  if (status != STATUS_OK)
    text_add(&context->why, status_text(status));
  return status;
}

static size_t file_count(const struct rrd_state *state) {
  return state->single.path != NULL ? 1 : state->tree.count;
}

/* The file that is read, or was last. */
static const struct tree_file *current(const struct rrd_state *state) {
  return state->single.path != NULL ? &state->single : &state->tree.files[state->next_file - 1];
}

/* A path that no option is mistaken for. */
static void print_path(const char *path, struct text *text) {
  text_addf(text, "%s%s", *path == '-' ? "./" : "", path);
}

static int start(struct rrd_state *state, const char *const *argv) {
  const int status = child_start(&state->child, argv);
  state->running = status == STATUS_OK;
  if (state->running)
    return STATUS_OK;
  text_addf(&state->context->why, "rrdtool cannot be run: %s%s", strerror(errno),
            errno == ENOENT ? " (Debian: apt-get install rrdtool)" : "");
  return status;
}

static int finish(struct rrd_state *state) {
  if (!state->running)
    return STATUS_OK;
  state->running = false;
  return child_finish(&state->child);
}

static int read_info(struct rrd_state *state, const char *path) {
  const char *const argv[] = {"rrdtool", "info", path, NULL};
  const int status = start(state, argv);
  if (status != STATUS_OK)
    return status;
  rrd_info_read(&state->info, state->child.output);
  return finish(state) == STATUS_OK ? STATUS_OK : STATUS_CORRUPT;
}

static int start_fetch(struct rrd_state *state, const char *path,
                       const struct rrd_archive *archive) {
  char step[32], from[32], until[32];
  const double seconds = rrd_archive_step(&state->info, archive);
  const double last = floor(state->info.last / seconds) * seconds;
  const double first = rrd_archive_start(&state->info, archive);
  /* A row is called by its end: the first one begins a step before. */
  const double since = ceil(state->context->settings->since / seconds - 1) * seconds;
  snprintf(step, sizeof step, "%.0f", seconds);
  snprintf(from, sizeof from, "%.0f", fmin(fmax(first, since), last));
  snprintf(until, sizeof until, "%.0f", last);
  const char *const argv[] = {"rrdtool", "fetch", path,  "AVERAGE", "--resolution", step, "--start",
                              from,      "--end", until, NULL};
  state->step = seconds;
  state->began = false;
  return start(state, argv);
}

/* The next row of numbers: its time; the values are in state->rest. */
static bool read_row(struct rrd_state *state, double *ret_time) {
  while (fgets(state->line, sizeof state->line, state->child.output) != NULL) {
    state->line[strcspn(state->line, "\n")] = '\0';
    char *const colon = strchr(state->line, ':');
    if (colon == NULL)
      continue;
    *colon = '\0';
    state->rest = colon + 1;
    if (number_parse(state->line, ret_time) == STATUS_OK && *ret_time > 0 &&
        *ret_time <= state->info.last)
      return true;
  }
  return false;
}

/* The next value of the row; false behind the last. */
static bool read_value(struct rrd_state *state, double *ret_value) {
  char *word;
  do
    word = strsep(&state->rest, " ");
  while (word != NULL && *word == '\0');
  return word != NULL && number_parse(word, ret_value) == STATUS_OK;
}

static bool row_is_empty(struct rrd_state *state) {
  char *const rest = state->rest;
  return strpbrk(rest, "0123456789") == NULL;
}

/*
 * When the archive's first known row is; infinite if there is none. Files are
 * often much younger than the longest archive is long.
 */
static int find_first(struct rrd_state *state, const char *path, const struct rrd_archive *archive,
                      double *ret_time) {
  const int status = start_fetch(state, path, archive);
  if (status != STATUS_OK)
    return status;
  double time = 0;
  bool found = false;
  while (!found && read_row(state, &time))
    found = !row_is_empty(state);
  finish(state); /* it may be ended before it has written all */
  *ret_time = found ? time : (double)INFINITY;
  return STATUS_OK;
}

/* "  rx   tx": the names of the data sources, in the first line of a fetch. */
static void name_columns(struct rrd_state *state) {
  const struct tree_file *const file = current(state);
  char type[2 * METRIC_PART_SIZE], why[128];
  struct text type_text = text_over(type, sizeof type);
  text_addf(&type_text, "%.*s", (int)(strlen(file->name) - strlen(".rrd")), file->name);
  char *rest = state->line;
  const char *word;
  state->count = 0;
  state->line[strcspn(state->line, "\n")] = '\0';
  while ((word = strsep(&rest, " ")) != NULL && state->count < SOURCES_MAX) {
    struct rrd_column *const column = &state->columns[state->count];
    struct text reason = text_over(why, sizeof why);
    if (*word == '\0')
      continue;
    column->wanted = false;
    if (type_text.cut ||
        identity_join(file->host, file->plugin, type, word, &column->name, &reason) != STATUS_OK) {
      history_note(state->context, HISTORY_UNKNOWN, "%.120s, %.30s", file->path, word);
    } else {
      column->id = metric_name_id(&column->name);
      column->wanted = history_wants(state->context, &column->id);
    }
    column->number = state->next_number++;
    state->count++;
  }
  state->at = state->count;
}

static void note_coarse(struct rrd_state *state, const char *path) {
  if (state->step <= state->info.step)
    return;
  for (size_t i = 0; i < state->count; i++)
    if (state->columns[i].wanted)
      history_note(state->context, HISTORY_COARSE, "%.100s, %.0f s in place of %.0f", path,
                   state->step, state->info.step);
}

/* STATUS_OK: rows can be read; STATUS_CORRUPT: this file has none. */
static int open_file(struct rrd_state *state) {
  char path[4096];
  struct text text = text_over(path, sizeof path);
  print_path(current(state)->path, &text);
  int status = read_info(state, path);
  if (status != STATUS_OK)
    return status;
  const double since = state->context->settings->since;
  const struct rrd_archive *archive = rrd_info_choose(&state->info, since);
  double first = 0;
  if (archive == NULL)
    return STATUS_CORRUPT;
  status = find_first(state, path, archive, &first);
  if (status == STATUS_OK && first > since)
    archive = rrd_info_choose(&state->info, first);
  if (status == STATUS_OK)
    status = start_fetch(state, path, archive);
  if (status != STATUS_OK)
    return status;
  if (fgets(state->line, sizeof state->line, state->child.output) == NULL)
    state->line[0] = '\0';
  name_columns(state);
  note_coarse(state, path);
  return STATUS_OK;
}

/* Opens the next file that can be read; STATUS_NOT_FOUND where there is none. */
static int next_file(struct rrd_state *state) {
  while (state->next_file < file_count(state) && !history_stopped(state->context)) {
    state->next_file++;
    const int status = open_file(state);
    if (status != STATUS_CORRUPT)
      return status;
    finish(state);
    history_note(state->context, HISTORY_UNREADABLE, "%.150s", current(state)->path);
  }
  return STATUS_NOT_FOUND;
}

static int next_row(struct rrd_state *state) {
  for (;;) {
    const bool found = state->running && read_row(state, &state->time);
    if (!found) {
      if (state->running && finish(state) != STATUS_OK)
        history_note(state->context, HISTORY_UNREADABLE, "%.150s", current(state)->path);
      const int status = next_file(state);
      if (status != STATUS_OK)
        return status;
      continue;
    }
    state->began = state->began || !row_is_empty(state);
    if (state->began)
      break;
  }
  state->at = 0;
  return STATUS_OK;
}

static int next(void *of, struct history_value *ret_value) {
  struct rrd_state *const state = of;
  for (;;) {
    const int status = state->at < state->count ? STATUS_OK : next_row(state);
    if (status != STATUS_OK)
      return status;
    if (state->at >= state->count)
      continue;
    const struct rrd_column *const column = &state->columns[state->at++];
    double number;
    if (!read_value(state, &number)) {
      history_note(state->context, HISTORY_BAD_ROW, "%.150s", current(state)->path);
      state->at = state->count;
      continue;
    }
    if (!column->wanted)
      continue;
    *ret_value = (struct history_value){.metric = column->number,
                                        .id = column->id,
                                        .sample = sample_gauge(state->time, state->step, number)};
    return STATUS_OK;
  }
}

static double progress(const void *of) {
  const struct rrd_state *const state = of;
  const size_t done = state->next_file > 0 ? state->next_file - 1 : 0;
  return (double)done / (double)file_count(state);
}

static void close_rrd(void *of) {
  struct rrd_state *const state = of;
  finish(state);
  tree_release(&state->tree);
  free(state->single.path);
  free(state->single_names);
}

const struct history_source rrd_source = {
    .name = "RRD files",
    .state_size = sizeof(struct rrd_state),
    .knows = knows,
    .open = open_rrd,
    .next = next,
    .progress = progress,
    .close = close_rrd,
};
