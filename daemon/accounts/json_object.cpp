// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/json_object.h"

#include "lib/base/error.h"
#include "lib/base/text.h"

#include <charconv>
#include <set>
#include <utility>

namespace loquet::accounts {

namespace {

constexpr char32_t first_high_surrogate = 0xD800;
constexpr char32_t first_low_surrogate = 0xDC00;
constexpr char32_t behind_surrogates = 0xE000;

void append(JsonText& text, std::string_view more) {
    text.insert(text.end(), more.begin(), more.end());
}

void append_utf8(JsonText& text, char32_t code) {
    const auto put = [&](char32_t byte) { text.push_back(static_cast<std::uint8_t>(byte)); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0U | code >> 6U);
        put(0x80U | (code & 0x3FU));
    } else if (code < 0x10000) {
        put(0xE0U | code >> 12U);
        put(0x80U | (code >> 6U & 0x3FU));
        put(0x80U | (code & 0x3FU));
    } else {
        put(0xF0U | code >> 18U);
        put(0x80U | (code >> 12U & 0x3FU));
        put(0x80U | (code >> 6U & 0x3FU));
        put(0x80U | (code & 0x3FU));
    }
}

class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    void object(const JsonMember& member) {
        std::set<JsonText> keys;
        expect('{');
        for (bool first = true; !ends_with('}', first); first = false) {
            const auto [key, is_new] = keys.insert(string());
            expect(':');
            if (!is_new) {
                fail("a key comes twice");
            }
            if (!word("null")) {
                member(base::as_text(*key), value());
            }
        }
        skip_space();
        if (at_ != text_.size()) {
            fail("something stands behind the object");
        }
    }

private:
    [[noreturn]] void fail(const char* what) const {
        throw base::Error(base::Error::Kind::invalid, "the line is no JSON object of an account: " + std::string(what)
                                                          + " (column " + std::to_string(at_ + 1) + ")");
    }
    void skip_space() {
        while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) {
            ++at_;
        }
    }
    [[nodiscard]] bool next_is(char wanted) {
        skip_space();
        return at_ < text_.size() && text_[at_] == wanted;
    }
    void expect(char wanted) {
        if (!next_is(wanted)) {
            fail(wanted == '{' ? "'{' is missing" : wanted == ':' ? "':' is missing" : "'\"' is missing");
        }
        ++at_;
    }
    /// True at the end of a list or an object; otherwise moves behind the comma that stands before a later element.
    [[nodiscard]] bool ends_with(char end, bool first) {
        if (next_is(end)) {
            ++at_;
            return true;
        }
        if (!first) {
            if (!next_is(',')) {
                fail("',' or the end is missing");
            }
            ++at_;
        }
        return false;
    }
    [[nodiscard]] bool word(std::string_view wanted) {
        skip_space();
        if (text_.substr(at_, wanted.size()) != wanted) {
            return false;
        }
        at_ += wanted.size();
        return true;
    }

    [[nodiscard]] JsonValue value() {
        if (next_is('"')) {
            return string();
        }
        if (next_is('[')) {
            ++at_;
            std::vector<JsonText> list;
            while (!ends_with(']', list.empty())) {
                list.push_back(string());
            }
            return list;
        }
        if (word("true")) {
            return true;
        }
        if (word("false")) {
            return false;
        }
        return number();
    }
    [[nodiscard]] JsonValue number() {
        std::uint64_t number = 0;
        const char* const begin = text_.data() + at_;
        const auto [end, failure] = std::from_chars(begin, text_.data() + text_.size(), number);
        const auto digits = static_cast<std::size_t>(end - begin);
        const bool whole =
            failure == std::errc() && (digits == 1 || *begin != '0')
            && std::string_view(".eE").find(digits + at_ < text_.size() ? *end : ' ') == std::string_view::npos;
        if (!whole) {
            fail("a text, a whole number, true, false or a list of texts is expected");
        }
        at_ += digits;
        return number;
    }
    [[nodiscard]] JsonText string() {
        expect('"');
        const std::size_t begin = at_;
        JsonText out;
        append(out, plain_run());
        while (text_[at_] != '"') {
            ++at_;
            escape(out);
            append(out, plain_run());
        }
        if (!base::is_utf8(text_.substr(begin, at_ - begin))) {
            fail("a text is not UTF-8");
        }
        ++at_;
        return out;
    }
    /// Up to the next escape, or to the end of the text.
    [[nodiscard]] std::string_view plain_run() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\') {
            if (static_cast<unsigned char>(text_[at_]) < 0x20) {
                fail("a control character stands in a text");
            }
            ++at_;
        }
        if (at_ == text_.size()) {
            fail("a text has no end");
        }
        return text_.substr(begin, at_ - begin);
    }
    void escape(JsonText& out) {
        constexpr std::string_view names = "\"\\/bfnrt";
        constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
        const char name = at_ < text_.size() ? text_[at_++] : '\0';
        if (const std::size_t known = names.find(name); known != std::string_view::npos) {
            out.push_back(static_cast<std::uint8_t>(meanings[known]));
        } else if (name == 'u') {
            append_utf8(out, code_point());
        } else {
            fail("an escape is unknown");
        }
    }
    [[nodiscard]] char32_t code_point() {
        const char32_t first = four_digits();
        if (first < first_high_surrogate || first >= behind_surrogates) {
            return first;
        }
        constexpr std::string_view another = "\\u"; // at once: a space in between is a character of its own
        if (first < first_low_surrogate && text_.substr(at_, another.size()) == another) {
            at_ += another.size();
            const char32_t second = four_digits();
            if (second >= first_low_surrogate && second < behind_surrogates) {
                return 0x10000 + ((first - first_high_surrogate) << 10U) + (second - first_low_surrogate);
            }
        }
        fail("an escape is half of a character");
    }
    [[nodiscard]] char32_t four_digits() {
        constexpr std::size_t digits = 4;
        std::uint32_t code = 0;
        const std::string_view text = text_.substr(at_, digits);
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), code, 16);
        if (text.size() != digits || failure != std::errc() || end != text.data() + digits) {
            fail("an escape is unknown");
        }
        at_ += digits;
        return code;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

} // namespace

void read_json_object(std::string_view text, const JsonMember& member) {
    Parser(text).object(member);
}

} // namespace loquet::accounts
