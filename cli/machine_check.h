// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether this machine's logins come to Loquet: PAM's service files (pam.d(5)), the sources of names, and who may read
// and write its files. Reads files and asks the C library; the service is neither needed nor touched. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::cli {

/// One line of a service file. `type` "@include" takes in all lines of the file `module`.
struct PamLine {
    std::string type;
    std::string control; ///< a word, or all that stands in brackets
    std::string module;  ///< of "include" and "substack": a file
    friend bool operator==(const PamLine&, const PamLine&) = default;
};

/// The lines that libpam would act on; it skips what it does not understand, and so does this.
[[nodiscard]] std::vector<PamLine> parse_pam(std::string_view text);

/// The text of the service file of that name; nothing where there is none.
using ReadService = std::function<std::optional<std::string>(const std::string& name)>;

enum class Reach {
    reached,
    absent,  ///< no line names the module
    blocked, ///< a line above it ends every login of somebody whom it would know
};

/// Whether libpam comes to `module` in this stack ("auth" ...) of a service, with includes followed. A service without
/// a line for the stack has that of "other".
[[nodiscard]] Reach reach_of(std::string_view module, const std::string& service, std::string_view type,
                             const ReadService& read);

struct PamService {
    std::string name;
    std::vector<std::string> types; ///< the stacks that matter in it
};

/// The services by which people come in, and in which stacks Loquet belongs. Some are not installed everywhere.
[[nodiscard]] const std::vector<PamService>& login_services();

/// A sentence for each way in which these services do not ask Loquet, with what to do. Empty: all of them do.
[[nodiscard]] std::vector<std::string> pam_findings(const std::vector<PamService>& services, const ReadService& read);

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
