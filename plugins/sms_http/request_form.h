// SPDX-License-Identifier: LGPL-2.1-or-later
// What is sent to a gateway: fields with names, each of which is a constant or one of a closed list of variables, in
// one of four notations; and the URL at which it is asked what became of a message. An encoder writes every value;
// nothing is pasted. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::plugins_sms_http {

/// Appends `value`, of which all but the unreserved characters of RFC 3986, 2.3, are written as "%XX".
void percent_encode(std::string& out, std::string_view value);

/// The values of the variables of one message; lent.
struct RequestValues {
    std::string_view number; ///< {number}: "+33612345678", and {digits} without the "+"
    std::string_view text;   ///< {text}, a secret
    std::string_view reference;
    std::string_view secret; ///< {secret}: what the gateway knows us by
};

class RequestForm {
public:
    enum class Notation { query, form, json, xml };

    /// Each "name=value" with a value that is a variable ({number}) or a text without braces; in JSON also
    /// "name:=value" for true, false, null or a number. In JSON and XML a name is a path: "message.to"; in JSON "to[]"
    /// is a list of one, in XML "message.@id" an attribute, and the first name is the same for all. Throws
    /// sdk::Refusal.
    RequestForm(Notation notation, const std::vector<std::string>& fields);

    /// The query or the body. It holds the text: wipe it.
    [[nodiscard]] std::string write(const RequestValues& values) const;
    [[nodiscard]] Notation notation() const { return notation_; }
    /// Of the body; empty for a query.
    [[nodiscard]] const char* content_type() const;

private:
    enum class Source { constant, literal, number, digits, text, reference, secret };
    struct Field {
        std::string name;
        Source source;
        std::string constant;
    };
    struct Node {
        std::string name;
        bool list = false;
        std::optional<std::size_t> field;
        std::vector<Node> children;
    };

    [[nodiscard]] static Field parse(const std::string& line, Notation notation);
    void plant(std::size_t field);
    void check_xml(const Node& node) const;
    [[nodiscard]] static std::string_view value(const Field& field, const RequestValues& values);
    void write_pairs(std::string& out, const RequestValues& values) const;
    void write_json(std::string& out, const Node& node, const RequestValues& values) const;
    void write_xml(std::string& out, const Node& node, const RequestValues& values) const;

    Notation notation_;
    std::vector<Field> fields_;
    Node root_; ///< of JSON and XML
};

/// Where a gateway is asked what became of a message: a URL in which {gateway_reference} (the gateway's name for it),
/// {reference} (ours) and {secret} stand for what they say, in its path or its query. Each is written so that it can be
/// nothing but a value.
class ReportUrl {
public:
    /// Of one message; lent.
    struct Values {
        std::string_view gateway_reference;
        std::string_view reference;
        std::string_view secret;
    };

    /// An empty text is no URL: nobody is asked. Throws sdk::Refusal for a variable that there is not, and where none
    /// says which message is meant.
    explicit ReportUrl(std::string_view text);

    [[nodiscard]] bool empty() const { return pieces_.empty(); }
    /// False where there is nothing to ask by: the gateway gave the message no name, and is asked by that.
    [[nodiscard]] bool can_name(const Values& values) const;
    /// A secret, where {secret} is in it.
    [[nodiscard]] std::string write(const Values& values) const;

private:
    enum class Source { constant, gateway_reference, reference, secret };
    struct Piece {
        Source source;
        std::string constant;
    };
    [[nodiscard]] bool has(Source source) const;

    std::vector<Piece> pieces_;
};

} // namespace loquet::plugins_sms_http
