// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/sms_http/request_form.h"

#include <loquet/channel.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace loquet::plugins_sms_http {

void percent_encode(std::string& out, std::string_view value) {
    constexpr std::string_view hexadecimal = "0123456789ABCDEF";
    for (const char c : value) {
        const auto octet = static_cast<unsigned char>(c);
        const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (alphanumeric || c == '-' || c == '.' || c == '_' || c == '~') {
            out += c;
        } else {
            ((out += '%') += hexadecimal[octet >> 4U]) += hexadecimal[octet & 15U];
        }
    }
}

namespace {

constexpr std::string_view hexadecimal = "0123456789ABCDEF";

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// RFC 8259, 7.
void json_string(std::string& out, std::string_view value) {
    out += '"';
    for (const char c : value) {
        const auto octet = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            (out += '\\') += c;
        } else if (octet < 0x20) {
            ((out += "\\u00") += hexadecimal[octet >> 4U]) += hexadecimal[octet & 15U];
        } else {
            out += c;
        }
    }
    out += '"';
}

/// XML 1.0, 2.2 and 2.4; good between tags and within quotation marks.
void xml_text(std::string& out, std::string_view value) {
    for (const char c : value) {
        const bool control = c >= 0 && c < ' ';
        if (control && c != '\n' && c != '\t') {
            out += "\xEF\xBF\xBD"; // U+FFFD: XML has no way to write it
        } else if (control || c == '&' || c == '<' || c == '>' || c == '"' || c == '\'') {
            out.append("&#").append(std::to_string(static_cast<int>(c))).append(";");
        } else {
            out += c;
        }
    }
}

bool is_xml_name(std::string_view name) {
    return !name.empty() && !(name[0] >= '0' && name[0] <= '9') && name[0] != '-' && name[0] != '.'
           && std::ranges::all_of(name, [](char c) { return is_alphanumeric(c) || c == '_' || c == '-' || c == ':'; });
}

bool is_json_literal(std::string_view text) {
    return text == "true" || text == "false" || text == "null"
           || (!text.empty() && text.size() <= 15 && text.find_first_not_of("0123456789") == std::string_view::npos
               && (text.size() == 1 || text[0] != '0'));
}

} // namespace

RequestForm::RequestForm(Notation notation, const std::vector<std::string>& fields) : notation_(notation) {
    for (const std::string& line : fields) {
        fields_.push_back(parse(line, notation));
        if (notation == Notation::json || notation == Notation::xml) {
            plant(fields_.size() - 1);
        }
    }
    const auto has = [&](Source source) { return std::ranges::find(fields_, source, &Field::source) != fields_.end(); };
    if (!has(Source::text) || (!has(Source::number) && !has(Source::digits))) {
        throw sdk::Refusal("fields must have one with {text}, and one with {number} or {digits}");
    }
    if (notation == Notation::xml) {
        if (root_.children.size() != 1) {
            throw sdk::Refusal("fields: the names of an XML request begin with the same element");
        }
        check_xml(root_.children.front());
    }
}

RequestForm::Field RequestForm::parse(const std::string& line, Notation notation) {
    constexpr std::array<std::pair<std::string_view, Source>, 5> variables{{{"{number}", Source::number},
                                                                            {"{digits}", Source::digits},
                                                                            {"{text}", Source::text},
                                                                            {"{reference}", Source::reference},
                                                                            {"{secret}", Source::secret}}};
    const std::size_t equals = line.find('=');
    const bool literal =
        notation == Notation::json && equals != std::string::npos && equals > 0 && line[equals - 1] == ':';
    if (equals == std::string::npos || equals == (literal ? 1U : 0U)) {
        throw sdk::Refusal("fields: " + line + " is not of the form name=value");
    }
    Field field{line.substr(0, equals - (literal ? 1 : 0)), literal ? Source::literal : Source::constant,
                line.substr(equals + 1)};
    if (literal && !is_json_literal(field.constant)) {
        throw sdk::Refusal("fields: " + field.name + " := wants true, false, null or a whole number");
    }
    for (const auto& [name, source] : variables) {
        if (!literal && field.constant == name) {
            field.source = source;
        }
    }
    if (field.source == Source::constant && field.constant.find_first_of("{}") != std::string::npos) {
        throw sdk::Refusal("fields: the value of " + field.name
                           + " must be one of {number}, {digits}, {text}, {reference} and {secret}, or hold no brace");
    }
    return field;
}

void RequestForm::plant(std::size_t field) {
    std::string_view path = fields_[field].name;
    const auto refuse = [&] { throw sdk::Refusal("fields: " + fields_[field].name + " does not go with the others"); };
    Node* at = &root_;
    while (true) {
        const std::size_t dot = std::min(path.find('.'), path.size());
        std::string_view name = path.substr(0, dot);
        const bool list = notation_ == Notation::json && name.ends_with("[]");
        name.remove_suffix(list ? 2 : 0);
        auto child = std::ranges::find(at->children, name, &Node::name);
        const bool last = dot == path.size();
        if (name.empty() || (child != at->children.end() && (last || child->field || child->list != list))) {
            refuse();
        }
        if (child == at->children.end()) {
            at->children.push_back({std::string(name), list, {}, {}});
            child = std::prev(at->children.end());
        }
        at = &*child;
        if (last) {
            at->field = field;
            return;
        }
        path.remove_prefix(dot + 1);
    }
}

