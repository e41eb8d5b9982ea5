/*
 * Autoencoder: rows that a narrow net cannot reproduce.
 *
 * The body is the header, then the net's weights. The net sees values up to
 * SEEN_MAX standard deviations; a row's error is that of the values themselves.
 * It learns from three quarters of the rows, those that it reproduces best.
 */
#include "anomaly/model.h"
#include "anomaly/status.h"
#include "base/random.h"
#include "models/dense_net.h"
#include "stats/clamp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct options {
  uint32_t hidden, bottleneck, epochs, patience;
  double learning_rate;
};

static const struct option_row option_rows[] = {
    {.name = "hidden",
     .kind = OPTION_COUNT,
     .unit = "neurons",
     .offset = offsetof(struct options, hidden),
     .preset = 0,
     .min = 0,
     .max = 1024,
     .help = "Width of the outer hidden layers; 0 is half of the columns, at least 4"},
    {.name = "bottleneck",
     .kind = OPTION_COUNT,
     .unit = "neurons",
     .offset = offsetof(struct options, bottleneck),
     .preset = 0,
     .min = 0,
     .max = 1024,
     .help = "Width of the layer between them; 0 is a quarter of the columns, at least 1"},
    {.name = "epochs",
     .kind = OPTION_COUNT,
     .offset = offsetof(struct options, epochs),
     .preset = 40,
     .min = 1,
     .max = 10000,
     .help = "How often the training rows are gone through, at most"},
    {.name = "patience",
     .kind = OPTION_COUNT,
     .unit = "epochs",
     .offset = offsetof(struct options, patience),
     .preset = 5,
     .min = 1,
     .max = 10000,
     .help = "Training ends when a tenth of the rows, held out, was reproduced no better for so "
             "long"},
    {.name = "learning_rate",
     .kind = OPTION_REAL,
     .offset = offsetof(struct options, learning_rate),
     .preset = .01,
     .min = 1e-6,
     .max = 1,
     .help = "Step size of the training"},
    OPTION_ROWS_END,
};

static const double SEEN_MAX = 5;
enum { ROWS_MIN = 10, EPOCH_ROWS_MAX = 50000 };

struct body {
  struct dense_net net;
  uint32_t unused;
};

static const float *weights_of(const struct body *body) { return (const float *)(body + 1); }

/* Writes what the net makes of the row; returns where. */
static const float *reproduce(const struct block *block, const double *row, double *scratch) {
  const struct body *const body = block_body_const(block);
  float *const in = (float *)scratch;
  for (size_t i = 0; i < block_columns(block); i++)
    in[i] = (float)double_clamp(row[i], -SEEN_MAX, SEEN_MAX);
  dense_run(&body->net, weights_of(body), in, in + dense_width(&body->net));
  return in;
}

static double score(const struct block *block, const double *row, double *scratch) {
  const float *const made = reproduce(block, row, scratch);
  double squares = 0;
  for (size_t i = 0; i < block_columns(block); i++)
    squares += (row[i] - made[i]) * (row[i] - made[i]);
  return sqrt(squares);
}

static void explain(const struct block *block, const double *row, double *scratch,
                    double *ret_parts) {
  const float *const made = reproduce(block, row, scratch);
  for (size_t i = 0; i < block_columns(block); i++)
    ret_parts[i] = (row[i] - made[i]) * (row[i] - made[i]);
}

static struct dense_net net_of(const struct options *options, size_t columns) {
  const uint32_t outer = options->hidden > 0 ? options->hidden
                         : columns / 2 > 4   ? (uint32_t)(columns / 2)
                                             : 4;
  const uint32_t inner = options->bottleneck > 0 ? options->bottleneck
                         : columns / 4 > 1       ? (uint32_t)(columns / 4)
                                                 : 1;
  const uint32_t all = (uint32_t)columns;
  return (struct dense_net){{all, outer, inner, outer, all}};
}

/* What a fit works with. */
struct work {
  float *cells;    /* of the rows, as the net sees them */
  uint32_t *order; /* rows: those that are trained with, then those held out */
  size_t trained, held_out;
  float *memory, *best;
  struct dense_trainer trainer;
};

static void work_release(struct work *work) {
  free(work->cells);
  free(work->order);
  free(work->memory);
  free(work->best);
}

static int work_init(struct work *work, const struct matrix *rows, const struct dense_net *net,
                     float *weights, uint64_t *random) {
  const size_t cells = rows->rows * rows->columns;
  *work = (struct work){.cells = calloc(cells, sizeof *work->cells),
                        .order = calloc(rows->rows, sizeof *work->order),
                        .memory = calloc(dense_trainer_memory(net), sizeof *work->memory),
                        .best = calloc(dense_weights(net), sizeof *work->best)};
  if (work->cells == NULL || work->order == NULL || work->memory == NULL || work->best == NULL)
    return STATUS_NO_MEMORY;
  for (size_t i = 0; i < cells; i++)
    work->cells[i] = (float)double_clamp(rows->cells[i], -SEEN_MAX, SEEN_MAX);
  work->held_out = rows->rows / 10;
  work->trained = rows->rows - work->held_out;
  random_choice(random, work->order, rows->rows, rows->rows);
  dense_trainer_init(&work->trainer, net, weights, work->memory);
  dense_draw(net, weights, random);
  return STATUS_OK;
}

