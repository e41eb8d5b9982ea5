#include "store/in_use.h"

#include "base/text.h"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

/*
 * While a connection to a database in WAL mode is open it holds a lock on this
 * byte of the index: the "dead man switch" of SQLite's unix VFS.
 */
enum { DEAD_MAN_SWITCH = 128 };

pid_t store_in_use(const char *path) {
  char index[PATH_MAX];
  struct text text = text_over(index, sizeof index);
  text_addf(&text, "%s-shm", path);
  const int descriptor = text.cut ? -1 : open(index, O_RDWR | O_CLOEXEC);
  if (descriptor < 0)
    return 0;
  struct flock lock = {
      .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = DEAD_MAN_SWITCH, .l_len = 1};
  const int status = fcntl(descriptor, F_GETLK, &lock);
  close(descriptor);
  return status == 0 && lock.l_type != F_UNLCK ? lock.l_pid : 0;
}
