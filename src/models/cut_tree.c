/*
 * A tree is its head, a leaf for each slot, its nodes, a box for each node: the
 * least of each column, then the largest. Rows that are the same share the leaf
 * of the newest. Nodes that are free are linked by `left` and have no rows.
 */
#include "models/cut_tree.h"
#include "base/random.h"
#include "stats/clamp.h"

#include <string.h>

static const cut_link NONE = UINT16_MAX;

struct leaf {
  cut_link parent;
  uint16_t count; /* rows */
};

struct node {
  float cut; /* rows up to it are on the left */
  cut_link parent, left, right;
  uint16_t count, column;
  uint16_t unused;
};

/* A tree's parts, to be read; links are taken to be sound. */
struct view {
  const struct cut_rows *rows;
  cut_link root;
  const struct leaf *leaves;
  const struct node *nodes;
  const float *boxes;
};

/* The same, to be written. */
struct parts {
  struct cut_tree *tree;
  struct leaf *leaves;
  struct node *nodes;
  float *boxes;
};

static size_t nodes_offset(const struct cut_rows *rows) {
  return sizeof(struct cut_tree) + rows->slots * sizeof(struct leaf);
}

static size_t boxes_offset(const struct cut_rows *rows) {
  return nodes_offset(rows) + (rows->slots - 1) * sizeof(struct node);
}

size_t cut_tree_memory(const struct cut_rows *rows) {
  return boxes_offset(rows) + (rows->slots - 1) * 2 * rows->columns * sizeof(float);
}

static struct view view_of(const struct cut_tree *tree, const struct cut_rows *rows) {
  const char *const bytes = (const char *)tree;
  return (struct view){rows, tree->root, (const struct leaf *)(tree + 1),
                       (const struct node *)(const void *)(bytes + nodes_offset(rows)),
                       (const float *)(const void *)(bytes + boxes_offset(rows))};
}

static struct parts parts_of(struct cut_tree *tree, const struct cut_rows *rows) {
  char *const bytes = (char *)tree;
  return (struct parts){tree, (struct leaf *)(tree + 1),
                        (struct node *)(void *)(bytes + nodes_offset(rows)),
                        (float *)(void *)(bytes + boxes_offset(rows))};
}

static bool is_leaf(const struct cut_rows *rows, cut_link link) { return link < rows->slots; }

static const float *row_at(const struct cut_rows *rows, size_t slot) {
  return rows->cells + slot * rows->columns;
}

static bool same_row(const struct cut_rows *rows, const float *a, const float *b) {
  size_t same = 0;
  while (same < rows->columns && a[same] == b[same])
    same++;
  return same == rows->columns;
}

static const struct node *node_at(const struct view *view, cut_link link) {
  return &view->nodes[link - view->rows->slots];
}

static const float *low_of(const struct view *view, cut_link link) {
  if (is_leaf(view->rows, link))
    return row_at(view->rows, link);
  return view->boxes + (link - view->rows->slots) * 2 * view->rows->columns;
}

static const float *high_of(const struct view *view, cut_link link) {
  return low_of(view, link) + (is_leaf(view->rows, link) ? 0 : view->rows->columns);
}

static unsigned count_of(const struct view *view, cut_link link) {
  return is_leaf(view->rows, link) ? view->leaves[link].count : node_at(view, link)->count;
}

static cut_link parent_of(const struct view *view, cut_link link) {
  return is_leaf(view->rows, link) ? view->leaves[link].parent : node_at(view, link)->parent;
}

static cut_link child_towards(const struct node *node, const float *row) {
  return row[node->column] <= node->cut ? node->left : node->right;
}

static cut_link sibling_of(const struct node *parent, cut_link child) {
  return parent->left == child ? parent->right : parent->left;
}

static cut_link find_leaf(const struct view *view, const float *row) {
  cut_link at = view->root;
  while (!is_leaf(view->rows, at))
    at = child_towards(node_at(view, at), row);
  return at;
}

