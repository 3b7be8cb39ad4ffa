// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether this machine's logins come to Loquet: PAM, the sources of names, and who may read and write its files. Reads
// files and asks the C library; the service is neither needed nor touched. One thread.
#pragma once

#include "cli/pam_stack.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace loquet::cli {

class MachineCheck {
public:
    /// `root` stands before every path; empty: this machine's own.
    explicit MachineCheck(std::string root = {}) : root_(std::move(root)) {}

    // Each gives a sentence a finding, with what to do.
    /// The services by which people come in, those that are installed.
    [[nodiscard]] std::vector<std::string> pam() const;
    /// One service, as a login in it would go.
    [[nodiscard]] std::vector<std::string> pam(const std::string& service) const;
    [[nodiscard]] std::vector<std::string> name_sources() const;
    /// Asks the C library, as every program does, for somebody whom Loquet has.
    [[nodiscard]] std::vector<std::string> name(const std::string& name, std::optional<std::uint32_t> uid) const;
    [[nodiscard]] std::vector<std::string> permissions() const;

private:
    [[nodiscard]] std::optional<std::string> read(const std::string& path) const;
    [[nodiscard]] std::optional<std::string> read_service(const std::string& service) const;

    std::string root_;
};

} // namespace loquet::cli
