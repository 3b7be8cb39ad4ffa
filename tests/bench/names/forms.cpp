// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/bench/names/forms.h"

#include "lib/directory/publisher.h"

namespace loquet::bench {

void publish(const Population& population, const std::string& folder) {
    const auto fill = [&population](directory::ImageWriter& image) {
        for (std::uint32_t i = 0; i < population.persons(); ++i) {
            const std::string display_name = Population::display_name(i);
            const std::string home = population.home(i);
            const auto groups = population.groups_of(i);
            image.add(directory::PersonEntry{.uid = Population::uid(i),
                                             .gid = Population::uid(i),
                                             .name = population.name(i),
                                             .gecos = display_name,
                                             .home = home,
                                             .shell = Population::shell(),
                                             .groups = groups});
        }
        for (std::uint32_t j = 0; j < population.groups(); ++j) {
            const std::string name = Population::group_name(j);
            const auto members = population.members_of(j);
            image.add(directory::GroupEntry{.gid = Population::gid(j), .name = name, .members = members});
        }
    };
    directory::Publisher(folder).publish(fill, 1);
}

void write_passwd(const Population& population, std::FILE* out) {
    for (std::uint32_t i = 0; i < population.persons(); ++i) {
        std::fprintf(out, "%s:x:%u:%u:%s:%s:%s\n", population.name(i).c_str(), Population::uid(i), Population::uid(i),
                     Population::display_name(i).c_str(), population.home(i).c_str(), Population::shell());
    }
}

void write_group(const Population& population, std::FILE* out) {
    for (std::uint32_t j = 0; j < population.groups(); ++j) {
        std::fprintf(out, "%s:x:%u:", Population::group_name(j).c_str(), Population::gid(j));
        const char* between = "";
        for (const std::string& member : population.members_of(j)) {
            std::fprintf(out, "%s%s", between, member.c_str());
            between = ",";
        }
        std::fputc('\n', out);
    }
}

void write_ldif(const Population& population, std::FILE* out) {
    for (std::uint32_t i = 0; i < population.persons(); ++i) {
        const char* name = population.name(i).c_str(); // the display name is not ASCII, as gecos must be there
        std::fprintf(out,
                     "\ndn: uid=%s,dc=bench\nobjectClass: account\nobjectClass: posixAccount\nuid: %s\ncn: %s\n"
                     "uidNumber: %u\ngidNumber: %u\ngecos: %s\nhomeDirectory: %s\nloginShell: %s\n",
                     name, name, name, Population::uid(i), Population::uid(i), name, population.home(i).c_str(),
                     Population::shell());
    }
    for (std::uint32_t j = 0; j < population.groups(); ++j) {
        const std::string name = Population::group_name(j);
        std::fprintf(out, "\ndn: cn=%s,dc=bench\nobjectClass: posixGroup\ncn: %s\ngidNumber: %u\n", name.c_str(),
                     name.c_str(), Population::gid(j));
        for (const std::string& member : population.members_of(j)) {
            std::fprintf(out, "memberUid: %s\n", member.c_str());
        }
    }
}

void write_json(const Population& population, std::FILE* out) {
    for (std::uint32_t i = 0; i < population.persons(); ++i) {
        std::fprintf(out,
                     "{\"name\": \"%s\", \"display_name\": \"%s\", \"home\": \"%s\", \"shell\": \"%s\", "
                     "\"password_hash\": \"$y$j9T$bench%017u$NobodyKnowsThePasswordOfThisAccount..........\"}\n",
                     population.name(i).c_str(), Population::display_name(i).c_str(), population.home(i).c_str(),
                     Population::shell(), i);
    }
}

} // namespace loquet::bench
