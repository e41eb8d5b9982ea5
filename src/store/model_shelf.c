#include "store/model_shelf.h"

#include "anomaly/model.h"
#include "anomaly/status.h"
#include "base/option.h"
#include "engine/describe.h"
#include "store/model_rows.h"

#include <math.h>

enum { OPTIONS_SIZE = 4096 };

/* ---- To the table ------------------------------------------------------------- */

static void print_table(const struct option_table *table, struct text *text) {
  for (const struct option_row *row = table->rows; row->name != NULL; row++) {
    const double value = option_get(row, table->options);
    if (value == row->preset)
      continue;
    text_addf(text, "%s%s = ", text->used > 0 ? ", " : "", row->name);
    option_print(row, value, text);
  }
}

/* Such as `window_size = 500, features = value+diff`. */
static void print_options(const struct model_record *model, struct text *text) {
  for (size_t i = 0; i < model->tables; i++)
    print_table(&model->options[i], text);
}

/* What says which row it is, and how good it was. */
static struct model_row head_of(const struct metric_record *metric,
                                const struct model_record *model, const char *subject) {
  return (struct model_row){.scope = metric->group ? MODEL_OF_GROUP : MODEL_OF_METRIC,
                            .subject = subject,
                            .metric_id = (int64_t)metric->key,
                            .model = model->model,
                            .version = model->version,
                            .input_drift = model->quality.input_drift,
                            .score_drift = model->quality.score_drift};
}

static void describe_block(const struct model_record *model, struct model_row *row) {
  const struct score_summary *const scores = block_scores(model->block);
  row->created = row->train_to = model->created;
  row->train_from = model->from;
  row->since = model->since;
  row->samples = block_rows(model->block);
  row->score_mean = scores->mean;
  row->score_stddev = scores->deviation;
  row->score_min = scores->minimum;
  row->score_max = scores->maximum;
  row->threshold = block_threshold(model->block);
  row->precision = row->recall = row->f1 = NAN;
  row->champion = true;
  row->block = block_bytes(model->block);
  row->bytes = block_size(model->block);
}

static int count_bytes(struct model_shelf *shelf, sqlite3 *database) {
  int64_t bytes = 0;
  const int code = model_rows_bytes(database, &bytes);
  shelf->bytes = (uint64_t)bytes;
  shelf->counted = code == SQLITE_OK;
  return code;
}

static bool has_room(const struct model_shelf *shelf, const struct model_row *row) {
  return row->bytes <= shelf->bytes_most && shelf->bytes <= shelf->bytes_most - row->bytes;
}

/* Earlier versions of all metrics go, once in a checkpoint. */
static int thin(struct model_shelf *shelf, sqlite3 *database) {
  if (shelf->thinned)
    return SQLITE_OK;
  const int code = model_rows_forget(database, 1);
  shelf->thinned = code == SQLITE_OK;
  return code == SQLITE_OK ? count_bytes(shelf, database) : code;
}

/* Then those of the row's own metric and model. */
static int make_room(struct model_shelf *shelf, sqlite3 *database, const struct model_row *row) {
  int64_t freed = 0;
  int code = thin(shelf, database);
  if (code != SQLITE_OK || has_room(shelf, row))
    return code;
  code = model_rows_bytes_like(database, row, &freed);
  if (code == SQLITE_OK)
    code = model_rows_forget_like(database, row, 0);
  if (code == SQLITE_OK)
    shelf->bytes -= (uint64_t)freed < shelf->bytes ? (uint64_t)freed : shelf->bytes;
  return code;
}

/* What goes for it is counted no more, so that it is not taken for a lack of room. */
static int replace_oldest(struct model_shelf *shelf, sqlite3 *database,
                          const struct model_row *row) {
  int64_t id, before = 0, after = 0;
  int code = model_rows_bytes_like(database, row, &before);
  if (code == SQLITE_OK)
    code = model_rows_add(database, row, &id);
  if (code == SQLITE_OK)
    code = model_rows_forget_like(database, row, shelf->keep);
  if (code == SQLITE_OK)
    code = model_rows_bytes_like(database, row, &after);
  shelf->bytes -= (uint64_t)before < shelf->bytes ? (uint64_t)before : shelf->bytes;
  shelf->bytes += (uint64_t)after;
  return code;
}

