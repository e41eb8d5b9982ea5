/* The map from episodes to numbers, against one that is plainly right. */
#include "engine/id_map.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <string.h>

enum { CAPACITY = 64, IDS = 200, STEPS = 20000 };

static void it_behaves_as_a_plain_table(void **state) {
  (void)state;
  struct id_map *const map = id_map_create(CAPACITY);
  assert_non_null(map);
  struct noise noise = {1};
  uint32_t plain[IDS + 1] = {0}; /* number + 1; 0 = not there */
  unsigned used = 0;
  for (unsigned step = 0; step < STEPS; step++) {
    const uint64_t bits = noise_bits(&noise);
    const uint64_t id = 1 + bits % IDS;
    const uint32_t number = (uint32_t)(bits >> 40);
    uint32_t found = 0;
    if (bits >> 63) {
      const bool room = plain[id] != 0 || used < CAPACITY;
      assert_int_equal(id_map_put(map, id, number), room);
      used += room && plain[id] == 0;
      plain[id] = room ? number + 1 : 0;
    } else {
      id_map_remove(map, id);
      used -= plain[id] != 0;
      plain[id] = 0;
    }
    const uint64_t other = 1 + noise_bits(&noise) % IDS;
    assert_int_equal(id_map_find(map, other, &found), plain[other] != 0);
    if (plain[other] != 0)
      assert_int_equal(found, plain[other] - 1);
  }
  id_map_destroy(map);
  id_map_destroy(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(it_behaves_as_a_plain_table)};
  return cmocka_run_group_tests_name("id_map", tests, NULL, NULL);
}
