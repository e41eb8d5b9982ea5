/*
 * SUOD: several models, fitted side by side, whose scores are averaged.
 *
 * The body is the header, what is known of each member, the members' blocks.
 */
#include "anomaly/status.h"
#include "base/option.h"
#include "models/block_private.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum bases { BASES_MIXED, BASES_FAST, BASES_NEAR };

struct options {
  int bases, weights;
};

enum weights { WEIGHTS_AGREEMENT, WEIGHTS_EQUAL };

enum { MEMBERS_MAX = 8, ROWS_MIN = 10 };

static const char *const bases_choices[] = {"mixed", "fast", "near", NULL};
static const char *const weights_choices[] = {"agreement", "equal", NULL};

/* Names that are not in the list of models are passed over. */
static const char *const base_names[][MEMBERS_MAX] = {
    [BASES_MIXED] = {"ecod", "hbos", "isolation_forest", "knn", "lof", "cblof"},
    [BASES_FAST] = {"ecod", "copod", "hbos", "isolation_forest", "pca"},
    [BASES_NEAR] = {"knn", "lof", "cblof"},
};

static const struct option_row option_rows[] = {
    {.name = "base_models",
     .kind = OPTION_CHOICE,
     .offset = offsetof(struct options, bases),
     .preset = BASES_MIXED,
     .choices = bases_choices,
     .help =
         "Which models vote: mixed is ecod, hbos, isolation_forest, knn, lof and cblof; fast is "
         "ecod, copod, hbos, isolation_forest and pca; near is knn, lof and cblof"},
    {.name = "weights",
     .kind = OPTION_CHOICE,
     .offset = offsetof(struct options, weights),
     .preset = WEIGHTS_AGREEMENT,
     .choices = weights_choices,
     .help = "How much each one counts: by its agreement with all others on the training rows, or "
             "the same"},
    OPTION_ROWS_END,
};

struct member {
  uint64_t offset, size; /* of its block in the body */
  double weight;         /* >= 0, their sum 1 */
};

struct body {
  uint64_t count;
  struct member members[MEMBERS_MAX];
};

static size_t aligned(size_t size) {
  return (size + BLOCK_ALIGNMENT - 1) / BLOCK_ALIGNMENT * BLOCK_ALIGNMENT;
}

static size_t blocks_offset(void) { return aligned(sizeof(struct body)); }

static const struct block *member_at(const struct body *body, size_t at) {
  return (const struct block *)(const void *)((const char *)body + body->members[at].offset);
}

static struct block *member(struct block *block, size_t at, size_t *ret_size) {
  struct body *const body = block_body(block);
  if (at >= body->count)
    return NULL;
  *ret_size = body->members[at].size;
  return (struct block *)(void *)((char *)body + body->members[at].offset);
}

/* In standard deviations of the training scores. */
static double standard(const struct block *block, double score) {
  const struct score_summary *const scores = block_scores(block);
  return scores->deviation > 0 ? (score - scores->mean) / scores->deviation : 0;
}

static double score(const struct block *block, const double *row, double *scratch) {
  const struct body *const body = block_body_const(block);
  double sum = 0;
  for (size_t i = 0; i < body->count; i++) {
    const struct block *const base = member_at(body, i);
    sum += body->members[i].weight * standard(base, model_score(base, row, scratch));
  }
  return sum;
}

static void explain(const struct block *block, const double *row, double *scratch,
                    double *ret_parts) {
  const struct body *const body = block_body_const(block);
  const size_t columns = block_columns(block);
  double *const shares = scratch, *const rest = scratch + columns;
  memset(ret_parts, 0, columns * sizeof *ret_parts);
  for (size_t i = 0; i < body->count; i++) {
    const struct block *const base = member_at(body, i);
    const double part = body->members[i].weight * standard(base, model_score(base, row, rest));
    model_explain(base, row, rest, shares);
    for (size_t at = 0; at < columns && part > 0; at++)
      ret_parts[at] += part * shares[at];
  }
}

/* One of the models to be fitted. */
struct task {
  const struct model *model;
  int status;
  struct block *block;
  double *scores; /* of the training rows, standard after the fit */
};