static int put_row(struct model_shelf *shelf, sqlite3 *database, const struct model_row *row) {
  int code = shelf->counted ? SQLITE_OK : count_bytes(shelf, database);
  if (code == SQLITE_OK && !has_room(shelf, row))
    code = make_room(shelf, database, row);
  if (code != SQLITE_OK)
    return code;
  if (!has_room(shelf, row) || row->bytes > MODEL_ROW_BYTES_MAX) {
    shelf->left_out++;
    return SQLITE_OK;
  }
  code = replace_oldest(shelf, database, row);
  shelf->stored += code == SQLITE_OK;
  return code;
}

int model_shelf_put(struct model_shelf *shelf, struct database *database,
                    const struct metric_record *metric, const struct model_record *model) {
  char name[METRIC_TEXT_SIZE], words[OPTIONS_SIZE];
  struct text subject = text_over(name, sizeof name), options = text_over(words, sizeof words);
  describe_metric(&metric->id, &subject);
  struct model_row row = head_of(metric, model, name);
  if (model->stored)
    return model_rows_judge(database->handle, &row);
  print_options(model, &options);
  row.options = words;
  describe_block(model, &row);
  return put_row(shelf, database->handle, &row);
}

/* ---- And back -------------------------------------------------------------------- */

struct restoring {
  struct model_shelf *shelf;
  struct engine *engine;
};

static struct stored_model stored_of(const struct model_row *row) {
  return (struct stored_model){
      .key = (uint64_t)row->metric_id,
      .model = row->model,
      .version = row->version,
      .from = row->train_from,
      .created = row->created,
      .since = row->since,
      .quality = {.input_drift = row->input_drift, .score_drift = row->score_drift},
      .bytes = row->block,
      .size = row->bytes};
}

static bool is_wanted(void *context, const struct model_row *row) {
  const struct restoring *const restoring = context;
  const struct stored_model stored = stored_of(row);
  return engine_wants_model(restoring->engine, &stored);
}

static void give(void *context, const struct model_row *row) {
  struct restoring *const restoring = context;
  const struct stored_model stored = stored_of(row);
  const bool taken = engine_take_model(restoring->engine, &stored) == STATUS_OK;
  restoring->shelf->restored += taken;
  restoring->shelf->refused += !taken;
}

bool model_shelf_restore(struct model_shelf *shelf, struct database *database,
                         struct health *health, struct engine *engine) {
  struct restoring restoring = {.shelf = shelf, .engine = engine};
  return model_rows_load(database, health, is_wanted, give, &restoring) == STATUS_OK;
}

/* ---- What people want ------------------------------------------------------------ */

/* Of one look; what is beyond waits for the next. */
enum { CROWNS_MOST = 64 };

struct crowning {
  struct model_shelf *shelf;
  struct engine *engine;
  int64_t refused[CROWNS_MOST];
  size_t count;
};

/* The row's crown goes with the next checkpoint, which writes it as the champion. */
static void crown(void *context, const struct model_row *row) {
  struct crowning *const crowning = context;
  const struct stored_model stored = stored_of(row);
  if (crowning->count == CROWNS_MOST)
    return;
  bool went = false;
  const int status = engine_crown_model(crowning->engine, &stored, &went);
  crowning->shelf->crowned += went;
  if (status == STATUS_OK || status == STATUS_NOT_FOUND || status == STATUS_NO_MEMORY)
    return;
  crowning->refused[crowning->count++] = row->id;
  crowning->shelf->refused++;
}

static int uncrown(struct database *database, void *context) {
  const struct crowning *const crowning = context;
  int code = SQLITE_OK;
  for (size_t i = 0; code == SQLITE_OK && i < crowning->count; i++)
    code = model_rows_uncrown(database->handle, crowning->refused[i]);
  return code;
}

bool model_shelf_crown(struct model_shelf *shelf, struct database *database, struct health *health,
                       struct engine *engine) {
  struct crowning crowning = {.shelf = shelf, .engine = engine};
  return model_rows_crowned(database, health, crown, &crowning) == STATUS_OK &&
         (crowning.count == 0 || database_transaction(database, health, uncrown, &crowning));
}
