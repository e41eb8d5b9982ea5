/*
 * Damaged and forged snapshots of every detector: refused with the state as it
 * was, or loaded so that it saves to the same bytes and goes on within the
 * detectors' contract.
 *
 * Input: detector, '1' to correct the checksum, length change as distance from
 * '0', two bytes of position, then what is xored over an honest snapshot there
 * (without a final newline).
 */
#include "anomaly/detector.h"
#include "anomaly/status.h"
#include "base/hash.h"
#include "base/option.h"
#include "engine/snapshot.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD = 5, CHECKSUM = 8, LENGTH_CHANGE = 256, TRAINING = 400 };

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

struct rig {
  const struct detector *detector;
  void *options, *state;
  size_t state_size;
  double time;
  uint8_t *bytes; /* snapshot_size + LENGTH_CHANGE */
  size_t size;
};

static void insist(bool condition) {
  if (!condition)
    __builtin_trap();
}

static void *allocate(size_t size) {
  void *const block = calloc(1, size + 1);
  insist(block != NULL);
  return block;
}

static bool is_evidence(double number) { return isfinite(number) && number >= 0; }

static void feed(struct rig *rig, uint32_t values) {
  static const double odd[] = {0, 1e300, -1e300, 1e-300, 1};
  for (uint32_t i = 0; i < values; i++) {
    const double value = i % 50 == 49 ? odd[i / 50 % 5] : 10 + 3 * sin(i) + i % 7;
    struct observation now = {.time = rig->time += 600,
                              .interval = 600,
                              .value = value,
                              .line = 1,
                              .failure = 4,
                              .warmup = 3600};
    struct finding finding;
    rig->detector->update(rig->state, rig->options, &now, &finding);
    insist(is_evidence(finding.ratio) && is_evidence(finding.onset));
    if (rig->detector->silence == NULL)
      continue;
    now.time += 3600;
    rig->detector->silence(rig->state, rig->options, &now, &finding);
    insist(is_evidence(finding.ratio) && is_evidence(finding.onset));
  }
}

static struct rig rig_create(const struct detector *detector) {
  struct rig rig = {
      .detector = detector, .options = allocate(detector->options_size), .time = 1700000000};
  option_set_presets(detector->options, rig.options);
  rig.state_size = detector->state_size(rig.options);
  rig.state = allocate(rig.state_size);
  detector->init(rig.state, rig.options);
  feed(&rig, TRAINING);
  rig.size = snapshot_size(detector, rig.options);
  rig.bytes = allocate(rig.size + LENGTH_CHANGE);
  insist(snapshot_save(detector, rig.options, rig.state, rig.bytes, rig.size) == STATUS_OK);
  return rig;
}

static void rig_destroy(struct rig *rig) {
  free(rig->options);
  free(rig->state);
  free(rig->bytes);
}

static void correct_checksum(struct rig *rig) {
  const uint64_t checksum = hash_bytes(rig->bytes, rig->size - CHECKSUM, SNAPSHOT_SEED);
  for (size_t i = 0; i < CHECKSUM; i++)
    rig->bytes[rig->size - CHECKSUM + i] = (uint8_t)(checksum >> 8 * i);
}

static void damage(struct rig *rig, const uint8_t *input, size_t size) {
  const size_t position = ((size_t)input[3] << 8 | input[4]) % rig->size;
  const size_t end = size > HEAD && input[size - 1] == '\n' ? size - 1 : size;
  for (size_t i = 0; i < end - HEAD && position + i < rig->size; i++)
    rig->bytes[position + i] ^= input[HEAD + i];
  const ptrdiff_t change = (ptrdiff_t)input[2] - '0';
  if (change >= 0 || (size_t)-change < rig->size - CHECKSUM)
    rig->size = (size_t)((ptrdiff_t)rig->size + change);
  if (input[1] == '1')
    correct_checksum(rig);
}

static void load(struct rig *rig) {
  uint8_t *const before = allocate(rig->state_size), *const again = allocate(rig->size);
  memcpy(before, rig->state, rig->state_size);
  if (snapshot_load(rig->detector, rig->options, rig->bytes, rig->size, rig->state) == STATUS_OK) {
    insist(snapshot_save(rig->detector, rig->options, rig->state, again, rig->size) == STATUS_OK);
    insist(memcmp(again, rig->bytes, rig->size) == 0);
    feed(rig, TRAINING);
  } else {
    insist(memcmp(before, rig->state, rig->state_size) == 0);
  }
  free(before);
  free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size) {
  if (size < HEAD)
    return 0;
  size_t detectors = 0;
  while (watcher_list()[detectors] != NULL)
    detectors++;
  struct rig rig = rig_create(watcher_list()[input[0] % detectors]);
  damage(&rig, input, size);
  load(&rig);
  rig_destroy(&rig);
  return 0;
}
