#include "models/isolation_tree.h"
#include "base/random.h"
#include "stats/clamp.h"

#include <math.h>
#include <stdbool.h>

static const double EULER_GAMMA = 0.57721566490153286;

struct cut {
  uint32_t column;
  float at;
};

size_t isolation_nodes_max(size_t sampled) { return 2 * sampled - 1; }

double isolation_mean_path(size_t count) {
  const double rows = (double)count;
  if (count <= 1)
    return 0;
  return count == 2 ? 1 : 2 * (log(rows - 1) + EULER_GAMMA) - 2 * (rows - 1) / rows;
}

static float cell(const struct isolation_grower *grower, uint32_t row, uint32_t column) {
  return grower->cells[row * grower->columns + column];
}

static bool cut_between(float low, float high, uint64_t *random, float *ret_at) {
  if (!(low < high))
    return false;
  const float at = (float)(low + random_uniform(random) * ((double)high - low));
  *ret_at = at < high ? at : low;
  return true;
}

/* A cut of these rows by a random column; false where all rows are alike. */
static bool draw_cut(struct isolation_grower *grower, const uint32_t *rows, size_t count,
                     struct cut *ret_cut) {
  for (size_t i = 0; i < grower->columns; i++) {
    uint32_t *const other = &grower->order[i + random_below(&grower->random, grower->columns - i)];
    const uint32_t column = *other;
    *other = grower->order[i];
    grower->order[i] = column;
    float low = cell(grower, rows[0], column), high = low;
    for (size_t at = 1; at < count; at++) {
      const float value = cell(grower, rows[at], column);
      low = float_min(low, value);
      high = float_max(high, value);
    }
    ret_cut->column = column;
    if (cut_between(low, high, &grower->random, &ret_cut->at))
      return true;
  }
  return false;
}

/* Rows up to the cut come first; how many they are. */
static size_t part(const struct isolation_grower *grower, const struct cut *cut, uint32_t *rows,
                   size_t count) {
  size_t left = 0;
  for (size_t i = 0; i < count; i++) {
    const uint32_t row = rows[i];
    rows[i] = rows[left];
    rows[left] = row;
    left += cell(grower, row, cut->column) <= cut->at;
  }
  return left;
}

static unsigned depth_limit(size_t sampled) {
  unsigned depth = 1;
  while (((size_t)1 << depth) < sampled)
    depth++;
  return depth;
}

size_t isolation_grow(struct isolation_grower *grower, struct isolation_node *nodes) {
  const unsigned limit = depth_limit(grower->sampled);
  size_t grown = 1, level_end = 1;
  unsigned depth = 0;
  grower->first[0] = 0;
  nodes[0].column_or_count = (uint16_t)grower->sampled;
  for (size_t at = 0; at < grown; at++) {
    if (at == level_end) {
      depth++;
      level_end = grown;
    }
    struct isolation_node *const node = &nodes[at];
    uint32_t *const rows = grower->sample + grower->first[at];
    const size_t count = node->column_or_count;
    struct cut cut;
    if (depth == limit || count == 1 || !draw_cut(grower, rows, count, &cut)) {
      node->value = (float)(depth + isolation_mean_path(count));
      node->left = 0;
      continue;
    }
    const size_t left = part(grower, &cut, rows, count);
    *node = (struct isolation_node){
        .value = cut.at, .column_or_count = (uint16_t)cut.column, .left = (uint16_t)grown};
    nodes[grown].column_or_count = (uint16_t)left;
    nodes[grown + 1].column_or_count = (uint16_t)(count - left);
    grower->first[grown] = grower->first[at];
    grower->first[grown + 1] = (uint32_t)(grower->first[at] + left);
    grown += 2;
  }
  return grown;
}

void isolation_counts(const struct isolation_node *nodes, size_t count, uint16_t *ret_counts) {
  for (size_t i = count; i-- > 0;) {
    const size_t left = nodes[i].left;
    ret_counts[i] =
        left == 0 ? nodes[i].column_or_count : (uint16_t)(ret_counts[left] + ret_counts[left + 1]);
  }
}
