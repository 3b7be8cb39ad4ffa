// SPDX-License-Identifier: LGPL-2.1-or-later
// The fields at the head of a mail, or of a part of one, as an outsider wrote them (RFC 5322, 2.2; RFC 2045, 5.1).
// Pure; what is odd or too long is not there.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::plugins_smtp {

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
[[nodiscard]] std::string lower_case(std::string_view text);
[[nodiscard]] std::string_view trimmed(std::string_view text);

} // namespace loquet::plugins_smtp
