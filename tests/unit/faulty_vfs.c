#include "unit/faulty_vfs.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <unistd.h>

struct faulty_file {
  sqlite3_file base;
  sqlite3_file real[]; /* of the size that the real file system wants */
};

static sqlite3_vfs *real_vfs;
static atomic_int write_code;
static atomic_bool opens_read_only;
static atomic_uint delay;
static atomic_bool skips_syncs;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t let_go = PTHREAD_COND_INITIALIZER;
static bool holding;
static unsigned waiting;

static sqlite3_file *real_of(sqlite3_file *file) { return ((struct faulty_file *)file)->real; }

static int disturb(void) {
  pthread_mutex_lock(&lock);
  waiting++;
  while (holding)
    pthread_cond_wait(&let_go, &lock);
  waiting--;
  pthread_mutex_unlock(&lock);
  if (delay > 0)
    usleep(delay);
  return write_code;
}

static int file_close(sqlite3_file *file) { return real_of(file)->pMethods->xClose(real_of(file)); }

static int file_read(sqlite3_file *file, void *bytes, int size, sqlite3_int64 offset) {
  return real_of(file)->pMethods->xRead(real_of(file), bytes, size, offset);
}

static int file_write(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset) {
  const int code = disturb();
  return code != 0 ? code : real_of(file)->pMethods->xWrite(real_of(file), bytes, size, offset);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size) {
  return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int file_sync(sqlite3_file *file, int flags) {
  const int code = disturb();
  return code != 0 || skips_syncs ? code : real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size) {
  return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int file_lock(sqlite3_file *file, int level) {
  return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int file_unlock(sqlite3_file *file, int level) {
  return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int file_check_lock(sqlite3_file *file, int *reserved) {
  return real_of(file)->pMethods->xCheckReservedLock(real_of(file), reserved);
}

static int file_control(sqlite3_file *file, int operation, void *argument) {
  return real_of(file)->pMethods->xFileControl(real_of(file), operation, argument);
}

static int file_sector(sqlite3_file *file) {
  return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int file_device(sqlite3_file *file) {
  return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int file_map_index(sqlite3_file *file, int page, int size, int extend,
                          void volatile **ret_at) {
  return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, ret_at);
}

static int file_lock_index(sqlite3_file *file, int offset, int count, int flags) {
  return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}

static void file_index_barrier(sqlite3_file *file) {
  real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int file_unmap_index(sqlite3_file *file, int delete_it) {
  return real_of(file)->pMethods->xShmUnmap(real_of(file), delete_it);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_device,
    .xShmMap = file_map_index,
    .xShmLock = file_lock_index,
    .xShmBarrier = file_index_barrier,
    .xShmUnmap = file_unmap_index,
};

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                    int *ret_flags) {
  (void)vfs;
  int wanted = flags;
  if (opens_read_only && (flags & SQLITE_OPEN_MAIN_DB) != 0)
    wanted = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
  const int code = real_vfs->xOpen(real_vfs, name, real_of(file), wanted, ret_flags);
  file->pMethods = real_of(file)->pMethods != NULL ? &methods : NULL;
  return code;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync_folder) {
  (void)vfs;
  return real_vfs->xDelete(real_vfs, name, skips_syncs ? 0 : sync_folder);
}

int faulty_vfs_install(void) {
  static sqlite3_vfs vfs;
  if (real_vfs != NULL)
    return SQLITE_OK;
  real_vfs = sqlite3_vfs_find(NULL);
  if (real_vfs == NULL)
    return SQLITE_ERROR;
  vfs = *real_vfs;
  vfs.zName = "faulty";
  vfs.szOsFile = real_vfs->szOsFile + (int)sizeof(struct faulty_file);
  vfs.xOpen = vfs_open;
  vfs.xDelete = vfs_delete;
  vfs.pNext = NULL;
  return sqlite3_vfs_register(&vfs, 1);
}

void faulty_vfs_fail_writes(int code) { write_code = code; }

void faulty_vfs_read_only(bool read_only) { opens_read_only = read_only; }

void faulty_vfs_slow(unsigned microseconds) { delay = microseconds; }

void faulty_vfs_skip_syncs(void) { skips_syncs = true; }

void faulty_vfs_hold(bool hold) {
  pthread_mutex_lock(&lock);
  holding = hold;
  pthread_cond_broadcast(&let_go);
  pthread_mutex_unlock(&lock);
}

bool faulty_vfs_holds(void) {
  pthread_mutex_lock(&lock);
  const bool holds = holding && waiting > 0;
  pthread_mutex_unlock(&lock);
  return holds;
}
