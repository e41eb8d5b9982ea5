#include "engine/group_instance.h"

#include "anomaly/status.h"
#include "engine/causes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Seconds of nothing but values of long ago: a clock that was set back, not stragglers. */
static const double LATE_PATIENCE = 600;

static void init_judge(struct group_instance *instance, struct fitted_totals *totals) {
  const struct group_rule *const rule = instance->rule;
  if (rule->detector != NULL) {
    instance->group = group_of(rule->detector, rule->own);
    return;
  }
  const struct group_model_make make = {.model = rule->model,
                                        .stream = &rule->stream,
                                        .common = &rule->common,
                                        .own = rule->own,
                                        .totals = totals};
  instance->model = group_model_of(&make);
}

static void charge(struct group_instance *instance, uint64_t cost) {
  instance->charged += cost;
  atomic_fetch_add(instance->memory, cost);
}

struct group_instance *group_instance_create(const struct group_rule *rule,
                                             const struct metric_key *key,
                                             atomic_uint_fast64_t *memory,
                                             struct fitted_totals *totals) {
  struct group_instance *const instance = calloc(1, sizeof *instance);
  if (instance == NULL)
    return NULL;
  instance->rule = rule;
  instance->key = *key;
  pthread_mutex_init(&instance->lock, NULL);
  pthread_mutex_init(&instance->judging, NULL);
  init_judge(instance, totals);
  instance->memory = memory;
  charge(instance, group_instance_base_cost(rule));
  return instance;
}

static void release_judge(struct group_instance *instance) {
  if (instance->rule->detector != NULL)
    group_release(&instance->group);
  else
    group_model_release(&instance->model);
}

static void forget_all(struct group_instance *instance) {
  struct fitted_totals *const totals = instance->model.make.totals;
  release_judge(instance);
  init_judge(instance, totals);
}

static void release_members(struct group_instance *instance) {
  for (uint32_t i = 0; i < instance->members; i++)
    free(instance->member[i]);
  free(instance->member);
  group_tick_release(&instance->now);
  group_tick_release(&instance->ahead);
  instance->member = NULL;
  instance->members = instance->capacity = instance->held = 0;
}

void group_instance_clear(struct group_instance *instance) {
  const uint64_t base = group_instance_base_cost(instance->rule);
  release_members(instance);
  forget_all(instance);
  instance->came = instance->came_ahead = 0;
  instance->begin = instance->step = 0;
  instance->closed_rows = 0;
  atomic_fetch_sub(instance->memory, instance->charged - base);
  instance->charged = base;
}

void group_instance_destroy(struct group_instance *instance) {
  if (instance == NULL)
    return;
  release_members(instance);
  for (size_t i = 0; i < GROUP_CLOSED_ROWS; i++)
    free(instance->closed[i].value);
  release_judge(instance);
  free(instance->row);
  free(instance->kept.list);
  atomic_fetch_sub(instance->memory, instance->charged);
  pthread_mutex_destroy(&instance->judging);
  pthread_mutex_destroy(&instance->lock);
  free(instance);
}

size_t group_instance_base_cost(const struct group_rule *rule) {
  return sizeof(struct group_instance) +
         (rule->detector != NULL ? group_state_size(rule->detector, 0) : 0);
}

size_t group_instance_member_cost(const struct group_rule *rule, size_t key_length) {
  const size_t cells = 2 * (sizeof(struct group_cell) + sizeof(double));
  const size_t rows = (GROUP_CLOSED_ROWS + 1) * sizeof(double);
  const size_t learned = rule->detector != NULL
                             ? rule->detector->column_size
                             : sizeof(struct group_model_column) + sizeof(double) +
                                   rule->stream.window_size * sizeof(double);
  return sizeof(struct group_member) + key_length + sizeof(struct group_member *) + cells + rows +
         learned;
}

/* ---- Members -------------------------------------------------------------- */

static bool has_key(const struct group_member *member, const struct metric_key *key) {
  return member->key_length == key->length && memcmp(member->key, key->bytes, key->length) == 0;
}