void cut_tree_init(struct cut_tree *tree, const struct cut_rows *rows) {
  memset(tree, 0, cut_tree_memory(rows));
  struct node *const nodes = parts_of(tree, rows).nodes;
  tree->root = NONE;
  tree->free = (cut_link)rows->slots;
  for (size_t i = 0; i + 1 < rows->slots; i++)
    nodes[i].left = i + 2 < rows->slots ? (cut_link)(rows->slots + i + 1) : NONE;
}

static struct node *node_of(const struct parts *parts, const struct cut_rows *rows, cut_link link) {
  return &parts->nodes[link - rows->slots];
}

static void set_parent(const struct parts *parts, const struct cut_rows *rows, cut_link child,
                       cut_link parent) {
  if (is_leaf(rows, child))
    parts->leaves[child].parent = parent;
  else
    node_of(parts, rows, child)->parent = parent;
}

/* Puts `other` in the place of `child`. */
static void replace(const struct parts *parts, const struct cut_rows *rows, cut_link parent,
                    cut_link child, cut_link other) {
  set_parent(parts, rows, other, parent);
  if (parent == NONE) {
    parts->tree->root = other;
    return;
  }
  struct node *const node = node_of(parts, rows, parent);
  if (node->left == child)
    node->left = other;
  else
    node->right = other;
}

/* The box around both children's; whether it is another than before. */
static bool make_box(const struct parts *parts, const struct cut_rows *rows, cut_link link) {
  const struct view view = view_of(parts->tree, rows);
  const struct node *const node = node_at(&view, link);
  const float *const low[2] = {low_of(&view, node->left), low_of(&view, node->right)};
  const float *const high[2] = {high_of(&view, node->left), high_of(&view, node->right)};
  float *const box = parts->boxes + (link - rows->slots) * 2 * rows->columns;
  bool changed = false;
  for (size_t i = 0; i < rows->columns; i++) {
    const float least = float_min(low[0][i], low[1][i]),
                largest = float_max(high[0][i], high[1][i]);
    changed |= box[i] != least || box[rows->columns + i] != largest;
    box[i] = least;
    box[rows->columns + i] = largest;
  }
  return changed;
}

struct cut {
  size_t column;
  float at;
};

/* A random cut of the box with the row in it; whether it parts the row from the box. */
static bool draw_cut(const struct view *view, cut_link link, const float *row, uint64_t *random,
                     struct cut *ret_cut) {
  const float *const low = low_of(view, link), *const high = high_of(view, link);
  double width = 0;
  for (size_t i = 0; i < view->rows->columns; i++)
    width += float_max(high[i], row[i]) - float_min(low[i], row[i]);
  double left = random_uniform(random) * width;
  float first = 0, last = 0;
  for (size_t i = 0; i < view->rows->columns && left >= 0; i++) {
    if (float_max(high[i], row[i]) <= float_min(low[i], row[i]))
      continue;
    ret_cut->column = i;
    first = float_min(low[i], row[i]);
    last = float_max(high[i], row[i]);
    ret_cut->at = (float)(first + left);
    left -= last - first;
  }
  if (ret_cut->at >= last)
    ret_cut->at = first;
  const float value = row[ret_cut->column];
  return (value <= ret_cut->at && ret_cut->at < low[ret_cut->column]) ||
         (high[ret_cut->column] <= ret_cut->at && ret_cut->at < value);
}

/* A new node in the place of `other`, with that and the slot's leaf below. */
static void split(const struct parts *parts, const struct cut_rows *rows, cut_link other,
                  size_t slot, const struct cut *cut) {
  const struct view view = view_of(parts->tree, rows);
  const cut_link link = parts->tree->free, leaf = (cut_link)slot;
  struct node *const node = node_of(parts, rows, link);
  const bool on_the_left = row_at(rows, slot)[cut->column] <= cut->at;
  const unsigned count = count_of(&view, other) + 1;
  parts->tree->free = node->left;
  replace(parts, rows, parent_of(&view, other), other, link);
  node->cut = cut->at;
  node->column = (uint16_t)cut->column;
  node->count = (uint16_t)count;
  node->left = on_the_left ? leaf : other;
  node->right = on_the_left ? other : leaf;
  parts->leaves[slot] = (struct leaf){.parent = link, .count = 1};
  set_parent(parts, rows, other, link);
  (void)make_box(parts, rows, link);
}

