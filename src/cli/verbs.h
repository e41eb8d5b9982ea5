/*
 * The verbs, each defined in a file of its own: verb_NAME.c.
 */
#ifndef ANOMALY_CLI_VERBS_H
#define ANOMALY_CLI_VERBS_H

#include "cli/verb.h"

extern const struct verb backtest_verb;
extern const struct verb check_verb;
extern const struct verb config_verb;
extern const struct verb detect_verb;
extern const struct verb export_verb;
extern const struct verb forecast_verb;
extern const struct verb generate_verb;
extern const struct verb detectors_verb;
extern const struct verb fit_verb;
extern const struct verb help_verb;
extern const struct verb models_verb;
extern const struct verb score_verb;
extern const struct verb label_verb;
extern const struct verb silence_verb;
extern const struct verb train_verb;
extern const struct verb history_verb;

#endif
