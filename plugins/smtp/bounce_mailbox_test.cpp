// SPDX-License-Identifier: LGPL-2.1-or-later
// Maildirs and files of mails as a mail server fills them.
#include "plugins/smtp/bounce_mailbox.h"
#include "plugins/smtp/mbox.h"
#include "plugins/smtp/report.h"
#include "tests/support/process.h"
#include "tests/support/temp_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
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

class ADrop : public testing::Test {
protected:
    std::vector<std::string> read() {
        const Mails mails = drop().read();
        more_ = mails.more;
        std::vector<std::string> references;
        for (const sdk::Receipt& receipt : mails.receipts) {
            references.push_back(receipt.reference);
        }
        return references;
    }
    BounceMailbox& drop() {
        if (!bounces_) {
            bounces_ = open_bounce_mailbox(path_);
        }
        return *bounces_;
    }
    /// What the drop knows after the process was killed.
    void start_anew() { bounces_.reset(); }

    tests::TempFolder folder_;
    std::string path_ = folder_ / "drop";
    bool more_ = false;

private:
    std::unique_ptr<BounceMailbox> bounces_;
};

class AMaildir : public ADrop {
protected:
    AMaildir() {
        for (const char* part : {"", "/new", "/cur", "/tmp"}) {
            std::filesystem::create_directory(path_ + part);
        }
    }
    void receive(const std::string& name, const std::string& mail) { write(path_ + "/new/" + name, mail); }
};

TEST_F(AMaildir, IsReadAgainUntilItIsKept) {
    receive("1", report(1));
    EXPECT_THAT(read(), testing::ElementsAre(numbered_reference(1)));
    EXPECT_FALSE(more_);
    start_anew();
    EXPECT_THAT(read(), testing::ElementsAre(numbered_reference(1)));
    drop().forget();
    EXPECT_THAT(read(), IsEmpty());
    EXPECT_EQ(files_in(path_ + "/new"), 0U);
    EXPECT_EQ(files_in(path_ + "/cur"), 0U);
}

TEST_F(AMaildir, KeepsWhatIsNoReportForPeople) {
    receive("mail.example", "Subject: who are you?\n\nHello\n");
    receive("large", std::string(longest_report + 1, '\n'));
    EXPECT_THAT(read(), IsEmpty());
    drop().forget();
    EXPECT_EQ(files_in(path_ + "/new"), 0U);
    EXPECT_THAT(content(path_ + "/cur/mail.example:2,S"), HasSubstr("who are you?"));
}

TEST_F(AMaildir, LosesNothingThatArrivesAfterItWasRead) {
    receive("1", report(1));
    EXPECT_THAT(read(), SizeIs(1));
    receive("2", report(2));
    drop().forget();
    EXPECT_THAT(read(), testing::ElementsAre(numbered_reference(2)));
}

TEST_F(AMaildir, IsReadAPartAtATime) {
    for (std::size_t n = 0; n < 2 * sdk::most_receipts + 1; ++n) {
        receive(std::to_string(n), report(n));
    }
    EXPECT_THAT(read(), SizeIs(sdk::most_receipts));
    EXPECT_TRUE(more_);
    drop().forget();
    EXPECT_THAT(read(), SizeIs(sdk::most_receipts));
    drop().forget();
    EXPECT_THAT(read(), SizeIs(1));
    EXPECT_FALSE(more_);
    drop().forget();
    for (std::size_t n = 0; n < BounceMailbox::most_mails + 1; ++n) {
        receive(std::to_string(n), "Subject: advertisement\n\n");
    }
    EXPECT_THAT(read(), IsEmpty());
    EXPECT_TRUE(more_);
    drop().forget();
    EXPECT_EQ(files_in(path_ + "/new"), 1U);
}

