/* Clusters of short vectors, and which of them are usual. */
#include "stats/clusters.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <math.h>

/* The `which`th direction, so long. */
static void make_vector(float *vector, int which, float length) {
  for (int i = 0; i < CLUSTER_LENGTH; i++)
    vector[i] = i == which ? length : 0.0F;
}

static struct cluster_place visit(struct clusters *clusters, const float *vector) {
  const struct cluster_place place = clusters_find(clusters, vector);
  clusters_learn(clusters, vector, &place, 1.0F);
  return place;
}

static void test_nothing_is_usual_at_first_but_zero(void **unused) {
  (void)unused;
  struct clusters clusters = {0};
  float vector[CLUSTER_LENGTH];
  make_vector(vector, 0, 0);
  assert_true(visit(&clusters, vector).distance == 0);
  make_vector(vector, 2, 10);
  assert_true(visit(&clusters, vector).distance == 10);
}

static void test_what_is_visited_often_is_usual(void **unused) {
  (void)unused;
  struct clusters clusters = {0};
  float vector[CLUSTER_LENGTH];
  uint32_t odd[3] = {0};
  for (int turn = 0; turn < 100; turn++)
    for (int which = 0; which < 3; which++) {
      make_vector(vector, which, 10);
      odd[which] += visit(&clusters, vector).distance > 1;
    }
  for (int which = 0; which < 3; which++)
    assert_true(odd[which] >= 8 && odd[which] <= 30);
  make_vector(vector, 3, 10);
  const struct cluster_place place = visit(&clusters, vector);
  assert_true(place.distance > 9.9F && place.nearest > 9.9F);
}

static void test_a_center_is_the_mean_of_its_vectors(void **unused) {
  (void)unused;
  struct clusters clusters = {0};
  struct noise noise = {5};
  float vector[CLUSTER_LENGTH] = {0};
  for (int i = 0; i < 400; i++) {
    make_vector(vector, 1, 10 + .2F * (float)noise_gaussian(&noise));
    visit(&clusters, vector);
  }
  make_vector(vector, 1, 10);
  assert_true(clusters_find(&clusters, vector).distance < .05F);
}

/* A vector that never comes again takes the place of another such, not of a usual one. */
static void test_usual_ones_keep_their_places(void **unused) {
  (void)unused;
  struct clusters clusters = {0};
  float vector[CLUSTER_LENGTH];
  for (int turn = 0; turn < 50; turn++)
    for (int which = 0; which < CLUSTER_LENGTH; which++) {
      make_vector(vector, which, 10);
      visit(&clusters, vector);
    }
  for (int i = 1; i <= 100; i++) {
    make_vector(vector, i % CLUSTER_LENGTH, 100.0F * (float)i);
    visit(&clusters, vector);
  }
  for (int which = 0; which < CLUSTER_LENGTH; which++) {
    make_vector(vector, which, 10);
    assert_true(clusters_find(&clusters, vector).distance < .1F);
  }
}

static void test_what_is_not_visited_any_more_is_forgotten(void **unused) {
  (void)unused;
  struct clusters clusters = {0};
  float vector[CLUSTER_LENGTH];
  make_vector(vector, 4, 10);
  for (int i = 0; i < 40; i++)
    visit(&clusters, vector);
  assert_true(clusters_find(&clusters, vector).distance < .1F);
  for (int i = 0; i < 3; i++)
    clusters_halve(&clusters);
  assert_true(clusters_find(&clusters, vector).distance > 9);
}

static void test_only_sound_states_are_valid(void **unused) {
  (void)unused;
  struct clusters clusters = {0};
  assert_true(clusters_valid(&clusters, 100));
  clusters.cluster[3].center[2] = 101;
  assert_false(clusters_valid(&clusters, 100));
  clusters.cluster[3].center[2] = NAN;
  assert_false(clusters_valid(&clusters, 100));
  clusters.cluster[3].center[2] = 0;
  clusters.cluster[7].weight = -1;
  assert_false(clusters_valid(&clusters, 100));
  clusters.cluster[7].weight = NAN;
  assert_false(clusters_valid(&clusters, 100));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_nothing_is_usual_at_first_but_zero),
      cmocka_unit_test(test_what_is_visited_often_is_usual),
      cmocka_unit_test(test_a_center_is_the_mean_of_its_vectors),
      cmocka_unit_test(test_usual_ones_keep_their_places),
      cmocka_unit_test(test_what_is_not_visited_any_more_is_forgotten),
      cmocka_unit_test(test_only_sound_states_are_valid),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
