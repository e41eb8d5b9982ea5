/*
 * What no model may choke on, for every model of the list: data without shape,
 * memory that runs out, stored bytes that somebody changed.
 */
#include "anomaly/status.h"
#include "base/option.h"
#include "models/block_private.h"
#include "unit/alloc_fail.h"
#include "unit/each_model.h"
#include "unit/fitting.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Where a fit succeeds, the block scores anything and can be stored. */
static void fit_and_score(const struct fitting *fitting, struct sheet rows, const char *what) {
  struct block *block = NULL;
  const int status = fitting_try(fitting, rows, &block);
  if (status == STATUS_LIMIT)
    return;
  if (status != STATUS_OK)
    fail_msg("%s, %zu rows: %s", what, rows.rows, status_text(status));
  assert_true(isfinite(block_threshold(block)));
  for (size_t i = 0; i < rows.rows; i++)
    (void)watched_score(block, sheet_row(&rows, i));
  score_anything(block, sheet_row(&rows, rows.rows / 2));
  struct block *loaded;
  const int again = block_load(&loaded, block_bytes(block), block_size(block));
  if (again != STATUS_OK)
    fail_msg("%s, %zu rows: its own bytes: %s", what, rows.rows, status_text(again));
  block_destroy(loaded);
  block_destroy(block);
}

static void fill_column(const struct sheet *rows, size_t column, double value) {
  for (size_t i = 0; i < rows->rows; i++)
    sheet_row(rows, i)[column] = value;
}

static void one_number(const struct sheet *rows) {
  for (size_t i = 0; i < rows->columns; i++)
    fill_column(rows, i, .1);
}
static void all_zero(const struct sheet *rows) {
  for (size_t i = 0; i < rows->columns; i++)
    fill_column(rows, i, 0);
}
static void constant_column(const struct sheet *rows) { fill_column(rows, 1, 7.3); }
static void empty_column(const struct sheet *rows) { fill_column(rows, 1, NAN); }
static void nothing(const struct sheet *rows) {
  for (size_t i = 0; i < rows->columns; i++)
    fill_column(rows, i, NAN);
}
static void same_column_twice(const struct sheet *rows) {
  for (size_t i = 0; i < rows->rows; i++)
    sheet_row(rows, i)[1] = sheet_row(rows, i)[0];
}
static void one_row_often(const struct sheet *rows) {
  for (size_t i = 1; i < rows->rows; i++)
    memcpy(sheet_row(rows, i), sheet_row(rows, 0), rows->columns * sizeof *rows->cells);
}
static void two_rows_often(const struct sheet *rows) {
  for (size_t i = 2; i < rows->rows; i++)
    memcpy(sheet_row(rows, i), sheet_row(rows, i % 2), rows->columns * sizeof *rows->cells);
}
static void all_the_same_but_one(const struct sheet *rows) {
  one_row_often(rows);
  sheet_row(rows, rows->rows / 2)[0] += 1;
}
static void holes(const struct sheet *rows) {
  for (size_t i = 0; i < rows->rows; i++)
    sheet_row(rows, i)[i % rows->columns] = NAN;
}
static void huge(const struct sheet *rows) {
  for (size_t i = 0; i < rows->rows; i++)
    sheet_row(rows, i)[0] = i % 2 == 0 ? 1e300 : -1e300;
}
static void one_huge(const struct sheet *rows) { sheet_row(rows, 0)[0] = DBL_MAX; }
static void infinite(const struct sheet *rows) {
  sheet_row(rows, 0)[0] = INFINITY;
  sheet_row(rows, rows->rows - 1)[1] = -INFINITY;
}
static void tiny(const struct sheet *rows) {
  for (size_t i = 0; i < rows->rows; i++)
    for (size_t at = 0; at < rows->columns; at++)
      sheet_row(rows, i)[at] *= 1e-318;
}
static void small(const struct sheet *rows) {
  for (size_t i = 0; i < rows->rows; i++)
    for (size_t at = 0; at < rows->columns; at++)
      sheet_row(rows, i)[at] *= 1e-150;
}
static void far_from_zero(const struct sheet *rows) {
  for (size_t i = 0; i < rows->rows; i++)
    sheet_row(rows, i)[0] += 1e15;
}
static void far_apart(const struct sheet *rows) {
  for (size_t i = 0; i < rows->rows; i++)
    sheet_row(rows, i)[1] *= 1e60;
}

