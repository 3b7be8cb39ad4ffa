// SPDX-License-Identifier: LGPL-2.1-or-later
// docs/bus.md against the running daemon: every member, both ways.
#include "lib/base/file.h"
#include "tests/support/machine.h"

#include <gmock/gmock.h>
#include <sys/mman.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace loquet {
namespace {

using Members = std::map<std::string, std::set<std::string>>; ///< by interface: "method Begin(s purpose) -> (o path)"

constexpr std::size_t document_bytes = 1 << 20;

Members documented(const std::string& text) {
    Members members;
    std::istringstream lines(text);
    std::string interface;
    for (std::string line; std::getline(lines, line);) {
        constexpr std::string_view opening = "```bus ";
        if (line.starts_with(opening)) {
            interface = line.substr(opening.size());
        } else if (line == "```") {
            interface.clear();
        } else if (!interface.empty()) {
            members[interface].insert(line);
        }
    }
    return members;
}

std::string attribute(const std::string& tag, const std::string& name) {
    std::smatch found;
    return std::regex_search(tag, found, std::regex(" " + name + "=\"([^\"]*)\"")) ? found[1].str() : "";
}

/// One member while its arguments are read.
struct Reading {
    std::string kind;
    std::string name;
    std::string in;
    std::string out;

    void argument(const std::string& tag) {
        std::string& list = attribute(tag, "direction") == "out" ? out : in;
        list += (list.empty() ? "" : ", ") + attribute(tag, "type") + " " + attribute(tag, "name");
    }
    [[nodiscard]] std::string line() const {
        return kind + " " + name + "(" + in + ")" + (kind == "method" ? " -> (" + out + ")" : "");
    }
};

Members introspected(const std::string& xml) {
    Members members;
    std::string interface;
    Reading reading;
    const std::regex tags("<[^>]+>");
    for (auto tag = std::sregex_iterator(xml.begin(), xml.end(), tags); tag != std::sregex_iterator(); ++tag) {
        const std::string text = tag->str();
        if (text.starts_with("<interface")) {
            interface = attribute(text, "name");
        } else if (text.starts_with("<property")) {
            members[interface].insert("property " + attribute(text, "type") + " " + attribute(text, "name"));
        } else if (text.starts_with("<method") || text.starts_with("<signal")) {
            reading = {text.starts_with("<method") ? "method" : "signal", attribute(text, "name"), {}, {}};
            if (text.ends_with("/>")) {
                members[interface].insert(reading.line());
            }
        } else if (text.starts_with("<arg")) {
            reading.argument(text);
        } else if (text == "</method>" || text == "</signal>") {
            members[interface].insert(reading.line());
        }
    }
    std::erase_if(members, [](const auto& entry) { return !entry.first.starts_with("org.loquet."); });
    return members;
}

std::string xml_of(bus::Connection& connection, const std::string& path) {
    const bus::Message question =
        connection.method_call("org.loquet.Auth1", path.c_str(), "org.freedesktop.DBus.Introspectable", "Introspect");
    const bus::Message answer = connection.call(question, std::chrono::seconds(5));
    return std::string(bus::Reader(answer.get()).text(document_bytes));
}

std::string path_of_a_dialog(bus::Connection& connection) {
    const bus::Message question =
        connection.method_call("org.loquet.Auth1", "/org/loquet/Auth1", "org.loquet.Auth1.Manager", "Begin");
    bus::Writer writer(question.get());
    writer.text("login").text("somebody").array("{sv}", [] {});
    const bus::Message answer = connection.call(question, std::chrono::seconds(5));
    return bus::Reader(answer.get()).object_path();
}

std::string path_of_a_job(bus::Connection& connection) {
    const base::Fd nothing(::memfd_create("lines", MFD_CLOEXEC));
    const bus::Message question =
        connection.method_call("org.loquet.Auth1", "/org/loquet/Auth1", "org.loquet.Auth1.Manager", "Import");
    bus::Writer(question.get()).fd(nothing.get()).array("{sv}", [] {});
    const bus::Message answer = connection.call(question, std::chrono::seconds(5));
    return bus::Reader(answer.get()).object_path();
}

TEST(TheBusReference, NamesEveryMemberOfTheRunningDaemonAndNoOther) {
    tests::Machine machine;
    bus::Connection connection = machine.connect();
    Members running = introspected(xml_of(connection, "/org/loquet/Auth1"));
    running.merge(introspected(xml_of(connection, path_of_a_dialog(connection))));
    running.merge(introspected(xml_of(connection, path_of_a_job(connection))));
    running.merge(introspected(xml_of(connection, "/org/loquet/Auth1/account/30000")));

    const std::string document = base::read_file(LOQUET_SOURCE_DIR "/docs/bus.md", document_bytes);
    EXPECT_EQ(documented(document), running);
    EXPECT_EQ(running.size(), 4U);

    // The comparison can fail: one renamed argument is found.
    const std::string renamed = std::regex_replace(document, std::regex("s purpose"), "s intention");
    EXPECT_NE(documented(renamed), running);
}

} // namespace
} // namespace loquet
