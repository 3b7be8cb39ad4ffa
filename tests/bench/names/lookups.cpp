// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/bench/names/lookups.h"

#include <algorithm>
#include <map>
#include <stdexcept>

namespace loquet::bench {

namespace {

constexpr std::size_t drawn = std::size_t{1} << 18U; ///< no account of a million comes often enough to stay in a cache
constexpr std::size_t batch = 16;                    ///< reading the clock is a part of it that does not show
constexpr double longest_microseconds = 50'000;
constexpr double nanoseconds_in_a_microsecond = 1000;
constexpr std::size_t buffer_bytes = 64 * 1024;
constexpr std::size_t most_groups = 256;

} // namespace

Operation operation_named(const std::string& name) {
    const std::map<std::string, Operation> operations = {{"getpwnam", Operation::getpwnam},
                                                         {"getpwuid", Operation::getpwuid},
                                                         {"getgrnam", Operation::getgrnam},
                                                         {"initgroups", Operation::initgroups},
                                                         {"miss", Operation::miss}};
    const auto found = operations.find(name);
    if (found == operations.end()) {
        throw std::invalid_argument("no name service is asked for " + name);
    }
    return found->second;
}

Lookups::Lookups(const Population& population, Operation operation, std::uint32_t hot)
    : population_(population), operation_(operation), buffer_(buffer_bytes), groups_(most_groups) {
    const std::uint32_t all = operation == Operation::getgrnam ? population.groups() : population.persons();
    std::mt19937 random(1);
    std::uniform_int_distribution<std::uint32_t> any(0, (hot == 0 ? all : std::min(hot, all)) - 1);
    lookups_.reserve(drawn);
    for (std::size_t i = 0; i < drawn; ++i) {
        lookups_.push_back(lookup(any(random)));
    }
}

Lookups::Lookup Lookups::lookup(std::uint32_t number) const {
    switch (operation_) {
    case Operation::getgrnam:
        return {Population::group_name(number), Population::gid(number)};
    case Operation::miss:
        return {population_.name(number) + "-is-not", Population::uid(number)};
    default:
        return {population_.name(number), Population::uid(number)};
    }
}

bool Lookups::answer_is_right(const NameService& service, const Lookup& lookup) {
    passwd person{};
    group result{};
    int error = 0;
    switch (operation_) {
    case Operation::getpwnam:
        return service.getpwnam(lookup.name.c_str(), &person, buffer_.data(), buffer_.size(), &error)
                   == NSS_STATUS_SUCCESS
               && person.pw_uid == lookup.id;
    case Operation::getpwuid:
        return service.getpwuid(lookup.id, &person, buffer_.data(), buffer_.size(), &error) == NSS_STATUS_SUCCESS
               && person.pw_name == lookup.name;
    case Operation::getgrnam:
        return service.getgrnam(lookup.name.c_str(), &result, buffer_.data(), buffer_.size(), &error)
                   == NSS_STATUS_SUCCESS
               && result.gr_gid == lookup.id && result.gr_mem[0] != nullptr;
    case Operation::initgroups: {
        long count = 0;
        long size = static_cast<long>(groups_.size());
        gid_t* groups = groups_.data(); // large enough: it is never replaced
        return service.initgroups(lookup.name.c_str(), lookup.id, &count, &size, &groups, size, &error)
                   == NSS_STATUS_SUCCESS
               && count >= static_cast<long>(Population::groups_of_a_person);
    }
    case Operation::miss:
        return service.getpwnam(lookup.name.c_str(), &person, buffer_.data(), buffer_.size(), &error)
               == NSS_STATUS_NOTFOUND;
    }
    return false;
}

void Lookups::ask(const NameService& service, const Lookup& lookup) {
    if (!answer_is_right(service, lookup)) {
        throw std::runtime_error(service.library + " gives a wrong answer about " + lookup.name);
    }
}

double Lookups::ask(const NameService& service, std::size_t times) {
    Rounds batches;
    double all = 0;
    for (std::size_t asked = 0; asked < times && all < longest_microseconds; asked += batch) {
        const double took = microseconds([&] { ask_all(service, batch); });
        all += took;
        batches.add(took);
    }
    return batches.median() * nanoseconds_in_a_microsecond / batch;
}

void Lookups::ask_all(const NameService& service, std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) {
        ask(service, lookups_[next_++ % lookups_.size()]);
    }
}

void Lookups::warm(const NameService& service, std::uint32_t hot) {
    for (std::uint32_t number = 0; number < hot; ++number) {
        ask(service, lookup(number));
    }
}

double enumerate(const NameService& service, const Population& population) {
    std::vector<char> buffer(buffer_bytes);
    passwd person{};
    int error = 0;
    std::uint32_t entries = 0;
    const double took = microseconds([&] {
        service.setpwent(0);
        while (service.getpwent(&person, buffer.data(), buffer.size(), &error) == NSS_STATUS_SUCCESS) {
            ++entries;
        }
        service.endpwent();
    });
    if (entries < population.persons()) {
        throw std::runtime_error(service.library + " does not enumerate all");
    }
    return took * nanoseconds_in_a_microsecond / entries;
}

} // namespace loquet::bench
