/*
 * The contract of a fitted model.
 *
 * A model is a const descriptor in a file of its own. Fitting it to a matrix of
 * rows makes one block of bytes: relocatable (no pointer in it), the same for
 * the same rows, options and seed, and never changed by scoring, so that any
 * number of threads may score with it at once, and saving is writing it.
 *
 * What all models need is written once, in src/models/block.c: unusual numbers,
 * standardisation, the threshold, the statistics of the training scores, the
 * checks of stored bytes. A model sees finite numbers only, clamped to
 * ±MODEL_CELL_MAX, a missing one (NaN) replaced by its column's median.
 */
#ifndef ANOMALY_MODEL_H
#define ANOMALY_MODEL_H

#include "anomaly/option.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Rows one after the other, `columns` numbers each; borrowed. */
struct matrix {
  const double *cells;
  size_t rows, columns;
};

#define MODEL_ROWS_MAX 1000000
#define MODEL_COLUMNS_MAX 1024
#define MODEL_BLOCK_MAX (UINT64_C(1) << 30) /* bytes; of the training rows as well */
/* Larger magnitudes are taken for it: a product of four of them is finite. */
#define MODEL_CELL_MAX 1e75
/* Raw scores are clamped to it; a score that is no number is this one. */
#define MODEL_SCORE_MAX 1e300

enum model_standardise {
  STANDARDISE_AUTO,   /* as the model is defined */
  STANDARDISE_ALWAYS, /* columns are made comparable: mean 0, standard deviation 1 */
  STANDARDISE_NEVER,
};

/* Options of every model; described by model_common_rows. */
struct model_common {
  double contamination;  /* share of the training rows taken for anomalous */
  uint32_t random_state; /* seed of models that draw random numbers */
  int standardise;       /* enum model_standardise */
};

extern const struct option_row model_common_rows[];

struct block;

/* How a fit is to be done. */
struct fit_control {
  uint64_t seed;           /* model_fit adds random_state to it */
  unsigned threads;        /* that may work on it at once, at least 1 */
  const atomic_bool *stop; /* once true, the fit ends soon with STATUS_STOPPED; NULL = never */
};

/* Whether the fit is to stop; to be asked about every millisecond of work. */
bool fit_stopped(const struct fit_control *control);

/* Where the raw scores of the training rows come from. */
enum model_training {
  TRAINING_BY_SCORE, /* from `score`, row by row */
  TRAINING_BY_FIT,   /* from `fit`, which knows a faster way to the same numbers */
  TRAINING_APART, /* from `fit`: as if the row had not been seen, which `score` cannot say of it */
};

struct model {
  const char *name;    /* as written in the configuration */
  const char *summary; /* one line: what it takes for anomalous */
  const char *source;  /* author, year, title */

  const struct option_row *options; /* the model's own; may be an empty table, not NULL */
  size_t options_size;              /* of the struct behind the rows */

  uint32_t version;   /* of the body; changed whenever its layout or meaning changes */
  size_t rows_min;    /* with fewer rows model_fit says STATUS_LIMIT; at least 1 */
  size_t columns_max; /* with more columns likewise; 0 = MODEL_COLUMNS_MAX */
  bool standardises;  /* what STANDARDISE_AUTO means */
  bool sequential;    /* rows are in the order of time, and the order matters */
  enum model_training training;
  /*
   * PyOD ranks rows that are scored at once among the training rows and each
   * other. To get its numbers, fit to both, and take the threshold of a fit to
   * the training rows.
   */
  bool ranks_batch;

  /* Options that contradict each other: a static phrase, or NULL. Optional. */
  const char *(*check)(const void *options);

  /*
   * Makes a block by block_create and fills its body; and ret_scores, of one
   * number for each row, undefined before, unless training is TRAINING_BY_SCORE.
   * Errors: STATUS_NO_MEMORY, STATUS_STOPPED (which the caller finds out for
   * itself after STATUS_OK), STATUS_LIMIT (the rows are too few or too alike for
   * these options, which it says of no other rows).
   */
  int (*fit)(const struct matrix *rows, const void *options, const struct fit_control *control,
             double *ret_scores, struct block **ret_block);

  /* The raw score of a row: more is more anomalous. `scratch` is for what the block asked for. */
  double (*score)(const struct block *block, const double *row, double *scratch);

  /*
   * What each column adds to the score of the row: >= 0, in any unit; the caller
   * makes shares of them. Optional: without it, shares are found by putting each
   * column's median in its place.
   */
  void (*explain)(const struct block *block, const double *row, double *scratch, double *ret_parts);

  /*
   * Takes a row as seen, after it was scored. Optional: a model with it goes on
   * learning, and its block belongs to one scorer, who must not share it.
   */
  void (*learn)(struct block *block, const double *row, double *scratch);

