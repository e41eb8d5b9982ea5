#include "stats/quantile.h"

#include "stats/markers.h"

const struct state_row quantile_rows[] = {
    STATE_FIELD(struct quantiles, count, STATE_U64),
    STATE_ARRAY(struct quantiles, height, STATE_F64, QUANTILE_MARKERS),
    STATE_ARRAY(struct quantiles, position, STATE_F64, QUANTILE_MARKERS),
    STATE_ROWS_END,
};

/* The percentiles and the middles between them. */
static const double share[QUANTILE_MARKERS] = {0,   .005, .01, .255, .5, .725,
                                               .95, .97,  .99, .995, 1};
static const struct marker_shares shares = {share, QUANTILE_MARKERS};

static const int marker_of[] = {
    [QUANTILE_MINIMUM] = 0, [QUANTILE_1] = 2,  [QUANTILE_50] = 4,
    [QUANTILE_95] = 6,      [QUANTILE_99] = 8, [QUANTILE_MAXIMUM] = QUANTILE_MARKERS - 1};

void quantile_add(struct quantiles *quantiles, double value) {
  markers_add(&shares, quantiles->count++, value, quantiles->height, quantiles->position);
}

double quantile_get(const struct quantiles *quantiles, enum quantile which) {
  return markers_get(&shares, quantiles->count, quantiles->height, marker_of[which]);
}

bool quantile_valid(const struct quantiles *quantiles) {
  return markers_valid(&shares, quantiles->count, quantiles->height, quantiles->position);
}
