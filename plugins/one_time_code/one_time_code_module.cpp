// SPDX-License-Identifier: LGPL-2.1-or-later
// one_time_code.so: the step behind its C symbol.
#include "plugins/one_time_code/one_time_code.h"

LOQUET_DEFINE_STEP(loquet::plugins_one_time_code::OneTimeCode)
