/* bits/mobius_no_streams.h: what the headers that need C++ streams say here: there is no libstdc++ to
 * link, and templates alone do not make them. */
#error "not here: C++ streams, <filesystem>, <regex>; <stdio.h> is (docs/first-program.md)"