  /*
   * Whether stored bytes make a body that `score` can work with: sizes, indices
   * and NaN are refused here, and a scratch (block_scratch_own) that is not
   * exactly what fit asked for. Columns are 1 .. MODEL_COLUMNS_MAX, rows 1 ..
   * MODEL_ROWS_MAX, the body is as large as block_body_size says.
   */
  bool (*valid)(const struct block *block);

  /*
   * For a model that is made of others, whose blocks lie in its body, aligned as
   * blocks are: the block `at`, and how many bytes are its; NULL behind the last.
   * They are checked after `valid`, and none of them has such blocks itself.
   * Optional.
   */
  struct block *(*member)(struct block *block, size_t at, size_t *ret_size);
};

/* The list of all models, ended by NULL, in the order of the build. */
extern const struct model *const model_list[];

/* The model of that name, or NULL. */
const struct model *model_find(const char *name);

/* The most columns that the model can be fitted to. */
size_t model_columns_max(const struct model *model);

/* ---- For those who use models ---- */

/*
 * What the raw scores of the training rows were like; mean and deviation with
 * magnitudes above 1e140 taken for it.
 */
struct score_summary {
  double mean, deviation, minimum, maximum;
  double decile[9];
};

/* A column of the training rows. */
struct block_column {
  double median, mean, deviation; /* of the numbers that were there; 0 where none was */
  double decile[9];
  double scale; /* deviations are divided by it where the block standardises; > 0 */
};

/*
 * Fits. NaN cells are missing values. Errors, with *ret_block untouched:
 * STATUS_LIMIT (fewer than rows_min, beyond columns_max or MODEL_…_MAX, or what the
 * model's fit says of it), STATUS_INVALID (no column), STATUS_NO_MEMORY, STATUS_STOPPED. Takes
 * time: see `./dev bench models`.
 */
int model_fit(const struct model *model, const struct matrix *rows,
              const struct model_common *common, const void *options,
              const struct fit_control *control, struct block **ret_block);

/*
 * The same, and the raw scores of the rows where ret_scores (room for one of
 * each) is not NULL: those that the threshold comes from. They are undefined on
 * failure.
 */
int model_fit_scored(const struct model *model, const struct matrix *rows,
                     const struct model_common *common, const void *options,
                     const struct fit_control *control, double *ret_scores,
                     struct block **ret_block);

/* A block that may be changed by model_learn. Errors: STATUS_NO_MEMORY. */
int block_copy(struct block **ret_block, const struct block *block);

/* NULL is fine. */
void block_destroy(struct block *block);

/* Doubles of scratch memory that a thread needs to score with it. */
size_t block_scratch(const struct block *block);

/*
 * The raw score of a row of block_columns numbers: finite, at most
 * ±MODEL_SCORE_MAX. Any numbers may be in the row, NaN for a missing value.
 */
double model_score(const struct block *block, const double *row, double *scratch);

/* Above it the row is taken for anomalous, by contamination. */
double block_threshold(const struct block *block);

/* Each column's share of the score: >= 0, their sum 1 (0 where nothing stands out). */
void model_explain(const struct block *block, const double *row, double *scratch,
                   double *ret_shares);

/* Whether its model goes on learning; then takes a row as seen. */
bool block_learns(const struct block *block);
void model_learn(struct block *block, const double *row, double *scratch);

/* Of a block made by model_fit or block_load. */
const struct model *block_model(const struct block *block);
size_t block_columns(const struct block *block);
size_t block_rows(const struct block *block);
const struct score_summary *block_scores(const struct block *block);
const struct block_column *block_column(const struct block *block, size_t column);

/* Hash of the options in effect: blocks of the same are of one make. */
uint64_t block_options(const struct block *block);
uint64_t model_options_hash(const struct model *model, const struct model_common *common,
                            const void *options);

/*
 * The block as bytes, to be written as they are: those of this kind of machine.
 * Of a block that learns, for its owner only.
 */
size_t block_size(const struct block *block);
const void *block_bytes(struct block *block);

/*
 * A block from hostile bytes, which are copied. Errors: STATUS_CORRUPT,
 * STATUS_VERSION (of another version or kind of machine), STATUS_NOT_FOUND (no
 * such model), STATUS_NO_MEMORY.
 */
int block_load(struct block **ret_block, const void *bytes, size_t size);

/* ---- For those who write models ---- */

/*
 * A block with a zeroed body, aligned for any type, and how many doubles `score`
 * wants as scratch. NULL: no memory, or beyond MODEL_BLOCK_MAX.
 */
struct block *block_create(size_t columns, size_t body_size, size_t scratch);

/* The body, and its bytes: as many as block_create was asked for, at least. */
void *block_body(struct block *block);
const void *block_body_const(const struct block *block);
size_t block_body_size(const struct block *block);

/* The doubles of scratch that the model itself asked for. */
size_t block_scratch_own(const struct block *block);

#endif
