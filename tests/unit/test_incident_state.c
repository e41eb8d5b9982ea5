/* An open incident as bytes, and back from honest and hostile ones. */
#include "store/incident_state.h"

#include "anomaly/status.h"
#include "base/text.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct incident make(void) {
  struct incident incident;
  memset(&incident, 0, sizeof incident);
  incident.id = 77;
  incident.start = incident.seen = 1700000000;
  incident.last = 1700000010;
  incident.severity = SEVERITY_WARNING;
  incident.trouble = TROUBLE_TRAFFIC;
  incident.restart = (double)NAN;
  incident.metrics = incident.hosts = incident.open = incident.members = 1;
  text_copy(incident.host[0], METRIC_PART_SIZE, "web1");
  struct incident_member *const member = &incident.member[0];
  member->rank = HUGE_VAL;
  member->episode.change = EPISODE_OPENED;
  member->episode.id = 77;
  member->episode.kind = KIND_SPIKE;
  member->episode.start = member->episode.seen = member->episode.peak_time = incident.seen;
  member->episode.peak_score = .8;
  member->episode.line = 1;
  member->episode.verdict.time = incident.seen;
  member->episode.verdict.lower = (double)NAN;
  member->episode.verdict.leading = "";
  text_copy(member->episode.metric.part[METRIC_HOST], METRIC_PART_SIZE, "web1");
  return incident;
}

static unsigned char *save(const struct incident *incident) {
  unsigned char *const bytes = malloc(incident_state_size());
  assert_non_null(bytes);
  incident_state_save(incident, bytes);
  return bytes;
}

static int load(const struct incident *incident) {
  struct incident loaded;
  unsigned char *const bytes = save(incident);
  const int status = incident_state_load(bytes, incident_state_size(), &loaded);
  free(bytes);
  return status;
}

static void it_comes_back_as_it_was(void **state) {
  (void)state;
  const struct incident incident = make();
  struct incident loaded;
  unsigned char *const bytes = save(&incident);
  assert_int_equal(incident_state_load(bytes, incident_state_size(), &loaded), STATUS_OK);
  unsigned char *const again = save(&loaded);
  assert_memory_equal(bytes, again, incident_state_size());
  assert_string_equal(loaded.host[0], "web1");
  assert_string_equal(loaded.member[0].episode.verdict.leading, "");
  assert_null(loaded.member[0].episode.verdict.reason);
  assert_true(isnan(loaded.restart) && loaded.member[0].episode.peak_score == .8);
  free(bytes);
  free(again);
}

static void damaged_bytes_are_refused(void **state) {
  (void)state;
  const struct incident incident = make();
  struct incident loaded = {.id = 5};
  unsigned char *const bytes = save(&incident);
  for (size_t size = 0; size < incident_state_size(); size++) {
    unsigned char *const cut = malloc(size + 1);
    assert_non_null(cut);
    memcpy(cut, bytes, size);
    assert_true(incident_state_load(cut, size, &loaded) != STATUS_OK);
    free(cut);
    bytes[size] ^= 0x10;
    assert_true(incident_state_load(bytes, incident_state_size(), &loaded) != STATUS_OK);
    bytes[size] ^= 0x10;
  }
  assert_int_equal(loaded.id, 5);
  free(bytes);
}

/* The checksum is right, and what it covers is not. */
static void forged_bytes_are_refused(void **state) {
  (void)state;
  struct incident incident = make();
  assert_int_equal(load(&incident), STATUS_OK);
  incident.members = INCIDENT_MEMBERS + 1;
  assert_int_equal(load(&incident), STATUS_CORRUPT);
  incident = make();
  incident.members = 0;
  assert_int_equal(load(&incident), STATUS_CORRUPT);
  incident = make();
  incident.severity = (enum severity)9;
  assert_int_equal(load(&incident), STATUS_CORRUPT);
  incident = make();
  incident.trouble = (enum trouble) - 1;
  assert_int_equal(load(&incident), STATUS_CORRUPT);
  incident = make();
  memset(incident.host[3], 'x', METRIC_PART_SIZE);
  assert_int_equal(load(&incident), STATUS_CORRUPT);
  incident = make();
  memset(incident.member[0].episode.metric.part[METRIC_TYPE], 'x', METRIC_PART_SIZE);
  assert_int_equal(load(&incident), STATUS_CORRUPT);
  incident = make();
  incident.member[0].episode.peak_score = 1;
  assert_int_equal(load(&incident), STATUS_CORRUPT);
  incident = make();
  incident.member[0].episode.line = 0;
  assert_int_equal(load(&incident), STATUS_CORRUPT);
  incident = make();
  incident.last = (double)NAN;
  assert_int_equal(load(&incident), STATUS_CORRUPT);
  incident = make();
  memset(&incident.silent, 7, sizeof incident.silent);
  assert_int_equal(load(&incident), STATUS_CORRUPT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_comes_back_as_it_was),
      cmocka_unit_test(damaged_bytes_are_refused),
      cmocka_unit_test(forged_bytes_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
