#include "anomaly/detector.h"
#include "anomaly/group.h"
#include "anomaly/status.h"
#include "base/nearest.h"
#include "cli/detector_info.h"
#include "cli/invocation.h"
#include "cli/json.h"
#include "cli/option_list.h"
#include "cli/say.h"
#include "cli/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum option { OPTION_JSON };

static const struct verb_option options[] = {
    [OPTION_JSON] = {.name = "json", .help = "an array of objects, with the options of each"},
    {.name = NULL},
};

static void print_list(void) {
  const struct emphasis bold = emphasis_of_stdout();
  printf("%s%-12s %6s  %s%s\n", bold.on, "DETECTOR", "BYTES", "WHAT IT DETECTS", bold.off);
  for (const struct detector *const *at = detector_list; *at != NULL; at++)
    printf("%-12s %6zu  %s\n", (*at)->name, detector_preset_bytes(*at), (*at)->summary);
}

static void print_groups(void) {
  const struct emphasis bold = emphasis_of_stdout();
  printf("\n%s%-12s %6s  %s%s\n", bold.on, "OF GROUPS", "BYTES", "WHAT IT DETECTS", bold.off);
  for (const struct group_detector *const *at = group_detector_list; *at != NULL; at++)
    printf("%-12s %6zu  %s\n", (*at)->name, (*at)->column_size, (*at)->summary);
}

static void print_detector(const struct detector *detector) {
  const struct emphasis bold = emphasis_of_stdout();
  printf("%s%s%s: %s\n\n", bold.on, detector->name, bold.off, detector->summary);
  printf("Source:  %s\n", detector->source);
  printf("Memory:  %zu bytes of state for each metric, with every option at its preset\n",
         detector_preset_bytes(detector));
  option_list_print(detector->options);
}

static void print_group(const struct group_detector *detector) {
  const struct emphasis bold = emphasis_of_stdout();
  printf("%s%s%s: %s\n\n", bold.on, detector->name, bold.off, detector->summary);
  printf("Source:  %s\n", detector->source);
  printf("Memory:  %zu bytes of state for each group, and %zu for each of its columns\n",
         group_state_size(detector, 0), detector->column_size);
  option_list_print(detector->options);
}

static int say_unknown(const struct verb *verb, const char *name) {
  struct nearest nearest = {.name = name};
  for (const struct detector *const *at = watcher_list(); *at != NULL; at++)
    nearest_try(&nearest, (*at)->name);
  for (const struct group_detector *const *at = group_detector_list; *at != NULL; at++)
    nearest_try(&nearest, (*at)->name);
  if (nearest.best != NULL)
    say_error(verb, "no detector \"%s\"; did you mean \"%s\"?", name, nearest.best);
  else
    say_error(verb, "no detector \"%s\"", name);
  return EXIT_USAGE;
}

static int print_json(const struct verb *verb, const struct detector *const *detectors,
                      const struct group_detector *const *groups) {
  if (!json_is_there(verb))
    return EXIT_FAILURE;
  const int status = json_write_detectors(stdout, detectors, groups);
  if (status == STATUS_OK)
    return EXIT_SUCCESS;
  say_error(verb, "%s", status_text(status));
  return EXIT_FAILURE;
}

static int run_list(const struct invocation *invocation) {
  if (invocation_has(invocation, OPTION_JSON))
    return print_json(invocation->verb, detector_list, group_detector_list);
  print_list();
  print_groups();
  return EXIT_SUCCESS;
}

static int run(const struct invocation *invocation) {
  if (invocation->operand_count == 0)
    return run_list(invocation);
  const char *const name = invocation->operands[0];
  const struct detector *const detector = watcher_find(name);
  const struct group_detector *const group = group_detector_find(name);
  if (detector == NULL && group == NULL)
    return say_unknown(invocation->verb, name);
  if (invocation_has(invocation, OPTION_JSON))
    return print_json(invocation->verb, (const struct detector *const[]){detector, NULL},
                      (const struct group_detector *const[]){group, NULL});
  if (detector != NULL)
    print_detector(detector);
  else
    print_group(group);
  return EXIT_SUCCESS;
}

const struct verb detectors_verb = {
    .name = "detectors",
    .operands = "[NAME]",
    .operands_max = 1,
    .summary = "lists the detectors, of metrics and of groups, or explains one",
    .about = "The name of a model shows that model as a detector of single metrics; anomalyctl "
             "models\nlists them.",
    .options = options,
    .run = run,
};
