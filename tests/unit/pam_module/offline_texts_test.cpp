// SPDX-License-Identifier: LGPL-2.1-or-later
// What the module says by itself, where the daemon cannot: which sentence, in which language, and to whom.
#include "lib/directory/publisher.h"
#include "lib/messages/catalogue.h"
#include "pam_module/name_check.h"
#include "pam_module/pam_result.h"
#include "pam_module/transaction.h"
#include "paths.h"
#include "tests/unit/pam_module/fixture.h"

#include <dlfcn.h>
#include <nss.h>

#include <filesystem>

namespace loquet::pam {

namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using tests::Application;
using tests::BusError;
using tests::Drawn;
using tests::Reaction;
using tests::Request;

class TheTextsOfTheModule : public testing::Test {
protected:
    [[nodiscard]] std::string shipped(const std::string& language, const std::string& id) const {
        return catalogue_.render(language, id);
    }
    const messages::Catalogue catalogue_ = messages::Catalogue::load({LOQUET_SOURCE_DIR "/etc/messages"});
};

TEST_F(TheTextsOfTheModule, AreThoseOfTheShippedCataloguesInTheLanguageOfTheLocale) {
    for (const auto& [locale, language] : {std::pair("fr_FR.UTF-8", "fr"),
                                           {"fr", "fr"},
                                           {"fr-CA", "fr"},
                                           {"fr@euro", "fr"},
                                           {"en_GB.UTF-8", "en"},
                                           {"", "en"},
                                           {"C", "en"},
                                           {"C.UTF-8", "en"},
                                           {"de_DE.UTF-8", "en"},
                                           {"fry_NL", "en"},
                                           {"\xff", "en"}}) {
        for (const client::FailureKind failure :
             {client::FailureKind::unavailable, client::FailureKind::gone, client::FailureKind::defect}) {
            EXPECT_EQ(offline_text(Phase::authenticate, failure, locale), shipped(language, "unavailable")) << locale;
            EXPECT_EQ(offline_text(Phase::change_password, failure, locale),
                      shipped(language, "new_password.unavailable"));
        }
        EXPECT_EQ(offline_text(Phase::authenticate, client::FailureKind::busy, locale), shipped(language, "busy"));
    }
}

TEST_F(TheTextsOfTheModule, SayNothingOfANameThatIsNotOursAndNothingWhereOthersDecide) {
    for (const Phase phase : {Phase::authenticate, Phase::account, Phase::change_password}) {
        EXPECT_EQ(offline_text(phase, client::FailureKind::not_ours, "fr"), "");
        EXPECT_EQ(offline_text(phase, client::FailureKind::denied, "fr"), "");
    }
    for (const client::FailureKind failure : {client::FailureKind::unavailable, client::FailureKind::gone,
                                              client::FailureKind::defect, client::FailureKind::busy}) {
        EXPECT_EQ(offline_text(Phase::account, failure, "fr"), "");
    }
}

/// alice (30001) is of the directory, by the real module; nobody else is.
class APersonWithoutTheDaemon : public tests::OnABus {
protected:
    static constexpr const char* impossible =
        "La connexion est momentanément impossible. Veuillez réessayer plus tard ou contacter le service d'assistance.";

    APersonWithoutTheDaemon() {
        std::filesystem::current_path(folder.path()); // where this build of the module looks for the directory
        std::filesystem::create_directory("directory");
        directory::Publisher("directory")
            .publish(
                [](directory::ImageWriter& writer) {
                    writer.add(directory::PersonEntry{30001, 30001, true, "alice", "", "/home/alice", "/bin/sh", {}});
                },
                1);
        module = ::dlopen(NSS_LOQUET, RTLD_NOW | RTLD_LOCAL);
        EXPECT_NE(module, nullptr);
        EXPECT_EQ(::__nss_configure_lookup("passwd", "files loquet"), 0);
        daemon->stop();
    }
    ~APersonWithoutTheDaemon() override {
        ::__nss_configure_lookup("passwd", "files");
        ::dlclose(module);
        std::filesystem::current_path("/");
    }

