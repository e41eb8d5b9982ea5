#include "anomaly/detector.h"
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

static void print_detector(const struct detector *detector) {
  const struct emphasis bold = emphasis_of_stdout();
  printf("%s%s%s: %s\n\n", bold.on, detector->name, bold.off, detector->summary);
  printf("Source:  %s\n", detector->source);
  printf("Memory:  %zu bytes of state for each metric, with every option at its preset\n",
         detector_preset_bytes(detector));
  option_list_print(detector->options);
}

static int say_unknown(const struct verb *verb, const char *name) {
  struct nearest nearest = {.name = name};
  for (const struct detector *const *at = watcher_list(); *at != NULL; at++)
    nearest_try(&nearest, (*at)->name);
  if (nearest.best != NULL)
    say_error(verb, "no detector \"%s\"; did you mean \"%s\"?", name, nearest.best);
  else
    say_error(verb, "no detector \"%s\"", name);
  return EXIT_USAGE;
}

static int print_json(const struct verb *verb, const struct detector *const *detectors) {
  if (!json_is_there(verb))
    return EXIT_FAILURE;
  const int status = json_write_detectors(stdout, detectors);
  if (status == STATUS_OK)
    return EXIT_SUCCESS;
  say_error(verb, "%s", status_text(status));
  return EXIT_FAILURE;
}

static int run(const struct invocation *invocation) {
  const bool json = invocation_has(invocation, OPTION_JSON);
  if (invocation->operand_count == 0) {
    if (json)
      return print_json(invocation->verb, detector_list);
    print_list();
    return EXIT_SUCCESS;
  }
  const char *const name = invocation->operands[0];
  const struct detector *const detector = watcher_find(name);
  if (detector == NULL)
    return say_unknown(invocation->verb, name);
  if (json)
    return print_json(invocation->verb, (const struct detector *const[]){detector, NULL});
  print_detector(detector);
  return EXIT_SUCCESS;
}

const struct verb detectors_verb = {
    .name = "detectors",
    .operands = "[NAME]",
    .operands_max = 1,
    .summary = "lists the detectors, or one with its options, memory and source",
    .about = "The name of a model shows that model as a detector of single metrics; anomalyctl "
             "models\nlists them.",
    .options = options,
    .run = run,
};
