/*
 * Profiles: what the top level of anomaly.cfg has where it says nothing else.
 */
#ifndef ANOMALY_CONFIG_PROFILES_H
#define ANOMALY_CONFIG_PROFILES_H

#include "anomaly/option.h"
#include "anomaly/rule.h"
#include "base/text.h"
#include "config/presets.h"

#define PROFILE_OPTIONS_MAX 4

/* An option of rule_option_rows, with its value as in option_set_number. */
struct profile_option {
  const char *name;
  double value;
};

/* The same of an option of one of its detectors. */
struct profile_tuning {
  const char *detector, *name;
  double value;
};

struct profile {
  const char *name;
  const char *summary; /* one sentence without full stop: for whom, and at what price */
  const char *detectors[RULE_DETECTORS_MAX + 1];          /* ended by NULL */
  struct profile_option options[PROFILE_OPTIONS_MAX + 1]; /* ended by a NULL name */
  struct profile_tuning tunings[PROFILE_OPTIONS_MAX + 1]; /* likewise */
};

/* The list, the preset first; ended by a NULL name. */
extern const struct profile profiles[];

/* The profile of that name, or NULL. */
const struct profile *profile_find(const char *name);

/* Gives a rule the profile's options; the detectors are the caller's affair. */
void profile_set_options(const struct profile *profile, struct rule *rule);

/* Gives its detectors their options, which then are their presets. */
void profile_set_tunings(const struct profile *profile, const struct presets *presets);

/*
 * Writes its detectors and options: `adaptive, pattern; consensus = "strongest"`, and
 * in brackets behind a detector those of its own: `isolation_forest (max_samples = 64)`.
 */
void profile_print(const struct profile *profile, struct text *text);

#endif
