#include "cli/problems.h"

#include "base/text.h"
#include "cli/say.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>

static const struct {
  const char *what;
  bool is_failure;
} descriptions[PROBLEMS] = {
    [PROBLEM_ROW] = {"wrong number of fields, broken quotes or NUL bytes", true},
    [PROBLEM_LONG] = {"row too long", true},
    [PROBLEM_TIME] = {"time neither epoch seconds nor ISO 8601", true},
    [PROBLEM_VALUE] = {"value that is no number", true},
    [PROBLEM_MEMORY] = {"no room for the value: memory_limit", true},
    [PROBLEM_LATE] = {"value not newer than the one before, passed over", false},
    [PROBLEM_REFUSED_TIME] = {"time not between 0 and 1e11 seconds, passed over (milliseconds?)",
                              false},
    [PROBLEM_RANGE] = {"value outside of the rule's range, passed over", false},
};

void problems_add(struct problems *problems, enum problem problem, uint64_t line) {
  uint64_t *const lines = problems->kinds[problem].lines;
  unsigned *const known = &problems->kinds[problem].lines_known;
  problems->kinds[problem].count++;
  if (*known > PROBLEM_LINES || (*known > 0 && lines[*known - 1] == line))
    return;
  if (*known < PROBLEM_LINES)
    lines[*known] = line;
  ++*known;
}

enum problem problem_of_result(enum observation_result result) {
  switch (result) {
  case REFUSED_LATE:
    return PROBLEM_LATE;
  case REFUSED_TIME:
    return PROBLEM_REFUSED_TIME;
  case REFUSED_OUT_OF_RANGE:
    return PROBLEM_RANGE;
  case REFUSED_MEMORY:
    return PROBLEM_MEMORY;
  case REFUSED_NAME:
  case OBSERVED:
  case OBSERVED_GAP:
  case OBSERVED_IGNORED:
  case OBSERVATION_RESULTS:
    break;
  }
  return PROBLEMS;
}

static void report_kind(const struct problems *problems, enum problem problem,
                        const struct verb *verb, const char *file) {
  const uint64_t count = problems->kinds[problem].count;
  char places[256];
  struct text text = text_over(places, sizeof places);
  const unsigned known = problems->kinds[problem].lines_known;
  for (unsigned i = 0; i < PROBLEM_LINES && i < known; i++)
    text_addf(&text, "%s%" PRIu64, i == 0 ? "" : ", ", problems->kinds[problem].lines[i]);
  if (known > PROBLEM_LINES)
    text_add(&text, " ...");
  say_error(verb, "%s: %s: %" PRIu64 " time%s, line%s %s", file, descriptions[problem].what, count,
            count == 1 ? "" : "s", known == 1 ? "" : "s", places);
}

int problems_report(const struct problems *problems, const struct verb *verb, const char *file) {
  int exit_status = EXIT_SUCCESS;
  for (enum problem problem = 0; problem < PROBLEMS; problem++) {
    if (problems->kinds[problem].count == 0)
      continue;
    report_kind(problems, problem, verb, file);
    if (descriptions[problem].is_failure)
      exit_status = EXIT_FAILURE;
  }
  return exit_status;
}
