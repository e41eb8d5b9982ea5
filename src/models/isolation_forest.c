/*
 * Isolation forest: rows that few random cuts set apart from all others.
 *
 * The body is the header, the range of each column, where each tree begins (and
 * the last one ends), the nodes of all trees.
 */
#include "anomaly/model.h"
#include "anomaly/status.h"
#include "base/random.h"
#include "models/column_range.h"
#include "models/isolation_tree.h"
#include "stats/clamp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct options {
  uint32_t n_estimators, max_samples;
};

static const struct option_row option_rows[] = {
    {.name = "n_estimators",
     .kind = OPTION_COUNT,
     .unit = "trees",
     .offset = offsetof(struct options, n_estimators),
     .preset = 100,
     .min = 1,
     .max = 1000,
     .help = "Trees whose paths are averaged"},
    {.name = "max_samples",
     .kind = OPTION_COUNT,
     .unit = "rows",
     .offset = offsetof(struct options, max_samples),
     .preset = 256,
     .min = 2,
     .max = ISOLATION_SAMPLE_MAX,
     .help = "Rows that each tree is grown from, drawn without repeats"},
    OPTION_ROWS_END,
};

struct body {
  uint32_t trees, nodes;
  double usual; /* mean path of a tree's sample; 0 where it was one row */
};

struct forest {
  const struct body *body;
  const struct column_range *ranges;
  const uint32_t *first; /* of body->trees + 1 */
  const struct isolation_node *nodes;
};

static size_t nodes_offset(size_t columns, size_t trees) {
  return sizeof(struct body) + columns * sizeof(struct column_range) +
         (trees + 1) * sizeof(uint32_t);
}

static struct forest forest_of(const struct block *block) {
  const struct body *const body = block_body_const(block);
  const struct column_range *const ranges = (const struct column_range *)(body + 1);
  const uint32_t *const first = (const uint32_t *)(ranges + block_columns(block));
  return (struct forest){body, ranges, first,
                         (const struct isolation_node *)(first + body->trees + 1)};
}

/* A place for each column, then what `explain` wants: a count for each node of a tree. */
static size_t scratch_of(size_t columns, const uint32_t *first, size_t trees) {
  size_t largest = 0;
  for (size_t i = 0; i < trees; i++)
    largest = first[i + 1] - first[i] > largest ? first[i + 1] - first[i] : largest;
  return columns + largest * sizeof(uint16_t) / sizeof(double) + 1;
}

/* Beyond that many spans from the training rows all values are the same to the trees. */
static const double REACH = 1;

static double path(const struct isolation_node *nodes, const float *places) {
  const struct isolation_node *node = nodes;
  while (node->left != 0)
    node = &nodes[node->left + (places[node->column_or_count] > node->value)];
  return node->value;
}

static double score(const struct block *block, const double *row, double *scratch) {
  const struct forest forest = forest_of(block);
  float *const places = (float *)scratch;
  column_ranges_place(forest.ranges, block_columns(block), row, REACH, places);
  double sum = 0;
  for (uint32_t i = 0; i < forest.body->trees; i++)
    sum += path(forest.nodes + forest.first[i], places);
  if (forest.body->usual <= 0)
    return 0;
  return exp2(-sum / (forest.body->trees * forest.body->usual)) - .5;
}

/* A cut's gain is the path that it saves: all gains of a path add up to its score's exponent. */
static void add_gains(const struct isolation_node *nodes, const uint16_t *counts,
                      const float *places, double *parts) {
  for (size_t at = 0; nodes[at].left != 0;) {
    const uint16_t column = nodes[at].column_or_count;
    const size_t next = nodes[at].left + (places[column] > nodes[at].value);
    parts[column] += isolation_mean_path(counts[at]) - 1 - isolation_mean_path(counts[next]);
    at = next;
  }
}

static void explain(const struct block *block, const double *row, double *scratch,
                    double *ret_parts) {
  const struct forest forest = forest_of(block);
  float *const places = (float *)scratch;
  const size_t columns = block_columns(block);
  uint16_t *const counts = (uint16_t *)(scratch + columns);
  column_ranges_place(forest.ranges, columns, row, REACH, places);
  memset(ret_parts, 0, columns * sizeof *ret_parts);
  for (uint32_t i = 0; i < forest.body->trees; i++) {
    const struct isolation_node *const nodes = forest.nodes + forest.first[i];
    isolation_counts(nodes, forest.first[i + 1] - forest.first[i], counts);
    add_gains(nodes, counts, places, ret_parts);
  }
  for (size_t i = 0; i < columns; i++)
    ret_parts[i] = fmax(ret_parts[i], 0);
}

/* What a fit works with. */
struct work {
  struct column_range *ranges;
  float *cells;
  uint32_t *sample, *order, *node_first, *tree_first;
  struct isolation_node *nodes; /* grows */
  size_t nodes_room;
};

static void work_release(struct work *work) {
  free(work->ranges);
  free(work->cells);
  free(work->sample);
  free(work->order);
  free(work->node_first);
  free(work->tree_first);
  free(work->nodes);
}

static int work_init(struct work *work, const struct matrix *rows, size_t sampled, size_t trees) {
  *work = (struct work){
      .ranges = calloc(rows->columns, sizeof *work->ranges),
      .cells = calloc(rows->rows * rows->columns, sizeof *work->cells),
      .sample = calloc(rows->rows, sizeof *work->sample),
      .order = calloc(rows->columns, sizeof *work->order),
      .node_first = calloc(isolation_nodes_max(sampled), sizeof *work->node_first),
      .tree_first = calloc(trees + 1, sizeof *work->tree_first),
  };
  if (work->ranges == NULL || work->cells == NULL || work->sample == NULL || work->order == NULL ||
      work->node_first == NULL || work->tree_first == NULL)
    return STATUS_NO_MEMORY;
  column_ranges_find(rows, work->ranges);
  for (size_t i = 0; i < rows->columns; i++)
    work->order[i] = (uint32_t)i;
  for (size_t i = 0; i < rows->rows; i++)
    column_ranges_place(work->ranges, rows->columns, rows->cells + i * rows->columns, REACH,
                        work->cells + i * rows->columns);
  return STATUS_OK;
}

