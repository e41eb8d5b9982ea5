#include "stats/neighbours.h"

#include "anomaly/status.h"
#include "base/stop.h"
#include "stats/select.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  BLOCK_ROWS = 8,
  BLOCKS_LOOKED_AT = 4, /* so few are sooner looked at than told apart */
  ROWS_LOOKED_AT = BLOCKS_LOOKED_AT * BLOCK_ROWS,
  PAUSE = 16, /* so many columns are sooner added up than asked whether they will do */
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

struct building {
  const struct matrix *rows;
  const atomic_bool *stop;
  struct split *splits;
  uint32_t *order; /* row numbers */
  double *keys;    /* of these rows, in the column of a split */
};

static uint64_t widest_column(const struct building *at, size_t from, size_t to) {
  const size_t columns = at->rows->columns;
  double widest = 0;
  uint64_t found = 0;
  for (size_t column = 0; column < columns; column++) {
    const double *const cells = at->rows->cells + column;
    double low = INFINITY, high = -INFINITY;
    for (size_t i = from; i < to; i++) {
      const double value = cells[at->order[i] * columns];
      low = value < low ? value : low;
      high = value > high ? value : high;
    }
    if (high - low > widest) {
      widest = high - low;
      found = column;
    }
  }
  return found;
}

static void sort(uint32_t *numbers, size_t count) {
  for (size_t i = 1; i < count; i++) {
    const uint32_t number = numbers[i];
    size_t at = i;
    for (; at > 0 && numbers[at - 1] > number; at--)
      numbers[at] = numbers[at - 1];
    numbers[at] = number;
  }
}

/* Of equal keys, those of the first rows come into the first half. */
static void build(struct building *at, size_t from, size_t to) {
  const size_t middle = (from + to) / 2;
  const size_t first = from * BLOCK_ROWS, second = middle * BLOCK_ROWS;
  const size_t end = to * BLOCK_ROWS < at->rows->rows ? to * BLOCK_ROWS : at->rows->rows;
  if (to - from <= BLOCKS_LOOKED_AT) {
    sort(at->order + first, end - first);
    return;
  }
  if (stop_asked(at->stop))
    return;
  struct split *const split = &at->splits[middle];
  split->column = widest_column(at, first, end);
  for (size_t i = first; i < end; i++)
    at->keys[i] = at->rows->cells[at->order[i] * at->rows->columns + split->column];
  select_least(at->keys + first, at->order + first, end - first, second - first);
  split->value = at->keys[second];
  build(at, from, middle);
  build(at, middle, to);
}

static void fill(const struct neighbours *tree, const struct matrix *rows, const uint32_t *order,
                 double *cells, uint32_t *numbers) {
  for (size_t i = 0; i < tree->blocks * BLOCK_ROWS; i++) {
    double *const slot = cells + cell_of_slot(tree, i);
    for (size_t column = 0; column < tree->columns; column++)
      slot[column * BLOCK_ROWS] =
          i < rows->rows ? rows->cells[order[i] * tree->columns + column] : INFINITY;
    numbers[i] = i < rows->rows ? order[i] : 0;
  }
}

