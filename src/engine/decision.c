#include "engine/decision.h"

#include <math.h>
#include <stdint.h>

static double score_to_ratio(double score) { return score / (1 - score); }

struct decision_lines decision_lines(const struct rule_options *options) {
  static const double sensitivity_factor[] = {
      [SENSITIVITY_QUIET] = 1.25, [SENSITIVITY_NORMAL] = 1, [SENSITIVITY_HIGH] = .8};
  const double factor = sensitivity_factor[options->sensitivity];
  const double alarm = factor * score_to_ratio(options->warning_score);
  return (struct decision_lines){.alarm = alarm,
                                 .calm = alarm * options->hysteresis,
                                 .failure = factor * score_to_ratio(options->failure_score)};
}

static bool can_vote(const struct finding *finding) { return finding->ready && !finding->abstains; }

/* Those who can vote do, or all where nobody can. */
static bool votes(const struct finding *finding, size_t ready) {
  return ready == 0 || can_vote(finding);
}

static size_t count_ready(const struct finding *findings, size_t count) {
  size_t ready = 0;
  for (size_t i = 0; i < count; i++)
    ready += can_vote(&findings[i]);
  return ready;
}

/* How many votes reach a ratio. */
static size_t count_reaching(const struct finding *findings, size_t count, size_t ready,
                             double ratio) {
  size_t reaching = 0;
  for (size_t i = 0; i < count; i++)
    reaching += votes(&findings[i], ready) && findings[i].ratio >= ratio;
  return reaching;
}

/* The same, bit by bit. */
static uint8_t votes_reaching(const struct finding *findings, size_t count, size_t ready,
                              double ratio) {
  unsigned bits = 0;
  for (size_t i = 0; i < count; i++)
    bits |= (unsigned)(votes(&findings[i], ready) && findings[i].ratio >= ratio) << i;
  return (uint8_t)bits;
}

static size_t votes_needed(int consensus, size_t voters) {
  switch ((enum rule_consensus)consensus) {
  case CONSENSUS_MAJORITY:
    return voters / 2 + 1;
  case CONSENSUS_ALL:
    return voters;
  case CONSENSUS_ANY:
  case CONSENSUS_STRONGEST:
    break;
  }
  return 1;
}

/* The largest ratio that enough votes reach. */
static double combined_ratio(const struct finding *findings, size_t count, size_t ready,
                             size_t needed) {
  double combined = 0;
  for (size_t i = 0; i < count; i++)
    if (votes(&findings[i], ready) && findings[i].ratio > combined &&
        count_reaching(findings, count, ready, findings[i].ratio) >= needed)
      combined = findings[i].ratio;
  return combined;
}

static size_t strongest(const struct finding *findings, size_t count, size_t ready) {
  size_t leading = count;
  for (size_t i = 0; i < count; i++)
    if (votes(&findings[i], ready) &&
        (leading == count || findings[i].ratio > findings[leading].ratio))
      leading = i;
  return leading;
}

static bool is_about_deviation(enum anomaly_kind kind) {
  return kind != KIND_MISSING && kind != KIND_FLATLINE && kind != KIND_VARIANCE;
}

/* Whether the rule cares for a deviation of this direction and size. */
static bool rule_cares(const struct rule_options *options, const struct verdict *verdict) {
  if (!is_about_deviation(verdict->kind) || isnan(verdict->expected))
    return true;
  const double deviation = verdict->value - verdict->expected;
  if ((options->direction == DIRECTION_ABOVE && deviation < 0) ||
      (options->direction == DIRECTION_BELOW && deviation > 0))
    return false;
  return fabs(deviation) >= options->min_deviation &&
         fabs(deviation) >= options->min_rel_deviation * fabs(verdict->expected);
}

/* A limit of the band, clipped to the range; NaN stays NaN. */
static double within(double limit, const struct rule_options *options) {
  if (limit < options->range_min)
    return options->range_min;
  return limit > options->range_max ? options->range_max : limit;
}

static void take_from_leading(struct verdict *verdict, const struct rule_options *options,
                              const struct finding *leading, const char *name) {
  verdict->surprise = leading->surprise;
  verdict->expected = leading->expected;
  verdict->lower = within(leading->lower, options);
  verdict->upper = within(leading->upper, options);
  verdict->since = leading->since;
  verdict->kind = leading->kind;
  verdict->reason = leading->reason;
  verdict->leading = name;
}

static double largest_onset(const struct finding *findings, size_t count) {
  double largest = findings[0].onset;
  for (size_t i = 1; i < count; i++)
    if (findings[i].onset > largest)
      largest = findings[i].onset;
  return largest;
}

static void take_from_models(struct verdict *verdict, const struct finding *findings,
                             size_t count) {
  verdict->scored = verdict->outlier = false;
  verdict->raw = 0;
  verdict->missing = 0;
  for (size_t i = 0; i < count; i++) {
    if (findings[i].missing > verdict->missing)
      verdict->missing = findings[i].missing;
    if (!findings[i].scored || verdict->scored)
      continue;
    verdict->scored = true;
    verdict->outlier = findings[i].outlier;
    verdict->raw = findings[i].raw;
  }
}

