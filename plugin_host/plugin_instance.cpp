// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin_host/plugin_instance.h"

#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "plugin_host/calls.h"

#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace loquet::plugin_host {

using base::Error;
using protocol::FrameKind;

namespace {

std::string shown(loquet_text text, std::size_t limit) {
    return text.data == nullptr ? std::string() : base::printable({text.data, text.size}, limit);
}

} // namespace

PluginServices::PluginServices(std::string instance)
    : instance_(std::move(instance)), host_{sizeof(loquet_host), this, &PluginServices::log, &PluginServices::random},
      complaint_{sizeof(loquet_complaint), this, &PluginServices::complain} {}

void PluginServices::log(void* context, int level, loquet_text text) noexcept {
    // Standard error is the journal's; "<4>" is how a line there says its level (sd-daemon(3)).
    const auto& self = *static_cast<const PluginServices*>(context);
    const int known = std::clamp(level, static_cast<int>(LOQUET_LOG_ERROR), static_cast<int>(LOQUET_LOG_INFO));
    const std::string line = (::isatty(STDERR_FILENO) == 1 ? "" : "<" + std::to_string(known) + ">") + "plugin "
                             + self.instance_ + ": " + shown(text, limits::plugin_log_bytes) + "\n";
    (void)!::write(STDERR_FILENO, line.data(), line.size()); // where the journal is gone there is nobody to tell
}

int PluginServices::random(void* /*context*/, void* data, size_t size) noexcept {
    auto* at = static_cast<unsigned char*>(data);
    while (size > 0) {
        const ssize_t got = ::getrandom(at, size, 0);
        if (got < 0 && errno != EINTR) {
            return -1;
        }
        if (got > 0) {
            at += got;
            size -= static_cast<size_t>(got);
        }
    }
    return 0;
}

void PluginServices::complain(void* context, loquet_text text) noexcept {
    auto& self = *static_cast<PluginServices*>(context);
    if (self.complaints_.size() < limits::plugin_options) {
        self.complaints_.push_back(shown(text, limits::plugin_error_bytes));
    }
}

namespace {

std::string read_configuration(const std::string& path) {
    try {
        return base::read_file(path, limits::configuration_file_bytes);
    } catch (const Error& error) {
        if (error.kind() == Error::Kind::not_found) {
            return {};
        }
        throw;
    }
}

[[noreturn]] void refuse(const std::string& first, const std::vector<std::string>& complaints) {
    std::string all = first;
    for (const std::string& complaint : complaints) {
        all += (all.empty() ? "" : "\n") + complaint;
    }
    throw Error(Error::Kind::invalid, all);
}

} // namespace

PluginInstance::PluginInstance(const Folders& folders, const std::string& name) : services_(name) {
    if (!is_plugin_name(name)) {
        throw Error(Error::Kind::invalid, "\"" + base::printable(name)
                                              + "\" cannot name a plugin: use a-z, 0-9, _ "
                                                "and -");
    }
    const std::string path = folders.configuration + "/" + name + ".toml";
    const std::string text = read_configuration(path);
    file_ = std::make_unique<PluginFile>(folders.plugins, plugin_of_instance(name, text, path));
    ReadOptions read = read_options(file_->manifest(), text, path);
    if (!read.complaints.empty()) {
        refuse("", read.complaints);
    }
    options_ = std::move(read.options);
    create(name);
}

void PluginInstance::create(const std::string& name) {
    const auto& values = options_.values();
    try {
        self_ = std::visit(
            [&](const auto* contract) {
                return contract->create(&services_.host(), values.data(), values.size(), &services_.complaint());
            },
            file_->contract());
    } catch (...) {
        refuse("the plugin threw an exception while it was created", services_.complaints());
    }
    if (self_ == nullptr) {
        refuse("the plugin " + name + " refuses its configuration", services_.complaints());
    }
    description_ = {
        name,          file_->kind(), file_->manifest().name, file_->manifest().version, file_->manifest().summary,
        file_->facts()};
}

PluginInstance::~PluginInstance() {
    try {
        std::visit([this](const auto* contract) { contract->destroy(self_); }, file_->contract());
    } catch (...) {
        services_.host().log(services_.host().context, LOQUET_LOG_ERROR, {"destroy() threw an exception", 28});
    }
}

std::optional<ChannelPlugin> PluginInstance::channel() const noexcept {
    const auto* const* channel = std::get_if<const loquet_channel*>(&file_->contract());
    return channel == nullptr ? std::nullopt : std::optional<ChannelPlugin>(std::in_place, **channel, self_);
}

base::SecureBytes PluginInstance::answer(const protocol::Frame& request) {
    protocol::FrameHeader header;
    header.serial = request.header.serial;
    try {
        return call(request);
    } catch (const Error& error) {
        return protocol::encode(header,
                                protocol::ErrorResponse{base::printable(error.what(), limits::plugin_error_bytes)});
    }
}

base::SecureBytes PluginInstance::call(const protocol::Frame& request) {
    protocol::FrameHeader header;
    header.serial = request.header.serial;
    if (request.kind == FrameKind::describe_request) {
        (void)protocol::decode<protocol::DescribeRequest>(request);
        return protocol::encode(header, description_);
    }
    const Contract& contract = file_->contract();
    if (const auto* const* step = std::get_if<const loquet_step*>(&contract);
        step != nullptr && request.kind == FrameKind::step_request) {
        return protocol::encode(header, run(**step, self_, protocol::decode<protocol::StepRequest>(request)));
    }
    if (const auto* const* lockout = std::get_if<const loquet_lockout*>(&contract);
        lockout != nullptr && request.kind == FrameKind::judge_request) {
        return protocol::encode(header, judge(**lockout, self_, protocol::decode<protocol::JudgeRequest>(request)));
    }
    if (const auto* const* rules = std::get_if<const loquet_password_rules*>(&contract);
        rules != nullptr && request.kind == FrameKind::rules_request) {
        return protocol::encode(header, check(**rules, self_, protocol::decode<protocol::RulesRequest>(request)));
    }
    throw Error(Error::Kind::invalid, "this plugin is of the kind " + std::string(protocol::to_text(description_.kind))
                                          + " and cannot answer that");
}

} // namespace loquet::plugin_host
