#include "stats/neighbours.h"

#include "anomaly/status.h"
#include "base/random.h"
#include "base/stop.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  BLOCK_ROWS = 8,
  BLOCKS_LOOKED_AT = 4, /* so few are sooner looked at than told apart */
  ROWS_LOOKED_AT = BLOCKS_LOOKED_AT * BLOCK_ROWS,
};

/* Two numbers at once: vectors of GCC and clang. */
typedef double pair __attribute__((vector_size(16), aligned(8), may_alias));
typedef int64_t whole_pair __attribute__((vector_size(16)));

/*
 * The blocks from..to - 1 are halved at their middle one, whose number is that of
 * the split: rows before it are at most `value` in `column`, the others at least.
 */
struct split {
  double value;
  uint64_t column;
};

/* Followed by the cells of the blocks, the splits, and the blocks' row numbers. */
struct neighbours {
  uint64_t rows, columns, blocks, unused[5];
};

static size_t blocks_of(size_t rows) { return (rows + BLOCK_ROWS - 1) / BLOCK_ROWS; }

size_t neighbours_size(size_t rows, size_t columns) {
  const size_t block = BLOCK_ROWS * (columns * sizeof(double) + sizeof(uint32_t));
  return sizeof(struct neighbours) + blocks_of(rows) * (block + sizeof(struct split));
}

static const double *cells_of(const struct neighbours *tree) { return (const double *)(tree + 1); }

/* Of the first column; those of the others follow at steps of BLOCK_ROWS. */
static size_t cell_of_slot(const struct neighbours *tree, size_t slot) {
  return slot / BLOCK_ROWS * BLOCK_ROWS * tree->columns + slot % BLOCK_ROWS;
}

static const struct split *splits_of(const struct neighbours *tree) {
  return (const struct split *)(cells_of(tree) + tree->blocks * BLOCK_ROWS * tree->columns);
}

static const uint32_t *numbers_of(const struct neighbours *tree) {
  return (const uint32_t *)(splits_of(tree) + tree->blocks);
}

/* ---- Building ---- */

struct keyed {
  double key;
  uint32_t row;
};

struct building {
  const struct matrix *rows;
  const atomic_bool *stop;
  struct split *splits;
  struct keyed *order;
  uint64_t random;
};

static double widest_column(const struct building *at, size_t from, size_t to,
                            uint64_t *ret_column) {
  const size_t columns = at->rows->columns;
  double widest = -1;
  for (size_t column = 0; column < columns; column++) {
    const double *const cells = at->rows->cells + column;
    double low = INFINITY, high = -INFINITY;
    for (size_t i = from; i < to; i++) {
      const double value = cells[at->order[i].row * columns];
      low = value < low ? value : low;
      high = value > high ? value : high;
    }
    if (high - low > widest) {
      widest = high - low;
      *ret_column = column;
    }
  }
  return widest;
}

/* Puts keys below `pivot` (or not above it) first; returns how many. Without branches, for speed.
 */
static size_t partition(struct keyed *order, size_t count, double pivot, bool with_equal) {
  size_t first = 0;
  for (size_t i = 0; i < count; i++) {
    const struct keyed moved = order[i];
    order[i] = order[first];
    order[first] = moved;
    first += with_equal ? moved.key <= pivot : moved.key < pivot;
  }
  return first;
}

/* Puts the `rank` smallest keys first, 0 < rank < count; linear however many are equal. */
static void select_smallest(struct keyed *order, size_t count, size_t rank, uint64_t *random) {
  while (count > 1) {
    const double pivot = order[random_below(random, count)].key;
    const size_t below = partition(order, count, pivot, false);
    if (rank <= below) {
      count = below;
    } else {
      const size_t equal = partition(order + below, count - below, pivot, true);
      if (rank <= below + equal)
        return;
      order += below + equal;
      count -= below + equal;
      rank -= below + equal;
    }
  }
}

static double least_key(const struct keyed *order, size_t count) {
  double least = order[0].key;
  for (size_t i = 1; i < count; i++)
    least = fmin(least, order[i].key);
  return least;
}

static void build(struct building *at, size_t from, size_t to) {
  if (to - from < 2 || stop_asked(at->stop))
    return;
  const size_t middle = (from + to) / 2;
  const size_t first = from * BLOCK_ROWS, second = middle * BLOCK_ROWS;
  const size_t end = to * BLOCK_ROWS < at->rows->rows ? to * BLOCK_ROWS : at->rows->rows;
  struct split *const split = &at->splits[middle];
  if (widest_column(at, first, end, &split->column) > 0) {
    for (size_t i = first; i < end; i++)
      at->order[i].key = at->rows->cells[at->order[i].row * at->rows->columns + split->column];
    select_smallest(at->order + first, end - first, second - first, &at->random);
    split->value = least_key(at->order + second, end - second);
  } else {
    split->value = at->rows->cells[at->order[first].row * at->rows->columns + split->column];
  }
  build(at, from, middle);
  build(at, middle, to);
}