static void extend(const struct parts *parts, const struct cut_rows *rows, cut_link link,
                   const float *row) {
  float *const low = parts->boxes + (link - rows->slots) * 2 * rows->columns;
  float *const high = low + rows->columns;
  node_of(parts, rows, link)->count++;
  for (size_t i = 0; i < rows->columns; i++) {
    low[i] = float_min(low[i], row[i]);
    high[i] = float_max(high[i], row[i]);
  }
}

void cut_tree_insert(struct cut_tree *tree, const struct cut_rows *rows, size_t slot,
                     uint64_t *random) {
  const struct parts parts = parts_of(tree, rows);
  const struct view view = view_of(tree, rows);
  const float *const row = row_at(rows, slot);
  cut_link at = tree->root;
  if (at == NONE) {
    tree->root = (cut_link)slot;
    parts.leaves[slot] = (struct leaf){.parent = NONE, .count = 1};
    return;
  }
  struct cut cut = {0};
  while (!is_leaf(rows, at) && !draw_cut(&view, at, row, random, &cut)) {
    extend(&parts, rows, at, row);
    at = child_towards(node_at(&view, at), row);
  }
  if (!is_leaf(rows, at)) {
    split(&parts, rows, at, slot, &cut);
  } else if (!same_row(rows, row_at(rows, at), row)) {
    (void)draw_cut(&view, at, row, random, &cut);
    split(&parts, rows, at, slot, &cut);
  } else {
    parts.leaves[slot].count = (uint16_t)(parts.leaves[at].count + 1);
    replace(&parts, rows, parts.leaves[at].parent, at, (cut_link)slot);
  }
}

static void take_one_from(const struct parts *parts, const struct cut_rows *rows, cut_link at,
                          bool boxes_shrink) {
  while (at != NONE) {
    node_of(parts, rows, at)->count--;
    boxes_shrink = boxes_shrink && make_box(parts, rows, at);
    at = node_of(parts, rows, at)->parent;
  }
}

void cut_tree_remove(struct cut_tree *tree, const struct cut_rows *rows, size_t slot) {
  const struct parts parts = parts_of(tree, rows);
  const struct view view = view_of(tree, rows);
  const cut_link leaf = find_leaf(&view, row_at(rows, slot));
  const cut_link parent = parts.leaves[leaf].parent;
  if (parts.leaves[leaf].count > 1) {
    parts.leaves[leaf].count--;
    take_one_from(&parts, rows, parent, false);
  } else if (parent == NONE) {
    tree->root = NONE;
  } else {
    struct node *const node = node_of(&parts, rows, parent);
    const cut_link above = node->parent;
    replace(&parts, rows, above, parent, sibling_of(node, leaf));
    node->count = 0;
    node->left = tree->free;
    tree->free = parent;
    take_one_from(&parts, rows, above, true);
  }
}

/* How far the row lies outside of the box, and the box's width with it, over all columns. */
static float reach(const struct view *view, cut_link link, const float *row, float *ret_width) {
  const float *const low = low_of(view, link), *const high = high_of(view, link);
  float outside = 0, inside = 0;
  for (size_t i = 0; i < view->rows->columns; i++) {
    outside += float_max(low[i] - row[i], 0) + float_max(row[i] - high[i], 0);
    inside += high[i] - low[i];
  }
  *ret_width = outside + inside;
  return outside;
}

static void add_parts(const struct view *view, cut_link link, const float *row, double share,
                      double *parts) {
  const float *const low = low_of(view, link), *const high = high_of(view, link);
  for (size_t i = 0; i < view->rows->columns; i++)
    parts[i] += share * (float_max(low[i] - row[i], 0) + float_max(row[i] - high[i], 0));
}

double cut_tree_displacement(const struct cut_tree *tree, const struct cut_rows *rows,
                             const float *row, double *parts) {
  const struct view view = view_of(tree, rows);
  double expected = 0, arrives = 1, above = 0;
  for (cut_link at = view.root;;) {
    float width;
    const float outside = reach(&view, at, row, &width);
    const double displaced = double_max(count_of(&view, at), above);
    if (outside > 0) {
      expected += arrives * displaced * outside / width;
      if (parts != NULL)
        add_parts(&view, at, row, arrives * displaced / width, parts);
      arrives *= 1 - (double)outside / width;
    }
    if (is_leaf(rows, at))
      return expected + (outside > 0 ? 0 : arrives * above);
    const struct node *const node = node_at(&view, at);
    at = child_towards(node, row);
    above = double_max(above,
                       (double)count_of(&view, sibling_of(node, at)) / (count_of(&view, at) + 1));
  }
}