struct job {
  const struct matrix *rows;
  const struct fit_control *control;
  struct task tasks[MEMBERS_MAX];
  size_t count;
  atomic_size_t next; /* task that nobody has begun */
};

static int fit_base(const struct model *model, const struct job *job, size_t at, double *scores,
                    struct block **ret_block) {
  struct model_common common;
  void *const options = calloc(1, model->options_size + 1);
  if (options == NULL)
    return STATUS_NO_MEMORY;
  option_set_presets(model_common_rows, &common);
  option_set_presets(model->options, options);
  struct fit_control control = *job->control;
  control.seed += at;
  control.threads = 1;
  const int status =
      model_fit_scored(model, job->rows, &common, options, &control, scores, ret_block);
  free(options);
  return status;
}

static void *work(void *argument) {
  struct job *const job = argument;
  for (size_t at; (at = atomic_fetch_add(&job->next, 1)) < job->count;) {
    struct task *const task = &job->tasks[at];
    task->status = fit_base(task->model, job, at, task->scores, &task->block);
    for (size_t i = 0; i < job->rows->rows && task->status == STATUS_OK; i++)
      task->scores[i] = standard(task->block, task->scores[i]);
  }
  return NULL;
}

/* With the threads that can be had: this one is enough. */
static void work_in_parallel(struct job *job) {
  pthread_t threads[MEMBERS_MAX];
  size_t started = 0;
  while (started + 1 < job->control->threads && started + 1 < job->count &&
         pthread_create(&threads[started], NULL, work, job) == 0)
    started++;
  (void)work(job);
  while (started > 0)
    (void)pthread_join(threads[--started], NULL);
}

static int job_init(struct job *job, const struct options *options, const struct matrix *rows,
                    const struct fit_control *control) {
  *job = (struct job){.rows = rows, .control = control};
  for (size_t i = 0; i < MEMBERS_MAX && base_names[options->bases][i] != NULL; i++) {
    const struct model *const model = model_find(base_names[options->bases][i]);
    if (model == NULL)
      continue;
    struct task *const task = &job->tasks[job->count++];
    task->model = model;
    task->scores = calloc(rows->rows, sizeof *task->scores);
    if (task->scores == NULL)
      return STATUS_NO_MEMORY;
  }
  return STATUS_OK;
}

static void task_release(struct task *task) {
  block_destroy(task->block);
  free(task->scores);
}

/* Leaves those out that the rows are too few or too alike for. */
static int keep_fitted(struct job *job) {
  size_t kept = 0;
  for (size_t i = 0; i < job->count; i++) {
    struct task *const task = &job->tasks[i];
    if (task->status != STATUS_OK && task->status != STATUS_LIMIT)
      return task->status;
    if (task->status == STATUS_OK) {
      const struct task fitted = *task;
      *task = job->tasks[kept];
      job->tasks[kept++] = fitted;
    }
  }
  for (size_t i = kept; i < job->count; i++)
    task_release(&job->tasks[i]);
  job->count = kept;
  return kept > 0 ? STATUS_OK : STATUS_LIMIT;
}

/* What the others say of the row on average. */
static double others(const struct job *job, size_t member, size_t row) {
  double sum = 0;
  for (size_t i = 0; i < job->count; i++)
    sum += i == member ? 0 : job->tasks[i].scores[row];
  return sum / (double)(job->count - 1);
}

/* The correlation of a member's scores with those of the others, at least 0. */
static double agreement(const struct job *job, size_t member) {
  double product = 0, squares = 0;
  for (size_t i = 0; i < job->rows->rows; i++) {
    const double other = others(job, member, i);
    product += job->tasks[member].scores[i] * other;
    squares += other * other;
  }
  const double correlation = product / sqrt(squares * (double)job->rows->rows);
  return correlation > 0 ? correlation : 0;
}

static void set_weights(const struct job *job, int weights, struct member *members) {
  double sum = 0;
  for (size_t i = 0; i < job->count; i++) {
    const bool equal = weights == WEIGHTS_EQUAL || job->count == 1;
    members[i].weight = equal ? 1 : agreement(job, i);
    sum += members[i].weight;
  }
  for (size_t i = 0; i < job->count; i++)
    members[i].weight = sum > 0 ? members[i].weight / sum : 1 / (double)job->count;
}