static double confidence_of(int consensus, size_t agree, size_t voters) {
  if (consensus == CONSENSUS_STRONGEST)
    return agree > 0 ? 1 : 0;
  return (double)agree / (double)voters;
}

_Static_assert(RULE_DETECTORS_MAX <= 8, "votes has a bit for each detector");

/* Field by field: clearing the whole verdict first costs as much as all the rest. */
void decision_combine(const struct rule_options *options, const struct decision_lines *lines,
                      const struct finding *findings, const char *const *names, size_t count,
                      double time, double value, struct verdict *ret_verdict) {
  const size_t ready = count_ready(findings, count);
  const size_t voters = ready == 0 ? count : ready;
  const size_t leading = strongest(findings, count, ready);
  const size_t agree = count_reaching(findings, count, ready, lines->alarm);
  struct verdict *const verdict = ret_verdict;
  verdict->time = time;
  verdict->value = value;
  verdict->detectors = (uint8_t)count;
  verdict->ready = (uint8_t)ready;
  verdict->agree = (uint8_t)agree;
  verdict->votes = agree > 0 ? votes_reaching(findings, count, ready, lines->alarm) : 0;
  take_from_leading(verdict, options, &findings[leading], names[leading]);
  verdict->onset = largest_onset(findings, count);
  take_from_models(verdict, findings, count);
  verdict->ratio = combined_ratio(findings, count, ready, votes_needed(options->consensus, voters));
  verdict->score = verdict->ratio / (1 + verdict->ratio);
  verdict->confidence = confidence_of(options->consensus, agree, voters);
  verdict->anomaly = verdict->ratio >= lines->alarm && rule_cares(options, verdict);
}

static void note_peak(struct decision *decision, const struct verdict *verdict) {
  if (verdict->ratio <= decision->peak_ratio)
    return;
  decision->peak_ratio = verdict->ratio;
  decision->peak_time = verdict->time;
  decision->peak_value = verdict->value;
}

static double began(const struct verdict *verdict) {
  return verdict->since > 0 && verdict->since < verdict->time ? verdict->since : verdict->time;
}

static enum severity severity_of(const struct decision_lines *lines, double ratio) {
  return ratio >= lines->failure ? SEVERITY_FAILURE : SEVERITY_WARNING;
}

static bool is_calm(const struct decision_lines *lines, const struct verdict *verdict) {
  return !verdict->anomaly && (verdict->ratio < lines->calm || verdict->ratio >= lines->alarm);
}

static enum episode_change advance_closed(struct decision *decision,
                                          const struct rule_options *options,
                                          const struct decision_lines *lines,
                                          const struct verdict *verdict) {
  if (!verdict->anomaly) {
    decision->hits = 0;
    decision->accepted = decision->accepted && !is_calm(lines, verdict);
    return EPISODE_UNCHANGED;
  }
  if (decision->accepted)
    return EPISODE_UNCHANGED;
  if (decision->hits++ == 0) {
    decision->start = verdict->time;
    decision->since = began(verdict);
    decision->peak_ratio = 0;
  }
  note_peak(decision, verdict);
  if (decision->hits < options->hits)
    return EPISODE_UNCHANGED;
  habit_note(&decision->habit, decision->start);
  decision->open = true;
  decision->calm = 0;
  decision->kind = (uint8_t)verdict->kind;
  decision->severity = (uint8_t)severity_of(lines, decision->peak_ratio);
  return EPISODE_OPENED;
}

static void close_episode(struct decision *decision, enum episode_end end,
                          enum episode_end *ret_end) {
  decision->open = false;
  decision->hits = 0;
  decision->accepted = end == EPISODE_ACCEPTED;
  decision->severity = SEVERITY_OKAY;
  *ret_end = end;
}

static enum episode_change advance_open(struct decision *decision,
                                        const struct rule_options *options,
                                        const struct decision_lines *lines,
                                        const struct verdict *verdict, enum episode_end *ret_end) {
  const bool value_is_back = decision->kind == KIND_MISSING && !isnan(verdict->value);
  if (!is_calm(lines, verdict))
    decision->calm = 0;
  else if (++decision->calm >= options->calm || value_is_back) {
    close_episode(decision, EPISODE_RECOVERED, ret_end);
    return EPISODE_CLOSED;
  }
  if (verdict->time - decision->start > options->timeout) {
    close_episode(decision, EPISODE_ACCEPTED, ret_end);
    return EPISODE_CLOSED;
  }
  if (!verdict->anomaly)
    return EPISODE_UNCHANGED;
  note_peak(decision, verdict);
  if (decision->severity == SEVERITY_FAILURE || verdict->ratio < lines->failure)
    return EPISODE_UNCHANGED;
  decision->severity = SEVERITY_FAILURE;
  return EPISODE_ESCALATED;
}

void decision_advance(struct decision *decision, const struct rule_options *options,
                      const struct decision_lines *lines, struct verdict *verdict,
                      enum episode_end *ret_end) {
  verdict->change = decision->open ? advance_open(decision, options, lines, verdict, ret_end)
                                   : advance_closed(decision, options, lines, verdict);
  verdict->open = decision->open;
  verdict->severity = (enum severity)decision->severity;
}
