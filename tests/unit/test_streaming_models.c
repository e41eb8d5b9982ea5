/* Models that go on learning: what they forget, and trees that stay what they should be. */
#include "anomaly/status.h"
#include "models/block_private.h"
#include "models/cut_tree.h"
#include "unit/fitting.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct block *fit_to(const char *model, struct sheet rows) {
  struct fitting fitting = fitting_create(model_find(model));
  struct block *const block = fitting_fit(&fitting, rows);
  fitting_destroy(&fitting);
  return block;
}

/* Two columns around a level. */
static void fill_row(struct noise *noise, double level, double *row) {
  row[0] = level + noise_gaussian(noise);
  row[1] = -level + noise_gaussian(noise);
}

/* What was usual once is not any more when there was something else for long enough. */
static void forgets(const char *model) {
  struct noise noise = {1};
  struct sheet rows = sheet_filled(600, 2, 0);
  for (size_t i = 0; i < rows.rows; i++)
    fill_row(&noise, 0, sheet_row(&rows, i));
  struct block *const block = fit_to(model, rows);
  const double then[2] = {0, 0}, later[2] = {12, -12};
  assert_true(watched_score(block, then) < block_threshold(block));
  assert_true(watched_score(block, later) > block_threshold(block));
  for (size_t i = 0; i < 600; i++) {
    double row[2];
    fill_row(&noise, 12, row);
    watched_learn(block, row);
  }
  assert_true(watched_score(block, later) < block_threshold(block));
  assert_true(watched_score(block, then) > block_threshold(block));
  block_destroy(block);
  sheet_release(&rows);
}

static void half_space_trees_forget(void **state) {
  (void)state;
  forgets("half_space_trees");
}

static void cut_forests_forget(void **state) {
  (void)state;
  forgets("robust_random_cut_forest");
}

/* All of the mass in one part at each of ten depths: 2^10 times as dense as everywhere. */
static void half_spaces_count_in_halvings(void **state) {
  (void)state;
  struct sheet rows = sheet_filled(250, 3, 4);
  struct block *const block = fit_to("half_space_trees", rows);
  const double same[3] = {4, 4, 4}, other[3] = {6, 6, 6};
  assert_true(fabs(watched_score(block, same) + 10) < 1e-4);
  assert_true(watched_score(block, other) > -5);
  block_destroy(block);
  sheet_release(&rows);
}

enum { SLOTS = 32, COLUMNS = 2 };

/* Trees of rows on a grid, so that some are the same. */
struct wood {
  float cells[SLOTS * COLUMNS];
  struct cut_rows rows;
  struct cut_tree *tree;
  size_t size;
};

static void wood_init(struct wood *wood, unsigned grid) {
  struct noise noise = {5};
  wood->rows = (struct cut_rows){wood->cells, SLOTS, COLUMNS};
  for (size_t i = 0; i < SLOTS * COLUMNS; i++)
    wood->cells[i] = (float)(noise_bits(&noise) % grid);
  wood->size = cut_tree_memory(&wood->rows);
  wood->tree = malloc(wood->size);
  assert_non_null(wood->tree);
  cut_tree_init(wood->tree, &wood->rows);
}

/* The mean displacement of slot `last` over trees of slots 0 .. last; on a detour, more was in. */
static double mean_displacement(struct wood *wood, size_t last, bool detour) {
  enum { TREES = 4000 };
  double sum = 0;
  uint64_t random = 77;
  for (size_t i = 0; i < TREES; i++) {
    cut_tree_init(wood->tree, &wood->rows);
    for (size_t slot = last + 1; slot < SLOTS && detour; slot++)
      cut_tree_insert(wood->tree, &wood->rows, slot, &random);
    for (size_t slot = 0; slot <= last; slot++)
      cut_tree_insert(wood->tree, &wood->rows, slot, &random);
    for (size_t slot = last + 1; slot < SLOTS && detour; slot++)
      cut_tree_remove(wood->tree, &wood->rows, slot);
    sum += cut_tree_displacement_within(wood->tree, &wood->rows, wood->cells + last * COLUMNS);
  }
  return sum / TREES;
}

static void the_way_to_a_tree_does_not_matter(void **state) {
  (void)state;
  struct wood wood;
  wood_init(&wood, 1000);
  const double direct = mean_displacement(&wood, 20, false);
  const double detour = mean_displacement(&wood, 20, true);
  if (fabs(direct / detour - 1) > .04)
    fail_msg("%g in trees that grew, %g in those that shrank", direct, detour);
  free(wood.tree);
}

/* The expected displacement is the mean one of drawing where the row comes in. */
static void displacement_is_that_of_the_row_put_in(void **state) {
  (void)state;
  enum { ROW = 20, DRAWS = 20000 };
  struct wood wood;
  wood_init(&wood, 1000);
  uint64_t random = 9;
  for (size_t slot = 0; slot < ROW; slot++)
    cut_tree_insert(wood.tree, &wood.rows, slot, &random);
  const float *const row = wood.cells + ROW * COLUMNS;
  double parts[COLUMNS] = {0};
  const double expected = cut_tree_displacement(wood.tree, &wood.rows, row, parts);
  assert_true(fabs(parts[0] + parts[1] - expected) < 1e-5 * expected);
  struct cut_tree *const drawn = malloc(wood.size);
  assert_non_null(drawn);
  double sum = 0;
  for (size_t i = 0; i < DRAWS; i++) {
    memcpy(drawn, wood.tree, wood.size);
    cut_tree_insert(drawn, &wood.rows, ROW, &random);
    sum += cut_tree_displacement_within(drawn, &wood.rows, row) / DRAWS;
  }
  if (fabs(sum / expected - 1) > .03)
    fail_msg("expected %g, drawn %g", expected, sum);
  free(drawn);
  free(wood.tree);
}

