#include "anomaly/status.h"
#include "cli/feed.h"
#include "cli/invocation.h"
#include "cli/past.h"
#include "cli/say.h"
#include "cli/settings.h"
#include "cli/verbs.h"
#include "store/guest.h"
#include "store/in_use.h"
#include "store/store.h"
#include "store/trained_rows.h"

#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum option {
  OPTION_FROM = PAST_OPTIONS,
  OPTION_CONFIG,
  OPTION_DATABASE,
  OPTION_CONTINUE,
};

static const struct verb_option options[] = {
    PAST_OPTION_ROWS,
    [OPTION_FROM] = {.name = "from",
                     .letter = 'f',
                     .argument = "SOURCE",
                     .help = "learn from this; may be repeated, or come last without --from"},
    [OPTION_CONFIG] = {.name = "config",
                       .letter = 'c',
                       .argument = "FILE",
                       .help = "use this anomaly.cfg, not the installed one"},
    [OPTION_DATABASE] = {.name = "database",
                         .letter = 'd',
                         .argument = "FILE",
                         .help = "write what is learned into this database"},
    [OPTION_CONTINUE] = {.name = "continue",
                         .help = "go on where the database ends, as after an interruption"},
    {.name = NULL},
};

/* Seconds of the past that are learned from where --since does not say. */
static const double USUAL_SPAN = 30 * 86400.0;
static const double SAVE_PATIENCE = 86400;

static volatile sig_atomic_t interrupted;

static void interrupt(int number) { interrupted = number; }

/* The first Ctrl-C ends the reading, a second one the program. */
static void catch_interrupts(void) {
  const struct sigaction action = {.sa_handler = interrupt, .sa_flags = SA_RESETHAND};
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
}

struct training {
  const struct invocation *invocation;
  struct past past;
  const char *path; /* of the database */
  pid_t user;       /* the process that has it open; 0 = none */
  struct store *store;
  struct guest *guest; /* instead of store, where there is a user */
  struct engine *engine;
  struct cadence *cadences; /* by metric of the place that is read */
  size_t room;
  uint64_t results[OBSERVATION_RESULTS];
  bool no_memory;
  int exit_status;
};

static int fail(const struct training *training, const char *why) {
  say_error(training->invocation->verb, "%s: %s", training->path, why);
  return EXIT_FAILURE;
}

/* Time of the newest value; written here, read by the store's thread. */
static _Atomic double newest;

/*
 * The time as the samples have it, for what expires: that of the past, so that a
 * past of long ago is kept. A clock that goes wrong in it counts no further than
 * now.
 */
static double samples_now(void) { return fmin(newest, (double)time(NULL)); }

/* ---- Database and engine ---- */

static int check_database(struct training *training) {
  training->user = store_in_use(training->path);
  if (training->user == 0 || !invocation_has(training->invocation, OPTION_CONTINUE))
    return EXIT_SUCCESS;
  say_error(training->invocation->verb,
            "%s: process %ld has it open; to go on where it ends, stop that first, or learn all of "
            "it without --continue",
            training->path, (long)training->user);
  return EXIT_FAILURE;
}

static int check_health(const struct training *training) {
  struct store_status status;
  store_status(training->store, &status);
  if (status.health.event != STORE_NOTHING && *status.health.aside != '\0')
    say_error(training->invocation->verb, "%s: could not be used and was renamed to %s",
              training->path, status.health.aside);
  if (status.health.fault == STORE_FINE)
    return EXIT_SUCCESS;
  return fail(training, *status.health.detail != '\0' ? status.health.detail
                                                      : store_fault_name(status.health.fault));
}

static int open_store(struct training *training, const struct config *config) {
  const struct store_settings settings = {
      .path = training->path, .options = config->store, .now = samples_now, .trains = true};
  if (store_open(&training->store, &settings) != STATUS_OK)
    return fail(training, status_text(STATUS_NO_MEMORY));
  return check_health(training);
}

static int open_guest(struct training *training, uint64_t *ret_seed) {
  char words[512] = "";
  struct text why = text_over(words, sizeof words);
  int status = guest_open(&training->guest, training->path, &why);
  if (status == STATUS_OK)
    status = guest_seed(training->guest, ret_seed, &why);
  return status == STATUS_OK ? EXIT_SUCCESS : fail(training, words);
}

