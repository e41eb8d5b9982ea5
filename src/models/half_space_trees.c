/*
 * Half-space trees: rows where few of the last ones were.
 *
 * A tree halves a random column's range again and again, without a look at the
 * rows; it counts the rows of the last full window (reference) and of the one
 * that is filling (latest) in each part. The body is the header, each column's
 * range, the nodes of all trees, what the latest window counted in each.
 */
#include "anomaly/model.h"
#include "anomaly/status.h"
#include "base/random.h"
#include "models/column_range.h"
#include "stats/clamp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct options {
  uint32_t n_estimators, max_depth, window_size;
};

static const struct option_row option_rows[] = {
    {.name = "n_estimators",
     .kind = OPTION_COUNT,
     .unit = "trees",
     .offset = offsetof(struct options, n_estimators),
     .preset = 25,
     .min = 1,
     .max = 200,
     .help = "Trees whose counts are added up"},
    {.name = "max_depth",
     .kind = OPTION_COUNT,
     .unit = "halvings",
     .offset = offsetof(struct options, max_depth),
     .preset = 10,
     .min = 1,
     .max = 15,
     .help = "How often a tree halves the space; each further one doubles the memory"},
    {.name = "mass_window",
     .kind = OPTION_COUNT,
     .unit = "rows",
     .offset = offsetof(struct options, window_size),
     .preset = 250,
     .min = 10,
     .max = 10000,
     .help = "Rows that are counted before their counts are those that rows are scored by"},
    OPTION_ROWS_END,
};

/* A share of the reference: with fewer rows than it a part is not looked into. */
static const double SIZE_LIMIT = .1;

struct body {
  uint32_t trees, depth, window;
  uint32_t reference, latest; /* rows that were counted */
  uint32_t unused;
};

/* The children of node i are 2 i + 1 and 2 i + 2. */
struct node {
  float middle; /* rows up to it are in the left half */
  uint16_t column;
  uint16_t reference; /* rows */
};

struct forest {
  const struct body *body;
  const struct column_range *ranges;
  const struct node *nodes;
};

/* Beyond this many ranges all values are the same: the trees' own range ends before. */
static const double FARTHEST = 4;

static size_t nodes_of_tree(size_t depth) { return ((size_t)2 << depth) - 1; }

static size_t nodes_offset(size_t columns) {
  return sizeof(struct body) + columns * sizeof(struct column_range);
}

static size_t latest_offset(size_t columns, size_t nodes) {
  return nodes_offset(columns) + nodes * sizeof(struct node);
}

static size_t body_size(size_t columns, size_t nodes) {
  return latest_offset(columns, nodes) + nodes * sizeof(uint16_t);
}

static struct forest forest_of(const struct block *block) {
  const char *const bytes = block_body_const(block);
  const struct body *const body = block_body_const(block);
  return (struct forest){
      body, (const struct column_range *)(const void *)(body + 1),
      (const struct node *)(const void *)(bytes + nodes_offset(block_columns(block)))};
}

static size_t child_of(const struct node *nodes, size_t at, const float *places) {
  return 2 * at + 1 + (places[nodes[at].column] > nodes[at].middle);
}

/* The rows that there would be if all parts were like the smallest one that is looked into. */
static double mass_of(const struct node *nodes, const struct body *body, const float *places) {
  const double limit = SIZE_LIMIT * body->reference;
  size_t at = 0;
  unsigned depth = 0;
  while (depth < body->depth && nodes[at].reference > limit) {
    at = child_of(nodes, at, places);
    depth++;
  }
  return ldexp(nodes[at].reference, (int)depth);
}

/* In halvings: how much emptier it is around the row than if rows were everywhere. */
static double score(const struct block *block, const double *row, double *scratch) {
  const struct forest forest = forest_of(block);
  float *const places = (float *)scratch;
  const size_t nodes = nodes_of_tree(forest.body->depth);
  double sum = 0;
  column_ranges_place(forest.ranges, block_columns(block), row, FARTHEST, places);
  for (size_t i = 0; i < forest.body->trees; i++)
    sum += mass_of(forest.nodes + i * nodes, forest.body, places);
  return -log2((1 + sum) / ((double)forest.body->trees * forest.body->reference));
}

static void count_row(struct block *block, const float *places) {
  const struct forest forest = forest_of(block);
  const size_t nodes = nodes_of_tree(forest.body->depth);
  uint16_t *const latest =
      (uint16_t *)(void *)((char *)block_body(block) +
                           latest_offset(block_columns(block), nodes * forest.body->trees));
  for (size_t i = 0; i < forest.body->trees; i++) {
    size_t at = 0;
    latest[i * nodes]++;
    for (unsigned depth = 0; depth < forest.body->depth; depth++) {
      at = child_of(forest.nodes + i * nodes, at, places);
      latest[i * nodes + at]++;
    }
  }
}

/* The latest window is the reference from now on, and a new one begins. */
static void turn_windows(struct block *block) {
  struct body *const body = block_body(block);
  const size_t columns = block_columns(block), nodes = nodes_of_tree(body->depth) * body->trees;
  struct node *const node = (struct node *)(void *)((char *)body + nodes_offset(columns));
  uint16_t *const latest = (uint16_t *)(void *)((char *)body + latest_offset(columns, nodes));
  for (size_t i = 0; i < nodes; i++)
    node[i].reference = latest[i];
  memset(latest, 0, nodes * sizeof *latest);
  body->reference = body->latest;
  body->latest = 0;
}

