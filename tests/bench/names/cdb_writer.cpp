// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/error.h"
#include "lib/base/file.h"
#include "tests/bench/names/cdb_format.h"
#include "tests/bench/names/forms.h"

#include <cdb.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace loquet::bench {

namespace {

class CdbFile {
public:
    explicit CdbFile(const std::string& path)
        : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
        check(file_.get());
        check(::cdb_make_start(&maker_, file_.get()));
    }

    void add(const std::string& key, const std::string& value) {
        check(::cdb_make_add(&maker_, key.data(), static_cast<unsigned>(key.size()), value.data(),
                             static_cast<unsigned>(value.size())));
    }

    void finish() {
        check(::cdb_make_finish(&maker_));
        check(::fsync(file_.get()));
    }

private:
    static void check(int result) {
        if (result < 0) {
            throw base::system_error(errno, "cannot write the floor's file");
        }
    }

    base::Fd file_;
    cdb_make maker_{};
};

template <class T>
void append(std::string& out, const T& value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// Each with its NUL; where it begins.
std::uint32_t append_text(std::string& text, const std::string& word) {
    const auto begin = static_cast<std::uint32_t>(text.size());
    text.append(word.c_str(), word.size() + 1);
    return begin;
}

std::string key_of(cdb::KeyLetter letter, const std::string& name) {
    return std::string(1, letter) + name;
}

std::string key_of(cdb::KeyLetter letter, std::uint32_t id) {
    std::string key(1, letter);
    append(key, id);
    return key;
}

std::string person_record(const Population& population, std::uint32_t i) {
    std::string text;
    cdb::PersonHead head{};
    head.uid = Population::uid(i);
    head.gid = Population::uid(i);
    append_text(text, population.name(i));
    head.password = static_cast<std::uint16_t>(append_text(text, "x"));
    head.gecos = static_cast<std::uint16_t>(append_text(text, Population::display_name(i)));
    head.home = static_cast<std::uint16_t>(append_text(text, population.home(i)));
    head.shell = static_cast<std::uint16_t>(append_text(text, Population::shell()));
    std::string record;
    append(record, head);
    return record + text;
}

std::string group_record(const Population& population, std::uint32_t j) {
    const auto members = population.members_of(j);
    std::string record;
    std::string text;
    append(record, cdb::GroupHead{Population::gid(j), static_cast<std::uint32_t>(members.size())});
    append_text(text, Population::group_name(j));
    append_text(text, "x");
    for (const std::string& member : members) {
        append(record, append_text(text, member));
    }
    return record + text;
}

} // namespace

void write_cdb(const Population& population, const std::string& path) {
    const std::string beside = path + ".new";
    CdbFile file(beside);
    for (std::uint32_t i = 0; i < population.persons(); ++i) {
        const std::string record = person_record(population, i);
        file.add(key_of(cdb::person_by_name, population.name(i)), record);
        file.add(key_of(cdb::person_by_uid, Population::uid(i)), record);
        std::string groups;
        append(groups, population.groups_of(i));
        file.add(key_of(cdb::groups_of_person, population.name(i)), groups);
    }
    for (std::uint32_t j = 0; j < population.groups(); ++j) {
        const std::string record = group_record(population, j);
        file.add(key_of(cdb::group_by_name, Population::group_name(j)), record);
        file.add(key_of(cdb::group_by_gid, Population::gid(j)), record);
    }
    file.finish();
    if (::rename(beside.c_str(), path.c_str()) != 0) {
        throw base::system_error(errno, "cannot replace " + path);
    }
}

} // namespace loquet::bench
