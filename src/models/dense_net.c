#include "models/dense_net.h"
#include "base/random.h"
#include "stats/clamp.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { LANES = 8 };

static size_t weights_of_layer(const struct dense_net *net, size_t layer) {
  return ((size_t)net->width[layer] + 1) * net->width[layer + 1];
}

size_t dense_weights(const struct dense_net *net) {
  size_t weights = 0;
  for (size_t i = 0; i < DENSE_LAYERS; i++)
    weights += weights_of_layer(net, i);
  return weights;
}

size_t dense_width(const struct dense_net *net) {
  size_t width = 0;
  for (size_t i = 0; i <= DENSE_LAYERS; i++)
    width = net->width[i] > width ? net->width[i] : width;
  return width;
}

void dense_draw(const struct dense_net *net, float *weights, uint64_t *random) {
  for (size_t layer = 0; layer < DENSE_LAYERS; layer++) {
    const size_t in = net->width[layer], out = net->width[layer + 1];
    const double range = sqrt(6. / (double)(in + out));
    for (size_t i = 0; i < in * out; i++)
      weights[i] = (float)((2 * random_uniform(random) - 1) * range);
    memset(weights + in * out, 0, out * sizeof *weights);
    weights += weights_of_layer(net, layer);
  }
}

static float bend(float sum) { return sum / (1 + fabsf(sum)); }

/* The derivative, from what came out. */
static float slope(float bent) {
  const float rest = 1 - fabsf(bent);
  return rest * rest;
}

void dense_run(const struct dense_net *net, const float *weights, float *in, float *work) {
  float *from = in, *to = work;
  for (size_t layer = 0; layer < DENSE_LAYERS; layer++) {
    const size_t inputs = net->width[layer], outputs = net->width[layer + 1];
    const float *const offsets = weights + inputs * outputs;
    for (size_t o = 0; o < outputs; o++) {
      float sum = offsets[o];
      for (size_t i = 0; i < inputs; i++)
        sum += weights[o * inputs + i] * from[i];
      to[o] = layer + 1 < DENSE_LAYERS ? bend(sum) : sum;
    }
    weights += weights_of_layer(net, layer);
    float *const kept = from;
    from = to;
    to = kept;
  }
}

size_t dense_trainer_memory(const struct dense_net *net) {
  size_t numbers = 3 * dense_weights(net);
  for (size_t i = 0; i <= DENSE_LAYERS; i++)
    numbers += (size_t)2 * net->width[i] * DENSE_BATCH;
  return numbers;
}

void dense_trainer_init(struct dense_trainer *trainer, const struct dense_net *net, float *weights,
                        float *memory) {
  const size_t count = dense_weights(net);
  *trainer = (struct dense_trainer){.net = net,
                                    .weights = weights,
                                    .gradient = memory,
                                    .mean = memory + count,
                                    .square = memory + 2 * count};
  memory += 3 * count;
  for (size_t i = 0; i <= DENSE_LAYERS; i++) {
    const size_t numbers = (size_t)net->width[i] * DENSE_BATCH;
    trainer->out[i] = memory;
    trainer->error[i] = memory + numbers;
    memory += 2 * numbers;
  }
}

/* y += weight x, over a batch. */
static void add_batch(float *restrict y, const float *restrict x, float weight) {
  for (size_t i = 0; i < DENSE_BATCH; i++)
    y[i] += weight * x[i];
}

static float sum_products(const float *restrict a, const float *restrict b) {
  float sums[LANES] = {0}, sum = 0;
  for (size_t i = 0; i < DENSE_BATCH; i += LANES)
    for (size_t lane = 0; lane < LANES; lane++)
      sums[lane] += a[i + lane] * b[i + lane];
  for (size_t lane = 0; lane < LANES; lane++)
    sum += sums[lane];
  return sum;
}

static void run_layer(struct dense_trainer *trainer, size_t layer, const float *weights) {
  const size_t inputs = trainer->net->width[layer], outputs = trainer->net->width[layer + 1];
  for (size_t o = 0; o < outputs; o++) {
    float *const out = trainer->out[layer + 1] + o * DENSE_BATCH;
    for (size_t i = 0; i < DENSE_BATCH; i++)
      out[i] = weights[inputs * outputs + o];
    for (size_t i = 0; i < inputs; i++)
      add_batch(out, trainer->out[layer] + i * DENSE_BATCH, weights[o * inputs + i]);
    for (size_t i = 0; i < DENSE_BATCH && layer + 1 < DENSE_LAYERS; i++)
      out[i] = bend(out[i]);
  }
}

static void load_batch(struct dense_trainer *trainer, const float *cells, const uint32_t *rows,
                       size_t count) {
  const size_t columns = trainer->net->width[0];
  for (size_t column = 0; column < columns; column++)
    for (size_t i = 0; i < DENSE_BATCH; i++)
      trainer->out[0][column * DENSE_BATCH + i] = i < count ? cells[rows[i] * columns + column] : 0;
}

