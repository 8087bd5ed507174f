/* history.c: see history.h. */
#include "history.h"

#include <string.h>

const char *history_back(const struct history *history, size_t back) {
  if (back == 0 || back > history->count) return NULL;
  const char *line = history->bytes;
  for (size_t i = history->count; i > back; i--) line += strlen(line) + 1;
  return line;
}

void history_add(struct history *history, const char *line) {
  size_t bytes = strlen(line) + 1;
  const char *newest = history_back(history, 1);
  if (bytes == 1 || bytes > HISTORY_BYTES || (newest && strcmp(newest, line) == 0)) return;
  size_t gone = 0;
  while (history->length - gone + bytes > HISTORY_BYTES) {
    gone += strlen(history->bytes + gone) + 1;
    history->count--;
  }
  memmove(history->bytes, history->bytes + gone, history->length - gone);
  history->length -= gone;
  memcpy(history->bytes + history->length, line, bytes);
  history->length += bytes;
  history->count++;
}

size_t history_find(const struct history *history, size_t back, const char *pattern) {
  const char *line;
  for (back = back ? back : 1; (line = history_back(history, back)); back++) {
    if (strstr(line, pattern)) return back;
  }
  return 0;
}
