/* parse_signs.h: signs that mean something to sh and are not built. When one is built it is taken
 * out of parse_signs.c. */
#ifndef PARSE_SIGNS_H
#define PARSE_SIGNS_H

#include <stddef.h>

struct sign {
  const char *text;
  size_t length; /* 0: there is none */
  const char *why;
};

/* What `text` begins with, outside of quotes. */
struct sign unbuilt_sign(const char *text);  /* anywhere: | > ( ` and the like, && */
struct sign pattern_sign(const char *text);  /* in words: * ? [ */
struct sign dollar_sign(const char *text);   /* $( $1 ${NAME:-x} and the like */
struct sign reserved_word(const char *text); /* where a command's name is: if { and the like */

#endif