static int make_room(struct work *work, size_t nodes) {
  if (nodes <= work->nodes_room)
    return STATUS_OK;
  const size_t room = nodes + nodes / 2;
  struct isolation_node *const moved = realloc(work->nodes, room * sizeof *moved);
  if (moved == NULL)
    return STATUS_NO_MEMORY;
  work->nodes = moved;
  work->nodes_room = room;
  return STATUS_OK;
}

static int grow_trees(struct work *work, const struct matrix *rows, size_t sampled, size_t trees,
                      const struct fit_control *control) {
  struct isolation_grower grower = {
      .cells = work->cells,
      .columns = rows->columns,
      .sample = work->sample,
      .sampled = sampled,
      .order = work->order,
      .first = work->node_first,
      .random = control->seed,
  };
  for (size_t i = 0; i < trees; i++) {
    const size_t grown = work->tree_first[i];
    if (fit_stopped(control))
      return STATUS_STOPPED;
    if (make_room(work, grown + isolation_nodes_max(sampled)) != STATUS_OK)
      return STATUS_NO_MEMORY;
    random_choice(&grower.random, work->sample, rows->rows, sampled);
    work->tree_first[i + 1] = (uint32_t)(grown + isolation_grow(&grower, work->nodes + grown));
  }
  return STATUS_OK;
}

static struct block *make_block(const struct work *work, size_t columns, size_t sampled,
                                size_t trees) {
  const size_t nodes = work->tree_first[trees];
  struct block *const block =
      block_create(columns, nodes_offset(columns, trees) + nodes * sizeof *work->nodes,
                   scratch_of(columns, work->tree_first, trees));
  if (block == NULL)
    return NULL;
  struct body *const body = block_body(block);
  *body = (struct body){(uint32_t)trees, (uint32_t)nodes, isolation_mean_path(sampled)};
  struct column_range *const ranges = (struct column_range *)(body + 1);
  memcpy(ranges, work->ranges, columns * sizeof *ranges);
  memcpy(ranges + columns, work->tree_first, (trees + 1) * sizeof *work->tree_first);
  memcpy((char *)body + nodes_offset(columns, trees), work->nodes, nodes * sizeof *work->nodes);
  return block;
}

static int fit(const struct matrix *rows, const void *options, const struct fit_control *control,
               double *ret_scores, struct block **ret_block) {
  (void)ret_scores;
  const struct options *const o = options;
  const size_t sampled = o->max_samples < rows->rows ? o->max_samples : rows->rows;
  struct work work;
  int status = work_init(&work, rows, sampled, o->n_estimators);
  if (status == STATUS_OK)
    status = grow_trees(&work, rows, sampled, o->n_estimators, control);
  if (status == STATUS_OK) {
    struct block *const block = make_block(&work, rows->columns, sampled, o->n_estimators);
    if (block != NULL)
      *ret_block = block;
    else
      status = STATUS_NO_MEMORY;
  }
  work_release(&work);
  return status;
}

/* Breadth-first order: each inner node's children are the next two that are nobody's yet. */
static bool tree_is_valid(const struct isolation_node *nodes, size_t count, size_t columns) {
  size_t free_child = 1, rows = 0;
  bool valid = count > 0;
  for (size_t i = 0; i < count && valid; i++) {
    const struct isolation_node *const node = &nodes[i];
    valid = float_within(node->value, 0, ISOLATION_SAMPLE_MAX);
    if (node->left == 0) {
      valid = valid && node->column_or_count > 0;
      rows += node->column_or_count;
    } else {
      valid = valid && node->column_or_count < columns && free_child > i &&
              node->left == free_child && free_child + 2 <= count;
      free_child += 2;
    }
  }
  return valid && free_child == count && rows <= ISOLATION_SAMPLE_MAX;
}

static bool valid(const struct block *block) {
  const size_t columns = block_columns(block), size = block_body_size(block);
  if (size < sizeof(struct body))
    return false;
  const struct forest forest = forest_of(block);
  const struct body *const body = forest.body;
  if (body->trees == 0 || body->trees > MODEL_BLOCK_MAX / sizeof(struct isolation_node) ||
      size < nodes_offset(columns, body->trees) + (size_t)body->nodes * sizeof *forest.nodes ||
      !isfinite(body->usual) || !column_ranges_valid(forest.ranges, columns) ||
      forest.first[0] != 0 || forest.first[body->trees] != body->nodes)
    return false;
  for (uint32_t i = 0; i < body->trees; i++) {
    const uint32_t first = forest.first[i], end = forest.first[i + 1];
    if (first > end || end > body->nodes ||
        !tree_is_valid(forest.nodes + first, end - first, columns))
      return false;
  }
  return block_scratch_own(block) == scratch_of(columns, forest.first, body->trees);
}

const struct model isolation_forest_model = {
    .name = "isolation_forest",
    .summary = "rows that few random cuts set apart from all others",
    .source = "Liu, Ting and Zhou, 2008, \"Isolation forest\"",
    .options = option_rows,
    .options_size = sizeof(struct options),
    .version = 2,
    .rows_min = 1,
    .fit = fit,
    .score = score,
    .explain = explain,
    .valid = valid,
};
