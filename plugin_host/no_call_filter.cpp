// SPDX-License-Identifier: LGPL-2.1-or-later
// Takes call_filter.cpp's place in builds with sanitizers.
#include "plugin_host/confinement.h"

namespace loquet::plugin_host {

bool has_filter() noexcept {
    return false;
}

void filter_system_calls() {}

} // namespace loquet::plugin_host