static void shapeless_data_do_no_harm(const struct model *model) {
  static const struct {
    const char *name;
    void (*make)(const struct sheet *rows);
  } shapes[] = {
      {"one number", one_number},
      {"all zero", all_zero},
      {"a constant column", constant_column},
      {"an empty column", empty_column},
      {"nothing", nothing},
      {"the same column twice", same_column_twice},
      {"one row often", one_row_often},
      {"two rows often", two_rows_often},
      {"all the same but one", all_the_same_but_one},
      {"holes", holes},
      {"huge", huge},
      {"one huge", one_huge},
      {"infinite", infinite},
      {"tiny", tiny},
      {"small", small},
      {"far from zero", far_from_zero},
      {"far apart", far_apart},
  };
  const size_t sizes[] = {model->rows_min, model->rows_min + 1, 12, 100};
  struct fitting fitting = fitting_create(model);
  for (size_t at = 0; at < sizeof shapes / sizeof shapes[0]; at++)
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
      struct sheet rows = sheet_create(sizes[i], 3, 20 + at);
      shapes[at].make(&rows);
      fit_and_score(&fitting, rows, shapes[at].name);
      sheet_release(&rows);
    }
  fitting_destroy(&fitting);
}

static void few_rows_are_enough_or_a_limit(const struct model *model) {
  struct fitting fitting = fitting_create(model);
  for (size_t count = 1; count <= 30; count++)
    for (size_t columns = 1; columns <= 12; columns += 11) {
      struct sheet rows = sheet_create(count, columns, count);
      struct block *block = NULL;
      if (count < model->rows_min)
        assert_int_equal(fitting_try(&fitting, rows, &block), STATUS_LIMIT);
      else
        fit_and_score(&fitting, rows, "few");
      sheet_release(&rows);
    }
  fitting_destroy(&fitting);
}

static void impossible_sizes_are_refused(const struct model *model) {
  struct fitting fitting = fitting_create(model);
  struct block *block = NULL;
  double cells[1] = {0};
  assert_int_equal(fitting_try(&fitting, (struct sheet){cells, 0, 1}, &block), STATUS_LIMIT);
  assert_int_equal(fitting_try(&fitting, (struct sheet){cells, 1, 0}, &block), STATUS_INVALID);
  assert_int_equal(fitting_try(&fitting, (struct sheet){cells, 100, MODEL_COLUMNS_MAX + 1}, &block),
                   STATUS_LIMIT);
  assert_int_equal(fitting_try(&fitting, (struct sheet){cells, MODEL_ROWS_MAX + 1, 1}, &block),
                   STATUS_LIMIT);
  assert_int_equal(
      fitting_try(&fitting, (struct sheet){cells, MODEL_ROWS_MAX, MODEL_COLUMNS_MAX}, &block),
      STATUS_LIMIT);
  assert_null(block);
  fitting_destroy(&fitting);
}

static void runs_out_of_memory_cleanly(const struct model *model) {
  struct sheet rows = sheet_create(model->rows_min + 40, 3, 30);
  struct fitting fitting = fitting_create(model);
  int status = STATUS_NO_MEMORY;
  for (unsigned n = 1; n < 100000 && status != STATUS_OK; n++) {
    struct block *block = NULL;
    alloc_fail_at(n);
    status = fitting_try(&fitting, rows, &block);
    const bool failed = alloc_has_failed();
    alloc_fail_at(0);
    if (failed && status != STATUS_NO_MEMORY)
      fail_msg("with allocation %u failing: %s", n, status_text(status));
    assert_true((block != NULL) == (status == STATUS_OK));
    block_destroy(block);
  }
  assert_int_equal(status, STATUS_OK);

  struct block *const block = fitting_fit(&fitting, rows);
  struct block *other = NULL;
  alloc_fail_at(1);
  const int copied = block_copy(&other, block);
  alloc_fail_at(1);
  const int loaded = block_load(&other, block_bytes(block), block_size(block));
  alloc_fail_at(0);
  assert_int_equal(copied, STATUS_NO_MEMORY);
  assert_int_equal(loaded, STATUS_NO_MEMORY);
  assert_null(other);
  block_destroy(block);
  fitting_destroy(&fitting);
  sheet_release(&rows);
}

