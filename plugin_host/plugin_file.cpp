// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin_host/plugin_file.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace loquet::plugin_host {

using base::Error;

namespace {

const char* or_empty(const char* text) noexcept {
    return text == nullptr ? "" : text;
}

} // namespace

bool is_plugin_name(std::string_view name) noexcept {
    return !name.empty() && name.size() <= limits::plugin_name_bytes && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

PluginFile::PluginFile(const std::string& folder, const std::string& name) : path_(folder + "/" + name + ".so") {
    if (!is_plugin_name(name)) {
        throw Error(Error::Kind::invalid, "\"" + base::printable(name)
                                              + "\" cannot name a plugin: use a-z, 0-9, _ and -, at most "
                                              + std::to_string(limits::plugin_name_bytes) + " characters");
    }
    if (::access(path_.c_str(), F_OK) != 0) {
        throw Error(Error::Kind::not_found, "there is no plugin at " + path_);
    }
    library_.reset(::dlopen(path_.c_str(), RTLD_NOW | RTLD_LOCAL));
    if (!library_) {
        throw Error(Error::Kind::invalid, "cannot load the plugin: " + base::printable(or_empty(::dlerror())));
    }
    find_contract();
    check_manifest(name);
}

void PluginFile::find_contract() {
    std::size_t found = 0;
    const auto look = [&]<class C>(const char* symbol, const C* /*kind*/, std::size_t least = sizeof(C)) {
        const auto* contract = static_cast<const C*>(::dlsym(library_.get(), symbol));
        if (contract == nullptr) {
            return;
        }
        ++found;
        if (contract->size < least) {
            throw Error(Error::Kind::invalid, path_ + ": its " + symbol + " has " + std::to_string(contract->size)
                                                  + " bytes where this version of Loquet needs " + std::to_string(least)
                                                  + ": build it with the headers of today");
        }
        contract_ = contract;
    };
    look("loquet_step_v1", static_cast<const loquet_step*>(nullptr));
    look("loquet_lockout_v1", static_cast<const loquet_lockout*>(nullptr));
    look("loquet_password_rules_v1", static_cast<const loquet_password_rules*>(nullptr));
    look("loquet_channel_v1", static_cast<const loquet_channel*>(nullptr), offsetof(loquet_channel, receipts));
    if (found != 1) {
        throw Error(Error::Kind::invalid, path_
                                              + ": a plugin exports exactly one of loquet_step_v1, loquet_lockout_v1, "
                                                "loquet_password_rules_v1 and loquet_channel_v1; this one exports "
                                              + std::to_string(found));
    }
    std::visit(
        [this](const auto* contract) {
            if (contract->manifest == nullptr || contract->create == nullptr || contract->destroy == nullptr) {
                throw Error(Error::Kind::invalid, path_ + ": the contract lacks manifest, create or destroy");
            }
            manifest_ = contract->manifest();
        },
        contract_);
}

void PluginFile::check_manifest(const std::string& name) const {
    const auto refuse = [this](const std::string& why) { throw Error(Error::Kind::invalid, path_ + ": " + why); };
    if (manifest_ == nullptr || manifest_->size < sizeof(loquet_manifest)) {
        refuse("its manifest is missing or of an older form");
    }
    if (name != or_empty(manifest_->name)) {
        refuse("it calls itself \"" + base::printable(or_empty(manifest_->name)) + "\"; file and manifest must agree");
    }
    if (manifest_->version == nullptr || std::strlen(manifest_->version) > limits::plugin_version_bytes
        || !base::is_printable(manifest_->version)) {
        refuse("its version is missing, too long or not printable");
    }
    if (manifest_->summary == nullptr || std::strlen(manifest_->summary) > limits::plugin_summary_bytes
        || !base::is_printable(manifest_->summary)) {
        refuse("its summary is missing, too long or not printable");
    }
    if (manifest_->option_count > limits::plugin_options
        || (manifest_->options == nullptr && manifest_->option_count != 0)) {
        refuse("it has more than " + std::to_string(limits::plugin_options) + " options, or hides them");
    }
    for (std::size_t i = 0; i < manifest_->option_count; ++i) {
        const std::string_view option = or_empty(manifest_->options[i].name);
        if (!is_plugin_name(option) || manifest_->options[i].help == nullptr) {
            refuse("its option \"" + base::printable(option) + "\" lacks a help, or a name of a-z, 0-9 and _");
        }
    }
    if (facts().size() > limits::plugin_facts) {
        refuse("it asks for more than " + std::to_string(limits::plugin_facts) + " facts");
    }
}

protocol::PluginKind PluginFile::kind() const noexcept {
    struct Kind {
        protocol::PluginKind operator()(const loquet_step* /*contract*/) const { return protocol::PluginKind::step; }
        protocol::PluginKind operator()(const loquet_lockout* /*contract*/) const {
            return protocol::PluginKind::lockout;
        }
        protocol::PluginKind operator()(const loquet_password_rules* /*contract*/) const {
            return protocol::PluginKind::password_rules;
        }
        protocol::PluginKind operator()(const loquet_channel* /*contract*/) const {
            return protocol::PluginKind::channel;
        }
    };
    return std::visit(Kind(), contract_);
}

std::vector<std::string> PluginFile::facts() const {
    std::vector<std::string> names;
    for (const char* const* fact = manifest_->facts; fact != nullptr && *fact != nullptr; ++fact) {
        names.emplace_back(*fact);
        if (names.size() > limits::plugin_facts) {
            break;
        }
    }
    return names;
}

} // namespace loquet::plugin_host
