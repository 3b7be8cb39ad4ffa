// SPDX-License-Identifier: LGPL-2.1-or-later
// Attack class T24: plugins that reach out of their process die of the filter for system calls. Not built with
// sanitizers, which leave the filter out.
#include "tests/unit/daemon/plugins/bad_plugin.h"

#include <csignal>

namespace loquet::plugins {

namespace {

using AFilteredPlugin = ABadPlugin;

TEST_F(AFilteredPlugin, T24_ThatForksIsKilled) {
    expect_killed("forks", SIGSYS);
}

TEST_F(AFilteredPlugin, T24_ThatExecutesAProgramIsKilled) {
    expect_killed("executes", SIGSYS);
}

TEST_F(AFilteredPlugin, T24_ThatOpensAFileIsKilled) {
    expect_killed("opens", SIGSYS);
}

TEST_F(AFilteredPlugin, T24_ThatConnectsIsKilled) {
    expect_killed("connects", SIGSYS);
}

TEST_F(AFilteredPlugin, T24_ThatMapsExecutableMemoryIsKilled) {
    expect_killed("maps-code", SIGSYS);
}

TEST_F(AFilteredPlugin, T24_ThatBlocksItsTimersSignalIsKilled) {
    expect_killed("blocks-alarm", SIGSYS);
}

} // namespace

} // namespace loquet::plugins
