// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/api/caller.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/bus/error_names.h"
#include "lib/protocol/sealed_texts.h"

#include <array>
#include <utility>

namespace loquet::api {

using base::Error;
using conversation::Client;

namespace {

constexpr base::Milliseconds bus_answers_within = std::chrono::seconds(5);
/// Senders that only ask who they are and stay; beyond it the bus is asked again each time.
constexpr std::size_t most_remembered = 4096;

std::uint32_t uid_in(const bus::Message& answer) {
    std::optional<std::uint32_t> uid;
    bus::Reader reader(answer.get());
    reader.reply_dictionary(64, [&](const std::string& key, std::string_view signature) {
        if (key != "UnixUserID" || signature != "u") {
            return false;
        }
        uid = reader.u32();
        return true;
    });
    if (!uid) {
        throw Error(Error::Kind::denied, "the bus does not say who you are");
    }
    return *uid;
}

std::string polkit_action(Action action) {
    for (const auto& [each, name] : polkit_actions) {
        if (each == action) {
            return name;
        }
    }
    throw Error(Error::Kind::internal, "a member asks for an action that polkit is not asked about");
}

/// A known key of another type is a mistake of the caller's, not something newer than we are.
void require_type(std::string_view key, std::string_view signature) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 10> types{{{"service", "s"},
                                                                                   {"tty", "s"},
                                                                                   {"rhost", "s"},
                                                                                   {"seat", "s"},
                                                                                   {"locale", "s"},
                                                                                   {"phase", "s"},
                                                                                   {"self_service", "b"},
                                                                                   {"uid", "u"},
                                                                                   {"real_uid", "u"},
                                                                                   {"token", "h"}}};
    for (const auto& [name, type] : types) {
        if (key == name && signature != type) {
            throw base::Error(base::Error::Kind::invalid,
                              "the client's \"" + std::string(name) + "\" must be of type " + std::string(type));
        }
    }
}

} // namespace

base::Task<Caller> Callers::of(const bus::Call& call) {
    std::string sender = call.sender();
    const auto known = uids_.find(sender);
    if (known != uids_.end()) {
        co_return Caller{std::move(sender), known->second};
    }
    bus::Message question = connection_.method_call("org.freedesktop.DBus", "/org/freedesktop/DBus",
                                                    "org.freedesktop.DBus", "GetConnectionCredentials");
    bus::Writer(question.get()).text(sender);
    auto asking = connection_.call_async(std::move(question), bus_answers_within);
    const bus::Message answer = co_await asking;
    const std::uint32_t uid = uid_in(answer);
    if (uids_.size() < most_remembered) {
        uids_[sender] = uid;
    }
    co_return Caller{std::move(sender), uid};
}

base::Task<Caller> Callers::admit(const bus::Call& call, Access access, std::optional<model::Uid> self) {
    auto asking = of(call);
    Caller caller = co_await asking;
    const bool is_self = access.self && self && self->value == caller.uid;
    if (access.action == Action::anyone || caller.is_root() || is_self) {
        co_return caller;
    }
    const std::string action = polkit_action(access.action);
    auto asking_polkit = polkit_.ask({caller.sender, caller.uid, action, call.may_interact()});
    const bus::Polkit::Verdict verdict = co_await asking_polkit;
    if (verdict == bus::Polkit::Verdict::allowed) {
        co_return caller;
    }
    if (verdict == bus::Polkit::Verdict::interaction_required && !call.may_interact()) {
        throw bus::InteractionRequired("permission denied (polkit action " + action
                                       + "); a person may grant it: allow interactive authorisation");
    }
    throw Error(Error::Kind::denied,
                "permission denied (polkit action " + action + "); ask an administrator, or use sudo");
}

void Callers::forget(std::string_view sender) {
    polkit_.forget(sender);
    const auto known = uids_.find(sender);
    if (known != uids_.end()) {
        uids_.erase(known);
    }
}

ClientDetails ClientDetails::read(bus::Reader& reader) {
    ClientDetails details;
    Client& client = details.client;
    const std::array<std::pair<std::string_view, std::string*>, 5> texts{{{"service", &client.service},
                                                                          {"tty", &client.tty},
                                                                          {"rhost", &client.rhost},
                                                                          {"seat", &client.seat},
                                                                          {"locale", &client.locale}}};
    reader.dictionary(32, [&](const std::string& key, std::string_view signature) {
        require_type(key, signature);
        for (const auto& [name, field] : texts) {
            if (key == name) {
                *field = reader.text(limits::client_field_bytes);
                return true;
            }
        }
        if (key == "uid") {
            client.account_uid = reader.u32();
        } else if (key == "real_uid") {
            client.real_uid = reader.u32();
        } else if (key == "phase") {
            client.account_phase = reader.text(limits::client_field_bytes) == "account";
        } else if (key == "self_service") {
            client.without_self_service = !reader.boolean();
        } else if (key == "token") {
            const base::Fd token = reader.fd();
            details.known = protocol::open_answers(token.get());
        } else {
            return false;
        }
        return true;
    });
    return details;
}

void ClientDetails::set_caller(const Caller& caller) {
    client.uid = caller.uid;
    client.sender = caller.sender;
    if (!caller.is_root()) {
        client.tty.clear();
        client.rhost.clear();
        client.seat.clear();
        client.real_uid.reset();
    }
}

} // namespace loquet::api
