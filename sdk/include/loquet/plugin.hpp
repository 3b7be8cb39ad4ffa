// SPDX-License-Identifier: MIT
// C++ comfort over plugin.h for plugin authors; C++17, header only, optional. A plugin is a class; the
// LOQUET_DEFINE_... macro of its kind (step.hpp, lockout.hpp, password_rules.hpp, channel.hpp) exports it behind
// noexcept thunks, so that no exception crosses a C frame. What the wrappers refer to is lent for the call, as in
// plugin.h.
#ifndef LOQUET_PLUGIN_HPP
#define LOQUET_PLUGIN_HPP

#include "plugin.h"

#include <cstdint>
#include <exception>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loquet::sdk {

inline std::string_view view(loquet_text text) {
    return text.size == 0 ? std::string_view() : std::string_view(text.data, text.size);
}
inline loquet_text text(std::string_view value) {
    return {value.data(), value.size()};
}
inline std::string_view view(loquet_bytes bytes) {
    return bytes.size == 0 ? std::string_view()
                           : std::string_view(reinterpret_cast<const char*>(bytes.data), bytes.size);
}
inline loquet_bytes bytes(std::string_view value) {
    return {reinterpret_cast<const unsigned char*>(value.data()), value.size()};
}

/// The value of the fact or variable called `name`; empty where it is not given.
inline std::string_view find(const loquet_named_text* items, size_t count, std::string_view name) {
    for (size_t n = 0; n < count; ++n) {
        if (view(items[n].name) == name) {
            return view(items[n].value);
        }
    }
    return {};
}

/// Thrown by a plugin's constructor when its options make no sense together; the sentence reaches the administrator.
class Refusal : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The host's services; may be kept as long as the plugin lives.
class Host {
public:
    explicit Host(const loquet_host& host) : host_(&host) {}

    void log(loquet_log_level level, std::string_view line) const { host_->log(host_->context, level, text(line)); }
    /// Fills `data`, or throws: there is no weaker source.
    void random(void* data, size_t size) const {
        if (host_->random(host_->context, data, size) != 0) {
            throw std::runtime_error("the host has no random bytes");
        }
    }
    /// A number below `bound` (not 0), each equally likely.
    [[nodiscard]] std::uint32_t random_below(std::uint32_t bound) const {
        const std::uint32_t unfair = (0 - bound) % bound; // the lowest values, which would come up once too often
        std::uint32_t value = 0;
        do {
            random(&value, sizeof value);
        } while (value < unfair);
        return value % bound;
    }

private:
    const loquet_host* host_;
};

/// The values of the manifest's options, by name; a name that the manifest does not have, or of another type, throws.
class Options {
public:
    Options(const loquet_option_value* values, size_t count) : values_(values), count_(count) {}

    [[nodiscard]] std::int64_t integer(std::string_view name) const { return get(name, LOQUET_OPTION_INTEGER).integer; }
    [[nodiscard]] bool boolean(std::string_view name) const { return get(name, LOQUET_OPTION_BOOLEAN).integer != 0; }
    [[nodiscard]] std::string_view text(std::string_view name) const {
        return view(get(name, LOQUET_OPTION_TEXT).text);
    }
    [[nodiscard]] std::vector<std::string> list(std::string_view name) const {
        const loquet_option_value& value = get(name, LOQUET_OPTION_TEXT_LIST);
        std::vector<std::string> items;
        items.reserve(value.item_count);
        for (size_t n = 0; n < value.item_count; ++n) {
            items.emplace_back(view(value.items[n]));
        }
        return items;
    }

private:
    [[nodiscard]] const loquet_option_value& get(std::string_view name, int type) const {
        for (size_t n = 0; n < count_; ++n) {
            if (values_[n].name == name && values_[n].type == type) {
                return values_[n];
            }
        }
        throw Refusal("the host gave no value for the option " + std::string(name));
    }

    const loquet_option_value* values_;
    size_t count_;
};

/// A message id and its variables, owned; c() lends it as plugin.h wants it while the Message lives and is not changed.
class Message {
public:
    explicit Message(std::string id, std::initializer_list<std::pair<std::string, std::string>> variables = {})
        : id_(std::move(id)), variables_(variables) {}
    Message(std::string id, std::vector<std::pair<std::string, std::string>> variables)
        : id_(std::move(id)), variables_(std::move(variables)) {}

    [[nodiscard]] loquet_message c() {
        lent_.clear();
        lent_.reserve(variables_.size());
        for (const auto& [name, value] : variables_) {
            lent_.push_back({sdk::text(name), sdk::text(value)});
        }
        return {sizeof(loquet_message), sdk::text(id_), lent_.data(), lent_.size()};
    }

private:
    std::string id_;
    std::vector<std::pair<std::string, std::string>> variables_;
    std::vector<loquet_named_text> lent_;
};

/// The same for a message that holds a secret: nothing is copied, so nothing is left behind. All it is made of must
/// live as long as it does.
class LentMessage {
public:
    LentMessage(std::string_view id, std::initializer_list<std::pair<std::string_view, std::string_view>> variables)
        : id_(id) {
        variables_.reserve(variables.size());
        for (const auto& [name, value] : variables) {
            variables_.push_back({sdk::text(name), sdk::text(value)});
        }
    }

    [[nodiscard]] loquet_message c() const {
        return {sizeof(loquet_message), sdk::text(id_), variables_.data(), variables_.size()};
    }

private:
    std::string_view id_;
    std::vector<loquet_named_text> variables_;
};

/// What the LOQUET_DEFINE_... macros point at.
namespace thunk {

template <class Plugin>
const loquet_manifest* manifest() noexcept {
    return &Plugin::manifest();
}

template <class Plugin>
void* create(const loquet_host* host, const loquet_option_value* options, size_t option_count,
             const loquet_complaint* complaint) noexcept {
    try {
        return std::make_unique<Plugin>(Host(*host), Options(options, option_count)).release();
    } catch (const std::exception& error) {
        complaint->say(complaint->context, text(error.what()));
    } catch (...) {
        complaint->say(complaint->context, text("the plugin failed for an unknown reason"));
    }
    return nullptr;
}

template <class Plugin>
void destroy(void* self) noexcept {
    std::unique_ptr<Plugin>(static_cast<Plugin*>(self)).reset();
}

/// 0 when `work` returned, -1 when it threw.
template <class Work>
int guarded(Work&& work) noexcept {
    try {
        std::forward<Work>(work)();
        return 0;
    } catch (...) { // the host turns -1 into an error; there is nobody else to tell from here
        return -1;
    }
}

} // namespace thunk
} // namespace loquet::sdk

#endif
