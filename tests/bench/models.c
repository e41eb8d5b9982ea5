/* What fitting and scoring cost for each model: `bench_models --help`. */
#include "anomaly/model.h"
#include "anomaly/status.h"
#include "base/option.h"
#include "base/random.h"
#include "bench/replay.h"
#include "history/generate.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS_MAX = 99, FITS_MIN = 3, SCORED = 1000, STREAMED = 20000 };

/* PyOD 3.6.5 on the same kind of machine, 1,000 rows of 4 columns, in µs. */
static const struct {
  const char *model;
  double fit, score;
} pyod[] = {
    {"autoencoder", 227950, 157},
    {"cblof", 12375, 86},
    {"copod", 912, 788},
    {"ecod", 930, 788},
    {"hbos", 408, 21},
    {"isolation_forest", 82018, 8764},
    {"knn", 2450, 97},
    {"loda", 5552, 390},
    {"lof", 4817, 147},
    {"mcd", 151843, 48},
    {"ocsvm", 18513, 54},
};

struct cost {
  double fit, score_row, score_rows; /* µs */
  size_t bytes;
};

/* Of this thread's work, so that others on the machine do not count. */
static double microseconds(void) { return cpu_seconds() * 1e6; }

static int by_size(const void *left, const void *right) {
  const double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

static double median(double *numbers, size_t count) {
  qsort(numbers, count, sizeof *numbers, by_size);
  return numbers[count / 2];
}

/* Columns that go together, and one row in a hundred that is far out. */
static double *make_cells(size_t rows, size_t columns) {
  double *const cells = calloc(rows * columns, sizeof *cells);
  uint64_t random = 1;
  for (size_t i = 0; cells != NULL && i < rows; i++) {
    const double common = random_normal(&random), scale = i % 100 == 42 ? 8 : 1;
    for (size_t at = 0; at < columns; at++)
      cells[i * columns + at] = scale * (.7 * common + random_normal(&random));
  }
  return cells;
}

/* Fits for at most so many seconds, FITS_MIN times at least. */
static int measure_fit(const struct model *model, const struct matrix *rows, size_t rounds,
                       double seconds, struct block **ret_block, double *ret_median) {
  struct model_common common;
  const struct fit_control control = {.seed = 1, .threads = 1};
  void *const options = calloc(1, model->options_size + 1);
  double took[ROUNDS_MAX];
  size_t count = 0;
  struct block *block = NULL;
  int status = options != NULL ? STATUS_OK : STATUS_NO_MEMORY;
  option_set_presets(model_common_rows, &common);
  if (options != NULL)
    option_set_presets(model->options, options);
  const double end = microseconds() + seconds * 1e6;
  while (status == STATUS_OK && count < rounds && (count < FITS_MIN || microseconds() < end)) {
    block_destroy(block);
    block = NULL;
    const double start = microseconds();
    status = model_fit(model, rows, &common, options, &control, &block);
    took[count++] = microseconds() - start;
  }
  free(options);
  *ret_block = block;
  *ret_median = count > 0 ? median(took, count) : NAN;
  return status;
}

static void measure_score(const struct block *block, const struct matrix *rows, double *scratch,
                          size_t rounds, struct cost *cost) {
  double all[ROUNDS_MAX], one[ROUNDS_MAX], sum = 0;
  for (size_t round = 0; round < rounds; round++) {
    const double start = microseconds();
    for (size_t i = 0; i < SCORED; i++)
      sum += model_score(block, rows->cells + i * rows->columns, scratch);
    all[round] = microseconds() - start;
    one[round] = all[round] / SCORED;
  }
  cost->score_rows = median(all, rounds);
  cost->score_row = median(one, rounds);
  if (isnan(sum))
    (void)fprintf(stderr, "a score is no number\n");
}

static int measure(const struct model *model, size_t count, size_t columns, size_t rounds,
                   struct cost *ret_cost) {
  double *const cells = make_cells(count, columns);
  const struct matrix rows = {.cells = cells, .rows = count, .columns = columns};
  struct block *block = NULL;
  double *scratch = NULL;
  int status = cells != NULL ? measure_fit(model, &rows, rounds, 2, &block, &ret_cost->fit)
                             : STATUS_NO_MEMORY;
  if (status == STATUS_OK) {
    scratch = calloc(block_scratch(block), sizeof *scratch);
    status = scratch != NULL ? STATUS_OK : STATUS_NO_MEMORY;
  }
  if (status == STATUS_OK) {
    measure_score(block, &rows, scratch, rounds, ret_cost);
    ret_cost->bytes = block_size(block);
  }
  free(scratch);
  block_destroy(block);
  free(cells);
  return status;
}

enum { RATIO_SIZE = 32 };

/* How many times as fast as PyOD; a dash where that has no such model. */
static void write_ratio(char *text, double theirs, double ours) {
  if (theirs > 0)
    (void)snprintf(text, RATIO_SIZE, "%.*f", theirs < 10 * ours ? 1 : 0, theirs / ours);
  else
    (void)snprintf(text, RATIO_SIZE, "-");
}

static void print_line(const char *name, const struct cost *small, const struct cost *large,
                       bool markdown) {
  double fit = 0, score = 0;
  for (size_t i = 0; i < sizeof pyod / sizeof pyod[0]; i++)
    if (strcmp(pyod[i].model, name) == 0) {
      fit = pyod[i].fit;
      score = pyod[i].score;
    }
  printf(markdown ? "| `%s` | %.0f | %.3f | %.0f | %zu | %.0f | %.3f | %zu |"
                  : "%-25s %9.0f %9.3f %9.0f %9zu %9.0f %9.3f %9zu",
         name, small->fit, small->score_row, small->score_rows, small->bytes, large->fit,
         large->score_row, large->bytes);
  char fit_ratio[RATIO_SIZE], score_ratio[RATIO_SIZE];
  write_ratio(fit_ratio, fit, small->fit);
  write_ratio(score_ratio, score, small->score_row);
  printf(markdown ? " %s | %s |\n" : " %9s %9s\n", fit_ratio, score_ratio);
  (void)fflush(stdout);
}

static int print_model(const struct model *model, size_t rounds, bool markdown) {
  struct cost small, large;
  int status = measure(model, 1000, 4, rounds, &small);
  if (status == STATUS_OK)
    status = measure(model, 1440, 10, rounds, &large);
  if (status == STATUS_OK) {
    print_line(model->name, &small, &large, markdown);
    return EXIT_SUCCESS;
  }
  (void)fprintf(stderr, "%s: %s\n", model->name, status_text(status));
  return EXIT_FAILURE;
}

/* ---- Streaming ---- */

/* A metric's values through the engine, in µs each, the fits included; NaN without memory. */
static double measure_stream(const char *watched, size_t rounds) {
  static double time[STREAMED], value[STREAMED];
  double took[ROUNDS_MAX];
  struct generator generator = generator_of(GENERATED_CPU, 60, 1);
  for (size_t i = 0; i < STREAMED; i++) {
    time[i] = 1700006400 + 60 * (double)i;
    value[i] = generator_next(&generator);
  }
  struct watch watch;
  if (!watch_parse(watched, WATCH_AS_IT_SAYS, &watch))
    return NAN;
  bool good = true;
  for (size_t round = 0; round < rounds && good; round++) {
    struct replay replay = {.room = 0};
    good = replay_run(&replay, &watch, time, value, 1, STREAMED);
    took[round] = replay_nanoseconds(&replay) * 1e-3;
    replay_release(&replay);
  }
  watch_release(&watch);
  return good ? median(took, rounds) : (double)NAN;
}

static void print_streams(size_t rounds, bool markdown) {
  static const struct {
    const char *watched, *what;
  } streams[] = {
      {"ecod", "value, step, mean and deviation over 5 and 10 values (6 columns)"},
      {"ecod:features=mean", "mean over 5 and 10 values (2 columns)"},
  };
  printf(markdown ? "\n| streaming `ecod`: 50 values at first, fits every 100, to the last 1,000 | "
                    "a value, with fits |\n|--|--|\n"
                  : "\nstreaming ecod: 50 values at first, fits every 100, to the last 1,000; a "
                    "value, with fits\n");
  for (size_t i = 0; i < sizeof streams / sizeof streams[0]; i++)
    printf(markdown ? "| %s | %.2f |\n" : "%-66s %9.2f\n", streams[i].what,
           measure_stream(streams[i].watched, rounds));
}

static void print_heading(bool markdown) {
  if (markdown) {
    printf(
        "\n| model | fit 1,000 x 4 | a row | 1,000 rows | bytes | fit 1,440 x 10 | a row | bytes "
        "| PyOD's fit / ours | its row / ours |\n|--|--|--|--|--|--|--|--|--|--|\n");
    return;
  }
  printf("%-25s %29s %9s %19s %9s %19s\n", "", "1,000 x 4", "", "1,440 x 10", "", "PyOD /");
  printf("%-25s %9s %9s %9s %9s %9s %9s %9s %9s %9s\n", "", "fit", "row", "1000 rows", "bytes",
         "fit", "row", "bytes", "fit", "row");
}

static const char *const usage =
    "usage: bench_models [-m] [-r ROUNDS] [NAME...]\n"
    "\n"
    "Fits each model, or those named, at its presets to 1,000 rows of 4 columns and\n"
    "to 1,440 of 10, by one thread, and scores rows one by one. Medians in µs\n"
    "of processor time, bytes\n"
    "of the block, and how many times as fast as PyOD 3.6.5 that is (1,000 x 4: its fit,\n"
    "and its decision_function of one row). Without NAME also what a value costs\n"
    "that goes through the engine to ecod.\n"
    "\n"
    "  -m, --markdown       the table of docs/models.md\n"
    "  -r, --rounds ROUNDS  how often at most, 3 .. 99; a fit for 2 s at most [15]\n";

static bool is_named(const struct model *model, char *const *names) {
  bool named = *names == NULL;
  for (; *names != NULL; names++)
    named = named || strcmp(*names, model->name) == 0;
  return named;
}

int main(int count, char **arguments) {
  static const struct option words[] = {{"markdown", no_argument, NULL, 'm'},
                                        {"rounds", required_argument, NULL, 'r'},
                                        {"help", no_argument, NULL, 'h'},
                                        {0}};
  unsigned long rounds = 15;
  bool markdown = false;
  for (int word; (word = getopt_long(count, arguments, "mr:h", words, NULL)) != -1;) {
    if (word == 'h')
      return fputs(usage, stdout) < 0;
    markdown = markdown || word == 'm';
    if (word == 'r')
      rounds = strtoul(optarg, NULL, 10);
    if (word == '?' || rounds < FITS_MIN || rounds > ROUNDS_MAX)
      return fputs(usage, stderr) < 0 ? EXIT_FAILURE : 2;
  }
  print_heading(markdown);
  int exit_status = EXIT_SUCCESS;
  for (const struct model *const *model = model_list; *model != NULL; model++)
    if (is_named(*model, arguments + optind) &&
        print_model(*model, rounds, markdown) != EXIT_SUCCESS)
      exit_status = EXIT_FAILURE;
  if (arguments[optind] == NULL)
    print_streams(rounds, markdown);
  return exit_status;
}