static void fill(const struct neighbours *tree, const struct matrix *rows,
                 const struct keyed *order, double *cells, uint32_t *numbers) {
  for (size_t i = 0; i < tree->blocks * BLOCK_ROWS; i++) {
    double *const slot = cells + cell_of_slot(tree, i);
    for (size_t column = 0; column < tree->columns; column++)
      slot[column * BLOCK_ROWS] =
          i < rows->rows ? rows->cells[order[i].row * tree->columns + column] : INFINITY;
    numbers[i] = i < rows->rows ? order[i].row : 0;
  }
}

int neighbours_build(struct neighbours *tree, const struct matrix *rows, const atomic_bool *stop) {
  *tree = (struct neighbours){
      .rows = rows->rows, .columns = rows->columns, .blocks = blocks_of(rows->rows)};
  struct building at = {
      .rows = rows,
      .stop = stop,
      .splits = (struct split *)((double *)(tree + 1) + tree->blocks * BLOCK_ROWS * rows->columns),
      .order = calloc(rows->rows, sizeof *at.order)};
  if (at.order == NULL)
    return STATUS_NO_MEMORY;
  for (size_t i = 0; i < rows->rows; i++)
    at.order[i].row = (uint32_t)i;
  build(&at, 0, tree->blocks);
  fill(tree, rows, at.order, (double *)(tree + 1), (uint32_t *)(at.splits + tree->blocks));
  free(at.order);
  return STATUS_OK;
}

/* ---- Stored bytes ---- */

static bool cells_are_valid(const struct neighbours *tree) {
  const double *const cells = cells_of(tree);
  const size_t slots = tree->blocks * BLOCK_ROWS;
  for (size_t i = 0; i < slots * tree->columns; i++) {
    const size_t slot = i / (BLOCK_ROWS * tree->columns) * BLOCK_ROWS + i % BLOCK_ROWS;
    if (slot < tree->rows ? !isfinite(cells[i]) : cells[i] != INFINITY)
      return false;
  }
  for (size_t i = 0; i < slots; i++)
    if (numbers_of(tree)[i] >= tree->rows)
      return false;
  return true;
}

bool neighbours_valid(const struct neighbours *tree, size_t size, size_t rows, size_t columns) {
  if (size < neighbours_size(rows, columns) || tree->rows != rows || tree->columns != columns ||
      tree->blocks != blocks_of(rows))
    return false;
  const struct split *const splits = splits_of(tree);
  for (size_t i = 1; i < tree->blocks; i++)
    if (!isfinite(splits[i].value) || splits[i].column >= columns)
      return false;
  return cells_are_valid(tree);
}

/* ---- Searching ---- */

struct search {
  const double *cells;
  const struct split *splits;
  const uint32_t *numbers;
  size_t columns, wanted;
  const double *row;
  double *away; /* by column: how far the part that is looked at is from the row */
  struct neighbour *list;
  double worst;
  uint32_t except;
};

static void insert(struct search *search, const struct neighbour *found) {
  struct neighbour *const list = search->list;
  size_t at = search->wanted - 1;
  for (; at > 0 && list[at - 1].square > found->square; at--)
    list[at] = list[at - 1];
  list[at] = *found;
  search->worst = list[search->wanted - 1].square;
}

/* The squares of the distances of a block's rows; false, and of no use, where none is below worst.
 */
static bool measure(const struct search *search, size_t block, pair ret_squares[BLOCK_ROWS / 2]) {
  const pair worst = {search->worst, search->worst};
  const pair *cells = (const pair *)(search->cells + block * BLOCK_ROWS * search->columns);
  pair a = {0}, b = {0}, c = {0}, d = {0};
  size_t column = 0;
  while (column < search->columns) {
    const size_t pause = column + 8 < search->columns ? column + 8 : search->columns;
    for (; column < pause; column++, cells += BLOCK_ROWS / 2) {
      const pair value = {search->row[column], search->row[column]};
      a += (cells[0] - value) * (cells[0] - value);
      b += (cells[1] - value) * (cells[1] - value);
      c += (cells[2] - value) * (cells[2] - value);
      d += (cells[3] - value) * (cells[3] - value);
    }
    const whole_pair below = (a < worst) | (b < worst) | (c < worst) | (d < worst);
    if ((below[0] | below[1]) == 0)
      return false;
  }
  ret_squares[0] = a;
  ret_squares[1] = b;
  ret_squares[2] = c;
  ret_squares[3] = d;
  return true;
}

