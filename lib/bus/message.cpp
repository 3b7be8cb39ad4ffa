// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/bus/message.h"

#include "lib/base/error.h"

#include <cerrno>

namespace loquet::bus {

using base::Error;

int check(int result, const char* doing) {
    if (result < 0) {
        throw base::system_error(-result, doing);
    }
    return result;
}

bool means_disconnected(int result) noexcept {
    return result == -ENOTCONN || result == -ECONNRESET || result == -EPIPE || result == -ESHUTDOWN;
}

namespace {

int check_read(int result) {
    if (result < 0) {
        throw Error(Error::Kind::invalid, "the message does not hold what its method takes");
    }
    return result;
}

int check_write(int result) {
    if (result < 0) {
        throw Error(Error::Kind::internal, "cannot write a bus message");
    }
    return result;
}

} // namespace

void Reader::require(bool condition, const char* what) {
    if (!condition) {
        throw Error(Error::Kind::invalid, what);
    }
}

void Reader::read(char type, void* value) {
    require(check_read(sd_bus_message_read_basic(message_, type, value)) > 0, "the message ends too early");
}

std::string_view Reader::text(std::size_t limit) {
    const std::string_view value(basic<const char*>('s'));
    require(value.size() <= limit, "a text in the message is too long");
    return value;
}

std::string Reader::object_path() {
    return basic<const char*>('o');
}

base::Fd Reader::fd() {
    return base::duplicate(basic<int>('h'));
}

std::vector<std::string> Reader::texts(std::size_t count_limit, std::size_t text_limit) {
    std::vector<std::string> values;
    array("s", count_limit, [&] { values.emplace_back(text(text_limit)); });
    return values;
}

void Reader::enter(char type, const char* contents) {
    require(check_read(sd_bus_message_enter_container(message_, type, contents)) > 0, "the message ends too early");
}

void Reader::exit() {
    check_read(sd_bus_message_exit_container(message_));
}

bool Reader::more() {
    return check_read(sd_bus_message_at_end(message_, 0)) == 0;
}

std::string Reader::peek_variant() {
    char type = 0;
    const char* contents = nullptr;
    require(check_read(sd_bus_message_peek_type(message_, &type, &contents)) > 0 && type == SD_BUS_TYPE_VARIANT,
            "a value in the message is not a variant");
    return contents;
}

void Reader::skip(const std::string& signature) {
    check_read(sd_bus_message_skip(message_, signature.c_str()));
}

Writer& Writer::basic(char type, const void* value) {
    check_write(sd_bus_message_append_basic(message_, type, value));
    return *this;
}

Writer& Writer::texts(const std::vector<std::string>& values) {
    return array("s", [&] {
        for (const std::string& value : values) {
            text(value);
        }
    });
}

void Writer::open(char type, const char* contents) {
    check_write(sd_bus_message_open_container(message_, type, contents));
}

Writer& Writer::close() {
    check_write(sd_bus_message_close_container(message_));
    return *this;
}

namespace {

constexpr std::size_t keys = 64;
constexpr std::size_t text_bytes = 4096;
constexpr std::size_t list_at_most = 256; ///< within a row

} // namespace

Row Row::read(Reader& reader) {
    Row row;
    reader.dictionary(keys, [&](const std::string& key, std::string_view signature) {
        if (signature == "s") {
            row.values_[key] = std::string(reader.text(text_bytes));
        } else if (signature == "o") {
            row.values_[key] = reader.object_path();
        } else if (signature == "u") {
            row.values_[key] = std::uint64_t{reader.u32()};
        } else if (signature == "t") {
            row.values_[key] = reader.u64();
        } else if (signature == "b") {
            row.values_[key] = reader.boolean();
        } else if (signature == "as") {
            row.values_[key] = reader.texts(list_at_most, text_bytes);
        } else if (signature == "aa{sv}") {
            row.values_[key] = read_rows(reader, list_at_most);
        } else {
            return false;
        }
        return true;
    });
    return row;
}

template <class T>
const T* Row::find(std::string_view key) const {
    const auto place = values_.find(key);
    return place == values_.end() ? nullptr : std::get_if<T>(&place->second);
}

std::string Row::text(std::string_view key) const {
    const auto* const value = find<std::string>(key);
    return value == nullptr ? std::string() : *value;
}

std::optional<std::uint64_t> Row::find_number(std::string_view key) const {
    const auto* const value = find<std::uint64_t>(key);
    return value == nullptr ? std::nullopt : std::optional(*value);
}

bool Row::truth(std::string_view key) const {
    const auto* const value = find<bool>(key);
    return value != nullptr && *value;
}

std::vector<std::string> Row::texts(std::string_view key) const {
    const auto* const value = find<std::vector<std::string>>(key);
    return value == nullptr ? std::vector<std::string>() : *value;
}

std::vector<Row> Row::rows(std::string_view key) const {
    const auto* const value = find<std::vector<Row>>(key);
    return value == nullptr ? std::vector<Row>() : *value;
}

std::vector<Row> read_rows(Reader& reader, std::size_t limit) {
    std::vector<Row> rows;
    reader.array("a{sv}", limit, [&] { rows.push_back(Row::read(reader)); });
    return rows;
}

} // namespace loquet::bus
