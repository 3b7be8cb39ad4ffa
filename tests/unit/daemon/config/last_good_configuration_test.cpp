// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/last_good_configuration.h"
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

class ALastGoodConfiguration : public testing::Test {
protected:
    tests::TempFolder folder_;
    std::string file_ = folder_ / "kept";
    LastGoodConfiguration last_good_{file_};
};

TEST_F(ALastGoodConfiguration, IsTheSameAfterwards) {
    last_good_.save(sources_with("password.history = 7\n"));
    const auto config = LastGoodConfiguration(file_).load();
    ASSERT_TRUE(config);
    EXPECT_EQ(config->password.history, 7U);
    EXPECT_EQ(config->log.level, log::Level::debug);
    struct stat status{};
    ASSERT_EQ(::stat(file_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(ALastGoodConfiguration, IsWrittenOnlyWhereItIsAnother) {
    last_good_.save(sources_with(""));
    struct stat before{};
    ASSERT_EQ(::stat(file_.c_str(), &before), 0);
    last_good_.save(sources_with(""));
    struct stat after{};
    ASSERT_EQ(::stat(file_.c_str(), &after), 0);
    EXPECT_EQ(before.st_ino, after.st_ino);
    last_good_.save(sources_with("password.history = 7\n"));
    EXPECT_EQ(last_good_.load()->password.history, 7U);
}

TEST_F(ALastGoodConfiguration, IsNoneWhereNothingWasKeptOrItWouldBeRefused) {
    EXPECT_FALSE(last_good_.load());
    last_good_.save(sources_with("from_another_version = 1\n"));
    EXPECT_FALSE(last_good_.load());
    EXPECT_FALSE(LastGoodConfiguration("").load());
    LastGoodConfiguration("").save(sources_with("")); // nothing to do, and nothing to fail
}

TEST_F(ALastGoodConfiguration, ThatWasCutOffAnywhereIsNone) {
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

TEST_F(ALastGoodConfiguration, IsKeptUpToTheLimitAndNotAboveIt) {
    Sources sources = sources_with("");
    const std::size_t rest = LastGoodConfiguration::most_bytes - encode(sources).size() - 7; // seven more digits
    sources.files[0].text = '#' + std::string(rest - 1, '#');
    ASSERT_EQ(encode(sources).size(), LastGoodConfiguration::most_bytes);
    EXPECT_NO_THROW(last_good_.save(sources));
    EXPECT_TRUE(last_good_.load());
    sources.files[0].text += '#';
    EXPECT_THROW(last_good_.save(sources), base::Error);
}

} // namespace
} // namespace loquet::config
