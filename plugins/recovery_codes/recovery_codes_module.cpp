// SPDX-License-Identifier: LGPL-2.1-or-later
// recovery_codes.so: the step behind its C symbol.
#include "plugins/recovery_codes/recovery_codes.h"

LOQUET_DEFINE_STEP(loquet::plugins_recovery_codes::RecoveryCodes)
