/*
 * The contract of a streaming detector.
 *
 * A detector is a const descriptor in a file of its own. The engine owns the
 * memory: it hands out zeroed blocks of the size the detector asks for, and
 * does saving, restoring and memory accounting once for all from the rows. A detector never
 * allocates, logs, reads a clock, takes a lock or keeps a pointer in its state; its calls are
 * therefore thread-safe for different states.
 */
#ifndef ANOMALY_DETECTOR_H
#define ANOMALY_DETECTOR_H

#include "anomaly/option.h"
#include "anomaly/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Type of a state field, saved little-endian. */
enum state_kind {
  STATE_U8,
  STATE_U16,
  STATE_U32,
  STATE_U64,
  STATE_I16,
  STATE_I32,
  STATE_I64,
  STATE_F32,
  STATE_F64,
  STATE_STRUCT, /* a struct with rows of its own */
};

/* One field, or array, of a detector's state. A table ends with name NULL. */
struct state_row {
  const char *name;
  enum state_kind kind;
  size_t offset;                /* in the state (or in the struct) */
  uint32_t count;               /* elements; 1 for a plain field */
  bool counted;                 /* elements come from the option at count_option */
  size_t count_option;          /* offset in the options of a uint32_t; if counted */
  size_t stride;                /* bytes from element to element; STATE_STRUCT only */
  const struct state_row *rows; /* fields of the struct; STATE_STRUCT only */
};

#define STATE_FIELD(type, field, state_kind_)                                                      \
  { .name = #field, .kind = state_kind_, .offset = offsetof(type, field), .count = 1 }
#define STATE_ARRAY(type, field, state_kind_, n)                                                   \
  { .name = #field, .kind = state_kind_, .offset = offsetof(type, field), .count = (n) }
/* A flexible array whose length is the option `option` (uint32_t) of `options_type`. */
#define STATE_ARRAY_BY(type, field, state_kind_, options_type, option)                             \
  {                                                                                                \
    .name = #field, .kind = state_kind_, .offset = offsetof(type, field), .counted = true,         \
    .count_option = offsetof(options_type, option)                                                 \
  }
#define STATE_STRUCTS(type, field, n, element_type, element_rows)                                  \
  {                                                                                                \
    .name = #field, .kind = STATE_STRUCT, .offset = offsetof(type, field), .count = (n),           \
    .stride = sizeof(element_type), .rows = (element_rows)                                         \
  }
#define STATE_ROWS_END                                                                             \
  { .name = NULL }

struct block;
struct model;

/*
 * One value as a detector sees it. `time` never goes backwards between two
 * calls on one state; `value` is finite (any finite double, denormals too).
 */
struct observation {
  double time;     /* seconds since the epoch, > 0 */
  double interval; /* seconds, as configured; 0 = unknown */
  double value;
  double line;         /* the ratio that counts as an alarm: 1, moved by sensitivity */
  double failure;      /* the ratio from which an alarm is a failure: 4, moved by the rule */
  double warmup;       /* seconds a metric needs to become known; > 0 */
  struct block *block; /* of a detector made from a model: what is fitted now; NULL = nothing yet */
  double *scratch;     /* block_scratch of it */
};

struct detector {
  const char *name;    /* as written in the configuration */
  const char *summary; /* one line: what it detects */
  const char *source;  /* author, year, title; or "this project" */

  const struct model *model; /* that the engine fits for it; NULL = none */

  bool certain; /* what is over its line is a fact, not a surprise: people are told in any case */

  const struct option_row *options; /* may be an empty table, not NULL */
  size_t options_size;              /* of the struct behind the rows */

  const struct state_row *state; /* every byte that matters, and nothing else */
  uint32_t state_version;        /* changed whenever rows or their meaning change */

  /* Bytes of state for these options; at most DETECTOR_STATE_MAX. */
  size_t (*state_size)(const void *options);

  /*
   * Options that contradict each other, or lack one that must be given: a static
   * phrase, or NULL if all is well. Optional.
   */
  const char *(*check)(const void *options);

  /* Makes a zeroed state ready for the first value. */
  void (*init)(void *state, const void *options);

  /* Judges one value, then learns it. Writes every field of *ret. */
  void (*update)(void *state, const void *options, const struct observation *now,
                 struct finding *ret);

  /*
   * Judges that no value has come until now->time (now->value is NaN), without
   * learning. Optional: without it the detector has nothing to say of silence.
   */
  void (*silence)(const void *state, const void *options, const struct observation *now,
                  struct finding *ret);

  /*
   * Whether restored fields make a state that `update` can go on from. Stored
   * bytes are hostile: indices, counts and NaN are refused here. Optional
   * where any values are safe.
   */
  bool (*valid)(const void *state, const void *options);
};

#define DETECTOR_STATE_MAX (1u << 20)

/* A finding that says nothing: ratio 0, no band, not ready. */
struct finding finding_none(void);

/* The list of all detectors, ended by NULL, in the order of the build. */
extern const struct detector *const detector_list[];

/* The detector of that name, or NULL. */
const struct detector *detector_find(const char *name);

/*
 * Whatever a rule may name: the detectors, then one made from each model, see
 * engine/model_detector.h. Ended by NULL. Thread-safe.
 */
const struct detector *const *watcher_list(void);

/* The one of that name, or NULL. */
const struct detector *watcher_find(const char *name);

#endif
