#include "base/random.h"

#include <math.h>

uint64_t random_bits(uint64_t *state) {
  uint64_t bits = *state += UINT64_C(0x9e3779b97f4a7c15);
  bits = (bits ^ (bits >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  bits = (bits ^ (bits >> 27)) * UINT64_C(0x94d049bb133111eb);
  return bits ^ (bits >> 31);
}

uint64_t random_below(uint64_t *state, uint64_t count) { return random_bits(state) % count; }

double random_uniform(uint64_t *state) {
  return ((double)(random_bits(state) >> 11) + .5) * 0x1p-53;
}

double random_normal(uint64_t *state) {
  const double radius = sqrt(-2 * log(random_uniform(state)));
  return radius * cos(2 * acos(-1) * random_uniform(state));
}

void random_choice(uint64_t *state, uint32_t *list, size_t count, size_t drawn) {
  for (size_t i = 0; i < count; i++)
    list[i] = (uint32_t)i;
  for (size_t i = 0; i < drawn; i++) {
    const size_t other = i + random_below(state, count - i);
    const uint32_t kept = list[i];
    list[i] = list[other];
    list[other] = kept;
  }
}
