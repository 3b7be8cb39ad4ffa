// SPDX-License-Identifier: LGPL-2.1-or-later
// Lookups in a name service about a population, and what they take. Every answer is looked at: a wrong one ends the
// benchmark. One thread.
#pragma once

#include "tests/bench/names/name_service.h"
#include "tests/bench/names/population.h"
#include "tests/bench/rounds.h"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace loquet::bench {

enum class Operation : std::uint8_t { getpwnam, getpwuid, getgrnam, initgroups, miss };

/// Throws std::invalid_argument where there is none of this name.
Operation operation_named(const std::string& name);

/// One after the other, in an order drawn once: all services are asked the same.
class Lookups {
public:
    /// About the first `hot` persons (or groups) alone; 0: about all.
    Lookups(const Population& population, Operation operation, std::uint32_t hot);

    /// Asks the next `times`, or fewer when that takes long. What one takes, in nanoseconds, is the median of small
    /// batches: what interrupts the process, or an answer that a cache has lost, does not count.
    double ask(const NameService& service, std::size_t times);

    /// The same without a look at the clock.
    void ask_all(const NameService& service, std::size_t times);

    /// Asks about each of the first `hot` once, so that what is cached of it is there.
    void warm(const NameService& service, std::uint32_t hot);

private:
    struct Lookup {
        std::string name;
        std::uint32_t id;
    };
    [[nodiscard]] Lookup lookup(std::uint32_t number) const;
    void ask(const NameService& service, const Lookup& lookup);
    [[nodiscard]] bool answer_is_right(const NameService& service, const Lookup& lookup);

    const Population& population_;
    Operation operation_;
    std::vector<Lookup> lookups_;
    std::size_t next_ = 0;
    std::vector<char> buffer_;
    std::vector<gid_t> groups_;
};

/// Nanoseconds an entry when all are enumerated. Throws std::runtime_error where fewer come than the population has.
double enumerate(const NameService& service, const Population& population);

} // namespace loquet::bench
