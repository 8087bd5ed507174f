/* streams.c: flushing all streams, for fflush(NULL) and exit(). newlib's own walk takes each
 * stream's lock; but a thread that reads holds its stream's lock while it is asleep for input, for
 * ever perhaps. (It must: two threads may not fill one buffer.) newlib.sh has newlib call this for
 * each stream instead.
 *
 * A stream that another thread has is waited for as long as it is in writing mode: what is written
 * gets out. A stream that is not has nothing to write; it is left to its reader, as if the reader
 * had come after the flush. exit() closes no stream: other threads may still be using it, and the
 * kernel closes what is under it. */
#include <stdio.h>

#include "locks.h"

#define LOOK_AGAIN_NS 10000000u /* a call that wrote may have gone on to read */

int __mobius_flush_stream(struct _reent *reent, FILE *stream);

static bool own(FILE *stream) {
  while (!lock_acquire_within(stream->_lock, stream->_flags & __SWR ? LOOK_AGAIN_NS : 0)) {
    if (!(stream->_flags & __SWR)) return false;
  }
  return true;
}

int __mobius_flush_stream(struct _reent *reent, FILE *stream) {
  if (stream->_flags2 & __SNLK) return _fflush_r(reent, stream); /* its users lock it themselves */
  if (!own(stream)) return 0;
  int result = _fflush_r(reent, stream);
  __retarget_lock_release_recursive(stream->_lock);
  return result;
}

void flockfile(FILE *stream) { __retarget_lock_acquire_recursive(stream->_lock); }
void funlockfile(FILE *stream) { __retarget_lock_release_recursive(stream->_lock); }

int ftrylockfile(FILE *stream) {
  return __retarget_lock_try_acquire_recursive(stream->_lock) ? 0 : -1;
}