void RequestForm::check_xml(const Node& node) const {
    const bool attribute = node.name[0] == '@';
    if (!is_xml_name(std::string_view(node.name).substr(attribute ? 1 : 0)) || (attribute && !node.field)) {
        throw sdk::Refusal("fields: " + node.name + " is no name of an XML element");
    }
    for (const Node& child : node.children) {
        check_xml(child);
    }
}

const char* RequestForm::content_type() const {
    switch (notation_) {
    case Notation::form:
        return "application/x-www-form-urlencoded";
    case Notation::json:
        return "application/json";
    case Notation::xml:
        return "text/xml; charset=utf-8";
    case Notation::query:
        break;
    }
    return "";
}

std::string RequestForm::write(const RequestValues& values) const {
    std::string out;
    out.reserve(1024 * (fields_.size() + 1) + 6 * values.text.size()); // it does not move, and leaves no copy behind
    if (notation_ == Notation::json) {
        write_json(out, root_, values);
    } else if (notation_ == Notation::xml) {
        out += R"(<?xml version="1.0" encoding="UTF-8"?>)";
        write_xml(out, root_.children.front(), values);
    } else {
        write_pairs(out, values);
    }
    return out;
}

std::string_view RequestForm::value(const Field& field, const RequestValues& values) {
    switch (field.source) {
    case Source::number:
        return values.number;
    case Source::digits:
        return values.number.substr(1);
    case Source::text:
        return values.text;
    case Source::reference:
        return values.reference;
    case Source::secret:
        return values.secret;
    case Source::constant:
    case Source::literal:
        break;
    }
    return field.constant;
}

void RequestForm::write_pairs(std::string& out, const RequestValues& values) const {
    for (const Field& field : fields_) {
        out += &field == &fields_.front() ? "" : "&";
        percent_encode(out, field.name);
        out += '=';
        percent_encode(out, value(field, values));
    }
}

void RequestForm::write_json(std::string& out, const Node& node, const RequestValues& values) const {
    if (node.field) {
        const Field& field = fields_[*node.field];
        if (field.source == Source::literal) {
            out += field.constant;
        } else {
            json_string(out, value(field, values));
        }
        return;
    }
    out += '{';
    for (const Node& child : node.children) {
        out += &child == &node.children.front() ? "" : ",";
        json_string(out, child.name);
        out += child.list ? ":[" : ":";
        write_json(out, child, values);
        out += child.list ? "]" : "";
    }
    out += '}';
}

void RequestForm::write_xml(std::string& out, const Node& node, const RequestValues& values) const {
    out.append("<").append(node.name);
    for (const Node& child : node.children) {
        if (child.name[0] == '@') {
            out.append(" ").append(child.name, 1).append("=\"");
            xml_text(out, value(fields_[*child.field], values));
            out += '"';
        }
    }
    out += '>';
    if (node.field) {
        xml_text(out, value(fields_[*node.field], values));
    }
    for (const Node& child : node.children) {
        if (child.name[0] != '@') {
            write_xml(out, child, values);
        }
    }
    out.append("</").append(node.name).append(">");
}

ReportUrl::ReportUrl(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, Source>, 3> variables{
        {{"{gateway_reference}", Source::gateway_reference},
         {"{reference}", Source::reference},
         {"{secret}", Source::secret}}};
    const bool is_url = !text.empty();
    while (!text.empty()) {
        const std::size_t brace = std::min(text.find_first_of("{}"), text.size());
        if (brace > 0) {
            pieces_.push_back({Source::constant, std::string(text.substr(0, brace))});
            text.remove_prefix(brace);
            continue;
        }
        const auto variable =
            std::ranges::find_if(variables, [&](const auto& entry) { return text.starts_with(entry.first); });
        if (variable == variables.end()) {
            throw sdk::Refusal("report_url: the variables are {gateway_reference}, {reference} and {secret}");
        }
        pieces_.push_back({variable->second, {}});
        text.remove_prefix(variable->first.size());
    }
    if (is_url && !has(Source::gateway_reference) && !has(Source::reference)) {
        throw sdk::Refusal("report_url must say which message it is about: {gateway_reference} or {reference}");
    }
}

bool ReportUrl::has(Source source) const {
    return std::ranges::find(pieces_, source, &Piece::source) != pieces_.end();
}

bool ReportUrl::can_name(const Values& values) const {
    return !values.gateway_reference.empty() || !has(Source::gateway_reference);
}

std::string ReportUrl::write(const Values& values) const {
    std::string out;
    out.reserve(8192); // it does not move, and leaves no copy behind
    for (const Piece& piece : pieces_) {
        switch (piece.source) {
        case Source::constant:
            out += piece.constant;
            break;
        case Source::gateway_reference:
            percent_encode(out, values.gateway_reference);
            break;
        case Source::reference:
            percent_encode(out, values.reference);
            break;
        case Source::secret:
            percent_encode(out, values.secret);
            break;
        }
    }
    return out;
}

} // namespace loquet::plugins_sms_http