static void shuffle(uint32_t *rows, size_t count, uint64_t *random) {
  for (size_t i = count; i > 1; i--) {
    const size_t other = random_below(random, i);
    const uint32_t kept = rows[i - 1];
    rows[i - 1] = rows[other];
    rows[other] = kept;
  }
}

static size_t at_most(size_t count, size_t limit) { return count < limit ? count : limit; }

/* Goes through the rows once; false where it was to stop. */
static bool run_epoch(struct work *work, double rate, const struct fit_control *control,
                      uint64_t *random) {
  shuffle(work->order, work->trained, random);
  const size_t rows = at_most(work->trained, EPOCH_ROWS_MAX);
  for (size_t at = 0; at < rows; at += DENSE_BATCH) {
    if (fit_stopped(control))
      return false;
    dense_learn(&work->trainer, work->cells, work->order + at, at_most(rows - at, DENSE_BATCH),
                rate);
  }
  return true;
}

static double held_out_loss(struct work *work) {
  const size_t rows = at_most(work->held_out, EPOCH_ROWS_MAX);
  double loss = 0;
  for (size_t at = 0; at < rows; at += DENSE_BATCH) {
    const size_t count = at_most(rows - at, DENSE_BATCH);
    loss += (double)count *
            dense_loss(&work->trainer, work->cells, work->order + work->trained + at, count);
  }
  return loss / (double)rows;
}

/* Ends with the weights that reproduced the rows held out best. */
static int train(struct work *work, const struct options *options,
                 const struct fit_control *control, uint64_t *random) {
  const size_t size = dense_weights(work->trainer.net) * sizeof *work->best;
  double best = INFINITY;
  for (uint32_t epoch = 0, best_epoch = 0;
       epoch < options->epochs && epoch - best_epoch < options->patience; epoch++) {
    if (!run_epoch(work, options->learning_rate, control, random))
      return STATUS_STOPPED;
    const double loss = held_out_loss(work);
    if (epoch == 0 || loss < best) {
      best = loss;
      best_epoch = epoch;
      memcpy(work->best, work->trainer.weights, size);
    }
  }
  memcpy(work->trainer.weights, work->best, size);
  return STATUS_OK;
}

static int fit(const struct matrix *rows, const void *options, const struct fit_control *control,
               double *ret_scores, struct block **ret_block) {
  (void)ret_scores;
  const struct dense_net net = net_of(options, rows->columns);
  struct block *const block = block_create(
      rows->columns, sizeof(struct body) + dense_weights(&net) * sizeof(float), dense_width(&net));
  if (block == NULL)
    return STATUS_NO_MEMORY;
  struct body *const body = block_body(block);
  body->net = net;
  struct work work;
  uint64_t random = control->seed;
  int status = work_init(&work, rows, &net, (float *)(body + 1), &random);
  if (status == STATUS_OK)
    status = train(&work, options, control, &random);
  work_release(&work);
  if (status == STATUS_OK)
    *ret_block = block;
  else
    block_destroy(block);
  return status;
}

static bool valid(const struct block *block) {
  const struct body *const body = block_body_const(block);
  const size_t size = block_body_size(block), columns = block_columns(block);
  if (size < sizeof *body || body->net.width[0] != columns ||
      body->net.width[DENSE_LAYERS] != columns)
    return false;
  for (size_t i = 1; i < DENSE_LAYERS; i++)
    if (body->net.width[i] == 0 || body->net.width[i] > MODEL_COLUMNS_MAX)
      return false;
  const size_t weights = dense_weights(&body->net);
  if (block_scratch_own(block) != dense_width(&body->net) ||
      (size - sizeof *body) / sizeof(float) < weights)
    return false;
  for (size_t i = 0; i < weights; i++)
    if (!float_within(weights_of(body)[i], -DENSE_WEIGHT_MAX, DENSE_WEIGHT_MAX))
      return false;
  return true;
}

const struct model autoencoder_model = {
    .name = "autoencoder",
    .summary = "rows that a net with a narrow middle cannot reproduce",
    .source = "Hawkins, He, Williams and Baxter, 2002, \"Outlier detection using replicator neural "
              "networks\"",
    .options = option_rows,
    .options_size = sizeof(struct options),
    .version = 1,
    .rows_min = ROWS_MIN,
    .standardises = true,
    .fit = fit,
    .score = score,
    .explain = explain,
    .valid = valid,
};
