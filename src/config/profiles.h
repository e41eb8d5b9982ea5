/*
 * Profiles: what the top level of anomaly.cfg has where it says nothing else.
 */
#ifndef ANOMALY_CONFIG_PROFILES_H
#define ANOMALY_CONFIG_PROFILES_H

#include "anomaly/option.h"
#include "anomaly/rule.h"
#include "base/text.h"

#define PROFILE_OPTIONS_MAX 4

/* An option of rule_option_rows, with its value as in option_set_number. */
struct profile_option {
  const char *name;
  double value;
};

struct profile {
  const char *name;
  const char *summary; /* one sentence without full stop: for whom, and at what price */
  const char *detectors[RULE_DETECTORS_MAX + 1];          /* ended by NULL */
  struct profile_option options[PROFILE_OPTIONS_MAX + 1]; /* ended by a NULL name */
};

/* The list, the preset first; ended by a NULL name. */
extern const struct profile profiles[];

/* The profile of that name, or NULL. */
const struct profile *profile_find(const char *name);

/* Gives a rule the profile's options; the detectors are the caller's affair. */
void profile_set_options(const struct profile *profile, struct rule *rule);

/* Writes its detectors and options: `adaptive, pattern; consensus = "strongest"`. */
void profile_print(const struct profile *profile, struct text *text);

#endif