static struct group_member *find_member(const struct group_instance *instance,
                                        const struct metric_key *key) {
  for (uint32_t i = 0; i < instance->members; i++)
    if (has_key(instance->member[i], key))
      return instance->member[i];
  return NULL;
}

static bool grow_closed(struct closed_row *row, uint32_t columns) {
  if (columns <= row->capacity)
    return true;
  double *const value = realloc(row->value, columns * sizeof *value);
  if (value == NULL)
    return false;
  row->value = value;
  row->capacity = columns;
  return true;
}

/* Room for so many members everywhere, so that no value has to ask for memory. */
static bool reserve(struct group_instance *instance, uint32_t members) {
  if (members > instance->capacity) {
    const uint32_t capacity = members + members / 2;
    struct group_member **const list = realloc(instance->member, capacity * sizeof(*list));
    if (list == NULL)
      return false;
    instance->member = list;
    instance->capacity = capacity;
  }
  for (size_t i = 0; i < GROUP_CLOSED_ROWS; i++)
    if (!grow_closed(&instance->closed[i], members))
      return false;
  return (members <= instance->now.columns ||
          group_tick_grow(&instance->now, members) == STATUS_OK) &&
         (members <= instance->ahead.columns ||
          group_tick_grow(&instance->ahead, members) == STATUS_OK);
}

static struct group_member *member_create(const struct metric_key *key) {
  struct group_member *const member = malloc(sizeof *member + key->length);
  if (member == NULL)
    return NULL;
  *member = (struct group_member){.last = (double)NAN, .key_length = (uint16_t)key->length};
  memcpy(member->key, key->bytes, key->length);
  return member;
}

static struct group_member *add_member(struct group_instance *instance,
                                       const struct metric_key *key) {
  if (!reserve(instance, instance->members + 1))
    return NULL;
  struct group_member *const member = member_create(key);
  if (member == NULL)
    return NULL;
  member->column = instance->members;
  instance->member[instance->members++] = member;
  charge(instance, group_instance_member_cost(instance->rule, key->length));
  return member;
}

static struct group_member *longest_free(const struct group_instance *instance) {
  struct group_member *longest = NULL;
  for (uint32_t i = 0; i < instance->members; i++) {
    struct group_member *const member = instance->member[i];
    if (member->holders == 0 && (longest == NULL || member->free_since < longest->free_since))
      longest = member;
  }
  return longest;
}

/* Gives a column that nobody wants any more to another. */
static struct group_member *renew_member(struct group_instance *instance,
                                         const struct metric_key *key, double clock,
                                         double patience) {
  struct group_member *const old = longest_free(instance);
  if (old == NULL || clock - old->free_since < patience)
    return NULL;
  struct group_member *const member = member_create(key);
  if (member == NULL)
    return NULL;
  member->column = old->column;
  member->renewed = true;
  instance->now.cell[old->column] = instance->ahead.cell[old->column] = (struct group_cell){0};
  instance->member[old->column] = member;
  free(old);
  return member;
}

struct group_member *group_instance_join(struct group_instance *instance,
                                         const struct metric_key *key, double clock,
                                         double patience) {
  pthread_mutex_lock(&instance->lock);
  struct group_member *member = find_member(instance, key);
  if (member == NULL)
    member = instance->members < instance->rule->options.columns_max
                 ? add_member(instance, key)
                 : renew_member(instance, key, clock, patience);
  if (member != NULL && member->holders++ == 0)
    instance->held++;
  pthread_mutex_unlock(&instance->lock);
  return member;
}

void group_instance_leave(struct group_instance *instance, struct group_member *member,
                          double clock) {
  pthread_mutex_lock(&instance->lock);
  if (--member->holders == 0) {
    instance->held--;
    member->free_since = clock;
    member->last = (double)NAN;
  }
  pthread_mutex_unlock(&instance->lock);
}

/* ---- Rows ----------------------------------------------------------------- */

static double row_length(const struct group_instance *instance) {
  return fmax(instance->rule->options.interval, instance->step);
}

/* Whether the row at hand waits for members that have not come. */
static bool is_held(const struct group_instance *instance, double time) {
  const struct group_options *const options = &instance->rule->options;
  return options->late == LATE_WAIT && instance->now.values > 0 &&
         instance->came < instance->held &&
         time < instance->begin + row_length(instance) + options->wait;
}

