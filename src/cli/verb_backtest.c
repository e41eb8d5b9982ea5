#include "anomaly/status.h"
#include "base/option.h"
#include "base/text.h"
#include "cli/backtest_report.h"
#include "cli/invocation.h"
#include "cli/json.h"
#include "cli/overrides.h"
#include "cli/past.h"
#include "cli/say.h"
#include "cli/settings.h"
#include "cli/verbs.h"
#include "config/profiles.h"
#include "engine/rule_private.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum option {
  OPTION_CONFIG = PAST_OPTIONS,
  OPTION_PROFILE,
  OPTION_DETECTOR,
  OPTION_SENSITIVITY,
  OPTION_WARMUP,
  OPTION_AGAINST,
  OPTION_SWEEP,
  OPTION_LABELS,
  OPTION_LABEL_COLUMN,
  OPTION_JSON,
  OPTION_HTML,
};

static const struct verb_option options[] = {
    PAST_OPTION_ROWS,
    [OPTION_CONFIG] = {.name = "config",
                       .letter = 'c',
                       .argument = "FILE",
                       .help = "use the rules of this anomaly.cfg, not the built-in ones"},
    [OPTION_PROFILE] = SETTINGS_PROFILE_OPTION,
    [OPTION_DETECTOR] = {.name = "detector",
                         .letter = 'd',
                         .argument = "NAME[:OPT=VAL,..]",
                         .help = "use this detector, with these options; may be repeated"},
    [OPTION_SENSITIVITY] = {.name = "sensitivity",
                            .letter = 's',
                            .argument = "LEVEL",
                            .help = "quiet, normal or high, for all that is compared"},
    [OPTION_WARMUP] = {.name = "warmup",
                       .letter = 'w',
                       .argument = "TIME",
                       .help = "how long a metric must be known, for all that is compared"},
    [OPTION_AGAINST] = {.name = "against",
                        .letter = 'a',
                        .argument = "FILE|PROFILE|DETECTOR",
                        .help =
                            "compare with this anomaly.cfg, profile or detector; may be repeated"},
    [OPTION_SWEEP] = {.name = "sweep",
                      .argument = "NAME=VAL,VAL,..",
                      .help = "compare values of an option of rules, or of DETECTOR.OPTION"},
    [OPTION_LABELS] = {.name = "labels",
                       .letter = 'l',
                       .argument = "FILE",
                       .help = "say how well what this file labels is found"},
    [OPTION_LABEL_COLUMN] = {.name = "label-column",
                             .argument = "NAME",
                             .help = "of a CSV file: more than 0 where something is wrong"},
    [OPTION_JSON] = {.name = "json", .help = "print one JSON object in place of the text"},
    [OPTION_HTML] = {.name = "html",
                     .argument = "FILE",
                     .help = "write a page with plots into this file"},
    {.name = NULL},
};

/* What a trial is made of beyond the options that hold for all. */
struct recipe {
  const char *config;   /* file; NULL: built in */
  const char *profile;  /* in place of that of the configuration; NULL: none */
  const char *detector; /* in place of all others; NULL: those of --detector, if `own` */
  bool own;
  const char *sweep_name, *sweep_value; /* NULL: none */
};

/* Everything that must be released. */
struct request {
  const struct invocation *invocation;
  struct past past;
  struct labels labels;
  struct backtest backtest;
  char *sweep;                        /* cut into pieces */
  char column_name[METRIC_PART_SIZE]; /* of the CSV file that is read */
  int exit_status;
};

static int refuse(const struct request *request, enum option option, const char *why) {
  say_error(request->invocation->verb, "--%s: %s", options[option].name, why);
  return EXIT_USAGE;
}

static int fail(const struct request *request, int status) {
  say_error(request->invocation->verb, "%s", status_text(status));
  return EXIT_FAILURE;
}

/* ---- Trials ---- */

/* Sets DETECTOR.OPTION wherever a rule names the detector. */
static int set_detector_option(struct rule_set *rules, const char *name, const char *dot,
                               const char *value, struct text *why) {
  const size_t length = (size_t)(dot - name);
  bool found = false;
  for (size_t i = 0; i < rules->size; i++)
    for (size_t at = 0; at < rules->rules[i]->detector_count; at++) {
      struct rule_detector *const used = &rules->rules[i]->detectors[at];
      const char *const detector = used->detector->name;
      if (strlen(detector) != length || strncmp(detector, name, length) != 0)
        continue;
      const struct option_row *const row = option_find(used->detector->options, dot + 1);
      if (row == NULL) {
        text_addf(why, "%s has no option \"%.32s\"", detector, dot + 1);
        return STATUS_INVALID;
      }
      if (option_set_text(row, used->options, value, why) != STATUS_OK)
        return STATUS_INVALID;
      found = true;
    }
  if (!found)
    text_addf(why, "no rule has a detector \"%.*s\"", (int)length, name);
  return found ? STATUS_OK : STATUS_INVALID;
}

