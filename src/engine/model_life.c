#include "engine/model_life.h"

#include "engine/pack.h"

#include <math.h>
#include <string.h>

const struct state_row model_life_rows[] = {
    STATE_FIELD(struct model_life, tried, STATE_F64),
    STATE_FIELD(struct model_life, wait, STATE_U32),
    STATE_FIELD(struct model_life, created, STATE_F64),
    STATE_FIELD(struct model_life, version, STATE_U32),
    STATE_FIELD(struct model_life, in_use, STATE_U32),
    STATE_FIELD(struct model_life, bad, STATE_U32),
    STATE_FIELD(struct model_life, scored, STATE_U32),
    STATE_FIELD(struct model_life, until_look, STATE_U32),
    STATE_FIELD(struct model_life, fitted, STATE_U8),
    STATE_ROWS_END,
};

bool model_life_valid(const struct model_life *life) {
  uint8_t fitted;
  memcpy(&fitted, &life->fitted, sizeof fitted);
  return unpacked_time_valid(life->tried) && unpacked_time_valid(life->created) && fitted <= 1;
}

struct model_terms model_terms_within(const struct model_terms *terms, uint32_t window) {
  struct model_terms within = *terms;
  if (terms->retrain_interval < window)
    within.drift_limit = 0;
  return within;
}

enum model_task model_life_task(const struct model_life *life, const struct model_terms *terms,
                                double newest, bool held) {
  const bool lost = life->fitted && !held;
  const bool old = held && terms->retrain_after > 0 && newest - life->tried >= terms->retrain_after;
  if (life->wait == 0 || lost || old)
    return MODEL_FIT;
  return held && terms->drift_limit > 0 && life->until_look == 0 ? MODEL_LOOK : MODEL_IDLE;
}

void model_life_pass(struct model_life *life) { life->wait -= life->wait > 0; }

void model_life_see(struct model_life *life, const struct model_terms *terms) {
  life->until_look -= life->until_look > 0 && terms->drift_limit > 0;
}

void model_life_score(struct model_life *life) { life->scored += life->scored < UINT32_MAX; }

/*
 * Samples from a look at the drift to the next: as many as are compared, but not so
 * few that early fits were more than ten times as many as those in their turn.
 */
static uint32_t look_interval(const struct model_terms *terms) {
  if (!(terms->drift_limit > 0))
    return UINT32_MAX;
  const uint32_t least = terms->retrain_interval / 10;
  return terms->drift_window > least ? terms->drift_window : least;
}

void model_life_looked(struct model_life *life, const struct model_terms *terms, bool drifted) {
  life->until_look = look_interval(terms);
  if (drifted)
    life->wait = 0;
}

static void wait_again(struct model_life *life, const struct model_terms *terms, double newest) {
  life->wait = terms->retrain_interval;
  life->tried = newest;
}

uint32_t model_life_took(struct model_life *life, const struct model_terms *terms, double created,
                         double newest, uint32_t spread) {
  wait_again(life, terms, newest);
  life->wait -= spread % (life->wait / 4 + 1);
  life->tried = fmax(life->tried - terms->retrain_after / 4 * (spread % 1024 / 1024.), 0);
  life->fitted = true;
  life->created = created;
  life->scored = 0;
  life->until_look = look_interval(terms);
  life->until_look -= spread % (life->until_look / 4 + 1);
  life->version += life->version < UINT32_MAX;
  life->in_use = life->version;
  return life->version;
}

void model_life_missed(struct model_life *life, const struct model_terms *terms, double newest,
                       bool held) {
  wait_again(life, terms, newest);
  life->fitted = held;
}

void model_life_went_back(struct model_life *life, const struct model_terms *terms,
                          uint32_t version, double created, double newest, uint32_t reach) {
  wait_again(life, terms, newest);
  if (life->wait < reach)
    life->wait = reach;
  life->until_look = life->wait;
  life->fitted = true;
  life->created = created;
  life->scored = 0;
  life->in_use = version;
  if (life->version < version)
    life->version = version;
}

enum model_grade model_life_graded(struct model_life *life, const struct model_terms *terms,
                                   double f1, double best) {
  if (!(f1 < terms->min_f1) || life->bad == life->in_use)
    return MODEL_GOOD;
  life->bad = life->in_use;
  if (best >= terms->min_f1)
    return MODEL_RETURN;
  life->wait = 0;
  return MODEL_REFIT;
}

static uint32_t least_of(uint32_t a, uint32_t b) { return a < b ? a : b; }

void model_life_bound(struct model_life *life, const struct model_terms *terms, uint32_t reach) {
  const bool went_back = life->in_use != life->version;
  const uint32_t most =
      went_back && reach > terms->retrain_interval ? reach : terms->retrain_interval;
  if (!life->fitted)
    return;
  life->wait = least_of(life->wait, most);
  life->until_look = least_of(life->until_look, went_back ? most : look_interval(terms));
}

bool model_life_wants(const struct model_life *life, uint32_t version, double created) {
  return life->fitted && life->in_use == version && life->created == created;
}