static double value_of(const struct group_instance *instance, const struct group_member *member,
                       double mean) {
  return isnan(mean) && instance->rule->options.late == LATE_LAST ? member->last : mean;
}

/* False where those that are closed have not been judged yet. */
static bool close_row(struct group_instance *instance) {
  if (instance->closed_rows == GROUP_CLOSED_ROWS)
    return false;
  struct closed_row *const row =
      &instance->closed[(instance->first_closed + instance->closed_rows++) % GROUP_CLOSED_ROWS];
  const double *const mean = group_tick_take(&instance->now);
  row->interval = row_length(instance);
  row->time = instance->begin + row->interval;
  row->columns = instance->members;
  for (uint32_t i = 0; i < instance->members; i++)
    row->value[i] = value_of(instance, instance->member[i], mean[i]);
  instance->came = 0;
  return true;
}

static void take_next_row(struct group_instance *instance) {
  const struct group_tick row = instance->now;
  instance->now = instance->ahead;
  instance->ahead = row;
  instance->came = instance->came_ahead;
  instance->came_ahead = 0;
}

/* Ends the rows that end before `time`. True where one is to be judged. */
static bool move_on(struct group_instance *instance, double time) {
  const double length = row_length(instance);
  bool closed = false;
  while (time >= instance->begin + length && !is_held(instance, time)) {
    if (instance->now.values > 0) {
      if (!close_row(instance))
        break;
      closed = true;
    }
    take_next_row(instance);
    const double rows = fmax(floor((time - instance->begin) / length), 1);
    instance->begin += instance->now.values > 0 ? length : rows * length;
  }
  return closed;
}

/* Half an interval before its first value, so that the rest of that round is in it. */
static double begin_before(const struct group_instance *instance, double time) {
  const double length = row_length(instance);
  return time - fmin(instance->step > 0 ? instance->step : length, length) / 2;
}

static void restart(struct group_instance *instance) {
  (void)group_tick_take(&instance->now);
  (void)group_tick_take(&instance->ahead);
  instance->came = instance->came_ahead = 0;
  instance->closed_rows = 0;
  instance->begin = 0;
  instance->late = false;
  instance->restarted = true;
}

/* A value of long ago counts in the row at hand; where there is nothing else, time went back. */
static void note_late(struct group_instance *instance, const struct group_value *value) {
  const bool late = value->time < instance->begin - row_length(instance);
  if (late && !instance->late)
    instance->late_since = value->clock;
  instance->late = late;
  if (late && value->clock - instance->late_since >= LATE_PATIENCE)
    restart(instance);
}

static bool add(struct group_instance *instance, struct group_member *member,
                const struct group_value *value) {
  if (value->interval > 0 && (instance->step == 0 || value->interval < instance->step))
    instance->step = value->interval;
  note_late(instance, value);
  if (instance->begin == 0)
    instance->begin = begin_before(instance, value->time);
  const bool closed = move_on(instance, value->time);
  const bool ahead =
      value->time >= instance->begin + row_length(instance) && is_held(instance, value->time);
  struct group_tick *const row = ahead ? &instance->ahead : &instance->now;
  *(ahead ? &instance->came_ahead : &instance->came) += row->cell[member->column].count == 0;
  group_tick_add(row, member->column, value->value);
  member->last = value->value;
  instance->last_add = value->clock;
  return closed;
}

static void keep(struct group_instance *instance, struct group_member *member,
                 const struct group_value *value) {
  const struct kept_value one = {.time = value->time,
                                 .mean = value->value,
                                 .interval = (float)value->interval,
                                 .column = (uint16_t)member->column,
                                 .count = 1};
  group_kept_add(&instance->kept, &member->kept, &one, instance->rule->options.interval);
}

bool group_instance_add(struct group_instance *instance, struct group_member *member,
                        const struct group_value *value) {
  pthread_mutex_lock(&instance->lock);
  bool closed = false;
  if (instance->keeps)
    keep(instance, member, value);
  else
    closed = add(instance, member, value);
  pthread_mutex_unlock(&instance->lock);
  return closed;
}

