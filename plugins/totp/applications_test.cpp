// SPDX-License-Identifier: LGPL-2.1-or-later
// What other programs make of an enrolment: zbarimg reads the QR code from a picture of the terminal, oathtool makes
// the codes that an authenticator application would.
#include "plugins/totp/terminal_picture.h"
#include "plugins/totp/totp.h"
#include "tests/support/process.h"
#include "tests/support/step_harness.h"
#include "tests/support/temp_folder.h"

#include <gtest/gtest.h>

#include <fstream>

namespace loquet::plugins_totp {
namespace {

using factor::Dialog;
using factor::Harness;
using factor::Said;
using factor::TestHost;
using factor::TestOptions;
using factor::Turn;

struct Setting {
    const char* digest;
    int digits;
    const char* issuer;
    const char* account;
};

class AnApplication : public testing::TestWithParam<Setting> {
protected:
    AnApplication() {
        harness.facts["name"] = GetParam().account;
        enrolment = harness.run(totp, LOQUET_STEP_ENROL_BEGIN, dialog);
    }
    /// What a camera in front of the terminal reads.
    [[nodiscard]] std::string scanned() const {
        std::vector<std::string> rows;
        for (const auto& prompt : enrolment.prompts) {
            if (prompt.id == "totp.qr_row") {
                rows.push_back(prompt.variables.at("row"));
            }
        }
        const tests::TempFolder folder;
        const std::string file = folder / "terminal.pgm";
        std::ofstream(file, std::ios::binary) << picture_of(rows);
        const auto outcome = tests::run({{"zbarimg", "--quiet", "--raw", file}, {}, {}});
        EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
        return outcome.output;
    }
    /// What oathtool, given the key as it is to be typed, shows at a time.
    [[nodiscard]] std::string made(std::int64_t now) const {
        const std::string key = enrolment.prompts.at(enrolment.prompts.size() - 2).variables.at("key");
        const auto outcome =
            tests::run({{"oathtool", std::string("--totp=") + GetParam().digest, "--base32", "--digits",
                         std::to_string(GetParam().digits), "--now", "@" + std::to_string(now / 1000), "-"},
                        {},
                        key + "\n"});
        EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
        return outcome.output.substr(0, outcome.output.find('\n'));
    }

    TestHost host;
    TestOptions options{Totp::manifest(),
                        {{"digits", GetParam().digits}},
                        {{"digest", GetParam().digest}, {"issuer", GetParam().issuer}}};
    Totp totp{host.services(), options.get()};
    Harness harness;
    Dialog dialog;
    Turn enrolment;
};

TEST_P(AnApplication, ReadsTheQrCodeAsTheTerminalShowsIt) {
    std::string secret = enrolment.prompts.at(enrolment.prompts.size() - 2).variables.at("key");
    std::erase(secret, ' ');
    const std::string uri = scanned();
    EXPECT_TRUE(uri.starts_with("otpauth://totp/")) << uri;
    EXPECT_NE(uri.find("?secret=" + secret), std::string::npos) << uri;
}

TEST_P(AnApplication, MakesTheCodesThatAreRight) {
    ASSERT_EQ(harness.run(totp, LOQUET_STEP_ENROL_ANSWER, dialog, {made(harness.now)}).said, Said::granted);
    for (const std::int64_t later : {60'000, 3'600'000, 86'399'000, 1'000'000'000}) {
        harness.now += later;
        harness.begin(totp, dialog);
        EXPECT_EQ(harness.answer(totp, dialog, made(harness.now)).said, Said::granted) << harness.now;
        EXPECT_EQ(harness.answer(totp, dialog, made(harness.now - 90'000)).said, Said::denied) << harness.now;
    }
}

INSTANTIATE_TEST_SUITE_P(Each, AnApplication,
                         testing::Values(Setting{"sha1", 6, "Loquet", "camille"}, Setting{"sha256", 7, "", "x"},
                                         Setting{"sha512", 8, "Mairie d'Ars", "rené.le-gall@mairie"},
                                         Setting{"sha1", 6, "123456789012345678901234",
                                                 "abcdefghijklmnopqrstuvwxyzabcdef"}));

} // namespace
} // namespace loquet::plugins_totp
