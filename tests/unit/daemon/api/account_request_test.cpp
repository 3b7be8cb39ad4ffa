// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/api/account_request.h"
#include "lib/base/limits.h"
#include "lib/protocol/sealed_texts.h"
#include "tests/support/canary.h"
#include "tests/support/error_kind.h"
#include "tests/support/loose_messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <utility>
#include <vector>

namespace loquet::api {

namespace {

using base::Error;
using testing::ElementsAre;

constexpr std::array texts{"name", "display_name", "home", "shell", "mail", "phone", "locale", "organisation"};

base::Fd sealed(const std::vector<std::string_view>& texts_in_it) {
    protocol::Answers answers;
    for (const std::string_view text : texts_in_it) {
        answers.emplace_back(text);
    }
    return protocol::seal_answers(answers);
}

class ARequestForAnAccount : public testing::Test {
protected:
    using Write = std::function<void(bus::Writer&)>;

    [[nodiscard]] AccountRequest read(const Write& entries) const {
        const bus::Message message =
            messages_.with([&](bus::Writer& writer) { writer.array("{sv}", [&] { entries(writer); }); });
        bus::Reader reader(message.get());
        return AccountRequest::read(reader);
    }
    [[nodiscard]] std::optional<Error::Kind> refusal(const Write& entries) const {
        return tests::kind_of_error([&] { (void)read(entries); });
    }
    [[nodiscard]] std::optional<Error::Kind> refusal_of_password(const std::vector<std::string_view>& answers) const {
        const base::Fd memory = sealed(answers);
        return refusal([&](bus::Writer& writer) { writer.entry("password", "h", [&] { writer.fd(memory.get()); }); });
    }

    tests::LooseMessages messages_;
};

TEST_F(ARequestForAnAccount, HoldsWhatWasSaid) {
    const base::Fd password = sealed({tests::canary::password});
    const AccountRequest request = read([&](bus::Writer& writer) {
        writer.entry("name", "ana").entry("display_name", "Ana").entry("home", "/home/a").entry("shell", "/bin/sh");
        writer.entry("mail", "ana@example.org").entry("phone", "+4912345").entry("locale", "de_DE.UTF-8");
        writer.entry("authorisations", "as", [&] { writer.texts({"sshd", "login"}); });
        writer.entry("password", "h", [&] { writer.fd(password.get()); });
        writer.entry("must_change", "b", [&] { writer.boolean(false); });
    });
    EXPECT_EQ(request.account.name, "ana");
    EXPECT_EQ(request.account.display_name, "Ana");
    EXPECT_EQ(request.account.home, "/home/a");
    EXPECT_EQ(request.account.shell, "/bin/sh");
    EXPECT_EQ(request.account.mail, "ana@example.org");
    EXPECT_EQ(request.account.phone, "+4912345");
    EXPECT_EQ(request.account.locale, "de_DE.UTF-8");
    ASSERT_TRUE(request.account.authorisations);
    EXPECT_THAT(*request.account.authorisations, ElementsAre("sshd", "login"));
    ASSERT_TRUE(request.password);
    EXPECT_EQ(request.password->reveal(), tests::canary::password);
    EXPECT_FALSE(request.must_change);
}

TEST_F(ARequestForAnAccount, AsksForAChangeOfThePasswordUnlessItSaysOtherwise) {
    const AccountRequest request = read([](bus::Writer& writer) { writer.entry("name", "ana"); });
    EXPECT_TRUE(request.must_change);
    EXPECT_FALSE(request.password);
    EXPECT_EQ(request.account.authorisations, std::nullopt) << "as configured, not none";
}

TEST_F(ARequestForAnAccount, IsRefusedWithAKeyThatDoesNotExist) {
    EXPECT_EQ(refusal([](bus::Writer& writer) { writer.entry("name", "ana").entry("uid", "0"); }),
              Error::Kind::invalid);
    EXPECT_EQ(refusal([](bus::Writer& writer) { writer.entry("", ""); }), Error::Kind::invalid);
}

TEST_F(ARequestForAnAccount, IsRefusedWithAnotherType) {
    for (const char* key : {"name", "display_name", "home", "shell", "mail", "phone", "locale", "organisation",
                            "authorisations", "password", "must_change"}) {
        EXPECT_EQ(refusal([&](bus::Writer& writer) { writer.entry(key, "u", [&] { writer.u32(1); }); }),
                  Error::Kind::invalid)
            << key;
    }
    EXPECT_EQ(refusal([](bus::Writer& writer) { writer.entry("password", std::string(tests::canary::password)); }),
              Error::Kind::invalid)
        << "a password is never a text on the bus";
}

TEST_F(ARequestForAnAccount, KeepsEveryLimitAndRefusesOneMore) {
    for (const char* key : texts) {
        const auto with = [&](std::size_t size) {
            return refusal([&](bus::Writer& writer) { writer.entry(key, std::string(size, 'x')); });
        };
        EXPECT_EQ(with(limits::typed_name_bytes), std::nullopt) << key;
        EXPECT_EQ(with(limits::typed_name_bytes + 1), Error::Kind::invalid) << key;
    }
    const auto authorised = [&](std::size_t count, std::size_t size) {
        return refusal([&](bus::Writer& writer) {
            writer.entry("authorisations", "as",
                         [&] { writer.texts(std::vector<std::string>(count, std::string(size, 'x'))); });
        });
    };
    EXPECT_EQ(authorised(limits::authorisations_per_account, limits::client_field_bytes), std::nullopt);
    EXPECT_EQ(authorised(limits::authorisations_per_account + 1, 1), Error::Kind::invalid);
    EXPECT_EQ(authorised(1, limits::client_field_bytes + 1), Error::Kind::invalid);
}

TEST_F(ARequestForAnAccount, HoldsExactlyOnePasswordThatIsNotEmpty) {
    EXPECT_EQ(refusal_of_password({"x"}), std::nullopt);
    EXPECT_EQ(refusal_of_password({}), Error::Kind::invalid);
    EXPECT_EQ(refusal_of_password({""}), Error::Kind::invalid);
    EXPECT_EQ(refusal_of_password({"x", "y"}), Error::Kind::invalid);
}

class OptionsOfAnImport : public testing::Test {
protected:
    using Write = std::function<void(bus::Writer&)>;

