// SPDX-License-Identifier: LGPL-2.1-or-later
// totp.so: the step behind its C symbol.
#include "plugins/totp/totp.h"

LOQUET_DEFINE_STEP(loquet::plugins_totp::Totp)
