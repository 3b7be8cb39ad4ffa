// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pam_module/transaction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loquet::pam {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Options parsed(std::vector<const char*> words) {
    return parse_options(words);
}

TEST(Options, AreOffAndPatientForTenSecondsWhenNothingIsSaid) {
    const Options options = parsed({});
    EXPECT_FALSE(options.try_first_pass || options.use_first_pass || options.use_authtok || options.quiet
                 || options.debug);
    EXPECT_TRUE(options.self_service) << "where the daemon's files say so";
    EXPECT_EQ(options.timeout, base::Milliseconds(10000));
}

TEST(Options, AreTheSevenOfTheContract) {
    const Options options =
        parsed({"try_first_pass", "use_first_pass", "use_authtok", "self_service=yes", "quiet", "debug", "timeout=3"});
    EXPECT_TRUE(options.try_first_pass && options.use_first_pass && options.use_authtok && options.self_service
                && options.quiet && options.debug);
    EXPECT_EQ(options.timeout, base::Milliseconds(3000));
    EXPECT_THAT(options.complaints, IsEmpty());
    EXPECT_FALSE(parsed({"self_service=yes", "self_service=no"}).self_service) << "the last one counts";
    EXPECT_FALSE(parsed({"self_service=no", "self_service=maybe"}).self_service) << "what is ignored changes nothing";
}

TEST(Options, TakeATimeoutOfOneSecondToFiveMinutes) {
    EXPECT_EQ(parsed({"timeout=1"}).timeout, Options::shortest_timeout);
    EXPECT_EQ(parsed({"timeout=300"}).timeout, Options::longest_timeout);
    for (const char* word :
         {"timeout=0", "timeout=301", "timeout=-1", "timeout=", "timeout=5s", "timeout=99999999999"}) {
        const Options options = parsed({word});
        EXPECT_EQ(options.timeout, base::Milliseconds(10000)) << word;
        EXPECT_THAT(options.complaints, ElementsAre(HasSubstr(word)));
    }
}

TEST(Options, IgnoreAndNameWhatTheyDoNotKnow) {
    const Options options = parsed({"nullok", "quiet", "self_service=maybe", "debug=1", "bell\a"});
    EXPECT_TRUE(options.quiet);
    EXPECT_THAT(options.complaints, ElementsAre(HasSubstr("'nullok'"), HasSubstr("'self_service=maybe'"),
                                                HasSubstr("'debug=1'"), HasSubstr("'bell\\x07'")));
}

} // namespace

} // namespace loquet::pam