    static std::vector<Drawn> drawn_for(const std::string& name, int flags = 0, const char* options = "") {
        Application application(name, {.options = options});
        application.put_environment("LANG=fr_FR.UTF-8");
        EXPECT_EQ(application.authenticate(flags), PAM_AUTHINFO_UNAVAIL);
        return application.drawn;
    }

    tests::TempFolder folder;
    void* module = nullptr;
};

TEST_F(APersonWithoutTheDaemon, IsToldThatTheLoginIsNotPossibleWhetherKnownOrNot) {
    EXPECT_THAT(drawn_for("alice"), ElementsAre(Drawn{PAM_ERROR_MSG, impossible}));
    EXPECT_THAT(drawn_for("nobody.of.that.name"), ElementsAre(Drawn{PAM_ERROR_MSG, impossible}))
        << "or the sentence would tell outsiders who has an account";
}

TEST_F(APersonWithoutTheDaemon, IsNotToldAndNotMadeToWaitIfTheyAreOfTheMachineItself) {
    daemon->start();
    Application local("daemon");
    EXPECT_EQ(local.authenticate(), PAM_USER_UNKNOWN);
    EXPECT_EQ(local.check_account(), PAM_USER_UNKNOWN);
    EXPECT_EQ(local.change_password(), PAM_USER_UNKNOWN);
    EXPECT_THAT(local.drawn, IsEmpty());
    EXPECT_THAT(daemon->calls(), IsEmpty()) << "it may hang";
    Application root("root");
    EXPECT_EQ(root.authenticate(), PAM_USER_UNKNOWN);
    EXPECT_THAT(root.drawn, IsEmpty());
}

base::Milliseconds wait_for(const char* name, uid_t uid) {
    client::DialogRequest request;
    request.account = name;
    request.facts.uid = uid;
    return timeout_for(Transaction{nullptr, 0, {}}, request);
}

TEST_F(APersonWithoutTheDaemon, IsAskedAboutForAsLongAsConfigured) {
    EXPECT_EQ(loquet_publishes("alice", 30001), Publishes::yes);
    EXPECT_EQ(wait_for("alice", 30001), Options().timeout);
    EXPECT_EQ(loquet_publishes("alice", 1), Publishes::no) << "a namesake of another source";
    EXPECT_EQ(loquet_publishes("daemon", 1), Publishes::no);
}

TEST_F(APersonWithoutTheDaemon, IsNotToldWhereTheApplicationOrTheAdministratorWantsSilence) {
    EXPECT_THAT(drawn_for("alice", PAM_SILENT), IsEmpty());
    EXPECT_THAT(drawn_for("alice", 0, "quiet"), IsEmpty());
}

TEST_F(APersonWithoutTheDaemon, IsToldOnceWhereThePasswordCannotBeChanged) {
    Application application("alice");
    EXPECT_EQ(application.change_password(), PAM_TRY_AGAIN);
    EXPECT_THAT(application.texts(PAM_ERROR_MSG),
                ElementsAre("The password cannot be changed at the moment. Please try "
                            "again later or contact the helpdesk."));
}

TEST_F(APersonWithoutTheDaemon, IsToldNothingInTheAccountPhaseBecauseOthersMayLetThemIn) {
    Application application("alice");
    EXPECT_EQ(application.check_account(), PAM_AUTHINFO_UNAVAIL);
    EXPECT_THAT(application.drawn, IsEmpty());
}

TEST_F(APersonWithoutTheDaemon, IsToldToWaitWhereItHasTooMuchToDo) {
    daemon->start();
    daemon->intercept([](const Request&) -> std::optional<Reaction> {
        return BusError{"org.loquet.Auth1.Error.Busy", "too many dialogs"};
    });
    Application application("alice");
    EXPECT_EQ(application.authenticate(), PAM_MAXTRIES);
    EXPECT_THAT(application.texts(PAM_ERROR_MSG),
                ElementsAre("Too many logins are waiting. Please try again in a moment."));
}

} // namespace

} // namespace loquet::pam
