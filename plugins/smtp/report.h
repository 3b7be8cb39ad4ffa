// SPDX-License-Identifier: LGPL-2.1-or-later
// The report that a mail server writes back about a mail that was sent: a delivery status notification (RFC 3464, in
// the multipart/report of RFC 3462). Anybody who can put a mail into our mailbox may have written it, so nothing in it
// is believed but what carries the reference of a message: 128 random bits that only those know who have seen the
// message itself.
#pragma once

#include <loquet/channel.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::plugins_smtp {

/// The fields at the head of a mail, or of a part of one, as an outsider wrote them (RFC 5322, 2.2; RFC 2045, 5.1).
/// Pure; what is odd or too long is not there.
class MailFields {
public:
    static constexpr std::size_t most_fields = 256;
    static constexpr std::size_t longest_field = 8192; ///< bytes, unfolded; a longer one is cut

    /// Reads as far as the first empty line, and takes that and all before it off `text`. Lines end in LF or CR LF.
    explicit MailFields(std::string_view& text);

    /// The first field of that name, in any case of letters, without white space around it; empty where there is none.
    [[nodiscard]] std::string_view find(std::string_view name) const;
    [[nodiscard]] bool empty() const noexcept { return fields_.empty(); }

private:
    struct Field {
        std::string_view name;
        std::string value;
    };
    std::vector<Field> fields_;
};

/// What a Content-Type says.
struct ContentType {
    /// An empty type where `value` is none.
    explicit ContentType(std::string_view value);

    std::string type;        ///< "multipart/report", in lower case
    std::string boundary;    ///< as it is; empty where there is none that RFC 2046 permits
    std::string report_type; ///< in lower case
};

/// The next line of `text`, without its end, which is taken off.
[[nodiscard]] std::string_view take_line(std::string_view& text);
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// A longer mail is no report on a message of Loquet, which holds a message of some kilobytes at most.
constexpr std::size_t longest_report = std::size_t{256} * 1024;

/// Nothing where it is anything else than a report on a message of Loquet. The message is the one that the report names
/// as the envelope's id (RFC 3461, 4.4), else the one whose Message-ID is among the headers that were returned. Pure;
/// takes time and memory in proportion to the length of `mail`, and looks at no more than two levels of it.
[[nodiscard]] std::optional<sdk::Receipt> read_report(std::string_view mail);

} // namespace loquet::plugins_smtp