/* A row like others shares their leaf, and displaces what they displace together. */
static void rows_alike_share_a_leaf(void **state) {
  (void)state;
  struct wood wood;
  wood_init(&wood, 2);
  uint64_t random = 3;
  const float twin[COLUMNS] = {0, 0};
  size_t twins = 0;
  for (size_t slot = 0; slot < SLOTS; slot++) {
    cut_tree_insert(wood.tree, &wood.rows, slot, &random);
    twins += memcmp(wood.cells + slot * COLUMNS, twin, sizeof twin) == 0;
  }
  assert_true(cut_tree_is_sound(wood.tree, &wood.rows, SLOTS, 4));
  assert_true(twins > 1);
  assert_true(cut_tree_displacement(wood.tree, &wood.rows, twin, NULL) <
              cut_tree_displacement_within(wood.tree, &wood.rows, twin));
  for (size_t slot = 0; slot + 1 < SLOTS; slot++)
    cut_tree_remove(wood.tree, &wood.rows, slot);
  assert_true(cut_tree_is_sound(wood.tree, &wood.rows, SLOTS, 1));
  assert_true(cut_tree_holds(wood.tree, &wood.rows, SLOTS - 1, 1));
  free(wood.tree);
}

static void assert_loads(struct block *block) {
  struct block *loaded;
  assert_int_equal(block_load(&loaded, block_bytes(block), block_size(block)), STATUS_OK);
  block_destroy(loaded);
}

static void learn_at_random(struct block *block, struct noise *noise, size_t rows, unsigned grid) {
  for (size_t i = 0; i < rows; i++) {
    const double row[COLUMNS] = {(double)(noise_bits(noise) % grid),
                                 (double)(noise_bits(noise) % (grid / 2 + 1))};
    watched_learn(block, row);
  }
}

static struct block *small_forest(const char *model, const char *trees, const char *size) {
  struct fitting fitting = fitting_create(model_find(model));
  const bool cuts = strcmp(model, "robust_random_cut_forest") == 0;
  fitting_set(&fitting, cuts ? "n_trees" : "n_estimators", trees);
  fitting_set(&fitting, cuts ? "tree_size" : "mass_window", size);
  fitting_set(&fitting, "standardise", "never");
  struct sheet rows = sheet_filled(3, COLUMNS, 1);
  rows.cells[0] = 4;
  struct block *const block = fitting_fit(&fitting, rows);
  sheet_release(&rows);
  fitting_destroy(&fitting);
  return block;
}

/* Few and many rows that are the same, the window filled and gone around many times. */
static void stays_sound_with_rows_alike(void **state) {
  (void)state;
  static const unsigned grids[] = {1, 2, 5, 1000000};
  struct noise noise = {11};
  for (size_t i = 0; i < sizeof grids / sizeof grids[0]; i++) {
    struct block *const block = small_forest("robust_random_cut_forest", "6", "24");
    for (size_t turn = 0; turn < 200; turn++) {
      learn_at_random(block, &noise, 1 + noise_bits(&noise) % 9, grids[i]);
      assert_loads(block);
    }
    block_destroy(block);
  }
}

/* Numbers of a body changed at random: what is taken can learn, and is sound after it. */
static void hostile_trees_are_refused(const char *model, size_t turns) {
  struct noise noise = {13};
  struct block *const block = small_forest(model, "3", "12");
  learn_at_random(block, &noise, 40, 4);
  const size_t size = block_size(block), words = (size - block->body) / 2;
  struct block *changed;
  assert_int_equal(block_copy(&changed, block), STATUS_OK);
  size_t taken = 0;
  for (size_t turn = 0; turn < turns; turn++) {
    memcpy(changed, block, size);
    uint16_t *const body = block_body(changed);
    const size_t changes = 1 + noise_bits(&noise) % 3;
    for (size_t i = 0; i < changes; i++) {
      uint16_t *const word = &body[noise_bits(&noise) % words];
      const uint64_t bits = noise_bits(&noise);
      *word = bits % 4 == 0 ? body[bits / 8 % words] : (uint16_t)(*word + bits / 8 % 33 - 16);
    }
    block_seal(changed);
    struct block *loaded;
    if (block_load(&loaded, changed, size) != STATUS_OK)
      continue;
    taken++;
    learn_at_random(loaded, &noise, 30, 4);
    score_anything(loaded, (const double[COLUMNS]){1, 2});
    assert_loads(loaded);
    block_destroy(loaded);
  }
  assert_true(taken > 0 && taken < turns);
  block_destroy(changed);
  block_destroy(block);
}

static void hostile_cut_trees_are_refused(void **state) {
  (void)state;
  hostile_trees_are_refused("robust_random_cut_forest", 40000);
}

static void hostile_half_spaces_are_refused(void **state) {
  (void)state;
  hostile_trees_are_refused("half_space_trees", 10000);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(half_space_trees_forget),
      cmocka_unit_test(cut_forests_forget),
      cmocka_unit_test(half_spaces_count_in_halvings),
      cmocka_unit_test(the_way_to_a_tree_does_not_matter),
      cmocka_unit_test(displacement_is_that_of_the_row_put_in),
      cmocka_unit_test(rows_alike_share_a_leaf),
      cmocka_unit_test(stays_sound_with_rows_alike),
      cmocka_unit_test(hostile_cut_trees_are_refused),
      cmocka_unit_test(hostile_half_spaces_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
