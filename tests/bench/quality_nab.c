#include "anomaly/status.h"
#include "bench/nab_data.h"
#include "bench/nab_detectors.h"
#include "bench/quality.h"
#include "evaluate/nab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct nab_scores {
  struct nab_series *series;
  double **score;
  size_t count;
};

static void nab_scores_release(struct nab_scores *scores) {
  for (size_t at = 0; at < scores->count; at++)
    free(scores->score[at]);
  free(scores->score);
  free(scores->series);
}

/* One row of zeros for each row of the corpus. */
static bool nab_scores_create(const struct nab_corpus *corpus, struct nab_scores *ret_scores) {
  struct nab_scores scores = {.series = calloc(corpus->count, sizeof(*scores.series)),
                              .score = calloc(corpus->count, sizeof(*scores.score))};
  bool good = scores.series != NULL && scores.score != NULL;
  for (size_t at = 0; good && at < corpus->count; at++) {
    const struct nab_file *file = &corpus->files[at];
    scores.score[at] = calloc(file->frame.rows, sizeof(**scores.score));
    scores.count++;
    scores.series[at] = (struct nab_series){.rows = file->frame.rows,
                                            .score = scores.score[at],
                                            .windows = file->windows,
                                            .window_count = file->window_count};
    good = scores.score[at] != NULL;
  }
  if (good)
    *ret_scores = scores;
  else
    nab_scores_release(&scores);
  return good;
}

static void print_nab_head(const char *title, bool markdown) {
  if (markdown) {
    printf("\n### %s\n\n| | standard | low FP | low FN |\n|---|---|---|---|\n", title);
    return;
  }
  printf("\n%s\n%-36s%10s%10s%10s%8s%8s%12s\n", title, "detector", nab_profiles[0].name,
         nab_profiles[1].name, nab_profiles[2].name, "found", "false", "threshold");
}

/* Found windows, false alarms and threshold are those of the standard profile. */
static void print_nab(const char *name, const struct nab_scores *scores) {
  struct nab_result standard = {0};
  printf("%-36s", name);
  for (size_t at = 0; at < NAB_PROFILES; at++) {
    struct nab_result result;
    const int status = nab_score(scores->series, scores->count, &nab_profiles[at], &result);
    if (status != STATUS_OK) {
      printf(" %s\n", status_text(status));
      return;
    }
    printf("%10.4f", result.score);
    if (at == 0)
      standard = result;
  }
  printf("%8llu%8llu%12.6g\n", (unsigned long long)standard.found,
         (unsigned long long)standard.false_alarms, standard.threshold);
}

static void check_nab(const struct nab_corpus *corpus, struct nab_scores *scores, const char *name,
                      nab_detector detect) {
  for (size_t at = 0; at < corpus->count; at++) {
    const struct frame *frame = &corpus->files[at].frame;
    if (detect != NULL && !detect(frame->value, frame->rows, scores->score[at]))
      printf("out of memory\n");
  }
  print_nab(name, scores);
}

void quality_nab_check(const struct watches *watches) {
  (void)watches;
  struct nab_corpus corpus;
  struct nab_scores scores;
  print_nab_head("NAB: our scorer on detectors of the published scoreboard", false);
  if (!nab_corpus_read(&corpus)) {
    printf("skipped\n");
    return;
  }
  if (nab_scores_create(&corpus, &scores)) {
    check_nab(&corpus, &scores, "null", NULL);
    printf("%-36s%10.4f%10.4f%10.4f\n", "  published", 0.0, 0.0, 0.0);
    check_nab(&corpus, &scores, "windowedGaussian", nab_windowed_gaussian);
    printf("%-36s%10.4f%10.4f%10.4f\n", "  published", 39.6495, 20.8680, 47.4100);
    check_nab(&corpus, &scores, "relativeEntropy", nab_relative_entropy);
    printf("%-36s%10.4f%10.4f%10.4f\n", "  published", 54.6427, 47.5984, 58.8423);
    nab_scores_release(&scores);
  }
  nab_corpus_release(&corpus);
}

static void print_nab_markdown(const char *name, const struct nab_scores *scores) {
  printf("| `%s` |", name);
  for (size_t at = 0; at < NAB_PROFILES; at++) {
    struct nab_result result = {0};
    (void)nab_score(scores->series, scores->count, &nab_profiles[at], &result);
    printf(" %.1f |", result.score);
  }
  printf("\n");
}

static void nab_of_watch(const struct nab_corpus *corpus, const struct watch *watch, bool markdown,
                         struct nab_scores *by_onset, struct nab_scores *by_score) {
  struct replay replay = {0};
  for (size_t at = 0; at < corpus->count; at++) {
    const struct frame *frame = &corpus->files[at].frame;
    if (!replay_run(&replay, watch, frame->time, frame->value, 1, frame->rows))
      printf("out of memory\n");
    memcpy(by_onset->score[at], replay.onset, frame->rows * sizeof(*replay.onset));
    memcpy(by_score->score[at], replay.score, frame->rows * sizeof(*replay.score));
  }
  char name[sizeof(watch->title) + 16];
  if (markdown) {
    print_nab_markdown(watch->title, by_onset);
    replay_release(&replay);
    return;
  }
  snprintf(name, sizeof(name), "%s by onset", watch->title);
  print_nab(name, by_onset);
  snprintf(name, sizeof(name), "%s by score", watch->title);
  print_nab(name, by_score);
  replay_release(&replay);
}

void quality_nab(const struct watches *watches) {
  struct nab_corpus corpus;
  struct nab_scores by_onset, by_score;
  print_nab_head(watches->markdown
                     ? "NAB: score by onset, 58 series"
                     : "NAB: 58 series, best threshold; asked for by onset: 76 / 67 / 81",
                 watches->markdown);
  if (!nab_corpus_read(&corpus)) {
    printf("skipped\n");
    return;
  }
  if (nab_scores_create(&corpus, &by_onset)) {
    if (nab_scores_create(&corpus, &by_score)) {
      for (size_t at = 0; at < watches->count; at++)
        nab_of_watch(&corpus, &watches->watch[at], watches->markdown, &by_onset, &by_score);
      nab_scores_release(&by_score);
    }
    nab_scores_release(&by_onset);
  }
  nab_corpus_release(&corpus);
}