/* Scores with the bytes if they are taken; returns whether they were. */
static bool try_bytes(struct block *bytes, size_t size) {
  static const double row[] = {1, 12, 19};
  if (bytes->size == size)
    block_seal(bytes);
  struct block *block = NULL;
  if (block_load(&block, bytes, size) != STATUS_OK)
    return false;
  if (block_columns(block) <= 3) {
    score_anything(block, row);
    if (block_learns(block)) {
      watched_learn(block, row);
      score_anything(block, row);
    }
  }
  block_destroy(block);
  return true;
}

/* A few trees and a short past have all fields that many and a long one have. */
static void make_small(struct fitting *fitting) {
  static const char *const settings[][2] = {
      {"n_estimators", "6"}, {"n_trees", "6"},        {"max_depth", "5"},
      {"tree_size", "30"},   {"n_random_cuts", "20"}, {"history", "100"},
  };
  for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
    if (option_find(fitting->model->options, settings[i][0]) != NULL)
      fitting_set(fitting, settings[i][0], settings[i][1]);
}

static struct block *small_block(const struct model *model) {
  struct sheet rows = sheet_create(model->rows_min + 20, 3, 40);
  struct fitting fitting = fitting_create(model);
  make_small(&fitting);
  struct block *const block = fitting_fit(&fitting, rows);
  fitting_destroy(&fitting);
  sheet_release(&rows);
  return block;
}

enum { SPOTS = 3000 }; /* tried in a block, at most */

/* Every byte of the header and the body's beginning, then so many over the rest. */
static size_t next_spot(const struct block *block, size_t at, size_t size) {
  return at < block->body + 512u ? at + 1 : at + 1 + (size - block->body) / SPOTS;
}

static void changed_bytes_do_no_harm(const struct model *model) {
  struct block *const block = small_block(model);
  const size_t size = block_size(block);
  struct block *changed;
  assert_int_equal(block_copy(&changed, block), STATUS_OK);
  struct noise noise = {41};
  for (size_t at = 0; at < size; at = next_spot(block, at, size)) {
    memcpy(changed, block, size);
    ((unsigned char *)changed)[at] ^= (unsigned char)(1 + noise_bits(&noise) % 255);
    (void)try_bytes(changed, size);
  }
  block_destroy(changed);
  block_destroy(block);
}

/* Numbers that indices, counts and doubles go wrong with, in the place of others. */
static void changed_numbers_do_no_harm(const struct model *model) {
  struct block *const block = small_block(model);
  const size_t size = block_size(block);
  struct block *changed;
  assert_int_equal(block_copy(&changed, block), STATUS_OK);
  const double numbers[] = {NAN, INFINITY, -INFINITY, 1e300, -1e300, 4e-320, -1, 0};
  const uint64_t words[] = {UINT64_MAX,           1,
                            UINT64_C(1) << 63,    UINT64_C(0x7fffffff7fffffff),
                            UINT64_C(0xffffffff), UINT64_C(0x100000001)};
  enum { NUMBERS = sizeof numbers / 8, WORDS = sizeof words / 8 };
  for (size_t at = 0, turn = 0; at + 8 <= size; turn++) {
    for (size_t i = turn % 2; i < NUMBERS + WORDS; i += 2) {
      memcpy(changed, block, size);
      memcpy((char *)changed + at, i < NUMBERS ? (const void *)&numbers[i] : &words[i - NUMBERS],
             8);
      (void)try_bytes(changed, size);
    }
    at = next_spot(block, at, size) / 4 * 4 + 4;
  }
  block_destroy(changed);
  block_destroy(block);
}