static int open_database(struct training *training, const struct config *config,
                         uint64_t *ret_seed) {
  if (training->user != 0)
    return open_guest(training, ret_seed);
  const int exit_status = open_store(training, config);
  if (exit_status == EXIT_SUCCESS)
    *ret_seed = store_seed(training->store);
  return exit_status;
}

static int create_engine(struct training *training, struct config *config, uint64_t seed) {
  struct engine_settings settings = engine_settings_preset();
  settings.options = config->engine;
  settings.rules = config->rules;
  settings.hash_seed = seed;
  settings.store_models = training->store != NULL && config->store.keep_models > 0;
  settings.groups_later = true;
  if (engine_create(&training->engine, &settings) != STATUS_OK)
    return fail(training, status_text(STATUS_NO_MEMORY));
  config->rules = NULL;
  return EXIT_SUCCESS;
}

static int start_store(struct training *training) {
  if (store_start(training->store, training->engine, NULL) != STATUS_OK)
    return fail(training, status_text(STATUS_IO));
  return check_health(training);
}

static int prepare(struct training *training) {
  const char *const asked = invocation_value(training->invocation, OPTION_CONFIG);
  struct config config;
  int exit_status = check_database(training);
  if (exit_status == EXIT_SUCCESS)
    exit_status = settings_load(training->invocation->verb,
                                asked != NULL ? asked : settings_installed(), NULL, &config);
  if (exit_status != EXIT_SUCCESS)
    return exit_status;
  uint64_t seed = 0;
  exit_status = open_database(training, &config, &seed);
  if (exit_status == EXIT_SUCCESS)
    exit_status = create_engine(training, &config, seed);
  if (exit_status == EXIT_SUCCESS && invocation_has(training->invocation, OPTION_CONTINUE))
    exit_status = start_store(training);
  config_release(&config);
  return exit_status;
}

/* ---- Learning ---- */

static bool make_room(struct training *training, size_t metric) {
  if (metric < training->room)
    return true;
  const size_t room = metric + metric / 2 + 16;
  struct cadence *const cadences = realloc(training->cadences, room * sizeof *cadences);
  if (cadences == NULL)
    return false;
  memset(cadences + training->room, 0, (room - training->room) * sizeof *cadences);
  training->cadences = cadences;
  training->room = room;
  return true;
}

static bool visit(void *context, const struct history_value *value) {
  struct training *const training = context;
  if (!make_room(training, value->metric)) {
    training->no_memory = true;
    return false;
  }
  const enum observation_result result = feed_sample(training->engine, &value->id, &value->sample,
                                                     &training->cadences[value->metric], NULL);
  training->results[result]++;
  if (value->sample.time > newest)
    newest = value->sample.time;
  return true;
}

static void done(void *context, const struct past_place *place) {
  struct training *const training = context;
  if (past_print_report(stdout, place) != EXIT_SUCCESS)
    training->exit_status = EXIT_FAILURE;
}

static void learn(struct training *training, const char *place) {
  if (training->room > 0)
    memset(training->cadences, 0, training->room * sizeof *training->cadences);
  if (interrupted == 0 && past_walk(&training->past, place, visit, training, done) != EXIT_SUCCESS)
    training->exit_status = EXIT_FAILURE;
}

static void learn_all(struct training *training) {
  const struct invocation *const invocation = training->invocation;
  catch_interrupts();
  for (size_t i = 0; i < invocation->given_count; i++)
    if (invocation->given[i].option == OPTION_FROM)
      learn(training, invocation->given[i].value);
  for (size_t i = 0; i < invocation->operand_count; i++)
    learn(training, invocation->operands[i]);
}

/* ---- Saving ---- */

