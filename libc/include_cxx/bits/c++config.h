/* bits/c++config.h: the compiler's, but for one thing: no libstdc++ is linked, so the templates
 * that it would hold ready-made (std::string's) are made where they are used. */
#ifndef MOBIUS_CXXCONFIG_H
#define MOBIUS_CXXCONFIG_H

#include_next <bits/c++config.h>

#undef _GLIBCXX_EXTERN_TEMPLATE
#define _GLIBCXX_EXTERN_TEMPLATE 0

#endif
