#include "anomaly/status.h"
#include "base/option.h"
#include "models/model_file.h"
#include "unit/alloc_fail.h"
#include "unit/unit_test.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"load", "", "cpu, idle"};

static struct block *fit(void) {
  const struct model *const model = model_find("ecod");
  double cells[60];
  for (size_t i = 0; i < 60; i++)
    cells[i] = (double)(i * 7919 % 101);
  struct model_common common;
  option_set_presets(model_common_rows, &common);
  const struct matrix rows = {.cells = cells, .rows = 20, .columns = 3};
  const struct fit_control control = {.threads = 1};
  char options[1] = {0};
  struct block *block;
  assert_int_equal(model_fit(model, &rows, &common, options, &control, &block), STATUS_OK);
  return block;
}

struct stored {
  struct model_file file;
  char *bytes;
  size_t size;
};

static struct stored store(void) {
  struct stored stored;
  void *bytes;
  assert_int_equal(model_file_make(&stored.file, fit(), names), STATUS_OK);
  assert_int_equal(model_file_write(&stored.file, &bytes, &stored.size), STATUS_OK);
  stored.bytes = bytes;
  return stored;
}

static void stored_release(struct stored *stored) {
  model_file_release(&stored->file);
  free(stored->bytes);
}

static void test_the_same_again(void **state) {
  (void)state;
  struct stored stored = store();
  struct model_file again;
  assert_int_equal(model_file_read(&again, stored.bytes, stored.size), STATUS_OK);
  for (size_t i = 0; i < 3; i++)
    assert_string_equal(again.names[i], names[i]);
  assert_int_equal(block_size(again.block), block_size(stored.file.block));
  double scratch[64];
  const double row[] = {1, 50, 200};
  assert_true(block_scratch(again.block) <= 64);
  assert_true(model_score(again.block, row, scratch) ==
              model_score(stored.file.block, row, scratch));
  void *bytes;
  size_t size;
  assert_int_equal(model_file_write(&again, &bytes, &size), STATUS_OK);
  assert_int_equal(size, stored.size);
  assert_memory_equal(bytes, stored.bytes, size);
  free(bytes);
  model_file_release(&again);
  model_file_release(&again);
  stored_release(&stored);
}

static void test_cut_and_lengthened(void **state) {
  (void)state;
  struct stored stored = store();
  struct model_file none = {.block = NULL};
  for (size_t size = 0; size < stored.size; size++)
    assert_int_equal(model_file_read(&none, stored.bytes, size), STATUS_CORRUPT);
  char *const longer = calloc(1, stored.size + 64);
  assert_non_null(longer);
  memcpy(longer, stored.bytes, stored.size);
  assert_int_equal(model_file_read(&none, longer, stored.size + 64), STATUS_CORRUPT);
  assert_null(none.block);
  free(longer);
  stored_release(&stored);
}

/* No byte can be changed unnoticed. */
static void test_each_byte_counts(void **state) {
  (void)state;
  struct stored stored = store();
  struct model_file none = {.block = NULL};
  for (size_t i = 0; i < stored.size; i++) {
    stored.bytes[i] ^= 0x41;
    assert_int_not_equal(model_file_read(&none, stored.bytes, stored.size), STATUS_OK);
    stored.bytes[i] ^= 0x41;
  }
  stored_release(&stored);
}

static int write_and_read(struct block *block) {
  struct model_file file, again;
  void *bytes = NULL;
  size_t size;
  int status = model_file_make(&file, block, names);
  if (status != STATUS_OK) {
    block_destroy(block);
    return status;
  }
  status = model_file_write(&file, &bytes, &size);
  if (status == STATUS_OK)
    status = model_file_read(&again, bytes, size);
  if (status == STATUS_OK)
    model_file_release(&again);
  free(bytes);
  model_file_release(&file);
  return status;
}

static void test_no_memory(void **state) {
  (void)state;
  bool failed = true;
  for (unsigned n = 1; failed; n++) {
    struct block *const block = fit();
    alloc_fail_at(n);
    const int status = write_and_read(block);
    failed = alloc_has_failed();
    alloc_fail_at(0);
    assert_int_equal(status, failed ? STATUS_NO_MEMORY : STATUS_OK);
    assert_true(n < 20);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_same_again),
      cmocka_unit_test(test_cut_and_lengthened),
      cmocka_unit_test(test_each_byte_counts),
      cmocka_unit_test(test_no_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
