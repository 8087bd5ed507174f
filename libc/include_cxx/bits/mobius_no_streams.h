/* bits/mobius_no_streams.h: what the headers that need C++ streams say here: no libstdc++ is
 * linked, and templates alone do not make them. */
#ifndef MOBIUS_NO_STREAMS_H
#define MOBIUS_NO_STREAMS_H

#error "not here: C++ streams, <filesystem>, <regex>; <stdio.h> is (docs/first-program.md)"

#endif