/* Clears the errors of the rows that fit worst, and of those that are not there; returns the loss.
 */
static float trim(const struct dense_trainer *trainer, float *squares, size_t count) {
  const size_t columns = trainer->net->width[0], kept = count - count * DENSE_TRIMMED / DENSE_BATCH;
  float *const errors = trainer->error[DENSE_LAYERS];
  const float share = 1 / (float)(kept * columns);
  float loss = 0, factor[DENSE_BATCH] = {0};
  for (size_t turn = 0; turn < kept; turn++) {
    size_t best = 0;
    for (size_t i = 1; i < count; i++)
      best = squares[i] < squares[best] ? i : best;
    loss += squares[best] * share;
    factor[best] = 2 * share;
    squares[best] = FLT_MAX;
  }
  for (size_t at = 0; at < columns * DENSE_BATCH; at += DENSE_BATCH)
    for (size_t i = 0; i < DENSE_BATCH; i++)
      errors[at + i] *= factor[i];
  return loss;
}

float dense_loss(struct dense_trainer *trainer, const float *cells, const uint32_t *rows,
                 size_t count) {
  const float *weights = trainer->weights;
  load_batch(trainer, cells, rows, count);
  for (size_t layer = 0; layer < DENSE_LAYERS; layer++) {
    run_layer(trainer, layer, weights);
    weights += weights_of_layer(trainer->net, layer);
  }
  float *const errors = trainer->error[DENSE_LAYERS], squares[DENSE_BATCH] = {0};
  for (size_t at = 0; at < trainer->net->width[0] * DENSE_BATCH; at += DENSE_BATCH)
    for (size_t i = 0; i < DENSE_BATCH; i++) {
      const float error = trainer->out[DENSE_LAYERS][at + i] - trainer->out[0][at + i];
      errors[at + i] = error;
      squares[i] += error * error;
    }
  return trim(trainer, squares, count);
}

/* From the errors of a layer's outputs to those of its inputs, and its gradient. */
static void trace_layer(struct dense_trainer *trainer, size_t layer, size_t first) {
  const size_t inputs = trainer->net->width[layer], outputs = trainer->net->width[layer + 1];
  const float *const weights = trainer->weights + first;
  float *const gradient = trainer->gradient + first;
  float *const errors = trainer->error[layer];
  memset(errors, 0, inputs * DENSE_BATCH * sizeof *errors);
  for (size_t o = 0; o < outputs; o++) {
    const float *const error = trainer->error[layer + 1] + o * DENSE_BATCH;
    float sum = 0;
    for (size_t i = 0; i < DENSE_BATCH; i++)
      sum += error[i];
    gradient[inputs * outputs + o] = sum;
    for (size_t i = 0; i < inputs; i++) {
      gradient[o * inputs + i] = sum_products(error, trainer->out[layer] + i * DENSE_BATCH);
      if (layer > 0)
        add_batch(errors + i * DENSE_BATCH, error, weights[o * inputs + i]);
    }
  }
  for (size_t i = 0; i < inputs * DENSE_BATCH && layer > 0; i++)
    errors[i] *= slope(trainer->out[layer][i]);
}

static void step(struct dense_trainer *trainer, double rate) {
  const float keep_mean = .9F, keep_square = .999F;
  const size_t count = dense_weights(trainer->net);
  trainer->steps++;
  const double unbiased_mean = 1 - pow(.9, trainer->steps);
  const double unbiased_square = 1 - pow(.999, trainer->steps);
  const float pace = (float)(rate * sqrt(unbiased_square) / unbiased_mean);
  for (size_t i = 0; i < count; i++) {
    const float gradient = trainer->gradient[i];
    trainer->mean[i] += (1 - keep_mean) * (gradient - trainer->mean[i]);
    trainer->square[i] += (1 - keep_square) * (gradient * gradient - trainer->square[i]);
    trainer->weights[i] = float_clamp(trainer->weights[i] - pace * trainer->mean[i] /
                                                                (sqrtf(trainer->square[i]) + 1e-8F),
                                      -DENSE_WEIGHT_MAX, DENSE_WEIGHT_MAX);
  }
}

void dense_learn(struct dense_trainer *trainer, const float *cells, const uint32_t *rows,
                 size_t count, double rate) {
  (void)dense_loss(trainer, cells, rows, count);
  size_t first = dense_weights(trainer->net);
  for (size_t layer = DENSE_LAYERS; layer-- > 0;) {
    first -= weights_of_layer(trainer->net, layer);
    trace_layer(trainer, layer, first);
  }
  step(trainer, rate);
}