    [[nodiscard]] accounts::ImportOptions read(const Write& entries) const {
        const bus::Message message =
            messages_.with([&](bus::Writer& writer) { writer.array("{sv}", [&] { entries(writer); }); });
        bus::Reader reader(message.get());
        return ImportRequest::read(reader).options;
    }
    [[nodiscard]] std::optional<Error::Kind> refusal(const Write& entries) const {
        return tests::kind_of_error([&] { (void)read(entries); });
    }

    tests::LooseMessages messages_;
};

TEST_F(OptionsOfAnImport, AreAllUnsetWhereNothingIsSaid) {
    const accounts::ImportOptions options = read([](bus::Writer&) {});
    EXPECT_FALSE(options.dry_run);
    EXPECT_FALSE(options.must_change);
    EXPECT_FALSE(options.without_passwords);
    EXPECT_EQ(options.actor, 0U) << "who acts is said by the bus";
}

TEST_F(OptionsOfAnImport, AreEachSetByItsOwnKey) {
    using accounts::ImportOptions;
    for (const auto& [key, option] : std::vector<std::pair<const char*, bool ImportOptions::*>>{
             {"dry_run", &ImportOptions::dry_run},
             {"must_change", &ImportOptions::must_change},
             {"without_passwords", &ImportOptions::without_passwords}}) {
        const auto set_to = [&, name = key](bool value) {
            return read([&](bus::Writer& writer) { writer.entry(name, "b", [&] { writer.boolean(value); }); });
        };
        const ImportOptions options = set_to(true);
        EXPECT_TRUE(options.*option) << key;
        EXPECT_EQ(int{options.dry_run} + int{options.must_change} + int{options.without_passwords}, 1) << key;
        EXPECT_FALSE(set_to(false).*option) << key;
    }
}

TEST_F(OptionsOfAnImport, AreRefusedWithAnotherKeyOrAnotherType) {
    EXPECT_EQ(refusal([](bus::Writer& writer) { writer.entry("force", "b", [&] { writer.boolean(true); }); }),
              Error::Kind::invalid);
    EXPECT_EQ(refusal([](bus::Writer& writer) { writer.entry("actor", "u", [&] { writer.u32(0); }); }),
              Error::Kind::invalid);
    EXPECT_EQ(refusal([](bus::Writer& writer) { writer.entry("dry_run", "true"); }), Error::Kind::invalid);
}

TEST_F(OptionsOfAnImport, AreAtMostSixteen) {
    const auto said = [&](int times) {
        return refusal([&](bus::Writer& writer) {
            for (int i = 0; i < times; ++i) {
                writer.entry("dry_run", "b", [&] { writer.boolean(true); });
            }
        });
    };
    EXPECT_EQ(said(16), std::nullopt);
    EXPECT_EQ(said(17), Error::Kind::invalid);
}

TEST(TheStateOfAnAccount, HasAWordOnTheBus) {
    for (const char* word : {"active", "locked", "disabled"}) {
        EXPECT_EQ(name_of(state_named(word)), word);
    }
    for (const char* word : {"", "Active", "locked ", "gone"}) {
        EXPECT_EQ(tests::kind_of_error([&] { (void)state_named(word); }), Error::Kind::invalid) << word;
    }
}

} // namespace

} // namespace loquet::api
