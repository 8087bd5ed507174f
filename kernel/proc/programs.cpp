#include "proc/programs.h"
