/*
 * A disk that can be told to fail: a layer over SQLite's own file system, which
 * all databases of the program use once it is installed.
 */
#ifndef ANOMALY_TESTS_FAULTY_VFS_H
#define ANOMALY_TESTS_FAULTY_VFS_H

#include <stdbool.h>

/* Makes it the file system of all databases opened from now on; 0 if all is well. */
int faulty_vfs_install(void);

/* Writes and syncs give this code of SQLite; 0 = they work. */
void faulty_vfs_fail_writes(int code);

/* Databases open for reading only, as where the file or its folder is not ours. */
void faulty_vfs_read_only(bool read_only);

/* Each write and sync takes so many microseconds more. */
void faulty_vfs_slow(unsigned microseconds);

/* Nothing is synced, which only a loss of power would tell. */
void faulty_vfs_skip_syncs(void);

/* Writes and syncs wait until they are let go again. */
void faulty_vfs_hold(bool hold);

/* Whether one is waiting. */
bool faulty_vfs_holds(void);

#endif
