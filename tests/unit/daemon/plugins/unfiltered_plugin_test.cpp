// SPDX-License-Identifier: LGPL-2.1-or-later
// Shows that filtered_plugin_test.cpp can fail: without the filter, as in builds with sanitizers, the same plugins get
// away with it.
#include "tests/unit/daemon/plugins/bad_plugin.h"

namespace loquet::plugins {

namespace {

using AnUnfilteredPlugin = ABadPlugin;

TEST_F(AnUnfilteredPlugin, ThatReachesOutGetsAwayWithIt) {
    for (const std::string how : {"forks", "opens", "connects"}) {
        EXPECT_FALSE(call(how)) << how;
    }
}

} // namespace

} // namespace loquet::plugins
