// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/api/client_details.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/protocol/sealed_texts.h"

#include <array>
#include <utility>

namespace loquet::api {

using conversation::Client;

namespace {

/// A known key of another type is a mistake of the caller's, not something newer than we are.
void require_type(std::string_view key, std::string_view signature) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 9> types{{{"service", "s"},
                                                                                  {"tty", "s"},
                                                                                  {"rhost", "s"},
                                                                                  {"seat", "s"},
                                                                                  {"locale", "s"},
                                                                                  {"phase", "s"},
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
