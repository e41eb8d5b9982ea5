#include "anomaly/status.h"
#include "cli/csv_text.h"
#include "cli/decimal.h"
#include "cli/invocation.h"
#include "cli/json.h"
#include "cli/model_store.h"
#include "cli/row_score.h"
#include "cli/say.h"
#include "cli/training.h"
#include "cli/verbs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum option {
  OPTION_MODEL,
  OPTION_TRAIN,
  OPTION_LOAD,
  OPTION_ALONE,
  OPTION_EXPLAIN,
  OPTION_JSON,
  OPTION_LINE_BUFFERED,
};

static const struct verb_option options[] = {
    [OPTION_MODEL] = MODEL_CHOICE_OPTION,
    [OPTION_TRAIN] = {.name = "train",
                      .letter = 't',
                      .argument = "TRAIN.csv",
                      .help = "fit the model to this file"},
    [OPTION_LOAD] = {.name = "load",
                     .letter = 'l',
                     .argument = "FILE",
                     .help = "use the model that fit wrote into this file"},
    [OPTION_ALONE] = {.name = "alone",
                      .letter = 'a',
                      .help = "score each row as if the others of TEST.csv were not there, as "
                              "--load does"},
    [OPTION_EXPLAIN] = {.name = "explain",
                        .letter = 'e',
                        .help = "print the columns too, that with the largest share in the score "
                                "first"},
    [OPTION_JSON] = {.name = "json", .help = "print each row as a JSON object"},
    [OPTION_LINE_BUFFERED] = {.name = "line-buffered", .help = "write each row at once"},
    {.name = NULL},
};

static int check_words(const struct invocation *invocation) {
  const bool load = invocation_has(invocation, OPTION_LOAD);
  const char *const train = invocation_value(invocation, OPTION_TRAIN);
  if (load && (train != NULL || invocation_has(invocation, OPTION_MODEL))) {
    say_error(invocation->verb, "--load has a model that is fitted: no --model, no --train");
    return EXIT_USAGE;
  }
  if (!load && (train == NULL || !invocation_has(invocation, OPTION_MODEL))) {
    say_error(invocation->verb, "say --model and --train, or --load");
    return EXIT_USAGE;
  }
  if (!load && strcmp(train, "-") == 0 && strcmp(invocation->operands[0], "-") == 0) {
    say_error(invocation->verb, "standard input cannot be TRAIN.csv and TEST.csv at once");
    return EXIT_USAGE;
  }
  if (invocation_has(invocation, OPTION_JSON) && !json_is_there(invocation->verb))
    return EXIT_FAILURE;
  return EXIT_SUCCESS;
}

/* What is scored by what. All zero is fine for release. */
struct scoring {
  struct model_file model;
  double threshold;
  struct feature_file file;   /* TEST.csv */
  struct feature_table batch; /* TRAIN.csv and TEST.csv, where they are ranked together */
  size_t next;                /* row of the batch */
};

static void release(struct scoring *scoring) {
  feature_table_release(&scoring->batch);
  feature_file_release(&scoring->file);
  model_file_release(&scoring->model);
}

static int open_test(const struct invocation *invocation, struct scoring *scoring) {
  const int exit_status =
      feature_file_open(&scoring->file, invocation->verb, invocation->operands[0],
                        scoring->model.names, block_columns(scoring->model.block));
  scoring->threshold = block_threshold(scoring->model.block);
  return exit_status;
}

/* The threshold stays that of the training rows. */
static int rank_batch(const struct model_choice *choice, struct scoring *scoring) {
  scoring->next = scoring->batch.rows;
  int exit_status = feature_file_read(&scoring->file, &scoring->batch);
  struct block *block;
  if (exit_status == EXIT_SUCCESS)
    exit_status = train_on_table(choice, &scoring->file, &scoring->batch, &block);
  if (exit_status != EXIT_SUCCESS)
    return exit_status;
  block_destroy(scoring->model.block);
  scoring->model.block = block;
  return EXIT_SUCCESS;
}

static int train(const struct invocation *invocation, const struct model_choice *choice,
                 struct scoring *scoring) {
  const char *const path = invocation_value(invocation, OPTION_TRAIN);
  const bool together = choice->model->ranks_batch && !invocation_has(invocation, OPTION_ALONE);
  int exit_status = train_on_file(choice, invocation->verb, path, &scoring->model,
                                  together ? &scoring->batch : NULL);
  if (exit_status == EXIT_SUCCESS)
    exit_status = open_test(invocation, scoring);
  return exit_status == EXIT_SUCCESS && together ? rank_batch(choice, scoring) : exit_status;
}

