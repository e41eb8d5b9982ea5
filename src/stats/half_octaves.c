#include "stats/half_octaves.h"

const struct state_row half_octaves_rows[] = {
    STATE_FIELD(struct half_octaves, first, STATE_I16),
    STATE_ARRAY(struct half_octaves, count, STATE_U16, HALF_OCTAVES_BINS),
    STATE_ROWS_END,
};

void half_octaves_halve(struct half_octaves *window) {
  for (int i = 0; i < HALF_OCTAVES_BINS; i++)
    window->count[i] >>= 1;
}

bool half_octaves_valid(const struct half_octaves *window, int least) {
  return window->first == HALF_OCTAVES_UNSET ||
         (window->first >= least && window->first <= HALF_OCTAVE_MAX);
}
