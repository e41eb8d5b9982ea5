/*
 * Reading libconfig's settings by option rows.
 */
#ifndef ANOMALY_CONFIG_READER_H
#define ANOMALY_CONFIG_READER_H

#include "anomaly/rule.h"
#include "base/nearest.h"
#include "config/config.h"
#include "config/presets.h"
#include "config/profiles.h"
#include "config/source.h"

#include <libconfig.h>
#include <stdbool.h>

/* What all parts of one reading share. */
struct reader {
  const struct source *source; /* of the settings at hand */
  const struct presets *presets;
  const struct profile *profile; /* in place of the one that is named; NULL = none */
  struct config_error *error;
};

/* Writes the error with the place of `setting`; returns STATUS_INVALID. */
int reader_fail(const struct reader *reader, const config_setting_t *setting, const char *format,
                ...) __attribute__((format(printf, 3, 4)));

/* Writes that there is no memory; returns STATUS_NO_MEMORY. */
int reader_fail_memory(const struct reader *reader);

/*
 * Writes that `setting` is not known in `place` ("a rule"), with what may have
 * been meant: nearest->best, or the rows' nearest name. Either may be empty.
 */
int reader_fail_unknown(const struct reader *reader, const config_setting_t *setting,
                        const char *place, struct nearest *nearest);

/* Tries the names of a table of rows. */
void reader_nearest_row(struct nearest *nearest, const struct option_row *rows);

/* Reads one setting into the options that the row belongs to. */
int reader_option(const struct reader *reader, const config_setting_t *setting,
                  const struct option_row *row, void *options);

/* Fails if the setting is no group `{ … }`, or neither list nor array. */
int reader_want_group(const struct reader *reader, const config_setting_t *setting);
int reader_want_list(const struct reader *reader, const config_setting_t *setting);

/*
 * Fails with `contradiction`, unless that is NULL, at the first setting of
 * `group` that the phrase names, or else at the group.
 */
int reader_fail_check(const struct reader *reader, const config_setting_t *group,
                      const struct option_row *rows, const char *contradiction);

/* The part of the identity that a selector of this name is for; false where there is none. */
bool reader_part(const char *name, enum metric_part *ret_part);

/* Reads one selector. */
int reader_selector(const struct reader *reader, const config_setting_t *setting,
                    enum metric_part part, struct rule *rule);

/* Reads a rule's list of detectors, or the one that is named. */
int reader_detectors(const struct reader *reader, const config_setting_t *setting,
                     struct rule *rule);

/*
 * Reads a detector's group of options on top of *options, and checks them unless
 * those lacked something before: that may be given where the detector is used.
 */
int reader_detector_options(const struct reader *reader, const config_setting_t *group,
                            const struct detector *detector, void *options);

/* Reads each of `rules` into the set, whose first rule is the one that matches everything. */
int reader_rules(const struct reader *reader, const config_setting_t *rules, struct rule_set *set);

/* Reads each of `groups` into a set whose first rule matches everything. */
int reader_groups(const struct reader *reader, const config_setting_t *groups,
                  struct rule_set *set);

/* The row of rule_option_rows that a group can give too; NULL where it is none. */
const struct option_row *reader_group_alarm_row(const char *name);

#endif