static int sweep(struct rule_set *rules, const struct recipe *recipe, struct overrides *overrides,
                 struct text *why) {
  if (recipe->sweep_name == NULL)
    return STATUS_OK;
  const char *const dot = strchr(recipe->sweep_name, '.');
  if (dot != NULL)
    return set_detector_option(rules, recipe->sweep_name, dot, recipe->sweep_value, why);
  if (option_find(rule_option_rows, recipe->sweep_name) != NULL)
    return overrides_set(overrides, recipe->sweep_name, recipe->sweep_value, why);
  text_addf(why, "rules have no option \"%.32s\"", recipe->sweep_name);
  return STATUS_INVALID;
}

/* *ret_option: the one that is wrong. */
static int read_overrides(const struct request *request, const struct recipe *recipe,
                          struct overrides *overrides, enum option *ret_option, struct text *why) {
  int status = STATUS_OK;
  for (size_t i = 0; i < request->invocation->given_count && status == STATUS_OK; i++) {
    const struct given_option *const given = &request->invocation->given[i];
    *ret_option = (enum option)given->option;
    if (given->option == OPTION_SENSITIVITY || given->option == OPTION_WARMUP)
      status = overrides_set(overrides, options[given->option].name, given->value, why);
    else if (given->option == OPTION_DETECTOR && recipe->own)
      status = overrides_add_detector(overrides, given->value, why);
  }
  if (status != STATUS_OK || recipe->detector == NULL)
    return status;
  *ret_option = OPTION_AGAINST;
  return overrides_add_detector(overrides, recipe->detector, why);
}

/* Changes the rules of a configuration as the recipe says. */
static int cook(const struct request *request, const struct recipe *recipe, struct config *config) {
  char why[512] = "";
  struct text text = text_over(why, sizeof why);
  struct overrides overrides = {.detector_count = 0};
  enum option option = OPTION_DETECTOR;
  int status = read_overrides(request, recipe, &overrides, &option, &text);
  if (status == STATUS_OK)
    status = overrides_apply(&overrides, config->rules);
  if (status == STATUS_OK) {
    option = OPTION_SWEEP;
    struct overrides swept = {.detector_count = 0};
    status = sweep(config->rules, recipe, &swept, &text);
    if (status == STATUS_OK)
      status = overrides_apply(&swept, config->rules);
  }
  overrides_release(&overrides);
  if (status == STATUS_OK)
    return EXIT_SUCCESS;
  return status == STATUS_NO_MEMORY ? fail(request, status) : refuse(request, option, why);
}

static void write_title(const struct recipe *recipe, const struct request *request,
                        struct text *text) {
  text_add(text, recipe->config != NULL ? recipe->config : "built-in configuration");
  if (recipe->profile != NULL)
    text_addf(text, ", profile %s", recipe->profile);
  if (recipe->detector != NULL)
    text_addf(text, ", %s", recipe->detector);
  for (size_t i = 0; i < request->invocation->given_count; i++)
    if (request->invocation->given[i].option == OPTION_DETECTOR && recipe->own)
      text_addf(text, ", %s", request->invocation->given[i].value);
  if (recipe->sweep_name != NULL)
    text_addf(text, ", %s = %s", recipe->sweep_name, recipe->sweep_value);
}

static int add_trial(struct request *request, const struct recipe *recipe, enum option option) {
  if (request->backtest.trial_count == TRIALS_MAX)
    return refuse(request, option, "too many are compared: at most 16");
  struct config config;
  int exit_status =
      settings_load(request->invocation->verb, recipe->config, recipe->profile, &config);
  if (exit_status != EXIT_SUCCESS)
    return exit_status;
  exit_status = cook(request, recipe, &config);
  if (exit_status == EXIT_SUCCESS) {
    char title[256];
    struct text text = text_over(title, sizeof title);
    write_title(recipe, request, &text);
    /* The past is read once, and must fit. */
    config.engine.memory_limit = UINT64_MAX / 2;
    if (backtest_add(&request->backtest, title, &config) != STATUS_OK)
      exit_status = fail(request, STATUS_NO_MEMORY);
  }
  config_release(&config);
  return exit_status;
}