static int prepare(const struct invocation *invocation, struct scoring *scoring) {
  const struct verb *const verb = invocation->verb;
  const char *const path = invocation_value(invocation, OPTION_LOAD);
  if (path != NULL) {
    const int loaded = model_store_load(&scoring->model, verb, path);
    return loaded == EXIT_SUCCESS ? open_test(invocation, scoring) : loaded;
  }
  struct model_choice choice;
  int exit_status = model_choice_take(&choice, verb, invocation_value(invocation, OPTION_MODEL));
  if (exit_status != EXIT_SUCCESS)
    return exit_status;
  exit_status = train(invocation, &choice, scoring);
  model_choice_release(&choice);
  return exit_status;
}

/* NULL at the end, with the exit status, having said what is wrong. */
static const double *next_row(struct scoring *scoring, int *ret_exit_status) {
  const struct feature_table *const batch = &scoring->batch;
  if (batch->rows == 0)
    return feature_file_next(&scoring->file, ret_exit_status) ? scoring->file.row : NULL;
  return scoring->next < batch->rows ? batch->cells + scoring->next++ * batch->columns : NULL;
}

static void print_row(const struct row_score *score, bool explained) {
  char number[DECIMAL_SIZE];
  decimal_write_exactly(number, score->score);
  printf("%" PRIu64 ",%s,%d", score->row, number, score->anomaly);
  if (explained) {
    putchar(',');
    row_score_print_parts(score, stdout);
  }
  putchar('\n');
}

static int score_rows(const struct invocation *invocation, struct scoring *scoring) {
  const bool json = invocation_has(invocation, OPTION_JSON);
  const bool explained = invocation_has(invocation, OPTION_EXPLAIN);
  struct row_scorer scorer;
  if (row_scorer_create(&scorer, &scoring->model, explained) != STATUS_OK) {
    say_error(invocation->verb, "%s", status_text(STATUS_NO_MEMORY));
    return EXIT_FAILURE;
  }
  scorer.threshold = scoring->threshold;
  if (!json)
    puts(explained ? "row,score,anomaly,columns" : "row,score,anomaly");
  int exit_status = EXIT_SUCCESS;
  const double *row;
  while ((row = next_row(scoring, &exit_status)) != NULL && ferror(stdout) == 0) {
    const struct row_score score = row_scorer_take(&scorer, row);
    if (json)
      json_write_row_score(stdout, &score);
    else
      print_row(&score, explained);
    if (invocation_has(invocation, OPTION_LINE_BUFFERED))
      fflush(stdout);
  }
  row_scorer_release(&scorer);
  return exit_status;
}

static int run(const struct invocation *invocation) {
  int exit_status = check_words(invocation);
  if (exit_status != EXIT_SUCCESS)
    return exit_status;
  struct scoring scoring = {.next = 0};
  exit_status = prepare(invocation, &scoring);
  if (exit_status == EXIT_SUCCESS)
    exit_status = score_rows(invocation, &scoring);
  release(&scoring);
  return exit_status;
}

const struct verb score_verb = {
    .name = "score",
    .operands = "TEST.csv",
    .operands_min = 1,
    .operands_max = 1,
    .summary = "scores the rows of a CSV file by a model that is fitted to another",
    .about =
        "TRAIN.csv and TEST.csv: a header line; each column is a feature, but for those called\n"
        "timestamp, label, train or test. Columns are matched by name; TEST.csv may have more.\n"
        "An empty cell is a missing value. Files that end in .gz are unpacked, - is standard\n"
        "input.\n"
        "\n"
        "Output: row,score,anomaly, one row for each of TEST.csv, counted from 0. The score is\n"
        "the model's own, larger is more unusual; it reads back exactly. anomaly is 1 where it\n"
        "is over the line that the share `contamination` of the rows of TRAIN.csv is over.\n"
        "\n"
        "ecod and copod rank the rows of both files together, as PyOD does: TEST.csv is read\n"
        "to its end before the first row is scored. With --alone, as with --load, each row is\n"
        "ranked among those of TRAIN.csv.\n"
        "\n"
        "A model that goes on learning learns each row of TEST.csv once it is scored.\n"
        "anomalyctl models lists the models, anomalyctl models NAME a model's options.\n",
    .options = options,
    .run = run,
};
