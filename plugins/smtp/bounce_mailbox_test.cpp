// SPDX-License-Identifier: LGPL-2.1-or-later
// A Maildir as a mail server fills it.
#include "plugins/smtp/bounce_mailbox.h"
#include "plugins/smtp/report.h"
#include "tests/support/temp_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

namespace loquet::plugins_smtp {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string numbered_reference(std::size_t n) {
    const std::string digits = std::to_string(n);
    return std::string(32 - digits.size(), '0') + digits;
}

std::string report(std::size_t n) {
    return "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"
           "Content-Type: message/delivery-status\n\nOriginal-Envelope-Id: <"
           + numbered_reference(n) + ">\n\nAction: failed\n\n--b--\n";
}

void write(const std::string& path, const std::string& content) {
    std::ofstream(path, std::ios::app) << content;
}
std::string content(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}
std::size_t files_in(const std::string& path) {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(path), std::filesystem::directory_iterator()));
}

class AMaildir : public testing::Test {
protected:
    AMaildir() {
        for (const char* part : {"", "/new", "/cur", "/tmp"}) {
            std::filesystem::create_directory(path_ + part);
        }
    }
    void receive(const std::string& name, const std::string& mail) { write(path_ + "/new/" + name, mail); }
    std::vector<std::string> read() {
        const Mails mails = mailbox().read();
        more_ = mails.more;
        std::vector<std::string> references;
        for (const sdk::Receipt& receipt : mails.receipts) {
            references.push_back(receipt.reference);
        }
        return references;
    }
    BounceMailbox& mailbox() {
        if (!mailbox_) {
            mailbox_.emplace(path_);
        }
        return *mailbox_;
    }
    /// What the channel knows after its process was killed.
    void start_anew() { mailbox_.reset(); }

    tests::TempFolder folder_;
    std::string path_ = folder_ / "maildir";
    bool more_ = false;

private:
    std::optional<BounceMailbox> mailbox_;
};

TEST_F(AMaildir, IsReadAgainUntilItIsKept) {
    receive("1", report(1));
    EXPECT_THAT(read(), testing::ElementsAre(numbered_reference(1)));
    EXPECT_FALSE(more_);
    start_anew();
    EXPECT_THAT(read(), testing::ElementsAre(numbered_reference(1)));
    mailbox().forget();
    EXPECT_THAT(read(), IsEmpty());
    EXPECT_EQ(files_in(path_ + "/new"), 0U);
    EXPECT_EQ(files_in(path_ + "/cur"), 0U);
}

TEST_F(AMaildir, KeepsWhatIsNoReportForPeople) {
    receive("mail.example", "Subject: who are you?\n\nHello\n");
    receive("large", std::string(longest_report + 1, '\n'));
    EXPECT_THAT(read(), IsEmpty());
    mailbox().forget();
    EXPECT_EQ(files_in(path_ + "/new"), 0U);
    EXPECT_THAT(content(path_ + "/cur/mail.example:2,S"), HasSubstr("who are you?"));
}

TEST_F(AMaildir, LosesNothingThatArrivesAfterItWasRead) {
    receive("1", report(1));
    EXPECT_THAT(read(), SizeIs(1));
    receive("2", report(2));
    mailbox().forget();
    EXPECT_THAT(read(), testing::ElementsAre(numbered_reference(2)));
}

TEST_F(AMaildir, IsReadAPartAtATime) {
    for (std::size_t n = 0; n < 2 * sdk::most_receipts + 1; ++n) {
        receive(std::to_string(n), report(n));
    }
    EXPECT_THAT(read(), SizeIs(sdk::most_receipts));
    EXPECT_TRUE(more_);
    mailbox().forget();
    EXPECT_THAT(read(), SizeIs(sdk::most_receipts));
    mailbox().forget();
    EXPECT_THAT(read(), SizeIs(1));
    EXPECT_FALSE(more_);
    mailbox().forget();
    for (std::size_t n = 0; n < BounceMailbox::most_mails + 1; ++n) {
        receive(std::to_string(n), "Subject: advertisement\n\n");
    }
    EXPECT_THAT(read(), IsEmpty());
    EXPECT_TRUE(more_);
    mailbox().forget();
    EXPECT_EQ(files_in(path_ + "/new"), 1U);
}

TEST_F(AMaildir, OpensNothingButFiles) {
    write(folder_ / "secret", report(1));
    std::filesystem::create_symlink(folder_ / "secret", path_ + "/new/link");
    ASSERT_EQ(::mkfifo((path_ + "/new/pipe").c_str(), 0600), 0);
    std::filesystem::create_directory(path_ + "/new/folder");
    EXPECT_THAT(read(), IsEmpty());
    mailbox().forget();
    EXPECT_EQ(files_in(path_ + "/new"), 3U) << "and leaves them alone";
    EXPECT_EQ(content(folder_ / "secret"), report(1));
}

TEST_F(AMaildir, SaysWhyItCannotBeRead) {
    read();
    std::filesystem::remove(path_ + "/new");
    try {
        read();
        FAIL() << "it was read";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr(path_ + "/new: No such file or directory"));
    }
}

TEST_F(AMaildir, IsNoFileOfMails) {
    const std::string file = folder_ / "mbox";
    write(file, "From MAILER-DAEMON Thu Nov 26 08:00:03 2026\n" + report(1) + "\n");
    try {
        const BounceMailbox refused(file);
        FAIL() << "it was taken";
    } catch (const sdk::Refusal& refusal) {
        EXPECT_THAT(refusal.what(), AllOf(HasSubstr(file + " is a file"), HasSubstr("only a Maildir is read")));
    }
    EXPECT_THAT(content(file), HasSubstr(numbered_reference(1))) << "and nothing of it is taken away";
    std::filesystem::create_symlink(file, folder_ / "link");
    EXPECT_THROW(BounceMailbox(folder_ / "link"), sdk::Refusal);
}

TEST_F(AMaildir, NeedNotBeThereWhenTheChannelStarts) {
    std::filesystem::remove_all(path_);
    EXPECT_THROW((void)read(), std::runtime_error) << "the operator is told";
    std::filesystem::create_directories(path_ + "/new");
    receive("1", report(1));
    EXPECT_THAT(read(), SizeIs(1));
}

} // namespace
} // namespace loquet::plugins_smtp
