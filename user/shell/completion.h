/* completion.h: what the name before the cursor may become. Pure: folders are looked into by a
 * function. */
#ifndef COMPLETION_H
#define COMPLETION_H

#include <stdbool.h>
#include <stddef.h>

#include "line_text.h"

enum { NAME_BYTES = 256, PARTIAL_BYTES = 512 };

typedef void name_taker(void *context, const char *name, bool is_folder);

struct name_source {
  /* Calls take() for what is in the folder; for nothing where there is no such folder. */
  void (*in_folder)(const char *folder, name_taker *take, void *context);
  /* For what may stand where a command's name is. */
  void (*commands)(name_taker *take, void *context);
};

struct completion {
  char folder[PARTIAL_BYTES]; /* "": the names are commands' */
  char typed[PARTIAL_BYTES];  /* of the name; without quotes and backslashes */
  char quote;                 /* the one that is open, or 0 */
  size_t count;               /* how many names begin so */
  bool is_folder;             /* the only one */
  char common[NAME_BYTES];    /* what all of them begin with */
  size_t widest;              /* of them, in bytes */
};

void complete(const struct line_text *text, const struct name_source *names,
              struct completion *out);
/* Calls take() for each of them. */
void completion_names(const struct completion *completion, const struct name_source *names,
                      name_taker *take, void *context);
/* What to insert at the cursor, quoted as it must be; "" where nothing can be added. */
void completion_rest(const struct completion *completion, char *out, size_t bytes);

#endif
