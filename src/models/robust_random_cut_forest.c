/*
 * Robust random cut forest: rows whose coming would displace many others.
 *
 * The body is the header, each column's middle, the rows of the window in slots
 * that are used in turn, the trees. At first they are training rows at even distances
 * in time; then each row learnt puts out the oldest.
 */
#include "anomaly/model.h"
#include "anomaly/status.h"
#include "models/cut_tree.h"
#include "stats/clamp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct options {
  uint32_t n_trees, tree_size;
};

static const struct option_row option_rows[] = {
    {.name = "n_trees",
     .kind = OPTION_COUNT,
     .unit = "trees",
     .offset = offsetof(struct options, n_trees),
     .preset = 40,
     .min = 1,
     .max = 200,
     .help = "Trees whose displacements are averaged"},
    {.name = "tree_size",
     .kind = OPTION_COUNT,
     .unit = "rows",
     .offset = offsetof(struct options, tree_size),
     .preset = 256,
     .min = 8,
     .max = CUT_TREE_SIZE_MAX,
     .help = "Rows that are remembered: each one learnt puts out the oldest"},
    OPTION_ROWS_END,
};

struct body {
  uint64_t random;
  double unit; /* rows are kept in it */
  uint32_t trees, slots;
  uint32_t used, next; /* slots */
};

/* Where things are in a body. */
struct layout {
  size_t middles, cells, trees, tree, end;
};

static struct layout layout_of(size_t columns, size_t slots, size_t trees) {
  const struct cut_rows rows = {.slots = slots, .columns = columns};
  struct layout layout = {.middles = sizeof(struct body), .tree = cut_tree_memory(&rows)};
  layout.cells = layout.middles + columns * sizeof(double);
  layout.trees = layout.cells + slots * columns * sizeof(float);
  layout.end = layout.trees + trees * layout.tree;
  return layout;
}

/* A block's parts, to be read. */
struct forest {
  const struct body *body;
  const double *middles;
  struct cut_rows rows;
  const char *trees;
  size_t tree; /* bytes */
};

static struct forest forest_of(const struct block *block) {
  const struct body *const body = block_body_const(block);
  const char *const bytes = (const char *)body;
  const size_t columns = block_columns(block);
  const struct layout layout = layout_of(columns, body->slots, body->trees);
  return (struct forest){
      body,
      (const double *)(const void *)(bytes + layout.middles),
      {(const float *)(const void *)(bytes + layout.cells), body->slots, columns},
      bytes + layout.trees,
      layout.tree};
}

static const struct cut_tree *tree_at(const struct forest *forest, size_t at) {
  return (const struct cut_tree *)(const void *)(forest->trees + at * forest->tree);
}

static void place(const struct forest *forest, const double *row, float *ret_places) {
  for (size_t i = 0; i < forest->rows.columns; i++) {
    const double value = (row[i] - forest->middles[i]) / forest->body->unit;
    ret_places[i] = (float)double_clamp(value, -CUT_TREE_CELL_MAX, CUT_TREE_CELL_MAX);
  }
}

static double score(const struct block *block, const double *row, double *scratch) {
  const struct forest forest = forest_of(block);
  float *const places = (float *)scratch;
  place(&forest, row, places);
  double sum = 0;
  for (size_t i = 0; i < forest.body->trees; i++)
    sum += cut_tree_displacement(tree_at(&forest, i), &forest.rows, places, NULL);
  return sum / forest.body->trees;
}

/* The training row that a fit puts into a slot: rows at even distances, in their order. */
static size_t row_of_slot(size_t slot, size_t used, size_t rows) { return slot * rows / used; }

/* As if the row had not been seen. */
static double score_apart(const struct block *block, const struct matrix *rows, size_t at,
                          double *scratch) {
  const struct forest forest = forest_of(block);
  const double *const row = rows->cells + at * rows->columns;
  const size_t used = forest.body->used, slot = (at * used + rows->rows - 1) / rows->rows;
  if (slot == used || row_of_slot(slot, used, rows->rows) != at)
    return score(block, row, scratch);
  float *const places = (float *)scratch;
  place(&forest, row, places);
  double sum = 0;
  for (size_t i = 0; i < forest.body->trees; i++)
    sum += cut_tree_displacement_within(tree_at(&forest, i), &forest.rows, places);
  return sum / forest.body->trees;
}

static void explain(const struct block *block, const double *row, double *scratch,
                    double *ret_parts) {
  const struct forest forest = forest_of(block);
  float *const places = (float *)scratch;
  place(&forest, row, places);
  memset(ret_parts, 0, block_columns(block) * sizeof *ret_parts);
  for (size_t i = 0; i < forest.body->trees; i++)
    (void)cut_tree_displacement(tree_at(&forest, i), &forest.rows, places, ret_parts);
}

static void learn(struct block *block, const double *row, double *scratch) {
  (void)scratch;
  struct body *const body = block_body(block);
  const struct forest forest = forest_of(block);
  const struct layout layout = layout_of(forest.rows.columns, body->slots, body->trees);
  const uint32_t slot = body->next;
  float *const places = (float *)(void *)((char *)body + layout.cells) + slot * forest.rows.columns;
  char *const trees = (char *)body + layout.trees;
  for (size_t i = 0; i < body->trees && body->used == body->slots; i++)
    cut_tree_remove((struct cut_tree *)(void *)(trees + i * layout.tree), &forest.rows, slot);
  place(&forest, row, places);
  for (size_t i = 0; i < body->trees; i++)
    cut_tree_insert((struct cut_tree *)(void *)(trees + i * layout.tree), &forest.rows, slot,
                    &body->random);
  body->next = (slot + 1) % body->slots;
  body->used += body->used < body->slots;
}