int neighbours_build(struct neighbours *tree, const struct matrix *rows, const atomic_bool *stop) {
  *tree = (struct neighbours){
      .rows = rows->rows, .columns = rows->columns, .blocks = blocks_of(rows->rows)};
  struct building at = {
      .rows = rows,
      .stop = stop,
      .splits = (struct split *)((double *)(tree + 1) + tree->blocks * BLOCK_ROWS * rows->columns),
      .order = calloc(rows->rows, sizeof *at.order),
      .keys = calloc(rows->rows, sizeof *at.keys)};
  const int status = at.order != NULL && at.keys != NULL ? STATUS_OK : STATUS_NO_MEMORY;
  if (status == STATUS_OK) {
    for (size_t i = 0; i < rows->rows; i++)
      at.order[i] = (uint32_t)i;
    build(&at, 0, tree->blocks);
    fill(tree, rows, at.order, (double *)(tree + 1), (uint32_t *)(at.splits + tree->blocks));
  }
  free(at.keys);
  free(at.order);
  return status;
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

/* A distance, and the lower bound of it, are rounded apart by less than this share. */
static const double ROUNDING = 1e-12;

struct search {
  const double *cells;
  const struct split *splits;
  const uint32_t *numbers;
  size_t columns;
  const double *row;
  double *away; /* by column: how far the part that is looked at is from the row */
  struct neighbour *list, *last;
  uint32_t except;
};

static bool is_nearer(const struct neighbour *a, const struct neighbour *b) {
  return a->square < b->square || (a->square == b->square && a->row < b->row);
}

static bool any_within(const double *numbers, size_t count, double limit) {
  const pair most = {limit, limit};
  whole_pair within = {0};
  for (size_t i = 0; i < count; i += 2)
    within |= *(const pair *)(numbers + i) <= most;
  return (within[0] | within[1]) != 0;
}

/*
 * The squares of the distances of a block's rows. Where none of them will come
 * into the list, those by some of the columns will do.
 */
static void measure(const struct search *search, size_t block, double *ret_squares) {
  const pair *cells = (const pair *)(search->cells + block * BLOCK_ROWS * search->columns);
  pair *const squares = (pair *)ret_squares;
  pair a = {0}, b = {0}, c = {0}, d = {0};
  size_t column = 0;
  do {
    const size_t pause = column + PAUSE < search->columns ? column + PAUSE : search->columns;
    for (; column < pause; column++, cells += BLOCK_ROWS / 2) {
      const pair value = {search->row[column], search->row[column]};
      a += (cells[0] - value) * (cells[0] - value);
      b += (cells[1] - value) * (cells[1] - value);
      c += (cells[2] - value) * (cells[2] - value);
      d += (cells[3] - value) * (cells[3] - value);
    }
    squares[0] = a;
    squares[1] = b;
    squares[2] = c;
    squares[3] = d;
  } while (column < search->columns && any_within(ret_squares, BLOCK_ROWS, search->last->square));
}

static struct neighbour neighbour_at(const struct search *search, uint32_t slot, double square) {
  return (struct neighbour){.square = square, .row = search->numbers[slot], .slot = slot};
}

/* How many are less than each, or as much and before it, counted with few branches. */
static void rank(const double *numbers, size_t count, int64_t *ret_ranks) {
  for (size_t first = 0; first < count; first += BLOCK_ROWS) {
    const pair *const here = (const pair *)(numbers + first);
    whole_pair a = {0}, b = {0}, c = {0}, d = {0};
    for (size_t at = 0; at < first; at++) {
      const pair other = {numbers[at], numbers[at]};
      a -= other <= here[0];
      b -= other <= here[1];
      c -= other <= here[2];
      d -= other <= here[3];
    }
    for (size_t at = first; at < count; at++) {
      const pair other = {numbers[at], numbers[at]};
      a -= other < here[0];
      b -= other < here[1];
      c -= other < here[2];
      d -= other < here[3];
    }
    const whole_pair ranks[] = {a, b, c, d};
    memcpy(ret_ranks + first, ranks, sizeof ranks);
    for (size_t i = first; i < first + BLOCK_ROWS; i++)
      for (size_t at = first; at < i; at++)
        ret_ranks[i] += numbers[at] == numbers[i];
  }
}

/* Fills an empty list: all of the rows are put in order. */
static void begin_list(struct search *search, uint32_t first, double *squares, uint32_t count) {
  int64_t ranks[ROWS_LOOKED_AT];
  struct neighbour order[ROWS_LOOKED_AT];
  for (uint32_t i = 0; i < count; i++)
    if (search->numbers[first + i] == search->except)
      squares[i] = INFINITY;
  rank(squares, count, ranks);
  for (uint32_t i = 0; i < count; i++)
    order[ranks[i]] = neighbour_at(search, first + i, squares[i]);
  const size_t wanted = (size_t)(search->last - search->list) + 1;
  memcpy(search->list, order, (count < wanted ? count : wanted) * sizeof *order);
}

static void insert(struct search *search, const struct neighbour *found) {
  struct neighbour *at = search->last;
  for (; at > search->list && is_nearer(found, at - 1); at--)
    *at = at[-1];
  *at = *found;
}

/* Those that may come in are set apart first, without branches. */
static void extend_list(struct search *search, uint32_t first, const double *squares,
                        uint32_t count) {
  const double worst = search->last->square;
  if (!any_within(squares, count, worst))
    return;
  uint32_t found[ROWS_LOOKED_AT], many = 0;
  for (uint32_t i = 0; i < count; i++) {
    found[many] = i;
    many += squares[i] <= worst;
  }
  for (uint32_t i = 0; i < many; i++) {
    const struct neighbour next = neighbour_at(search, first + found[i], squares[found[i]]);
    if (next.row != search->except && is_nearer(&next, search->last))
      insert(search, &next);
  }
}

static void look_at(struct search *search, size_t from, size_t to) {
  double squares[ROWS_LOOKED_AT];
  const uint32_t first = (uint32_t)(from * BLOCK_ROWS), count = (uint32_t)(to * BLOCK_ROWS) - first;
  for (size_t block = from; block < to; block++)
    measure(search, block, squares + (block - from) * BLOCK_ROWS);
  if (search->list[0].square == INFINITY)
    begin_list(search, first, squares, count);
  else
    extend_list(search, first, squares, count);
}

/*
 * `nearest` is a lower bound of the square of the distance to the blocks from .. to - 1.
 * Where a part begins at distance 0, so does the part before it, which is looked at first
 * and has those of the rows at distance 0 that have the lowest numbers.
 */
static void visit(struct search *search, size_t from, size_t to, double nearest) {
  if (to - from <= BLOCKS_LOOKED_AT) {
    look_at(search, from, to);
    return;
  }
  const size_t middle = (from + to) / 2;
  const struct split *const split = &search->splits[middle];
  const double beyond = search->row[split->column] - split->value;
  const double away = search->away[split->column];
  const double farther = nearest - away * away + beyond * beyond;
  const bool second = beyond > 0;
  visit(search, second ? middle : from, second ? to : middle, nearest);
  if (farther * (1 - ROUNDING) < search->last->square) {
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
                          .row = row,
                          .away = scratch,
                          .list = ret_list,
                          .last = ret_list + wanted - 1,
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
