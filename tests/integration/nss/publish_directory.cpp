// SPDX-License-Identifier: LGPL-2.1-or-later
// publish_directory FOLDER publish|amend: makes a directory of the lines of standard input, for tests that are not
// written in C++. Fields are separated by tabs, lists by commas; persons come first, in ascending order of number:
//
//     person UID GID PRIVATE(0|1) NAME GECOS HOME SHELL GIDS
//     no_person UID
//     group GID NAME MEMBERS
//     no_group GID
#include "lib/directory/publisher.h"

#include <cstdio>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace loquet::directory;

namespace {

/// An empty text is an empty list.
std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const std::size_t end = text.find(separator);
        parts.emplace_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (end != std::string_view::npos && text.empty()) {
            parts.emplace_back();
        }
    }
    return parts;
}

std::uint32_t number(const std::string& text) {
    return static_cast<std::uint32_t>(std::stoul(text));
}

void add_person(ImageWriter& writer, const std::vector<std::string>& fields) {
    std::vector<std::uint32_t> gids;
    for (const std::string& gid : split(fields.at(8), ',')) {
        gids.push_back(number(gid));
    }
    writer.add(PersonEntry{number(fields[1]), number(fields[2]), fields[3] == "1", fields[4], fields[5], fields[6],
                           fields[7], gids});
}

void add_line(ImageWriter& writer, const std::string& line) {
    const std::vector<std::string> fields = split(line, '\t');
    const std::string& kind = fields.at(0);
    if (kind == "person") {
        add_person(writer, fields);
    } else if (kind == "group") {
        writer.add(GroupEntry{number(fields.at(1)), fields.at(2), split(fields.at(3), ',')});
    } else if (kind == "no_person") {
        writer.remove_person(number(fields.at(1)));
    } else if (kind == "no_group") {
        writer.remove_group(number(fields.at(1)));
    } else {
        throw std::invalid_argument("no such kind of line: " + line);
    }
}

void add_input(ImageWriter& writer) {
    for (std::string line; std::getline(std::cin, line);) {
        add_line(writer, line);
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs("usage: publish_directory FOLDER publish|amend\n", stderr);
        return 2;
    }
    try {
        Publisher publisher(argv[1]);
        const std::uint64_t next = publisher.generation().value_or(0) + 1;
        if (std::string_view(argv[2]) == "amend") {
            publisher.amend(add_input, next);
        } else {
            publisher.publish(add_input, next);
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "publish_directory: %s\n", error.what());
        return 1;
    }
    return 0;
}