/* One trial for each value of NAME=VAL,VAL */
static int add_sweep(struct request *request, const struct recipe *base, const char *words) {
  if (request->sweep != NULL)
    return refuse(request, OPTION_SWEEP, "one option can be swept at a time");
  request->sweep = strdup(words);
  if (request->sweep == NULL)
    return fail(request, STATUS_NO_MEMORY);
  char *values = request->sweep;
  struct recipe recipe = *base;
  recipe.sweep_name = strsep(&values, "=");
  if (values == NULL)
    return refuse(request, OPTION_SWEEP, "must be of the form NAME=VALUE,VALUE");
  int exit_status = EXIT_SUCCESS;
  while (exit_status == EXIT_SUCCESS && (recipe.sweep_value = strsep(&values, ",")) != NULL)
    exit_status = add_trial(request, &recipe, OPTION_SWEEP);
  return exit_status;
}

/* A file has a slash or a dot before any colon; a detector's name has neither. */
static bool is_file(const char *words) { return strcspn(words, "/.") < strcspn(words, ":"); }

static int add_against(struct request *request, const struct recipe *base, const char *words) {
  struct recipe recipe = {.config = base->config, .profile = base->profile, .detector = words};
  if (is_file(words))
    recipe = (struct recipe){.config = words};
  else if (profile_find(words) != NULL)
    recipe = (struct recipe){.config = base->config, .profile = words};
  return add_trial(request, &recipe, OPTION_AGAINST);
}

static int add_trials(struct request *request) {
  const struct invocation *const invocation = request->invocation;
  const struct recipe base = {.config = invocation_value(invocation, OPTION_CONFIG),
                              .profile = invocation_value(invocation, OPTION_PROFILE),
                              .own = true};
  char why[256] = "";
  struct text text = text_over(why, sizeof why);
  if (base.profile != NULL && settings_check_profile(base.profile, &text) != STATUS_OK)
    return refuse(request, OPTION_PROFILE, why);
  int exit_status = EXIT_SUCCESS;
  if (!invocation_has(invocation, OPTION_SWEEP))
    exit_status = add_trial(request, &base, OPTION_CONFIG);
  for (size_t i = 0; i < invocation->given_count && exit_status == EXIT_SUCCESS; i++) {
    if (invocation->given[i].option == OPTION_SWEEP)
      exit_status = add_sweep(request, &base, invocation->given[i].value);
    else if (invocation->given[i].option == OPTION_AGAINST)
      exit_status = add_against(request, &base, invocation->given[i].value);
  }
  return exit_status;
}

/* ---- The past ---- */

static int read_labels(struct request *request) {
  const char *const path = invocation_value(request->invocation, OPTION_LABELS);
  request->past.settings.label_column = invocation_value(request->invocation, OPTION_LABEL_COLUMN);
  request->backtest.labelled = path != NULL || request->past.settings.label_column != NULL;
  if (path == NULL)
    return EXIT_SUCCESS;
  char why[256] = "";
  struct text text = text_over(why, sizeof why);
  FILE *const file = fopen(path, "re");
  int status = STATUS_IO;
  if (file == NULL)
    text_add(&text, strerror(errno));
  else
    status = labels_read(&request->labels, file, &text);
  if (file != NULL)
    fclose(file);
  request->backtest.labels = &request->labels;
  if (status == STATUS_OK)
    return EXIT_SUCCESS;
  say_error(request->invocation->verb, "%s: %s", path, why);
  return EXIT_FAILURE;
}

static bool visit(void *context, const struct history_value *value) {
  struct request *const request = context;
  return backtest_observe(&request->backtest, value);
}

static void done(void *context, const struct past_place *place) {
  struct request *const request = context;
  if (past_print_report(stderr, place) != EXIT_SUCCESS)
    request->exit_status = EXIT_FAILURE;
}

/* Columns without an identity are those of their file, where there are several. */
static void name_columns(struct request *request, const char *place) {
  const char *const slash = strrchr(place, '/');
  struct text text = text_over(request->column_name, sizeof request->column_name);
  text_addf(&text, "csv-%.100s", slash != NULL ? slash + 1 : place);
  for (char *at = request->column_name; *at != '\0'; at++)
    *at = *at == ':' ? '_' : *at;
  text_add(&text, "/gauge");
  if (request->invocation->operand_count > 1)
    request->past.settings.metric = request->column_name;
}