static size_t scratch_of(const struct job *job) {
  size_t largest = 0;
  for (size_t i = 0; i < job->count; i++) {
    const size_t scratch = block_scratch(job->tasks[i].block);
    largest = scratch > largest ? scratch : largest;
  }
  return job->rows->columns + largest;
}

static struct block *make_block(const struct job *job, int weights) {
  size_t size = blocks_offset();
  for (size_t i = 0; i < job->count; i++)
    size += block_size(job->tasks[i].block);
  struct block *const block = block_create(job->rows->columns, size, scratch_of(job));
  if (block == NULL)
    return NULL;
  struct body *const body = block_body(block);
  body->count = job->count;
  set_weights(job, weights, body->members);
  size_t offset = blocks_offset();
  for (size_t i = 0; i < job->count; i++) {
    struct block *const base = job->tasks[i].block;
    body->members[i].offset = offset;
    body->members[i].size = block_size(base);
    memcpy((char *)body + offset, block_bytes(base), block_size(base));
    offset += block_size(base);
  }
  return block;
}

/* What the block says of the rows it was fitted to. */
static void add_scores(const struct block *block, const struct job *job, double *ret_scores) {
  const struct body *const body = block_body_const(block);
  memset(ret_scores, 0, job->rows->rows * sizeof *ret_scores);
  for (size_t i = 0; i < job->count; i++)
    for (size_t row = 0; row < job->rows->rows; row++)
      ret_scores[row] += body->members[i].weight * job->tasks[i].scores[row];
}

static int fit(const struct matrix *rows, const void *options, const struct fit_control *control,
               double *ret_scores, struct block **ret_block) {
  const struct options *const o = options;
  struct job job;
  int status = job_init(&job, o, rows, control);
  if (status == STATUS_OK) {
    work_in_parallel(&job);
    status = keep_fitted(&job);
  }
  if (status == STATUS_OK) {
    struct block *const block = make_block(&job, o->weights);
    if (block != NULL) {
      add_scores(block, &job, ret_scores);
      *ret_block = block;
    } else {
      status = STATUS_NO_MEMORY;
    }
  }
  for (size_t i = 0; i < job.count; i++)
    task_release(&job.tasks[i]);
  return status;
}

static bool member_is_valid(const struct block *block, const struct member *member) {
  const size_t size = block_body_size(block);
  if (member->offset % BLOCK_ALIGNMENT != 0 || member->offset < blocks_offset() ||
      member->offset > size || member->size > size - member->offset ||
      member->size < sizeof(struct block))
    return false;
  const struct block *const base =
      (const struct block *)(const void *)((const char *)block_body_const(block) + member->offset);
  return block_columns(base) == block_columns(block) &&
         block_scratch(base) <= block_scratch_own(block) - block_columns(block) &&
         member->weight >= 0 && member->weight <= 1;
}

static bool valid(const struct block *block) {
  const struct body *const body = block_body_const(block);
  if (block_body_size(block) < blocks_offset() || body->count == 0 || body->count > MEMBERS_MAX ||
      block_scratch_own(block) < block_columns(block))
    return false;
  size_t largest = 0, end = blocks_offset();
  for (size_t i = 0; i < body->count; i++) {
    if (!member_is_valid(block, &body->members[i]) || body->members[i].offset < end)
      return false;
    end = body->members[i].offset + body->members[i].size;
    const size_t scratch = block_scratch(member_at(body, i));
    largest = scratch > largest ? scratch : largest;
  }
  return block_scratch_own(block) == block_columns(block) + largest;
}

const struct model suod_model = {
    .name = "suod",
    .summary = "rows that several models together take for unusual",
    .source =
        "Zhao, Hu, Cheng, Wang, Wan, Wang, Yang, Bai, Li, Xiao, Wang, Qiao, Sun and Akoglu, "
        "2021, \"SUOD: Accelerating large-scale unsupervised heterogeneous outlier detection\"",
    .options = option_rows,
    .options_size = sizeof(struct options),
    .version = 2,
    .rows_min = ROWS_MIN,
    .training = TRAINING_APART,
    .fit = fit,
    .score = score,
    .explain = explain,
    .valid = valid,
    .member = member,
};