static void random_bodies_do_no_harm(const struct model *model) {
  struct block *const block = small_block(model);
  const size_t size = block_size(block), words = (size - block->body) / 8;
  struct noise noise = {42};
  for (size_t turn = 0; turn < 120; turn++) {
    unsigned char *const body = (unsigned char *)block + block->body;
    for (size_t i = 0; i < words; i++) {
      const uint64_t bits = noise_bits(&noise);
      const double number = 20 * noise_gaussian(&noise);
      const uint32_t indices[2] = {(uint32_t)(bits % 7), (uint32_t)(bits >> 40) % 60};
      memcpy(body + 8 * i,
             turn % 3 == 0   ? (const void *)&bits
             : turn % 3 == 1 ? (const void *)&number
                             : (const void *)indices,
             8);
    }
    (void)try_bytes(block, size);
  }
  block_destroy(block);
}

/* Every length, with a header that says so; only what is aligned may be taken. */
static void cut_bytes_do_no_harm(const struct model *model) {
  struct block *const block = small_block(model);
  const size_t size = block_size(block);
  const size_t step = size > 200000 ? size / 3000 : 1;
  for (size_t length = 0; length < size; length += step) {
    struct block *loaded;
    assert_true(block_load(&loaded, block_bytes(block), length) != STATUS_OK);
  }
  for (size_t length = block->body; length < size;
       length += BLOCK_ALIGNMENT * (1 + size / 100000)) {
    struct block *cut = aligned_alloc(BLOCK_ALIGNMENT, length);
    assert_non_null(cut);
    memcpy(cut, block, length);
    cut->size = length;
    (void)try_bytes(cut, length);
    free(cut);
  }
  block_destroy(block);
}

static void a_scratch_of_another_size_is_refused(const struct model *model) {
  struct block *const block = small_block(model);
  const size_t size = block_size(block);
  assert_true(try_bytes(block, size));
  for (int off = -1; off <= 1; off += 2) {
    block->scratch += (uint64_t)(int64_t)off;
    assert_false(try_bytes(block, size));
    block->scratch -= (uint64_t)(int64_t)off;
  }
  block_destroy(block);
}

static void says_what_is_wrong_with_bytes(const struct model *model) {
  struct block *const block = small_block(model);
  const size_t size = block_size(block);
  struct block *loaded = NULL;
  block->version++;
  block_seal(block);
  assert_int_equal(block_load(&loaded, block, size), STATUS_VERSION);
  block->version--;
  block->model[0] = 'X';
  block_seal(block);
  assert_int_equal(block_load(&loaded, block, size), STATUS_NOT_FOUND);
  block->byte_order = 0x01000000;
  assert_int_equal(block_load(&loaded, block, size), STATUS_VERSION);
  block->magic[3]++;
  assert_int_equal(block_load(&loaded, block, size), STATUS_CORRUPT);
  assert_null(loaded);
  block_destroy(block);
}

int main(int count, char **argument) {
  const struct model_test tests[] = {
      {"shapeless data do no harm", shapeless_data_do_no_harm},
      {"few rows are enough or a limit", few_rows_are_enough_or_a_limit},
      {"impossible sizes are refused", impossible_sizes_are_refused},
      {"runs out of memory cleanly", runs_out_of_memory_cleanly},
      {"changed bytes do no harm", changed_bytes_do_no_harm},
      {"changed numbers do no harm", changed_numbers_do_no_harm},
      {"random bodies do no harm", random_bodies_do_no_harm},
      {"cut bytes do no harm", cut_bytes_do_no_harm},
      {"a scratch of another size is refused", a_scratch_of_another_size_is_refused},
      {"says what is wrong with bytes", says_what_is_wrong_with_bytes},
  };
  return run_for_each_model(tests, sizeof tests / sizeof tests[0], count - 1, argument + 1);
}
