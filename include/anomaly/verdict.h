/*
 * What is said of one sample: a detector's finding, and the verdict that the
 * decision makes of the findings of all detectors of a metric.
 */
#ifndef ANOMALY_VERDICT_H
#define ANOMALY_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

enum anomaly_kind {
  KIND_NONE,
  KIND_SPIKE,       /* suddenly above the usual */
  KIND_DIP,         /* suddenly below the usual */
  KIND_LEVEL_SHIFT, /* a new level, up or down */
  KIND_DRIFT,       /* slowly leaving the usual */
  KIND_VARIANCE,    /* spread or roughness is not the usual one */
  KIND_FLATLINE,    /* stuck at one value */
  KIND_MISSING,     /* no value arrives */
  KIND_PATTERN,     /* shape or hour is not the usual one */
  KIND_PEER,        /* differs from its peers */
  KIND_GROUP,       /* a group of metrics is unusual as a whole */
  KINDS,
};

/* Lower-case name with '_', such as "level_shift"; "none" for KIND_NONE. */
const char *anomaly_kind_name(enum anomaly_kind kind);

/*
 * What one detector says of one sample. All numbers are finite or NaN; NaN
 * means "not known" and is allowed only for expected, lower and upper.
 */
struct finding {
  double ratio;                  /* evidence over its alarm line; >= 0, 1 = the line */
  double onset;                  /* strength of something new at this sample; 0 elsewhere */
  double surprise;               /* the evidence in decades (-log10 of a tail probability) */
  double expected, lower, upper; /* what was usual, before this sample was learned */
  double since;           /* when what it found began, not after this sample; 0 = not known */
  enum anomaly_kind kind; /* KIND_NONE where ratio is 0 */
  const char *reason;     /* static phrase that says what is odd; NULL if nothing */
  bool ready;             /* false while the detector cannot know yet */
  bool abstains;          /* says nothing of samples like this one: it has no vote */
  bool scored;            /* a fitted model gave the sample a raw score */
  bool outlier;           /* by the model's contamination; where scored */
  double raw;             /* the model's own score; where scored */
  uint32_t missing;       /* samples until a model is fitted first; 0 once it is */
};

enum severity {
  SEVERITY_OKAY,
  SEVERITY_WARNING,
  SEVERITY_FAILURE,
};

/* Lower-case name, such as "warning". */
const char *severity_name(enum severity severity);

enum episode_change {
  EPISODE_UNCHANGED, /* none is open, or the open one goes on */
  EPISODE_OPENED,
  EPISODE_ESCALATED, /* from warning to failure; at most once an episode */
  EPISODE_CLOSED,
};

/* What the engine says of one sample. Plain data, valid for ever. */
struct verdict {
  double time;
  double value;                  /* after rate conversion; NaN for KIND_MISSING */
  double ratio;                  /* combined ratio of the detectors */
  double score;                  /* ratio / (1 + ratio), 0..1; 0.5 = the line, 0.8 = four of it */
  double surprise;               /* of the leading detector */
  double onset;                  /* the largest of the detectors */
  double confidence;             /* share of the ready detectors that agree, 0..1 */
  double expected, lower, upper; /* of the leading detector; NaN = not known */
  double since;                  /* of the leading detector; 0 = not known */
  enum anomaly_kind kind;        /* of the leading detector */
  const char *reason;            /* static phrase of the leading detector; may be NULL */
  const char *leading;           /* name of the leading detector; never NULL */
  uint8_t detectors;             /* detectors that watch the metric */
  uint8_t ready;                 /* of those, how many can know already and do not abstain */
  uint8_t agree;                 /* of those, how many are over their line */
  uint8_t votes;                 /* bit i: detector i of the metric is one of these */
  bool anomaly;                  /* over the line, after consensus and rule */
  bool scored, outlier;          /* of the first finding of a model */
  double raw;                    /* likewise */
  uint32_t missing;       /* the most that a model misses; of a group, rows until it is judged */
  bool open;              /* an episode is open after this sample */
  enum severity severity; /* of the open episode; SEVERITY_OKAY if none */
  enum episode_change change;
};

#endif