static void print_refused(const struct training *training) {
  static const struct {
    enum observation_result result;
    const char *text;
  } rows[] = {
      {REFUSED_LATE, "not newer than what the database knows"},
      {REFUSED_OUT_OF_RANGE, "outside of their rule's range"},
      {REFUSED_MEMORY, "for which memory_limit leaves no room"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (training->results[rows[i].result] > 0)
      printf("  skipped: values %s: %" PRIu64 "\n", rows[i].text,
             training->results[rows[i].result]);
}

static void print_learned(const struct training *training) {
  struct engine_stats stats;
  engine_stats(training->engine, &stats);
  print_refused(training);
  printf("%s: knows %" PRIu64 " metrics, %" PRIu64 " of them still warming up", training->path,
         stats.metrics, stats.warming);
  if (stats.ignored > 0)
    printf("; rules ignore %" PRIu64, stats.ignored);
  if (stats.groups_warming > 0)
    printf("; %" PRIu64 " of %" PRIu64 " groups need more rows", stats.groups_warming,
           stats.groups);
  if (stats.models_warming > 0)
    printf("; %" PRIu64 " of %" PRIu64 " metrics need more values for a model",
           stats.models_warming, stats.metrics);
  fputs("\n", stdout);
}

static int put_states(struct training *training, struct state_export *export, struct text *why) {
  const struct metric_record *records;
  int status = STATUS_OK;
  for (size_t count; status == STATUS_OK && (count = state_export_next(export, &records)) > 0;)
    status = trained_rows_put(training->guest, records, count, (double)time(NULL), why);
  return status;
}

/* To the process that has the database open. */
static int hand_over(struct training *training) {
  char words[512] = "";
  struct text why = text_over(words, sizeof words);
  struct state_export *export = NULL;
  int status = state_export_begin(&export, training->engine, UNSAVED_STATE);
  if (status == STATUS_OK)
    status = put_states(training, export, &why);
  state_export_end(export);
  if (status != STATUS_OK)
    return fail(training, why.used > 0 ? words : status_text(status));
  print_learned(training);
  printf("process %ld takes it over within a minute, where it knows a metric for less long\n",
         (long)training->user);
  return EXIT_SUCCESS;
}

static int say_if_interrupted(const struct training *training, const char *how) {
  if (interrupted == 0)
    return EXIT_SUCCESS;
  say_error(training->invocation->verb, "interrupted; what was learned is kept. %s", how);
  return 128 + (int)interrupted;
}

/*
 * What the database knew is taken over only now, where it knows a metric for
 * longer than the past that was read, or where that has not got it.
 */
static int save(struct training *training) {
  if (!invocation_has(training->invocation, OPTION_CONTINUE)) {
    const int exit_status = start_store(training);
    if (exit_status != EXIT_SUCCESS)
      return exit_status;
  }
  if (!store_flush(training->store, SAVE_PATIENCE)) {
    const int exit_status = check_health(training);
    return exit_status != EXIT_SUCCESS ? exit_status : fail(training, "could not be written");
  }
  print_learned(training);
  return say_if_interrupted(training, "To go on, say the same with --continue");
}

static int hand_over_or_save(struct training *training) {
  if (training->guest == NULL)
    return save(training);
  const int exit_status = hand_over(training);
  return exit_status != EXIT_SUCCESS
             ? exit_status
             : say_if_interrupted(training, "To learn all of it, say the same again");
}

static int train(struct training *training) {
  int exit_status = prepare(training);
  if (exit_status != EXIT_SUCCESS)
    return exit_status;
  learn_all(training);
  if (training->no_memory)
    return fail(training, status_text(STATUS_NO_MEMORY));
  if (engine_judge_kept(training->engine) != STATUS_OK)
    say_error(training->invocation->verb,
              "a group has more values than there is room for: it learns from the first ones");
  exit_status = hand_over_or_save(training);
  return exit_status != EXIT_SUCCESS ? exit_status : training->exit_status;
}

static int run(const struct invocation *invocation) {
  if (invocation->operand_count == 0 && !invocation_has(invocation, OPTION_FROM)) {
    say_error(invocation->verb, "SOURCE... is missing");
    return EXIT_USAGE;
  }
  struct training training = {
      .invocation = invocation,
      .path = invocation_value_or(invocation, OPTION_DATABASE, ANOMALY_DATABASE_PATH)};
  training.past.settings.since = (double)time(NULL) - USUAL_SPAN;
  training.past.settings.stop = &interrupted;
  int exit_status = past_read(&training.past, invocation);
  if (exit_status == EXIT_SUCCESS)
    exit_status = train(&training);
  store_destroy(training.store);
  guest_close(training.guest);
  engine_destroy(training.engine);
  free(training.cadences);
  past_release(&training.past);
  return exit_status;
}

const struct verb train_verb = {
    .name = "train",
    .operands = "[SOURCE...]",
    .operands_max = VERB_OPERANDS_MAX,
    .summary = "learns from the past, so that the daemon starts warm",
    .about = "A SOURCE is as for history. Without --since it is the last 30 days. The database "
             "is\n" ANOMALY_DATABASE_PATH " if not given. A collectd that has it open takes over\n"
             "what is learned within a minute, where it knows a metric for less long.\n"
             "\n"
             "Ctrl-C keeps what was learned; --continue goes on from there.\n",
    .options = options,
    .run = run,
};