struct group_kept group_instance_take_kept(struct group_instance *instance) {
  pthread_mutex_lock(&instance->lock);
  struct group_kept kept = instance->kept;
  instance->kept = (struct group_kept){.count = 0};
  instance->keeps = false;
  pthread_mutex_unlock(&instance->lock);
  group_kept_sort(&kept);
  return kept;
}

bool group_instance_pass(struct group_instance *instance, double clock) {
  pthread_mutex_lock(&instance->lock);
  const double length = row_length(instance);
  bool closed = false;
  if (instance->now.values > 0 && clock - instance->last_add >= length && close_row(instance)) {
    closed = true;
    take_next_row(instance);
    instance->begin += length;
  }
  pthread_mutex_unlock(&instance->lock);
  return closed;
}

/* ---- Judging -------------------------------------------------------------- */

static uint32_t learned_columns(const struct group_instance *instance) {
  return instance->rule->detector != NULL ? instance->group.state.columns : instance->model.columns;
}

static bool grow_learned(struct group_instance *instance, uint32_t columns) {
  if (columns <= learned_columns(instance))
    return true;
  return (instance->rule->detector != NULL
              ? group_grow(&instance->group, columns)
              : group_model_grow(&instance->model, columns)) == STATUS_OK;
}

static void forget_column(struct group_instance *instance, uint32_t column) {
  if (column >= learned_columns(instance))
    return;
  if (instance->rule->detector != NULL)
    group_forget_column(&instance->group, column);
  else
    group_model_forget_column(&instance->model, column);
}

static bool grow_row(struct group_instance *instance, uint32_t columns) {
  if (columns <= instance->row_capacity)
    return true;
  double *const row = realloc(instance->row, columns * sizeof *row);
  if (row == NULL)
    return false;
  instance->row = row;
  instance->row_capacity = columns;
  return true;
}

/* One member is no group. */
static uint32_t columns_least(const struct group_rule *rule) {
  const uint32_t least = rule->detector != NULL ? rule->detector->columns_min : 0;
  return least > 2 ? least : 2;
}

/*
 * Takes the oldest row that is whole, with `lock` held, and does what was left for
 * now; one of too few columns, or that has no memory, is passed over.
 */
static bool take_row(struct group_instance *instance, struct group_row *ret_row) {
  const struct closed_row *const row = &instance->closed[instance->first_closed];
  const uint32_t columns =
      row->columns > learned_columns(instance) ? row->columns : learned_columns(instance);
  instance->first_closed = (instance->first_closed + 1) % GROUP_CLOSED_ROWS;
  instance->closed_rows--;
  if (instance->restarted)
    forget_all(instance);
  instance->restarted = false;
  if (columns < columns_least(instance->rule) || !grow_row(instance, columns) ||
      !grow_learned(instance, columns))
    return false;
  for (uint32_t i = 0; i < columns; i++)
    instance->row[i] = i < row->columns ? row->value[i] : (double)NAN;
  for (uint32_t i = 0; i < instance->members; i++) {
    if (instance->member[i]->renewed)
      forget_column(instance, i);
    instance->member[i]->renewed = false;
  }
  *ret_row =
      (struct group_row){.time = row->time, .interval = row->interval, .value = instance->row};
  return true;
}

static size_t run_judge(struct group_instance *instance, const struct group_row *row,
                        struct group_finding *ret, struct group_blame *ret_blames) {
  size_t count = 0;
  if (instance->rule->detector == NULL) {
    group_model_update(&instance->model, row, ret, ret_blames, &count);
    return count;
  }
  group_update(&instance->group, row, ret);
  return ret->ratio > 0 ? group_blame(&instance->group, ret_blames) : 0;
}

static void note_causes(struct group_instance *instance, const struct group_blame *blames,
                        size_t count, struct episode_causes *ret_causes) {
  *ret_causes = (struct episode_causes){.hosts = instance->rule->options.by == GROUP_BY_METRIC};
  pthread_mutex_lock(&instance->lock);
  for (size_t i = 0; i < count; i++) {
    const struct metric_id id = metric_identity_of(instance->member[blames[i].column]->key);
    if (!causes_add(ret_causes, &id, blames[i].decades))
      break;
  }
  pthread_mutex_unlock(&instance->lock);
}

