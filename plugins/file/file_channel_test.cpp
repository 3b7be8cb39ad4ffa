// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/file/file_channel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>

namespace loquet::plugins_file {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* reference = "9f86d081884c7d659a2feaa0c55ad015";

std::string content(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
}

/// What the host does: lends a delivery, lets the channel work, takes what it tells.
class AFileChannel : public testing::Test {
protected:
    struct Recorded {
        std::string outcome;
        std::string gateway_reference;
        std::string said;
    };

    AFileChannel() {
        std::string form = testing::TempDir() + "loquet-file-XXXXXX";
        if (::mkdtemp(form.data()) == nullptr) {
            throw std::runtime_error("cannot make a temporary folder");
        }
        parent_ = form;
    }
    ~AFileChannel() override { fs::remove_all(parent_); }

    [[nodiscard]] fs::path folder() const { return parent_ / "spool"; }
    [[nodiscard]] fs::path message() const { return folder() / (std::string(reference) + ".message"); }

    Recorded deliver() {
        if (!channel_) {
            const std::string path = folder();
            const loquet_option_value option{sizeof option, "folder", LOQUET_OPTION_TEXT, sdk::text(path), 0,
                                             nullptr,       0};
            channel_.emplace(sdk::Host(host_), sdk::Options(&option, 1));
        }
        told_ = {};
        channel_->submit(7, sdk::Delivery(lent()));
        sdk::ChannelOutput out(output_);
        channel_->work(-1, 0, out);
        return told_;
    }

    loquet_delivery& lent() { return delivery_; }

private:
    static Recorded& of(void* context) { return static_cast<AFileChannel*>(context)->told_; }
    static void on_sent(void* context, std::uint64_t number, loquet_text gateway_reference, loquet_text said) {
        EXPECT_EQ(number, 7U);
        of(context) = {"sent", std::string(sdk::view(gateway_reference)), std::string(sdk::view(said))};
    }
    static void on_retry(void* context, std::uint64_t number, std::uint32_t after_ms, loquet_text said) {
        EXPECT_EQ(number, 7U);
        EXPECT_EQ(after_ms, 0U);
        of(context) = {"retry", {}, std::string(sdk::view(said))};
    }
    static void on_refused(void* context, std::uint64_t number, loquet_text said) {
        EXPECT_EQ(number, 7U);
        of(context) = {"refused", {}, std::string(sdk::view(said))};
    }

    static void on_lost(void* /*context*/, std::uint64_t /*number*/, loquet_text said) {
        ADD_FAILURE() << "a disk answers always: " << sdk::view(said);
    }

    fs::path parent_;
    const loquet_host host_{sizeof host_, this, nullptr, nullptr};
    const loquet_channel_output output_{sizeof output_, this, on_sent, on_retry, on_refused, on_lost, nullptr, nullptr};
    loquet_delivery delivery_{sizeof delivery_,
                              sdk::text(reference),
                              sdk::text("anne.legall@example.org"),
                              sdk::text("Votre code"),
                              sdk::text("Votre code est 482915.\nÀ bientôt"),
                              sdk::text("fr_FR.UTF-8"),
                              1'795'680'000'000,
                              4'102'444'800'000, // in the year 2100
                              2};
    std::optional<FileChannel> channel_;
    Recorded told_;
};

TEST_F(AFileChannel, WritesAFileThatItsOwnerAloneReads) {
    const Recorded told = deliver();
    EXPECT_EQ(told.outcome, "sent") << told.said;
    EXPECT_EQ(told.gateway_reference, message().filename());
    EXPECT_EQ(content(message()), "Reference: 9f86d081884c7d659a2feaa0c55ad015\n"
                                  "To: anne.legall@example.org\n"
                                  "Subject: Votre code\n"
                                  "Locale: fr_FR.UTF-8\n"
                                  "Attempt: 2\n"
                                  "Date: 2026-11-26T08:00:00Z\n"
                                  "Expires: 2100-01-01T00:00:00Z\n"
                                  "\n"
                                  "Votre code est 482915.\nÀ bientôt");
    EXPECT_EQ(fs::status(message()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_EQ(fs::status(folder()).permissions(), fs::perms::owner_all);
    EXPECT_EQ(std::distance(fs::directory_iterator(folder()), fs::directory_iterator()), 1) << "and no other file";
}

TEST_F(AFileChannel, LeavesOutWhatHasNoValue) {
    lent().destination = sdk::text("+33612345678");
    lent().subject = {};
    lent().locale = {};
    EXPECT_EQ(deliver().outcome, "sent");
    EXPECT_THAT(content(message()), HasSubstr("To: +33612345678\nAttempt: 2\n"));
}

TEST_F(AFileChannel, WritesAMessageThatComesAgainInThePlaceOfTheFirst) {
    EXPECT_EQ(deliver().outcome, "sent");
    lent().attempt = 3;
    EXPECT_EQ(deliver().outcome, "sent");
    EXPECT_THAT(content(message()), HasSubstr("Attempt: 3\n"));
    EXPECT_EQ(std::distance(fs::directory_iterator(folder()), fs::directory_iterator()), 1);
}

TEST_F(AFileChannel, GoesOnAfterAnEndInTheMiddleAndFollowsNoLink) {
    const fs::path elsewhere = folder().parent_path() / "elsewhere";
    std::ofstream(elsewhere) << "kept";
    fs::create_directory(folder());
    fs::create_symlink(elsewhere, folder() / ("." + message().filename().string() + ".new"));
    EXPECT_EQ(deliver().outcome, "sent");
    EXPECT_EQ(content(elsewhere), "kept");
    EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(message())));
}

TEST_F(AFileChannel, IsTriedAgainWhereTheFolderCannotBe) {
    std::ofstream(folder()) << "a file is in its place";
    const Recorded told = deliver();
    EXPECT_EQ(told.outcome, "retry");
    EXPECT_THAT(told.said, HasSubstr(folder().string()));
    fs::remove(folder());
    EXPECT_EQ(deliver().outcome, "sent");
}

TEST_F(AFileChannel, RefusesWhatIsOver) {
    lent().now = 1000; // long past
    lent().expires = 2000;
    EXPECT_EQ(deliver().outcome, "refused");
    EXPECT_FALSE(fs::exists(folder()));
}

TEST_F(AFileChannel, T3_RefusesWhatCouldPlantALineOrLeaveTheFolder) {
    const auto refused = [this] { return deliver().outcome == "refused" && !fs::exists(folder()); };
    const loquet_delivery good = lent();
    lent().destination = sdk::text("a@b\nSubject: x");
    EXPECT_TRUE(refused());
    lent() = good;
    lent().subject = sdk::text("x\nTo: c@d");
    EXPECT_TRUE(refused());
    for (const char* bad : {"", "../../../../../etc/cron.d/loquet00", "9f86d081884c7d659a2feaa0c55ad01", "/"}) {
        lent() = good;
        lent().reference = sdk::text(bad);
        EXPECT_TRUE(refused()) << bad;
    }
    lent() = good;
    EXPECT_EQ(deliver().outcome, "sent") << "and the others are good";
}

TEST(AFileChannelsFolder, IsAnAbsolutePath) {
    for (const char* bad : {"", "spool", "./spool"}) {
        EXPECT_THROW(Spool{bad}, sdk::Refusal) << bad;
    }
}

} // namespace
} // namespace loquet::plugins_file