TEST_F(AMaildir, OpensNothingButFiles) {
    write(folder_ / "secret", report(1));
    std::filesystem::create_symlink(folder_ / "secret", path_ + "/new/link");
    ASSERT_EQ(::mkfifo((path_ + "/new/pipe").c_str(), 0600), 0);
    std::filesystem::create_directory(path_ + "/new/folder");
    EXPECT_THAT(read(), IsEmpty());
    drop().forget();
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

class AFileOfMails : public ADrop {
protected:
    void receive(const std::string& mail) {
        write(path_, "From MAILER-DAEMON Thu Nov 26 08:00:03 2026\n" + mail + "\n");
    }
};

TEST_F(AFileOfMails, NeedNotBeThere) {
    EXPECT_THAT(read(), IsEmpty());
    drop().forget();
    EXPECT_THAT(read(), IsEmpty());
}

TEST_F(AFileOfMails, IsReadAgainUntilItIsKeptAndIsEmptiedThen) {
    receive(report(1));
    receive("Subject: who are you?\n\nFrom here on nothing\n");
    receive(report(2));
    EXPECT_THAT(read(), testing::ElementsAre(numbered_reference(1), numbered_reference(2)));
    EXPECT_FALSE(more_);
    start_anew();
    EXPECT_THAT(read(), testing::ElementsAre(numbered_reference(1), numbered_reference(2)));
    drop().forget();
    EXPECT_THAT(read(), IsEmpty());
    EXPECT_EQ(std::filesystem::file_size(path_), 0U);
    receive(report(3));
    EXPECT_THAT(read(), testing::ElementsAre(numbered_reference(3)));
}

TEST_F(AFileOfMails, LosesNothingThatArrivesAfterItWasRead) {
    receive(report(1));
    EXPECT_THAT(read(), SizeIs(1));
    receive(report(2));
    drop().forget();
    EXPECT_THAT(read(), testing::ElementsAre(numbered_reference(2)));
    drop().forget();
    EXPECT_THAT(read(), IsEmpty());
    EXPECT_EQ(std::filesystem::file_size(path_), 0U);
}

TEST_F(AFileOfMails, IsReadAPartAtATime) {
    for (std::size_t n = 0; n < sdk::most_receipts + 1; ++n) {
        receive(report(n));
    }
    EXPECT_THAT(read(), SizeIs(sdk::most_receipts));
    EXPECT_TRUE(more_);
    EXPECT_THAT(read(), SizeIs(sdk::most_receipts)) << "and from its beginning until it is kept";
    drop().forget();
    EXPECT_THAT(read(), testing::ElementsAre(numbered_reference(sdk::most_receipts)));
    EXPECT_FALSE(more_);
}

TEST_F(AFileOfMails, PassesOverAMailThatIsLongerThanAnyReport) {
    receive(std::string(5 * longest_report, 'x') + "\nAction: failed\n");
    receive(report(1));
    std::vector<std::string> all;
    for (int turns = 0; turns < 5 && all.empty(); ++turns) {
        all = read();
        drop().forget();
    }
    EXPECT_THAT(all, testing::ElementsAre(numbered_reference(1)));
}

TEST_F(AFileOfMails, ThatIsAnotherIsReadFromItsBeginning) {
    receive(report(1));
    receive(report(2));
    read();
    drop().forget();
    std::filesystem::resize_file(path_, 0); // somebody else emptied it
    receive(report(3));
    EXPECT_THAT(read(), testing::ElementsAre(numbered_reference(3)));
}

TEST_F(AFileOfMails, IsLeftAloneWhileAMailServerHasItLocked) {
    receive(report(1));
    tests::Process server(tests::Command{{"/usr/bin/python3", "-c",
                                          "import fcntl, signal, sys\n"
                                          "mails = open(sys.argv[1], 'r+')\n"
                                          "fcntl.lockf(mails, fcntl.LOCK_EX)\n"
                                          "print('locked', flush=True)\n"
                                          "signal.pause()\n",
                                          path_},
                                         {},
                                         {}});
    ASSERT_TRUE(tests::eventually([&] { return server.output().find("locked") != std::string::npos; }));
    EXPECT_THAT(read(), IsEmpty());
    drop().forget();
    server.signal(SIGKILL);
    (void)server.wait();
    EXPECT_THAT(read(), testing::ElementsAre(numbered_reference(1))) << "and nothing of it was forgotten";
}

TEST_F(AFileOfMails, IsAFile) {
    write(folder_ / "secret", report(1));
    std::filesystem::create_symlink(folder_ / "secret", path_);
    EXPECT_THROW((void)read(), std::runtime_error);
    std::filesystem::remove(path_);
    ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
    EXPECT_THROW((void)read(), std::runtime_error);
}

} // namespace
} // namespace loquet::plugins_smtp
