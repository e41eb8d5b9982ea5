/* How well anomalies are found at default settings: `bench_quality --help`. */
#include "bench/quality.h"

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
    {"quiet", quality_quiet, "false alarms where nothing is labelled, smd and services"},
    {"generated", quality_generated, "false alarms on generated metrics at 1, 10, 60, 300 s"},
};
#define PARTS (sizeof(parts) / sizeof(parts[0]))

static void print_help(void) {
  printf("usage: bench_quality [OPTION...] [PART...]\n\n"
         "Prints how well anomalies are found by the engine: all parts, or those named.\n"
         "Labelled data is looked for in $ANOMALY_DATA, else in ../shared/data beside the\n"
         "source tree.\n\n");
  for (size_t at = 0; at < PARTS; at++)
    printf("  %-12s %s\n", parts[at].name, parts[at].help);
  printf("\n  --detector NAME[:OPTION=VALUE,...]  what watches; may be repeated; by default\n"
         "                                      shipped (the configuration), zscore, baseline\n"
         "  --config FILE                       a whole configuration that watches\n"
         "  --sensitivity quiet|normal|high     moves the alarm line\n"
         "  --each                              a line for each labelled series too\n");
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
  int sensitivity;
  bool each, help;
};

static void add_watch(struct request *request, const char *text, bool is_file) {
  request->watch[request->watches] = text;
  request->is_file[request->watches++] = is_file;
}

static bool parse_options(int argc, char **argv, struct request *request) {
  static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                          {"detector", required_argument, NULL, 'd'},
                                          {"sensitivity", required_argument, NULL, 's'},
                                          {"each", no_argument, NULL, 'e'},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
  for (int option; (option = getopt_long(argc, argv, "c:d:s:eh", options, NULL)) != -1;) {
    if (option == 'h')
      request->help = true;
    else if (option == 'e')
      request->each = true;
    else if ((option == 'd' || option == 'c') && request->watches < WATCHES_MAX)
      add_watch(request, optarg, option == 'c');
    else if (option != 's' || !parse_sensitivity(optarg, &request->sensitivity))
      return false;
  }
  return true;
}

static void add_usual(struct request *request) {
  static const char *const usual[] = {WATCH_SHIPPED, "zscore", "baseline"};
  for (size_t at = 0; at < sizeof(usual) / sizeof(usual[0]); at++)
    add_watch(request, usual[at], false);
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

static bool run_parts(char **names, size_t count, const struct watches *watches) {
  for (size_t at = 0; at < count; at++) {
    const struct part *part = find_part(names[at]);
    if (part == NULL)
      return false;
    part->run(watches);
  }
  for (size_t at = 0; count == 0 && at < PARTS; at++)
    parts[at].run(watches);
  return true;
}

int main(int argc, char **argv) {
  struct request request = {.sensitivity = SENSITIVITY_NORMAL};
  if (!parse_options(argc, argv, &request))
    return EXIT_FAILURE;
  if (request.help) {
    print_help();
    return EXIT_SUCCESS;
  }
  if (request.watches == 0)
    add_usual(&request);
  setvbuf(stdout, NULL, _IOLBF, 0);
  struct watches watches = {.each = request.each};
  const bool good = make_watches(&request, &watches) &&
                    run_parts(argv + optind, (size_t)(argc - optind), &watches);
  for (size_t at = 0; at < watches.count; at++)
    watch_release(&watches.watch[at]);
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