bool group_instance_judge(struct group_instance *instance, struct group_judged_row *ret) {
  struct group_row row;
  bool taken = false;
  pthread_mutex_lock(&instance->lock);
  while (!taken && instance->closed_rows > 0)
    taken = take_row(instance, &row);
  pthread_mutex_unlock(&instance->lock);
  if (!taken)
    return false;
  struct group_blame blames[GROUP_BLAMES];
  const size_t count = run_judge(instance, &row, &ret->finding, blames);
  ret->time = row.time;
  ret->interval = row.interval;
  note_causes(instance, blames, count, &ret->causes);
  return true;
}

/* ---- Taking over ---------------------------------------------------------- */

static bool same_key(const struct group_member *member, const struct group_member *other) {
  return member->key_length == other->key_length &&
         memcmp(member->key, other->key, member->key_length) == 0;
}

static uint32_t count_both(const struct group_instance *instance,
                           const struct group_instance *other) {
  uint32_t count = other->members;
  for (uint32_t i = 0; i < instance->members; i++) {
    bool there = false;
    for (uint32_t j = 0; j < other->members && !there; j++)
      there = same_key(other->member[j], instance->member[i]);
    count += !there;
  }
  return count;
}

static struct group_member *take_member(struct group_instance *instance,
                                        const struct group_member *wanted) {
  for (uint32_t i = 0; i < instance->members; i++) {
    struct group_member *const member = instance->member[i];
    if (member == NULL || !same_key(member, wanted))
      continue;
    instance->member[i] = NULL;
    return member;
  }
  return NULL;
}

/* The members of `other` in their order, this instance's own where it has them; then the rest. */
static void merge_members(struct group_instance *instance, struct group_instance *other) {
  const uint32_t learned = other->members;
  for (uint32_t i = 0; i < learned; i++) {
    struct group_member *const own = take_member(instance, other->member[i]);
    if (own == NULL)
      continue;
    own->last = other->member[i]->last;
    own->renewed = other->member[i]->renewed;
    free(other->member[i]);
    other->member[i] = own;
  }
  for (uint32_t i = 0; i < instance->members; i++)
    if (instance->member[i] != NULL) {
      other->member[other->members++] = instance->member[i];
      other->charged += group_instance_member_cost(other->rule, instance->member[i]->key_length);
    }
  for (uint32_t i = 0; i < other->members; i++)
    other->member[i]->column = i;
  instance->members = 0;
}

#define SWAP(field)                                                                                \
  do {                                                                                             \
    __typeof__(instance->field) kept_ = instance->field;                                           \
    instance->field = other->field;                                                                \
    other->field = kept_;                                                                          \
  } while (0)

static void swap_learned(struct group_instance *instance, struct group_instance *other) {
  SWAP(member);
  SWAP(members);
  SWAP(capacity);
  SWAP(now);
  SWAP(ahead);
  SWAP(came);
  SWAP(came_ahead);
  SWAP(begin);
  SWAP(step);
  SWAP(closed[0]);
  SWAP(closed[1]);
  SWAP(first_closed);
  SWAP(closed_rows);
  SWAP(group);
  SWAP(model);
  SWAP(row);
  SWAP(row_capacity);
  SWAP(charged);
}

bool group_instance_adopt(struct group_instance *instance, struct group_instance *other) {
  pthread_mutex_lock(&instance->lock);
  const uint32_t both = count_both(instance, other);
  const bool room = both <= instance->rule->options.columns_max && reserve(other, both);
  if (room) {
    const uint64_t charged = other->charged;
    merge_members(instance, other);
    swap_learned(instance, other);
    instance->late = instance->restarted = false;
    other->members = 0;
    const uint64_t extra = instance->charged - charged;
    atomic_fetch_add(instance->memory, extra);
  }
  pthread_mutex_unlock(&instance->lock);
  return room;
}
