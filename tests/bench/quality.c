/* How well anomalies are found at default settings: `bench_quality --help`. */
#include "bench/quality.h"
#include "base/option.h"
#include "config/profiles.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct part {
  const char *name;
  void (*run)(const struct watches *);
  const char *help;
} parts[] = {
    {"nab-check", quality_nab_check, "our NAB scorer against published results"},
    {"nab", quality_nab, "NAB score by onset and by score, three profiles"},
    {"cloud", quality_cloud, "events of cloud-monitoring"},
    {"services", quality_services, "events of whole services"},
    {"smd", quality_smd, "events of each metric of six servers"},
    {"groups", quality_groups, "events of whole servers and services by each group detector"},
    {"young", quality_young, "what the group detector host finds in its first days"},
    {"models", quality_models,
     "events of whole servers and services by each model that is named, or all; an hour"},
    {"quiet", quality_quiet, "false alarms where nothing is labelled, smd and services"},
    {"generated", quality_generated, "false alarms on generated metrics at 1, 10, 60, 300 s"},
    {"weaknesses", quality_weaknesses, "faults that are hard to find, in generated metrics"},
};
#define PARTS (sizeof(parts) / sizeof(parts[0]))

static void print_help(void) {
  printf("usage: bench_quality [OPTION...] [DETECTOR[:OPTION=VALUE,...]...]\n\n"
         "Prints how well anomalies are found by the engine with these detectors, each alone\n"
         "under preset rules, or with a profile; without a name every profile and every\n"
         "detector of the list are measured. Labelled data is looked for in\n"
         "$ANOMALY_DATA, else in ../shared/data beside the source tree.\n\n"
         "  --config FILE                    a whole configuration that watches\n"
         "  --sensitivity quiet|normal|high  moves the alarm line\n"
         "  --each                           a line for each labelled series too\n"
         "  --markdown                       tables for a document, of nab to models alone\n"
         "  --part PART                      only this part; may be repeated:\n\n");
  for (size_t at = 0; at < PARTS; at++)
    printf("  %-12s %s\n", parts[at].name, parts[at].help);
}

static const struct part *find_part(const char *name) {
  for (size_t at = 0; at < PARTS; at++)
    if (strcmp(parts[at].name, name) == 0)
      return &parts[at];
  fprintf(stderr, "there is no part %s; see --help\n", name);
  return NULL;
}

static bool parse_sensitivity(const char *text, int *ret_sensitivity) {
  static const char *const names[] = {"quiet", "normal", "high"};
  for (int at = 0; at < 3; at++)
    if (strcmp(text, names[at]) == 0) {
      *ret_sensitivity = at;
      return true;
    }
  fprintf(stderr, "sensitivity is quiet, normal or high, not %s\n", text);
  return false;
}

/* What the command line asks for. */
struct request {
  const char *watch[WATCHES_MAX]; /* detectors and files */
  bool is_file[WATCHES_MAX];
  size_t watches;
  const struct part *part[PARTS];
  size_t parts;
  int sensitivity;
  bool each, markdown, help;
};

static bool add_watch(struct request *request, const char *text, bool is_file) {
  if (request->watches == WATCHES_MAX) {
    fprintf(stderr, "at most %d at once\n", WATCHES_MAX);
    return false;
  }
  request->watch[request->watches] = text;
  request->is_file[request->watches++] = is_file;
  return true;
}

static bool add_part(struct request *request, const char *name) {
  const struct part *part = find_part(name);
  if (part == NULL || request->parts == PARTS)
    return false;
  request->part[request->parts++] = part;
  return true;
}

static bool take_option(struct request *request, int option, const char *value) {
  switch (option) {
  case 'c':
    return add_watch(request, value, true);
  case 'p':
    return add_part(request, value);
  case 's':
    return parse_sensitivity(value, &request->sensitivity);
  case 'e':
    return request->each = true;
  case 'm':
    return request->markdown = true;
  case 'h':
    return request->help = true;
  default:
    return false;
  }
}

static bool parse_arguments(int argc, char **argv, struct request *request) {
  static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                          {"part", required_argument, NULL, 'p'},
                                          {"sensitivity", required_argument, NULL, 's'},
                                          {"each", no_argument, NULL, 'e'},
                                          {"markdown", no_argument, NULL, 'm'},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
  for (int option; (option = getopt_long(argc, argv, "c:p:s:emh", options, NULL)) != -1;)
    if (!take_option(request, option, optarg))
      return false;
  for (int at = optind; at < argc; at++)
    if (!add_watch(request, argv[at], false))
      return false;
  return true;
}

/* Why a detector has nothing to say of files of values at its presets; NULL if it has. */
static const char *left_out(const struct detector *detector) {
  if (detector->silence != NULL)
    return "it judges silence";
  void *options = calloc(1, detector->options_size + 1);
  if (options == NULL)
    return "out of memory";
  option_set_presets(detector->options, options);
  const char *why = detector->check == NULL ? NULL : detector->check(options);
  free(options);
  return why;
}

static bool add_all(struct request *request) {
  for (const struct profile *at = profiles; at->name != NULL; at++)
    if (!add_watch(request, at->name, false))
      return false;
  for (const struct detector *const *at = detector_list; *at != NULL; at++) {
    const char *why = left_out(*at);
    if (why != NULL)
      fprintf(stderr, "%s is left out: %s\n", (*at)->name, why);
    else if (!add_watch(request, (*at)->name, false))
      return false;
  }
  return true;
}

static bool make_watches(const struct request *request, struct watches *watches) {
  for (size_t at = 0; at < request->watches; at++) {
    struct watch *watch = &watches->watch[at];
    if (request->is_file[at] ? !watch_config(request->watch[at], request->sensitivity, watch)
                             : !watch_parse(request->watch[at], request->sensitivity, watch))
      return false;
    watches->count++;
  }
  return true;
}

/* Of docs/detectors.md. */
static void print_tables(const struct watches *watches) {
  quality_nab(watches);
  quality_cloud(watches);
  quality_services(watches);
  quality_smd(watches);
  quality_groups(watches);
  quality_models(watches);
}

static void run_parts(const struct request *request, const struct watches *watches) {
  if (request->markdown && request->parts == 0) {
    print_tables(watches);
    return;
  }
  for (size_t at = 0; at < request->parts; at++)
    request->part[at]->run(watches);
  for (size_t at = 0; request->parts == 0 && at < PARTS; at++)
    parts[at].run(watches);
}

int main(int argc, char **argv) {
  struct request request = {.sensitivity = WATCH_AS_IT_SAYS};
  if (!parse_arguments(argc, argv, &request))
    return EXIT_FAILURE;
  if (request.help) {
    print_help();
    return EXIT_SUCCESS;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (request.watches == 0 && !add_all(&request))
    return EXIT_FAILURE;
  struct watches watches = {.each = request.each, .markdown = request.markdown};
  const bool good = make_watches(&request, &watches);
  if (good)
    run_parts(&request, &watches);
  for (size_t at = 0; at < watches.count; at++)
    watch_release(&watches.watch[at]);
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
