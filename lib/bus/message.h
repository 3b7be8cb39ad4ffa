// SPDX-License-Identifier: LGPL-2.1-or-later
// Reading and writing sd-bus messages with C++ values. A Reader or Writer borrows its message; what does not fit is an
// Error of kind `invalid` (reading what others sent) or `internal` (writing).
#pragma once

#include "lib/base/file.h"
#include "lib/base/handle.h"

#include <systemd/sd-bus.h>

#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace loquet::bus {

using Message = base::Handle<sd_bus_message, sd_bus_message_unref>;

/// Throws base::Error for a negative result of an sd-bus call: "doing: reason".
int check(int result, const char* doing);
/// Whether such a result says that the connection is closed.
[[nodiscard]] bool means_disconnected(int result) noexcept;

class Reader {
public:
    explicit Reader(sd_bus_message* message) noexcept : message_(message) {}

    /// The text lives as long as the message. Longer than `limit` bytes is an Error.
    std::string_view text(std::size_t limit);
    std::uint32_t u32() { return basic<std::uint32_t>('u'); }
    std::uint64_t u64() { return basic<std::uint64_t>('t'); }
    std::uint8_t u8() { return basic<std::uint8_t>('y'); }
    bool boolean() { return basic<int>('b') != 0; }
    std::string object_path();
    /// A duplicate of the descriptor, owned by the caller.
    base::Fd fd();
    std::vector<std::string> texts(std::size_t count_limit, std::size_t text_limit);

    /// Calls `each()` for every element of an array, which must read exactly one.
    template <class Each>
    void array(const char* contents, std::size_t limit, Each each) {
        enter(SD_BUS_TYPE_ARRAY, contents);
        for (std::size_t count = 0; more(); ++count) {
            require(count < limit, "a list in the message is too long");
            each();
        }
        exit();
    }
    /// Calls `entry(key, signature)` inside each variant of an a{sv}; unread values are skipped, unless they bring
    /// descriptors: a key that nobody knows is no reason to send some.
    template <class Entry>
    void dictionary(std::size_t limit, Entry entry) {
        read_dictionary(limit, Descriptors::refused, entry);
    }
    /// The same of a service that we asked, where a key that is not known may bring a descriptor: the bus itself adds
    /// such ones (ProcessFD of GetConnectionCredentials, since dbus 1.16). It is closed with the message.
    template <class Entry>
    void reply_dictionary(std::size_t limit, Entry entry) {
        read_dictionary(limit, Descriptors::skipped, entry);
    }
    void enter(char type, const char* contents);
    void exit();

private:
    enum class Descriptors : std::uint8_t { refused, skipped };

    template <class Entry>
    void read_dictionary(std::size_t limit, Descriptors unknown, Entry& entry) {
        array("{sv}", limit, [&] {
            enter(SD_BUS_TYPE_DICT_ENTRY, "sv");
            const std::string key(text(256));
            const std::string signature = peek_variant();
            enter(SD_BUS_TYPE_VARIANT, signature.c_str());
            if (!entry(key, std::string_view(signature))) {
                require(unknown == Descriptors::skipped || signature.find('h') == std::string::npos,
                        "a key that is not known brings a descriptor");
                skip(signature);
            }
            exit();
            exit();
        });
    }
    template <class T>
    T basic(char type) {
        T value{};
        read(type, static_cast<void*>(&value));
        return value;
    }
    void read(char type, void* value);
    bool more();
    std::string peek_variant();
    void skip(const std::string& signature);
    static void require(bool condition, const char* what);

    sd_bus_message* message_;
};

class Writer {
public:
    explicit Writer(sd_bus_message* message) noexcept : message_(message) {}

    Writer& text(const std::string& value) { return basic('s', value.c_str()); }
    Writer& object_path(const std::string& value) { return basic('o', value.c_str()); }
    Writer& u8(std::uint8_t value) { return basic('y', &value); }
    Writer& u32(std::uint32_t value) { return basic('u', &value); }
    Writer& u64(std::uint64_t value) { return basic('t', &value); }
    Writer& boolean(bool value) {
        const int number = value ? 1 : 0;
        return basic('b', &number);
    }
    /// The bus takes a duplicate; the caller keeps its own.
    Writer& fd(int value) { return basic('h', &value); }
    Writer& texts(const std::vector<std::string>& values);

    template <class Body>
    Writer& array(const char* contents, Body body) {
        return container(SD_BUS_TYPE_ARRAY, contents, body);
    }
    template <class Body>
    Writer& structure(const char* contents, Body body) {
        return container(SD_BUS_TYPE_STRUCT, contents, body);
    }
    /// An entry of a dictionary: key and value.
    template <class Body>
    Writer& pair(const char* contents, Body body) {
        return container(SD_BUS_TYPE_DICT_ENTRY, contents, body);
    }
    template <class Body>
    Writer& variant(const char* signature, Body body) {
        return container(SD_BUS_TYPE_VARIANT, signature, body);
    }
    /// One entry of an a{sv}: `entry("locale", "s", [&] { w.text(locale); })`.
    template <class Body>
    Writer& entry(const char* key, const char* signature, Body body) {
        return container(SD_BUS_TYPE_DICT_ENTRY, "sv", [&] {
            basic('s', key);
            variant(signature, body);
        });
    }
    Writer& entry(const char* key, const std::string& value) {
        return entry(key, "s", [&] { text(value); });
    }
    /// Numbers and truths by their own type alone: a literal text would become `true`.
    template <class T>
        requires(std::same_as<T, std::uint32_t> || std::same_as<T, std::uint64_t> || std::same_as<T, bool>)
    Writer& entry(const char* key, T value) {
        if constexpr (std::same_as<T, bool>) {
            return entry(key, "b", [&] { boolean(value); });
        } else if constexpr (std::same_as<T, std::uint32_t>) {
            return entry(key, "u", [&] { u32(value); });
        } else {
            return entry(key, "t", [&] { u64(value); });
        }
    }
    /// An a{sv}: `body` writes its entries.
    template <class Body>
    Writer& dictionary(Body body) {
        return array("{sv}", body);
    }

private:
    template <class Body>
    Writer& container(char type, const char* contents, Body body) {
        open(type, contents);
        body();
        return close();
    }
    Writer& basic(char type, const void* value);
    void open(char type, const char* contents);
    Writer& close();

    sd_bus_message* message_;
};

/// A row of a list as it travels (an a{sv}), for programs that read one: a key that is not there, or not of the type
/// that is asked for, is empty, so that a newer service may say more and an older one less.
class Row {
public:
    /// Texts, paths, numbers, truths, lists of texts and lists of rows; other types are skipped.
    static Row read(Reader& reader);

    [[nodiscard]] std::string text(std::string_view key) const;
    [[nodiscard]] std::optional<std::uint64_t> find_number(std::string_view key) const;
    [[nodiscard]] std::uint64_t number(std::string_view key) const { return find_number(key).value_or(0); }
    [[nodiscard]] bool truth(std::string_view key) const;
    [[nodiscard]] std::vector<std::string> texts(std::string_view key) const;
    [[nodiscard]] std::vector<Row> rows(std::string_view key) const;

private:
    using Value = std::variant<std::string, std::uint64_t, bool, std::vector<std::string>, std::vector<Row>>;
    template <class T>
    [[nodiscard]] const T* find(std::string_view key) const;

    std::map<std::string, Value, std::less<>> values_;
};

/// An aa{sv} of at most so many rows.
[[nodiscard]] std::vector<Row> read_rows(Reader& reader, std::size_t limit);

} // namespace loquet::bus
