// SPDX-License-Identifier: LGPL-2.1-or-later
// From loquetctl's file to what every program of the machine sees.
#include "lib/base/file.h"
#include "lib/directory/reader.h"
#include "paths.h"
#include "tests/support/error_kind.h"
#include "tests/support/machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

namespace loquet::tests {

namespace {

using ::testing::HasSubstr;

class AnImportByLoquetctl : public ::testing::Test {
protected:
    Outcome import(const std::vector<std::string>& arguments, const std::string& input = {}) {
        std::vector<std::string> argv{LOQUET_BINARY_DIR "/cli/loquetctl", "--bus", machine_.bus().address()};
        argv.insert(argv.end(), {"account", "import"});
        argv.insert(argv.end(), arguments.begin(), arguments.end());
        return run({argv, {}, input});
    }
    [[nodiscard]] std::string file(const std::string& text) const {
        const std::string path = machine_.folder() + "/accounts.json";
        base::replace_file(path, text, 0600);
        return path;
    }
    [[nodiscard]] bool known(const std::string& name) {
        bool found = false;
        reader_.ask([&](const directory::View& view) {
            directory::Person person;
            found = view.person(std::string_view(name), person) == directory::Found::yes;
        });
        return found;
    }

    Machine machine_;
    std::string place_ = machine_.folder() + "/directory";
    directory::Reader reader_{place_.c_str()};
};

TEST_F(AnImportByLoquetctl, MakesAccountsThatTheWholeMachineKnows) {
    const Outcome outcome = import({file("{\"name\":\"ana\",\"organisation\":\"cnrs\"}\n{\"name\":\"ben\"}\n")});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_THAT(outcome.output, HasSubstr("2 accounts were created, 0 there already, 0 refused."));
    EXPECT_TRUE(eventually([&] { return known("ana") && known("ben"); }));
}

TEST_F(AnImportByLoquetctl, TellsTheLinesThatItRefusesAndFails) {
    const Outcome outcome = import({"-"}, "{\"name\":\"ana\"}\nnonsense\n");
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_THAT(outcome.errors, HasSubstr("line 2: "));
    EXPECT_THAT(outcome.output, HasSubstr("1 accounts were created"));
    EXPECT_TRUE(eventually([&] { return known("ana"); }));
}

TEST_F(AnImportByLoquetctl, OnlyRehearsesWhereItIsToldTo) {
    const Outcome outcome = import({"--dry-run", file("{\"name\":\"ana\"}\n")});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_THAT(outcome.output, HasSubstr("1 accounts would be created"));
    (void)machine_.create_account("ben", "");
    EXPECT_TRUE(eventually([&] { return known("ben"); }));
    EXPECT_FALSE(known("ana"));
}

TEST_F(AnImportByLoquetctl, SaysSoWhereThereIsNoSuchFile) {
    EXPECT_EQ(import({machine_.folder() + "/nowhere"}).exit_code, 4);
}

TEST(AJob, IsThereForTheConnectionThatBeganItAlone) {
    Machine machine;
    bus::Connection connection = machine.connect();
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    const base::Fd reading(ends[0]);
    const base::Fd writing(ends[1]);
    const bus::Message question =
        connection.method_call("org.loquet.Auth1", "/org/loquet/Auth1", "org.loquet.Auth1.Manager", "Import");
    bus::Writer(question.get()).fd(reading.get()).array("{sv}", [] {});
    const bus::Message answer = connection.call(question, std::chrono::seconds(5));
    const std::string job = bus::Reader(answer.get()).object_path();

    const auto cancel = [&](bus::Connection& by) {
        const bus::Message call = by.method_call("org.loquet.Auth1", job.c_str(), "org.loquet.Auth1.Job", "Cancel");
        return kind_of_error([&] { (void)by.call(call, std::chrono::seconds(5)); });
    };
    bus::Connection other = machine.connect();
    EXPECT_NE(cancel(other), std::nullopt);
    EXPECT_EQ(cancel(connection), std::nullopt);
}

} // namespace

} // namespace loquet::tests