double cut_tree_displacement_within(const struct cut_tree *tree, const struct cut_rows *rows,
                                    const float *row) {
  const struct view view = view_of(tree, rows);
  double displaced = 0;
  for (cut_link at = view.root; !is_leaf(rows, at);) {
    const struct node *const node = node_at(&view, at);
    at = child_towards(node, row);
    displaced =
        double_max(displaced, (double)count_of(&view, sibling_of(node, at)) / count_of(&view, at));
  }
  return displaced;
}

static bool link_is_sound(const struct cut_rows *rows, cut_link link, size_t used) {
  return link < used || (link >= rows->slots && (size_t)link - rows->slots < rows->slots - 1);
}

static bool box_is_sound(const struct view *view, cut_link link) {
  const struct node *const node = node_at(view, link);
  const float *const low = low_of(view, link), *const high = high_of(view, link);
  const float *const low_left = low_of(view, node->left);
  const float *const low_right = low_of(view, node->right);
  const float *const high_left = high_of(view, node->left);
  const float *const high_right = high_of(view, node->right);
  bool sound = high_left[node->column] <= node->cut && node->cut < low_right[node->column];
  for (size_t i = 0; i < view->rows->columns; i++)
    sound = sound && low[i] == float_min(low_left[i], low_right[i]) &&
            high[i] == float_max(high_left[i], high_right[i]);
  return sound;
}

static bool node_is_sound(const struct view *view, cut_link link, size_t used) {
  const struct node *const node = node_at(view, link);
  if (!link_is_sound(view->rows, node->left, used) ||
      !link_is_sound(view->rows, node->right, used) || node->left == node->right)
    return false;
  const unsigned left = count_of(view, node->left), right = count_of(view, node->right);
  return parent_of(view, node->left) == link && parent_of(view, node->right) == link && left > 0 &&
         right > 0 && node->count == left + right && node->column < view->rows->columns &&
         box_is_sound(view, link);
}

/* Goes around the tree by its links; a child knows its parent, so that none is met twice. */
static bool links_are_sound(const struct view *view, size_t used, size_t nodes) {
  size_t met = 0;
  cut_link from = NONE, at = view->root;
  while (at != NONE && met <= nodes) {
    cut_link next = parent_of(view, at);
    if (!is_leaf(view->rows, at)) {
      const struct node *const node = node_at(view, at);
      const bool is_new = from == node->parent;
      if (is_new && !node_is_sound(view, at, used))
        return false;
      met += is_new;
      next = is_new ? node->left : from == node->left ? node->right : next;
    }
    from = at;
    at = next;
  }
  return met == nodes;
}

static bool free_list_is_sound(const struct view *view, cut_link first, size_t count) {
  cut_link at = first;
  for (size_t i = 0; i < count; i++) {
    if (at < view->rows->slots || !link_is_sound(view->rows, at, 0) || count_of(view, at) != 0)
      return false;
    at = node_at(view, at)->left;
  }
  return at == NONE;
}

bool cut_tree_is_sound(const struct cut_tree *tree, const struct cut_rows *rows, size_t used,
                       size_t leaves) {
  const struct view view = view_of(tree, rows);
  return leaves > 0 && link_is_sound(rows, tree->root, used) &&
         parent_of(&view, tree->root) == NONE && count_of(&view, tree->root) > 0 &&
         links_are_sound(&view, used, leaves - 1) &&
         free_list_is_sound(&view, tree->free, rows->slots - leaves);
}

bool cut_tree_holds(const struct cut_tree *tree, const struct cut_rows *rows, size_t slot,
                    size_t count) {
  const struct view view = view_of(tree, rows);
  return find_leaf(&view, row_at(rows, slot)) == slot && view.leaves[slot].count == count;
}
