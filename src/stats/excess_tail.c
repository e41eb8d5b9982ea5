#include "stats/excess_tail.h"

#include <math.h>

enum { GRID_MOST = 256, PRIOR_WEIGHT = 20 };

static const double NO_SHAPE = 1e-6; /* an exponential tail */
static const double SHAPE_MOST = 10, SCALE_MOST = 1e150;

const struct state_row excess_tail_rows[] = {
    STATE_FIELD(struct excess_tail, shape, STATE_F64),
    STATE_FIELD(struct excess_tail, scale, STATE_F64),
    STATE_ROWS_END,
};

/* Shape that maximises the likelihood for one ratio of shape to scale, with its sign turned. */
static double shape_of(const double *excess, size_t count, double ratio) {
  double sum = 0;
  for (size_t i = 0; i < count; i++)
    sum += log1p(-ratio * excess[i]);
  return sum / (double)count;
}

/*
 * The posterior mean of the ratio under the authors' prior, over a grid of its
 * quantiles.
 */
static double mean_ratio(const double *excess, size_t count) {
  const double quartile = excess[(size_t)((double)count / 4 + .5) - 1];
  const size_t wanted = 20 + (size_t)sqrt((double)count);
  const size_t grid = wanted < GRID_MOST ? wanted : GRID_MOST;
  double ratio[GRID_MOST], profile[GRID_MOST];
  double best = -INFINITY;
  for (size_t i = 0; i < grid; i++) {
    ratio[i] = 1 / excess[count - 1] + (1 - sqrt((double)grid / ((double)i + .5))) / (3 * quartile);
    const double shape = shape_of(excess, count, ratio[i]);
    profile[i] = (double)count * (log(-ratio[i] / shape) - shape - 1);
    best = fmax(best, profile[i]);
  }
  double sum = 0, weights = 0;
  for (size_t i = 0; i < grid; i++) {
    const double weight = exp(profile[i] - best);
    if (!(weight > 0))
      continue;
    sum += weight * ratio[i];
    weights += weight;
  }
  return sum / weights;
}

struct excess_tail excess_tail_fit(const double *excess, size_t count, double expected) {
  const double ratio = mean_ratio(excess, count);
  const double shape = shape_of(excess, count, ratio);
  const double number = (double)count;
  const double shrunk = (number * shape + PRIOR_WEIGHT * expected) / (number + PRIOR_WEIGHT);
  return (struct excess_tail){
      .shape = fmax(-SHAPE_MOST, fmin(shrunk, SHAPE_MOST)),
      .scale = -shape / ratio,
  };
}

double excess_tail_decades(const struct excess_tail *tail, double excess) {
  const double relative = excess / tail->scale;
  if (fabs(tail->shape) < NO_SHAPE)
    return fmin(relative * log10(exp(1)), EXCESS_TAIL_MOST);
  const double base = 1 + tail->shape * relative;
  return base > 0 ? fmin(log10(base) / tail->shape, EXCESS_TAIL_MOST) : EXCESS_TAIL_MOST;
}

double excess_tail_quantile(const struct excess_tail *tail, double decades) {
  if (fabs(tail->shape) < NO_SHAPE)
    return tail->scale * decades * log(10);
  return tail->scale * (pow(10, decades * tail->shape) - 1) / tail->shape;
}

bool excess_tail_valid(const struct excess_tail *tail) {
  return fabs(tail->shape) <= SHAPE_MOST && tail->scale > 0 && tail->scale <= SCALE_MOST;
}