static int walk(struct request *request) {
  for (size_t i = 0; i < request->invocation->operand_count; i++) {
    name_columns(request, request->invocation->operands[i]);
    backtest_begin(&request->backtest, request->invocation->operands[i]);
    if (past_walk(&request->past, request->invocation->operands[i], visit, request, done) !=
        EXIT_SUCCESS)
      request->exit_status = EXIT_FAILURE;
    if (request->backtest.no_memory)
      return fail(request, STATUS_NO_MEMORY);
  }
  const int status = backtest_judge_groups(&request->backtest);
  if (status == STATUS_NO_MEMORY || request->backtest.no_memory)
    return fail(request, STATUS_NO_MEMORY);
  if (status == STATUS_LIMIT)
    say_error(request->invocation->verb,
              "a group has more values than there is room for: it is judged by the first ones");
  return EXIT_SUCCESS;
}

/* ---- What came of it ---- */

static int write_page(const struct request *request, const struct backtest_report *report) {
  const char *const path = invocation_value(request->invocation, OPTION_HTML);
  if (path == NULL)
    return EXIT_SUCCESS;
  FILE *const file = fopen(path, "we");
  bool good = file != NULL;
  if (good) {
    backtest_write_html(file, report);
    good = ferror(file) == 0;
    good = fclose(file) == 0 && good;
  }
  if (good)
    return EXIT_SUCCESS;
  say_error(request->invocation->verb, "%s: %s", path, strerror(errno));
  return EXIT_FAILURE;
}

static int write_report(const struct request *request, const struct quality *quality) {
  struct backtest_report report;
  int exit_status = EXIT_SUCCESS;
  if (backtest_report_create(&report, &request->backtest, quality) != STATUS_OK)
    exit_status = fail(request, STATUS_NO_MEMORY);
  else if (invocation_has(request->invocation, OPTION_JSON))
    backtest_write_json(stdout, &report);
  else
    backtest_write_text(stdout, &report);
  if (exit_status == EXIT_SUCCESS)
    exit_status = write_page(request, &report);
  backtest_report_release(&report);
  return exit_status;
}

static int judge(const struct request *request) {
  const struct backtest *const backtest = &request->backtest;
  if (!backtest->labelled)
    return write_report(request, NULL);
  struct quality *const quality = calloc(backtest->trial_count, sizeof *quality);
  int status = quality == NULL ? STATUS_NO_MEMORY : STATUS_OK;
  for (size_t i = 0; i < backtest->trial_count && status == STATUS_OK; i++)
    status = backtest_quality(backtest, &backtest->trials[i], &quality[i]);
  const int exit_status =
      status == STATUS_OK ? write_report(request, quality) : fail(request, status);
  for (size_t i = 0; quality != NULL && i < backtest->trial_count; i++)
    quality_release(&quality[i]);
  free(quality);
  return exit_status;
}

static int run(const struct invocation *invocation) {
  if (invocation_has(invocation, OPTION_JSON) && !json_is_there(invocation->verb))
    return EXIT_FAILURE;
  struct request request = {.invocation = invocation, .exit_status = EXIT_SUCCESS};
  request.backtest.first_time = request.backtest.last_time = (double)NAN;
  request.backtest.plotted = invocation_has(invocation, OPTION_HTML);
  int exit_status = past_read(&request.past, invocation);
  if (exit_status == EXIT_SUCCESS)
    exit_status = read_labels(&request);
  if (exit_status == EXIT_SUCCESS)
    exit_status = add_trials(&request);
  if (exit_status == EXIT_SUCCESS)
    exit_status = walk(&request);
  if (exit_status == EXIT_SUCCESS && (backtest_make_incidents(&request.backtest) != STATUS_OK ||
                                      backtest_sum_rules(&request.backtest) != STATUS_OK))
    exit_status = fail(&request, STATUS_NO_MEMORY);
  if (exit_status == EXIT_SUCCESS)
    exit_status = judge(&request);
  backtest_release(&request.backtest);
  labels_release(&request.labels);
  past_release(&request.past);
  free(request.sweep);
  return exit_status != EXIT_SUCCESS ? exit_status : request.exit_status;
}

const struct verb backtest_verb = {
    .name = "backtest",
    .operands = "SOURCE...",
    .operands_min = 1,
    .operands_max = VERB_OPERANDS_MAX,
    .summary = "says what configurations make of the past, and how well",
    .about = "Incidents told of each host and episodes of each metric by week, the noisiest of\n"
             "them, and what each detector and rule led to; with labels also recall, precision, "
             "delay and\n"
             "scores. A SOURCE is as for history. Without --config it is the built-in\n"
             "configuration.\n"
             "\n"
             "Labels: CSV with metric,start,end as generate writes them, or NAB's JSON windows. "
             "--against compares A\n"
             "with B, C ...; --sweep hits=1,2,3 or --sweep zscore.window=50,100 makes one of each\n"
             "value.\n",
    .options = options,
    .run = run,
};
