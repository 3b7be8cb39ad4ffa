// SPDX-License-Identifier: LGPL-2.1-or-later
// The units that ship leave the room that the limits of the programs add up to.
#include "lib/base/file.h"
#include "lib/base/limits.h"
#include "paths.h"

#include <gtest/gtest.h>

#include <string>

namespace loquet {
namespace {

std::size_t descriptors_of(const std::string& unit) {
    const std::string text =
        base::read_file(LOQUET_SOURCE_DIR "/etc/systemd/" + unit, limits::configuration_file_bytes);
    const std::string key = "\nLimitNOFILE=";
    const std::size_t at = text.find(key);
    return at == std::string::npos ? 0 : std::stoul(text.substr(at + key.size()));
}

TEST(TheServiceUnit, GivesTheDaemonADescriptorForEachThingThatOthersCanMakeItHold) {
    const std::size_t by_callers = limits::polkit_questions * limits::call_descriptors + 2 * limits::imports;
    constexpr std::size_t plugins = 1000; // one each: more than anybody configures
    constexpr std::size_t own = 64;       // store, directory, bus, timers, journal, files of a reload
    EXPECT_GE(descriptors_of("loquetd.service.in"), by_callers + plugins + own + 2 * limits::reserved_descriptors);
}

TEST(TheServiceUnit, GivesAPluginADescriptorForEachConnection) {
    for (const char* unit : {"loquet-plugin@.service.in", "loquet-channel@.service.in"}) {
        EXPECT_GE(descriptors_of(unit), limits::plugin_connections + 32) << unit;
    }
}

} // namespace
} // namespace loquet
