/*
 * What was wrong with the rows of a file: counted while it is read, told once
 * at the end.
 */
#ifndef ANOMALY_CLI_PROBLEMS_H
#define ANOMALY_CLI_PROBLEMS_H

#include "anomaly/engine.h"
#include "cli/verb.h"

#include <stdint.h>

enum problem {
  PROBLEM_ROW,   /* wrong number of fields, broken quotes, NUL bytes */
  PROBLEM_LONG,  /* longer than CSV_LINE_MAX */
  PROBLEM_TIME,  /* the time cannot be read */
  PROBLEM_VALUE, /* a value is no number */
  PROBLEM_MEMORY,
  PROBLEM_LATE,
  PROBLEM_REFUSED_TIME,
  PROBLEM_RANGE,
  PROBLEMS,
};

enum { PROBLEM_LINES = 5 };

struct problems {
  struct {
    uint64_t count;
    uint64_t lines[PROBLEM_LINES]; /* the first ones, each once */
    unsigned lines_known;          /* PROBLEM_LINES + 1: there are more */
  } kinds[PROBLEMS];
};

/* Counts one, met in that line of the file. */
void problems_add(struct problems *problems, enum problem problem, uint64_t line);

/* The problem behind a result of the engine; PROBLEMS where there is none. */
enum problem problem_of_result(enum observation_result result);

/*
 * Tells them on stderr, each in a line. Returns EXIT_FAILURE if something
 * could not be read or kept; late, doubled and impossible values are what a
 * daemon meets too, and no failure.
 */
int problems_report(const struct problems *problems, const struct verb *verb, const char *file);

#endif
