// SPDX-License-Identifier: LGPL-2.1-or-later
// arithmetic.so: the step behind its C symbol.
#include "plugins/arithmetic/arithmetic.h"

LOQUET_DEFINE_STEP(loquet::plugins_arithmetic::Arithmetic)