/* Fills in the middles; returns the widest column's half width, or 1 where there is none. */
static double find_middles(const struct matrix *rows, double *middles) {
  double widest = 0;
  for (size_t i = 0; i < rows->columns; i++) {
    double low = rows->cells[i], high = low;
    for (size_t at = 1; at < rows->rows; at++) {
      low = double_min(low, rows->cells[at * rows->columns + i]);
      high = double_max(high, rows->cells[at * rows->columns + i]);
    }
    middles[i] = low / 2 + high / 2;
    widest = double_max(widest, high / 2 - low / 2);
  }
  return widest > 0 ? widest : 1;
}

static int score_rows(const struct block *block, const struct matrix *rows,
                      const struct fit_control *control, double *ret_scores) {
  double *const scratch = calloc(rows->columns, sizeof *scratch);
  if (scratch == NULL)
    return STATUS_NO_MEMORY;
  for (size_t i = 0; i < rows->rows && !fit_stopped(control); i++)
    ret_scores[i] = score_apart(block, rows, i, scratch);
  free(scratch);
  return STATUS_OK;
}

static int fit(const struct matrix *rows, const void *options, const struct fit_control *control,
               double *ret_scores, struct block **ret_block) {
  const struct options *const o = options;
  const struct layout layout = layout_of(rows->columns, o->tree_size, o->n_trees);
  if (layout.end > MODEL_BLOCK_MAX)
    return STATUS_LIMIT;
  struct block *const block = block_create(rows->columns, layout.end, rows->columns);
  if (block == NULL)
    return STATUS_NO_MEMORY;
  struct body *const body = block_body(block);
  *body = (struct body){.random = control->seed, .trees = o->n_trees, .slots = o->tree_size};
  body->unit = find_middles(rows, (double *)(void *)((char *)body + layout.middles));
  const struct forest forest = forest_of(block);
  for (size_t i = 0; i < body->trees; i++)
    cut_tree_init((struct cut_tree *)(void *)((char *)body + layout.trees + i * layout.tree),
                  &forest.rows);
  const size_t used = rows->rows < body->slots ? rows->rows : body->slots;
  size_t slot = 0;
  for (; slot < used && !fit_stopped(control); slot++)
    learn(block, rows->cells + row_of_slot(slot, used, rows->rows) * rows->columns, NULL);
  const int status = slot < used ? STATUS_STOPPED : score_rows(block, rows, control, ret_scores);
  if (status != STATUS_OK) {
    block_destroy(block);
    return status;
  }
  *ret_block = block;
  return STATUS_OK;
}

/* How many slots hold the same row as this one; 0 where a newer one does. */
static size_t count_same(const struct forest *forest, size_t slot) {
  const struct body *const body = forest->body;
  const size_t columns = forest->rows.columns;
  const float *const row = forest->rows.cells + slot * columns;
  const size_t age = (slot + body->slots - body->next) % body->slots;
  size_t same = 0;
  for (size_t other = 0; other < body->used; other++) {
    const float *const row_of_other = forest->rows.cells + other * columns;
    size_t i = 0;
    while (i < columns && row[i] == row_of_other[i])
      i++;
    if (i == columns && (other + body->slots - body->next) % body->slots > age)
      return 0;
    same += i == columns;
  }
  return same;
}

static bool trees_hold(const struct forest *forest, size_t slot, size_t count) {
  for (size_t i = 0; i < forest->body->trees && count > 0; i++)
    if (!cut_tree_holds(tree_at(forest, i), &forest->rows, slot, count))
      return false;
  return true;
}

static bool trees_are_valid(const struct forest *forest) {
  size_t leaves = 0;
  for (size_t i = 0; i < forest->body->used; i++)
    leaves += count_same(forest, i) > 0;
  for (size_t i = 0; i < forest->body->trees; i++)
    if (!cut_tree_is_sound(tree_at(forest, i), &forest->rows, forest->body->used, leaves))
      return false;
  for (size_t i = 0; i < forest->body->used; i++)
    if (!trees_hold(forest, i, count_same(forest, i)))
      return false;
  return true;
}

static bool rows_are_valid(const struct forest *forest) {
  bool valid = true;
  for (size_t i = 0; i < forest->rows.columns; i++)
    valid = valid && isfinite(forest->middles[i]);
  for (size_t i = 0; i < forest->body->used * forest->rows.columns; i++)
    valid = valid && float_within(forest->rows.cells[i], -CUT_TREE_CELL_MAX, CUT_TREE_CELL_MAX);
  return valid;
}

static bool valid(const struct block *block) {
  const size_t columns = block_columns(block), size = block_body_size(block);
  const struct body *const body = block_body_const(block);
  if (size < sizeof *body || block_scratch_own(block) != columns)
    return false;
  if (body->trees == 0 || body->trees > size || body->slots < 2 ||
      body->slots > CUT_TREE_SIZE_MAX || body->used == 0 || body->used > body->slots ||
      body->next != (body->used < body->slots ? body->used : body->next % body->slots) ||
      !isfinite(body->unit) || !(body->unit > 0) ||
      layout_of(columns, body->slots, body->trees).end > size)
    return false;
  const struct forest forest = forest_of(block);
  return rows_are_valid(&forest) && trees_are_valid(&forest);
}

const struct model robust_random_cut_forest_model = {
    .name = "robust_random_cut_forest",
    .summary = "rows whose coming would displace many others of the last few hundred",
    .source = "Guha, Mishra, Roy and Schrijvers, 2016, \"Robust random cut forest based anomaly "
              "detection on streams\"",
    .options = option_rows,
    .options_size = sizeof(struct options),
    .version = 1,
    .rows_min = 1,
    .standardises = true,
    .training = TRAINING_APART,
    .fit = fit,
    .score = score,
    .explain = explain,
    .learn = learn,
    .valid = valid,
};