/* Those that are near enough are set apart first, without branches, then put into the list. */
static void look_at(struct search *search, size_t block) {
  pair squares[BLOCK_ROWS / 2];
  if (!measure(search, block, squares))
    return;
  const uint32_t first = (uint32_t)(block * BLOCK_ROWS);
  struct neighbour found[BLOCK_ROWS];
  size_t count = 0;
  for (uint32_t i = 0; i < BLOCK_ROWS; i++) {
    const double square = squares[i / 2][i % 2];
    const uint32_t row = search->numbers[first + i];
    found[count] = (struct neighbour){.square = square, .row = row, .slot = first + i};
    count += (square < search->worst) & (row != search->except);
  }
  for (size_t i = 0; i < count; i++)
    if (found[i].square < search->worst)
      insert(search, &found[i]);
}

/* How many are less than each, counted without branches. */
static void rank(const double *numbers, int64_t *ret_ranks) {
  for (size_t i = 0; i < ROWS_LOOKED_AT; i += 2) {
    const pair here = *(const pair *)(numbers + i);
    whole_pair less = {0};
    for (size_t at = 0; at < ROWS_LOOKED_AT; at++) {
      const pair other = {numbers[at], numbers[at]};
      less -= other < here;
    }
    ret_ranks[i] = less[0];
    ret_ranks[i + 1] = less[1];
  }
}

/* Fills an empty list: each row goes to the place of its rank, after those that are as far. */
static void look_first(struct search *search, size_t from, size_t to) {
  double squares[ROWS_LOOKED_AT];
  int64_t ranks[ROWS_LOOKED_AT];
  const uint32_t first = (uint32_t)(from * BLOCK_ROWS), count = (uint32_t)(to * BLOCK_ROWS) - first;
  for (size_t i = 0; i < ROWS_LOOKED_AT; i++)
    squares[i] = INFINITY;
  for (size_t block = from; block < to; block++)
    (void)measure(search, block, (pair *)(squares + (block - from) * BLOCK_ROWS));
  for (size_t i = 0; i < count; i++)
    if (search->numbers[first + i] == search->except)
      squares[i] = INFINITY;
  rank(squares, ranks);
  for (uint32_t i = 0; i < count; i++) {
    size_t at = (size_t)ranks[i];
    while (at < search->wanted && search->list[at].square == squares[i])
      at++;
    if (at < search->wanted)
      search->list[at] = (struct neighbour){
          .square = squares[i], .row = search->numbers[first + i], .slot = first + i};
  }
  search->worst = search->list[search->wanted - 1].square;
}

/* `nearest` is a lower bound of the square of the distance to the blocks from .. to - 1. */
static void visit(struct search *search, size_t from, size_t to, double nearest) {
  if (to - from <= BLOCKS_LOOKED_AT) {
    if (search->list[0].square == INFINITY)
      look_first(search, from, to);
    else
      for (; from < to; from++)
        look_at(search, from);
    return;
  }
  const size_t middle = (from + to) / 2;
  const struct split *const split = &search->splits[middle];
  const double beyond = search->row[split->column] - split->value;
  const double away = search->away[split->column];
  const double farther = nearest - away * away + beyond * beyond;
  const bool second = beyond >= 0;
  visit(search, second ? middle : from, second ? to : middle, nearest);
  if (farther < search->worst) {
    search->away[split->column] = beyond;
    visit(search, second ? from : middle, second ? middle : to, farther);
    search->away[split->column] = away;
  }
}

void neighbours_find(const struct neighbours *tree, const double *row, uint32_t except,
                     size_t wanted, double *scratch, struct neighbour *ret_list) {
  struct search search = {.cells = cells_of(tree),
                          .splits = splits_of(tree),
                          .numbers = numbers_of(tree),
                          .columns = tree->columns,
                          .wanted = wanted,
                          .row = row,
                          .away = scratch,
                          .list = ret_list,
                          .worst = INFINITY,
                          .except = except};
  for (size_t i = 0; i < tree->columns; i++)
    scratch[i] = 0;
  for (size_t i = 0; i < wanted; i++)
    ret_list[i] = (struct neighbour){.square = INFINITY};
  visit(&search, 0, tree->blocks, 0);
}

void neighbours_explain(const struct neighbours *tree, const double *row,
                        const struct neighbour *list, size_t count, double *ret_parts) {
  for (size_t column = 0; column < tree->columns; column++)
    ret_parts[column] = 0;
  for (size_t i = 0; i < count; i++) {
    const double *const cells = cells_of(tree) + cell_of_slot(tree, list[i].slot);
    for (size_t column = 0; column < tree->columns; column++) {
      const double difference = row[column] - cells[column * BLOCK_ROWS];
      ret_parts[column] += difference * difference;
    }
  }
}
