// SPDX-License-Identifier: LGPL-2.1-or-later
// The files of etc/plugins show what the plugins themselves say of their options.
#include "lib/base/file.h"
#include "lib/base/handle.h"
#include "lib/base/limits.h"
#include "loquet/channel.h"
#include "loquet/lockout.h"
#include "loquet/password_rules.h"
#include "loquet/step.h"
#include "paths.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <span>

namespace loquet {
namespace {

using Library = base::Handle<void, ::dlclose>;

class AnOptionsFile : public testing::TestWithParam<const char*> {
protected:
    [[nodiscard]] static Library open(const std::string& plugin) {
        return Library(::dlopen((LOQUET_BINARY_DIR "/plugins/" + plugin + ".so").c_str(), RTLD_NOW | RTLD_LOCAL));
    }
    [[nodiscard]] static const loquet_manifest* manifest_of(void* library) {
        if (const auto* step = static_cast<const loquet_step*>(::dlsym(library, "loquet_step_v1"))) {
            return step->manifest();
        }
        if (const auto* policy = static_cast<const loquet_lockout*>(::dlsym(library, "loquet_lockout_v1"))) {
            return policy->manifest();
        }
        if (const auto* channel = static_cast<const loquet_channel*>(::dlsym(library, "loquet_channel_v1"))) {
            return channel->manifest();
        }
        const auto* rules = static_cast<const loquet_password_rules*>(::dlsym(library, "loquet_password_rules_v1"));
        return rules == nullptr ? nullptr : rules->manifest();
    }
};

TEST_P(AnOptionsFile, ShowsEveryOptionWithItsDefaultAndNothingElse) {
    const std::string plugin = GetParam();
    const Library library = open(plugin);
    ASSERT_NE(library.get(), nullptr) << plugin;
    const loquet_manifest* manifest = manifest_of(library.get());
    ASSERT_NE(manifest, nullptr);
    const std::string text =
        base::read_file(LOQUET_SOURCE_DIR "/etc/plugins/" + plugin + ".toml", limits::configuration_file_bytes);
    std::size_t shown = 0;
    for (std::size_t at = text.find("\n#"); at != std::string::npos; at = text.find("\n#", at + 1)) {
        shown += text[at + 2] == ' ' ? 0U : 1U;
    }
    EXPECT_EQ(shown, manifest->option_count);
    for (const loquet_option& option : std::span(manifest->options, manifest->option_count)) {
        const std::string line = std::string("\n#") + option.name + " = " + option.default_value + '\n';
        EXPECT_NE(text.find(line), std::string::npos) << line;
    }
}

INSTANTIATE_TEST_SUITE_P(Each, AnOptionsFile,
                         testing::Values("lockout", "password_rules", "arithmetic", "totp", "recovery_codes",
                                         "one_time_code", "file", "smtp", "sms_http", "command"));

} // namespace
} // namespace loquet
