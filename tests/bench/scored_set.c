#include "bench/scored_set.h"

#include "anomaly/status.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void print_series(const struct named_series *series, const struct event_counts *counts) {
  printf("  %-40s %-24s%5llu of%5llu found,%5llu false in %5.1f weeks\n", series->file,
         series->column, (unsigned long long)counts->found, (unsigned long long)counts->segments,
         (unsigned long long)counts->false_episodes, counts->weeks);
}

bool scored_set_add(struct scored_set *set, const struct named_series *series) {
  struct event_counts counts;
  const int status = quality_set_add(&set->set, &series->judged, &counts);
  if (status != STATUS_OK)
    fprintf(stderr, "%s %s: cannot be scored: %s\n", series->file, series->column,
            status_text(status));
  else if (set->each)
    print_series(series, &counts);
  return status == STATUS_OK;
}

void scored_set_release(struct scored_set *set) { quality_set_release(&set->set); }

static void print_markdown_head(const char *title, bool full) {
  const char *more = full ? " recall | precision |" : "", *area = full ? " AUC-PR |" : "";
  printf("\n### %.*s\n\n| | F1 |%s false alarms per week | best F1 |%s VUS-PR | ns | bytes |\n"
         "|---|---|%s---|---|---|---|---|\n",
         (int)strcspn(title, ";"), title, more, area, full ? "---|---|---|" : "");
}

void scored_set_print_head(const char *title, enum scored_style style) {
  if (style != SCORED_TEXT) {
    print_markdown_head(title, style == SCORED_FULL_MARKDOWN);
    return;
  }
  printf("\n%s\n%-28s%7s%9s%8s%7s%7s%8s%7s%8s%8s%8s%8s%7s\n", title, "detector", "series",
         "segments", "recall", "prec.", "F1", "false/w", "delay", "best F1", "AUC-PR", "VUS-PR",
         "ns", "bytes");
}

static void print_cell(int width, int digits, double number) {
  if (isnan(number))
    printf("%*s", width, "-");
  else
    printf("%*.*f", width, digits, number);
}

static void print_share(double share) {
  if (isnan(share))
    printf(" - |");
  else
    printf(" %.3f |", share);
}

static void print_markdown(const struct quality_set *set, bool full, const char *name,
                           double nanoseconds, double bytes) {
  printf("| `%s` |", name);
  print_share(event_f1(&set->counts));
  if (full) {
    print_share(event_recall(&set->counts));
    print_share(event_precision(&set->counts));
  }
  print_share(event_false_per_week(&set->counts));
  print_share(quality_set_best_f1(set));
  if (full)
    print_share(quality_set_auc_pr(set));
  print_share(quality_set_vus_pr(set));
  printf(" %.0f | %.0f |\n", nanoseconds, bytes);
}

void scored_set_print(const struct scored_set *scored, const char *name, double nanoseconds,
                      double bytes) {
  const struct quality_set *const set = &scored->set;
  if (scored->style != SCORED_TEXT) {
    print_markdown(set, scored->style == SCORED_FULL_MARKDOWN, name, nanoseconds, bytes);
    return;
  }
  printf("%-28s%7zu%9llu", name, set->count, (unsigned long long)set->counts.segments);
  const bool labelled = set->counts.segments > 0;
  print_cell(8, 3, event_recall(&set->counts));
  print_cell(7, 3, labelled ? event_precision(&set->counts) : (double)NAN);
  print_cell(7, 3, labelled ? event_f1(&set->counts) : (double)NAN);
  print_cell(8, 3, event_false_per_week(&set->counts));
  print_cell(7, 1, quality_set_delay(set));
  print_cell(8, 3, labelled ? quality_set_best_f1(set) : (double)NAN);
  print_cell(8, 3, quality_set_auc_pr(set));
  print_cell(8, 3, quality_set_vus_pr(set));
  print_cell(8, 0, nanoseconds);
  print_cell(7, 0, bytes);
  printf("\n");
}