static void learn(struct block *block, const double *row, double *scratch) {
  struct body *const body = block_body(block);
  column_ranges_place(forest_of(block).ranges, block_columns(block), row, FARTHEST,
                      (float *)scratch);
  count_row(block, (const float *)scratch);
  if (++body->latest == body->window)
    turn_windows(block);
}

/* A tree's own range of a column: around a random point, and the training rows' well within. */
struct span {
  float low, high;
};

static struct span draw_span(uint64_t *random) {
  const double point = random_uniform(random);
  const double half = 2 * double_max(point, 1 - point);
  return (struct span){(float)(point - half), (float)(point + half)};
}

struct grower {
  struct span *spans; /* of each column, in the node at hand */
  size_t columns;
  uint64_t random;
};

static void grow(struct grower *grower, struct node *nodes, size_t at, unsigned depth) {
  if (depth == 0)
    return;
  const size_t column = random_below(&grower->random, grower->columns);
  struct span *const span = &grower->spans[column];
  const struct span whole = *span;
  nodes[at].column = (uint16_t)column;
  nodes[at].middle = (whole.low + whole.high) / 2;
  span->high = nodes[at].middle;
  grow(grower, nodes, 2 * at + 1, depth - 1);
  *span = (struct span){nodes[at].middle, whole.high};
  grow(grower, nodes, 2 * at + 2, depth - 1);
  *span = whole;
}

static void grow_trees(struct block *block, double *work, uint64_t seed) {
  struct body *const body = block_body(block);
  const size_t columns = block_columns(block);
  struct grower grower = {.spans = (struct span *)work, .columns = columns, .random = seed};
  struct node *const nodes = (struct node *)(void *)((char *)body + nodes_offset(columns));
  for (size_t i = 0; i < body->trees; i++) {
    for (size_t column = 0; column < columns; column++)
      grower.spans[column] = draw_span(&grower.random);
    grow(&grower, nodes + i * nodes_of_tree(body->depth), 0, body->depth);
  }
}

/* The first reference: training rows at even distances in time. */
static void count_training(struct block *block, const struct matrix *rows, double *work) {
  struct body *const body = block_body(block);
  const size_t used = rows->rows < body->window ? rows->rows : body->window;
  for (size_t i = 0; i < used; i++) {
    const double *const row = rows->cells + i * rows->rows / used * rows->columns;
    column_ranges_place(forest_of(block).ranges, rows->columns, row, FARTHEST, (float *)work);
    count_row(block, (const float *)work);
  }
  body->latest = (uint32_t)used;
  turn_windows(block);
}

static int fit(const struct matrix *rows, const void *options, const struct fit_control *control,
               double *ret_scores, struct block **ret_block) {
  (void)ret_scores;
  const struct options *const o = options;
  const size_t columns = rows->columns, nodes = nodes_of_tree(o->max_depth) * o->n_estimators;
  if (fit_stopped(control))
    return STATUS_STOPPED;
  double *const work = calloc(columns, sizeof *work);
  struct block *const block = block_create(columns, body_size(columns, nodes), columns);
  if (work == NULL || block == NULL) {
    free(work);
    block_destroy(block);
    return STATUS_NO_MEMORY;
  }
  struct body *const body = block_body(block);
  *body = (struct body){.trees = o->n_estimators, .depth = o->max_depth, .window = o->window_size};
  struct column_range *const ranges = (struct column_range *)(void *)(body + 1);
  column_ranges_find(rows, ranges);
  grow_trees(block, work, control->seed);
  count_training(block, rows, work);
  free(work);
  *ret_block = block;
  return STATUS_OK;
}

static bool tree_is_valid(const struct node *nodes, const uint16_t *latest, const struct body *body,
                          size_t columns) {
  const size_t count = nodes_of_tree(body->depth);
  bool valid = nodes[0].reference == body->reference && latest[0] == body->latest;
  for (size_t i = 0; i < count / 2; i++)
    valid = valid && float_within(nodes[i].middle, (float)-FARTHEST, (float)FARTHEST) &&
            nodes[i].column < columns &&
            nodes[i].reference == nodes[2 * i + 1].reference + nodes[2 * i + 2].reference &&
            latest[i] == latest[2 * i + 1] + latest[2 * i + 2];
  return valid;
}

static bool valid(const struct block *block) {
  const size_t columns = block_columns(block), size = block_body_size(block);
  const struct forest forest = forest_of(block);
  const struct body *const body = forest.body;
  if (size < sizeof *body || block_scratch_own(block) != columns || body->trees == 0 ||
      body->trees > size || body->depth == 0 || body->depth > 15 || body->reference == 0 ||
      body->reference > UINT16_MAX || body->window > UINT16_MAX || body->latest >= body->window)
    return false;
  const size_t nodes = nodes_of_tree(body->depth);
  if (body_size(columns, nodes * body->trees) > size)
    return false;
  bool fine = column_ranges_valid(forest.ranges, columns);
  const uint16_t *const latest =
      (const uint16_t *)(const void *)((const char *)body +
                                       latest_offset(columns, nodes * body->trees));
  for (size_t i = 0; i < body->trees && fine; i++)
    fine = tree_is_valid(forest.nodes + i * nodes, latest + i * nodes, body, columns);
  return fine;
}

const struct model half_space_trees_model = {
    .name = "half_space_trees",
    .summary = "rows where few of the last few hundred were",
    .source = "Tan, Ting and Liu, 2011, \"Fast anomaly detection for streaming data\"",
    .options = option_rows,
    .options_size = sizeof(struct options),
    .version = 1,
    .rows_min = 1,
    .fit = fit,
    .score = score,
    .learn = learn,
    .valid = valid,
};
