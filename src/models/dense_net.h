/*
 * A small net of dense layers in single precision, for autoencoder.c.
 *
 * Each layer but the last bends its sums by x / (1 + |x|) (softsign; Bergstra,
 * Desjardins, Lamblin and Bengio, 2009, "Quadratic polynomials learn better
 * image features"). Trained by back-propagation with Adam (Kingma and Ba, 2015,
 * "Adam: a method for stochastic optimization") from weights as Glorot and
 * Bengio, 2010, "Understanding the difficulty of training deep feedforward neural
 * networks", draw them. Losses are trimmed: Rousseeuw, 1984, "Least median of
 * squares regression". The same numbers on every machine.
 */
#ifndef ANOMALY_MODELS_DENSE_NET_H
#define ANOMALY_MODELS_DENSE_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DENSE_LAYERS = 4, DENSE_BATCH = 32 };

/* Of a batch, so many rows that fit worst do not count: rows that are no model to follow. */
enum { DENSE_TRIMMED = 8 };

/* Magnitudes of weights: sums of them stay finite. */
#define DENSE_WEIGHT_MAX 1e3F

/* Numbers between layers: width[0] go in, width[DENSE_LAYERS] come out; each at least 1. */
struct dense_net {
  uint32_t width[DENSE_LAYERS + 1];
};

/* Numbers that a net consists of: for each layer the weights of each output, then its offsets. */
size_t dense_weights(const struct dense_net *net);

/* The largest width. */
size_t dense_width(const struct dense_net *net);

/* Draws all of a net's weights; its offsets are 0. */
void dense_draw(const struct dense_net *net, float *weights, uint64_t *random);

/* What comes out for `in`, written there; `work` has room for dense_width numbers, as has `in`. */
void dense_run(const struct dense_net *net, const float *weights, float *in, float *work);

/* Memory of a training. */
struct dense_trainer {
  const struct dense_net *net;
  float *weights;                                         /* those that are trained */
  float *out[DENSE_LAYERS + 1], *error[DENSE_LAYERS + 1]; /* a batch, one number after the other */
  float *gradient, *mean, *square;
  unsigned steps;
};

/* Floats that a trainer needs behind `memory`, which are zero at first. */
size_t dense_trainer_memory(const struct dense_net *net);
void dense_trainer_init(struct dense_trainer *trainer, const struct dense_net *net, float *weights,
                        float *memory);

/*
 * Mean squared difference between `count` rows (1 .. DENSE_BATCH) of width[0]
 * numbers and what the net makes of them, without those that fit worst; the net
 * has as many outputs.
 */
float dense_loss(struct dense_trainer *trainer, const float *cells, const uint32_t *rows,
                 size_t count);

/* One step against the loss of these rows. */
void dense_learn(struct dense_trainer *trainer, const float *cells, const uint32_t *rows,
                 size_t count, double rate);

#endif
