// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/kept_configuration.h"
#include "lib/base/error.h"
#include "lib/base/file.h"
#include "tests/support/temp_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace loquet::config {
namespace {

Sources sources_with(const std::string& text) {
    return {{"/usr/share/p/default.toml", ""},
            {{"/etc/loquet/loquet.toml", text}, {"/etc/loquet/loquet.toml.d/a\nb.toml", "[log]\nlevel = 'debug'\n"}}};
}

class AKeptConfiguration : public testing::Test {
protected:
    tests::TempFolder folder_;
    std::string file_ = folder_ / "kept";
    KeptConfiguration kept_{file_};
};

TEST_F(AKeptConfiguration, IsTheSameAfterwards) {
    kept_.keep(sources_with("password.history = 7\n"));
    const auto config = KeptConfiguration(file_).load();
    ASSERT_TRUE(config);
    EXPECT_EQ(config->password.history, 7U);
    EXPECT_EQ(config->log.level, log::Level::debug);
    struct stat status{};
    ASSERT_EQ(::stat(file_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(AKeptConfiguration, IsWrittenOnlyWhereItIsAnother) {
    kept_.keep(sources_with(""));
    struct stat before{};
    ASSERT_EQ(::stat(file_.c_str(), &before), 0);
    kept_.keep(sources_with(""));
    struct stat after{};
    ASSERT_EQ(::stat(file_.c_str(), &after), 0);
    EXPECT_EQ(before.st_ino, after.st_ino);
    kept_.keep(sources_with("password.history = 7\n"));
    EXPECT_EQ(kept_.load()->password.history, 7U);
}

TEST_F(AKeptConfiguration, IsNoneWhereNothingWasKeptOrItWouldBeRefused) {
    EXPECT_FALSE(kept_.load());
    kept_.keep(sources_with("from_another_version = 1\n"));
    EXPECT_FALSE(kept_.load());
    EXPECT_FALSE(KeptConfiguration("").load());
    KeptConfiguration("").keep(sources_with("")); // nothing to do, and nothing to fail
}

TEST_F(AKeptConfiguration, ThatWasCutOffAnywhereIsNone) {
    const Sources sources = sources_with("password.history = 7\n");
    const std::string whole = encode(sources);
    EXPECT_EQ(decode(whole), sources);
    for (std::size_t length = 0; length < whole.size(); ++length) {
        EXPECT_FALSE(decode(whole.substr(0, length))) << length;
    }
    EXPECT_FALSE(decode(whole + "3 "));
    EXPECT_FALSE(decode("loquet configuration 1\n0\n99999999999999999999 1\n"));
    EXPECT_FALSE(decode("loquet configuration 1\n0\n18446744073709551615 2\nxx"));
}

TEST_F(AKeptConfiguration, IsKeptUpToTheLimitAndNotAboveIt) {
    Sources sources = sources_with("");
    const std::size_t rest = KeptConfiguration::most_bytes - encode(sources).size() - 7; // seven more digits
    sources.files[0].text = '#' + std::string(rest - 1, '#');
    ASSERT_EQ(encode(sources).size(), KeptConfiguration::most_bytes);
    EXPECT_NO_THROW(kept_.keep(sources));
    EXPECT_TRUE(kept_.load());
    sources.files[0].text += '#';
    EXPECT_THROW(kept_.keep(sources), base::Error);
}

} // namespace
} // namespace loquet::config
